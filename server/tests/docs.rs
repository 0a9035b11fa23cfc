//! What the documents refer to exists.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::CommandFactory as _;

/// Documents at the root of the repository; those under `docs` are found.
const AT_THE_ROOT: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
/// The packages of the workspace.
const PACKAGES: [&str; 4] = ["app", "bench", "frontend", "server"];
/// Every path in backticks that this document has is one of the repository.
const WHERE_IS: &str = "docs/where-is.md";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The documents that are there, each with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = AT_THE_ROOT.iter().map(|name| repository().join(name)).collect();
    let mut folders = vec![repository().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.into_iter().filter_map(|file| fs::read_to_string(&file).ok().map(|text| (file, text))).collect()
}

/// The text without its blocks of code, where nothing is a link.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The files that the links of a text lead to, without the heading in them.
fn linked(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let is_elsewhere = |target: &&str| ["http:", "https:", "mailto:"].iter().any(|scheme| target.starts_with(scheme));
    let files = targets.filter(move |target| !is_elsewhere(target)).map(|target| target.split('#').next().unwrap_or_default());
    // A link to a heading of the same document has no file.
    files.filter(|file| !file.is_empty())
}

/// The paths that stand between backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split('`').skip(1).step_by(2);
    let is_file = |code: &&str| Path::new(code).extension().is_some();
    code.filter(move |code| !code.contains(' ') && (code.contains('/') || is_file(code)))
}

#[test]
fn every_file_that_the_documents_name_exists() {
    let documents = documents();
    let mut missing = Vec::new();
    let mut checked = 0;
    for (document, text) in &documents {
        let folder = document.parent().unwrap();
        let prose = prose(text);
        let mut targets: Vec<_> = linked(&prose).map(|target| (target, folder.join(target))).collect();
        if *document == repository().join(WHERE_IS) {
            let paths: Vec<_> = named(&prose).map(|path| (path, repository().join(path))).collect();
            assert!(paths.len() >= 20, "{WHERE_IS} names {} files", paths.len());
            targets.extend(paths);
        }
        checked += targets.len();
        let absent = targets.into_iter().filter(|(_, path)| !path.exists());
        missing.extend(absent.map(|(target, _)| format!("{}: {target}", document.display())));
    }
    assert!(checked > 0, "no link was found in {} documents", documents.len());
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The commands of a text: what stands between backticks, and each line of its blocks of code.
fn commands(text: &str) -> Vec<Vec<String>> {
    let prose = prose(text);
    let code = text.split("```").skip(1).step_by(2).map(|block| block.replace("\\\n", " "));
    let lines: Vec<_> = code.flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let spans = prose.split('`').skip(1).step_by(2).map(str::to_owned);
    let parts = spans.chain(lines).flat_map(|line| {
        let line = line.split(" #").next().unwrap_or_default().to_owned();
        line.split(['|', '&', ';']).map(str::to_owned).collect::<Vec<_>>()
    });
    // What is set for a command stands before it.
    let is_variable = |word: &&str| word.split_once('=').is_some_and(|(name, _)| !name.starts_with('-'));
    parts.map(|part| part.split_whitespace().skip_while(is_variable).map(str::to_owned).collect()).collect()
}

/// What of a command of ours does not exist, and whether it is one of ours.
fn unknown(command: &[String], targets: &[&str], packages: &[&str]) -> Option<Vec<String>> {
    let (program, words) = command.split_first()?;
    let after = |option: &str| words.iter().skip_while(|word| *word != option).nth(1).map(String::as_str);
    match program.as_str() {
        "make" => Some(words.iter().filter(|word| !word.contains('=') && !targets.contains(&word.as_str())).cloned().collect()),
        "cargo" => Some(after("--package").into_iter().filter(|name| !packages.contains(name)).map(str::to_owned).collect()),
        "holdfast" if !words.is_empty() => Some(unknown_to_holdfast(words)),
        _ => None,
    }
}

/// The words that are no subcommand and no flag of `holdfast`.
fn unknown_to_holdfast(words: &[String]) -> Vec<String> {
    let mut root = server::cli::Cli::command();
    // With it each command has the flags that all share.
    root.build();
    let mut command = &root;
    let mut unknown = Vec::new();
    let mut words = words.iter().filter(|word| *word != "…");
    while let Some(word) = words.next() {
        if let Some(flag) = word.strip_prefix("--") {
            let (name, has_value) = flag.split_once('=').map_or((flag, false), |(name, _)| (name, true));
            match command.get_arguments().find(|argument| argument.get_long() == Some(name)) {
                Some(argument) if argument.get_action().takes_values() && !has_value => _ = words.next(),
                Some(_) => {}
                None => unknown.push(word.clone()),
            }
        } else if let Some(found) = command.find_subcommand(word) {
            command = found;
        } else if command.has_subcommands() {
            unknown.push(word.clone());
        }
    }
    unknown
}

#[test]
fn every_command_that_the_documents_name_exists() {
    let makefile = fs::read_to_string(repository().join("Makefile")).unwrap();
    let targets: Vec<_> =
        makefile.lines().filter(|line| !line.starts_with('\t')).filter_map(|line| line.split_once(':')).map(|(target, _)| target).collect();
    let documents = documents();
    let commands = documents.iter().flat_map(|(document, text)| commands(text).into_iter().map(move |command| (document, command)));
    let checked: Vec<_> =
        commands.filter_map(|(document, command)| Some((document, unknown(&command, &targets, &PACKAGES)?, command))).collect();
    assert!(checked.len() >= 20, "{} commands were found in {} documents", checked.len(), documents.len());
    let missing = checked.iter().filter(|(_, unknown, _)| !unknown.is_empty());
    let missing: Vec<_> =
        missing.map(|(document, unknown, command)| format!("{}: {unknown:?} in {command:?}", document.display())).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
