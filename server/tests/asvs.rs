//! `docs/security/asvs.md` answers each requirement of OWASP ASVS 5.0 of levels 1 and 2, with tests and files that exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::support::{SECRET, Send as _, jwt};

const ANSWERS: [&str; 4] = ["met", "not applicable", "decision", "not met"];
/// A second factor and OAuth are issues of their own.
const MAY_BE_UNMET: [&str; 5] = ["V6.3.3", "V6.4.4", "V6.5.", "V6.6.", "V10."];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

struct Row {
    id: String,
    level: String,
    words: String,
    answer: String,
    evidence: String,
}

fn rows() -> Vec<Row> {
    let text = read("docs/security/asvs.md");
    let lines = text.lines().filter(|line| line.starts_with("| V"));
    lines
        .map(|line| {
            let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
            let [id, level, words, answer, evidence] = cells.try_into().unwrap_or_else(|_| panic!("not five cells: {line}"));
            Row { id, level, words, answer, evidence }
        })
        .collect()
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The targets of a text's links.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// The Rust files in these folders, as text.
fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut folders: Vec<_> = folders.iter().map(|folder| repository().join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// The names of all tests in Rust.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, text) in sources(&["server/tests", "server/src", "app/src"]) {
        for marked in ["#[test]", "#[tokio::test"] {
            let functions = text.split(marked).skip(1).filter_map(|rest| rest.split_once("fn ")?.1.split_once('('));
            names.extend(functions.map(|(name, _)| name.to_owned()));
        }
    }
    names
}

/// Why a name in backticks is neither a file, nor a test in Rust, nor a title of a test in the browser.
fn missing(name: &str, tests: &BTreeSet<String>) -> Option<String> {
    if let Some((file, title)) = name.split_once(": ") {
        let text = fs::read_to_string(repository().join(file)).unwrap_or_default();
        return (!text.contains(&format!("\"{title}\""))).then(|| format!("{file} has no test “{title}”"));
    }
    (!tests.contains(name) && !repository().join(name).is_file()).then(|| format!("{name} is no test and no file"))
}

/// Why a link in a document leads nowhere. Addresses of other sites are not asked.
fn broken(document: &str, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let document = repository().join(document);
    let path = if file.is_empty() { document } else { document.parent().unwrap().join(file) };
    if anchor.is_empty() {
        return (!path.exists()).then(|| format!("{target} is not there"));
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let mut anchors = headings.map(|heading| heading.to_lowercase().replace(' ', "-"));
    (!anchors.any(|known| known == anchor)).then(|| format!("{target}: no such heading"))
}

#[test]
fn every_requirement_of_asvs_levels_1_and_2_is_answered_once_with_its_level() {
    let list = read("docs/security/asvs-levels.tsv");
    let wanted: BTreeMap<_, _> = list.lines().skip(1).map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(wanted.len(), 253);
    let rows = rows();
    let mut answered = BTreeMap::new();
    for row in &rows {
        assert!(answered.insert(&*row.id, &*row.level).is_none(), "{} is there twice", row.id);
    }
    assert_eq!(answered, wanted);
    for row in &rows {
        assert!(ANSWERS.contains(&&*row.answer), "{}: {}", row.id, row.answer);
        assert!(!row.words.is_empty() && row.evidence.len() > 5, "{}", row.id);
    }
}

#[test]
fn every_test_file_and_heading_that_the_security_documents_name_exists() {
    let tests = tests();
    let mut wrong = Vec::new();
    for row in rows() {
        let names: Vec<_> = code(&row.evidence).filter_map(|name| missing(name, &tests)).collect();
        let has_evidence = code(&row.evidence).next().or(links(&row.evidence).next()).is_some();
        wrong.extend(
            names
                .into_iter()
                .chain((row.answer == "met" && !has_evidence).then(|| "met without evidence".into()))
                .map(|why| format!("{}: {why}", row.id)),
        );
    }
    for document in ["docs/security/asvs.md", "docs/security/design.md", "docs/security/policies.md", "SECURITY.md"] {
        wrong.extend(links(&read(document)).filter_map(|target| broken(document, target)).map(|why| format!("{document}: {why}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_requirement_of_level_1_is_unmet_and_of_level_2_none_but_a_second_factor_and_oauth() {
    let unmet: Vec<_> = rows().into_iter().filter(|row| row.answer == "not met").collect();
    for row in &unmet {
        assert!(row.level == "2" && MAY_BE_UNMET.iter().any(|start| row.id.starts_with(start)), "{} is not met", row.id);
    }
}

#[test]
fn nothing_starts_another_program_or_makes_code_or_markup_of_text() {
    for (path, text) in sources(&["server/src", "app/src", "frontend/src"]) {
        for word in [
            "process::Command",
            "Command::new(",
            "eval(",
            "Function::new",
            "inner_html",
            "outer_html",
            "insert_adjacent_html",
            "create_contextual_fragment",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[tokio::test]
async fn log_lines_are_in_utc() {
    let folder = tempfile::TempDir::new().unwrap();
    let environment = [("LOG_FORMAT", "json"), ("BETTER_AUTH_SECRET", SECRET), ("TZ", "Asia/Tokyo")];
    let (running, url) = crate::command_line::serve(folder.path(), &environment).await;
    let token = jwt(&json!({ "sub": "ada", "exp": 9_999_999_999_i64 }), SECRET);
    reqwest::Client::new().get(format!("{url}/api/ada/tasks")).bearer_auth(token).answer().await;
    let (_, log) = crate::command_line::terminate(running).await;
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let time = line["timestamp"].as_str().unwrap();
        let day = app::model::Day::of_millis(server::clock::Clock::system().now().0).to_string();
        assert!(time.ends_with('Z'), "{time}");
        // Around midnight the line is of the day before.
        assert!(time.starts_with(&day) || time.contains("T23:59"), "{time}");
    }
}
