//! What the documents refer to exists.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Documents at the root of the repository; those under `docs` are found.
const AT_THE_ROOT: [&str; 5] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
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
