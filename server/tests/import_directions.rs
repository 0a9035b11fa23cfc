//! Who may know whom: imports lead from the top of a table to its bottom, and in no circle. See `docs/adr/0012-each-part-names-its-state.md`.
//!
//! The sources are read as text. What a reader would call an import counts: `use` declarations, and paths that begin with `crate`
//! or `super`; the tests inside a file, comments and macros of other crates do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A part of a crate (a folder or a file beside `lib.rs`), and the parts that it may import. Each names only parts below itself.
type Table = &'static [(&'static str, &'static [&'static str])];

const SERVER: Table = &[
    ("lib", &["router", "serve", "state"]),
    ("main", &["cli", "commands", "config", "clock", "email", "state", "serve"]),
    ("commands", &["cli", "accounts", "import", "tasks", "identity", "clock", "db", "file_lock", "private_files", "config"]),
    ("cli", &["import", "config"]),
    ("serve", &["state", "router", "jobs", "tasks", "identity", "web", "shared_state"]),
    ("router", &["state", "pages", "accounts", "tasks", "openapi", "identity", "web", "shared_state", "problem"]),
    ("state", &["tasks", "identity", "web", "shared_state", "email", "clock", "db", "config"]),
    ("jobs", &["tasks", "identity", "shared_state", "db", "problem"]),
    ("pages", &["accounts", "import", "tasks", "openapi", "identity", "web", "shared_state", "problem"]),
    ("openapi", &["accounts", "tasks", "web", "identity", "shared_state", "config"]),
    ("accounts", &["identity", "web", "shared_state", "email", "db", "problem"]),
    ("import", &["tasks", "identity", "db", "config", "problem"]),
    ("tasks", &["identity", "web", "shared_state", "db", "problem"]),
    ("identity", &["web", "shared_state", "email", "clock", "db", "config", "problem"]),
    ("web", &["shared_state", "config", "problem"]),
    ("shared_state", &["email", "clock", "db", "config"]),
    ("email", &["db", "config", "problem"]),
    ("clock", &["db"]),
    ("db", &["file_lock", "private_files", "config", "problem"]),
    ("file_lock", &["private_files"]),
    ("private_files", &[]),
    ("config", &[]),
    ("problem", &[]),
];

const APP: Table = &[
    ("lib", &["routes", "components", "strings", "model"]),
    ("routes", &["islands", "components", "strings", "client", "paths", "model", "time", "day"]),
    (
        "islands",
        &[
            "components",
            "strings",
            "client",
            "storage",
            "browser",
            "outbox",
            "quick_add",
            "rich_text",
            "paths",
            "position",
            "model",
            "time",
            "day",
        ],
    ),
    ("components", &["strings", "rich_text", "model"]),
    ("paths", &["model"]),
    ("strings", &["model", "time", "day"]),
    ("client", &["storage", "model", "time"]),
    ("storage", &["outbox", "model"]),
    ("browser", &["model"]),
    ("outbox", &["model", "time"]),
    ("quick_add", &["model", "day"]),
    ("rich_text", &["model"]),
    ("model", &["position", "time", "day"]),
    ("position", &[]),
    ("time", &["day"]),
    ("day", &[]),
];

/// The sources of a crate by the path of their module, `["tasks", "store"]`; the crate's root is the empty path.
struct Crate(BTreeMap<Vec<String>, String>);

impl Crate {
    fn read(folder: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(folder);
        let (mut files, mut folders) = (BTreeMap::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    files.insert(module_of(path.strip_prefix(&root).unwrap()), code_of(&fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Self(files)
    }

    /// The modules whose files a module imports from, each with the path as it stands in the source.
    fn imports(&self, module: &[String]) -> BTreeSet<(Vec<String>, String)> {
        let paths = paths_in(&self.0[module]).into_iter().filter_map(|path| {
            let target = self.resolve(module, &path)?;
            (target != module).then(|| (target, path.join("::")))
        });
        paths.collect()
    }

    /// The modules that have the methods of [`SHARED_TYPE`] which a module calls, each with the method.
    fn method_calls(&self, module: &[String]) -> BTreeSet<(Vec<String>, String)> {
        let own = methods_of(&self.0[module]);
        let called = calls_in(&self.0[module]);
        let others = self.0.iter().filter(|(other, _)| *other != module);
        let calls = others.flat_map(|(other, text)| {
            methods_of(text).into_iter().filter(|name| called.contains(name) && !own.contains(name)).map(|name| (other.clone(), name))
        });
        calls.collect()
    }

    /// The module whose file has what a path names. A name that a module only re-exports is in the file that it comes from.
    fn resolve(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let (mut target, mut rest) = match path.first()?.as_str() {
            "crate" | "server" => (Vec::new(), &path[1..]),
            "self" => (module.to_vec(), &path[1..]),
            "super" => (module.to_vec(), path),
            _ => return None,
        };
        while rest.first().is_some_and(|name| name == "super") {
            target.pop()?;
            rest = &rest[1..];
        }
        while let Some(name) = rest.first() {
            let child = [target.clone(), vec![name.clone()]].concat();
            if self.0.contains_key(&child) {
                target = child;
            } else if let Some(source) = self.source_of(&target, name) {
                return Some(source);
            } else {
                break;
            }
            rest = &rest[1..];
        }
        // Of the root, there are macros alone.
        (!target.is_empty()).then_some(target)
    }

    /// Where a module has a name from that it re-exports.
    fn source_of(&self, module: &[String], name: &str) -> Option<Vec<String>> {
        let text = self.0.get(module)?;
        uses(text).into_iter().filter(|(is_public, ..)| *is_public).find_map(|(_, path, alias)| {
            if alias.as_ref().or(path.last())? != name {
                return None;
            }
            let is_child = self.0.contains_key(&[module, &path[..1]].concat());
            if !is_child && !matches!(path[0].as_str(), "crate" | "super" | "self") {
                return None;
            }
            let start = is_child.then(|| "self".to_owned());
            self.resolve(module, &start.into_iter().chain(path).collect::<Vec<_>>()).filter(|source| source != module)
        })
    }
}

fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        file.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|name| name == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

/// The code of a file without its comments and tests.
fn code_of(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// All paths that begin in this crate.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = uses(code).into_iter().map(|(_, path, _)| path).collect();
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    for start in ["crate::", "super::", "server::"] {
        for (at, _) in code.match_indices(start) {
            // Not `$crate` of a macro, and not the rest of another name.
            if code[..at].chars().next_back().is_some_and(|c| is_of_name(c) || matches!(c, '$' | ':')) {
                continue;
            }
            let path = code[at..].split(|c: char| !is_of_name(c) && c != ':').next().unwrap_or_default();
            // The head of a group in a `use` declaration, which is read above.
            if path.ends_with("::") {
                continue;
            }
            paths.push(path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect());
        }
    }
    paths
}

/// The `use` declarations of a file, one for each name: whether it is public, the path, and another name for it.
fn uses(code: &str) -> Vec<(bool, Vec<String>, Option<String>)> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let line = &rest[rest[..at].rfind('\n').map_or(0, |end| end + 1)..at];
        let (declaration, after) = rest[at + 4..].split_once(';').unwrap_or((&rest[at + 4..], ""));
        if matches!(line.trim(), "" | "pub" | "pub(crate)" | "pub(super)") {
            let text: String = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
            expand(&[], &text, line.trim_start().starts_with("pub"), &mut found);
            rest = after;
        } else {
            rest = &rest[at + 4..];
        }
    }
    found
}

/// Adds the names of a tree of a `use` declaration.
fn expand(before: &[String], tree: &str, is_public: bool, found: &mut Vec<(bool, Vec<String>, Option<String>)>) {
    let Some((head, group)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim().to_owned())));
        let names = path.trim().split("::").filter(|name| !name.is_empty() && !matches!(*name, "*")).map(str::to_owned);
        let path: Vec<String> = before.iter().cloned().chain(names).collect();
        // `a::{self}` is `a`.
        let path = if path.len() > 1 && path.last().is_some_and(|name| name == "self") { path[..path.len() - 1].to_vec() } else { path };
        if !path.is_empty() {
            found.push((is_public, path, alias));
        }
        return;
    };
    let before: Vec<String> =
        before.iter().cloned().chain(head.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())).collect();
    let (mut depth, mut item) = (0, String::new());
    for c in group.rsplit_once('}').map_or(group, |(inside, _)| inside).chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&before, &std::mem::take(&mut item), is_public, found);
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    if !item.trim().is_empty() {
        expand(&before, &item, is_public, found);
    }
}

/// The type whose methods stand in several files, each of which needs no import to call those of the others.
const SHARED_TYPE: &str = "Board";

/// The code of a file inside of the `impl` blocks of [`SHARED_TYPE`], and the code outside of them.
fn inside_and_outside(code: &str) -> (String, String) {
    let start = format!("impl {SHARED_TYPE} {{");
    let mut parts = code.split(&start);
    let mut outside = parts.next().unwrap_or_default().to_owned();
    let mut inside = String::new();
    for part in parts {
        let (body, rest) = part.split_once("\n}").unwrap_or((part, ""));
        inside.push_str(body);
        outside.push_str(rest);
    }
    (inside, outside)
}

fn name_at(code: &str) -> &str {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

/// The methods of [`SHARED_TYPE`] in a file.
fn methods_of(code: &str) -> BTreeSet<String> {
    inside_and_outside(code).0.split("fn ").skip(1).map(|rest| name_at(rest).to_owned()).collect()
}

/// What may be calls of such methods: by `self` inside of its `impl` blocks, by a variable named `board` everywhere.
fn calls_in(code: &str) -> BTreeSet<String> {
    let (inside, outside) = inside_and_outside(code);
    let mut found = BTreeSet::new();
    let of_board = ["board.", "board.get_value().", "Board::"];
    for (code, receivers) in [(inside, [&["self.", "Self::"], &of_board[..]].concat()), (outside, of_board.to_vec())] {
        // A chain of calls may be broken into lines before each dot.
        let code = code.split('.').map(str::trim_end).collect::<Vec<_>>().join(".");
        for receiver in receivers {
            for (at, _) in code.match_indices(receiver) {
                let is_whole = !code[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
                let rest = &code[at + receiver.len()..];
                let name = name_at(rest);
                if is_whole && rest[name.len()..].starts_with('(') {
                    found.insert(name.to_owned());
                }
            }
        }
    }
    found
}

/// The imports between parts of a crate that its table does not allow: the file, and the part.
fn against(table: Table, sources: &Crate) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for module in sources.0.keys() {
        let part = module.first().map_or("lib", String::as_str);
        let Some((_, allowed)) = table.iter().find(|(name, _)| *name == part) else {
            found.insert((part.to_owned(), "is not in the table".to_owned()));
            continue;
        };
        // The root declares and re-exports everything.
        for (target, _) in
            sources.imports(module).into_iter().filter(|_| !module.is_empty() || table.iter().any(|(name, _)| *name == "lib"))
        {
            if target[0] != part && !allowed.contains(&target[0].as_str()) {
                found.insert((if module.is_empty() { "lib".to_owned() } else { module.join("/") }, target[0].clone()));
            }
        }
    }
    found
}

/// A circle of imports between files, if there is one.
fn circle(sources: &Crate) -> Option<String> {
    fn visit(
        at: &[String],
        edges: &BTreeMap<&[String], BTreeSet<Vec<String>>>,
        done: &mut BTreeSet<Vec<String>>,
        way: &mut Vec<Vec<String>>,
    ) -> Option<String> {
        if let Some(start) = way.iter().position(|module| module == at) {
            let names = way[start..].iter().map(|module| module.join("/"));
            return Some(names.chain([at.join("/")]).collect::<Vec<_>>().join(" → "));
        }
        if !done.insert(at.to_vec()) {
            return None;
        }
        way.push(at.to_vec());
        let found = edges.get(at).into_iter().flatten().find_map(|next| visit(next, edges, done, way));
        way.pop();
        found
    }
    let edges: BTreeMap<&[String], BTreeSet<Vec<String>>> = (sources.0.keys())
        .map(|module| {
            let others = sources.imports(module).into_iter().chain(sources.method_calls(module));
            (module.as_slice(), others.map(|(target, _)| target).collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    sources.0.keys().find_map(|module| visit(module, &edges, &mut done, &mut Vec::new()))
}

/// A table leads downwards alone: no part may import one above it.
fn assert_leads_down(table: Table) {
    for (at, (part, allowed)) in table.iter().enumerate() {
        for other in *allowed {
            assert!(table[at + 1..].iter().any(|(name, _)| name == other), "{part} may import {other}, which is not below it");
        }
    }
}

#[test]
fn parts_of_the_server_import_only_parts_that_are_below_them() {
    assert_leads_down(SERVER);
    let sources = Crate::read("server/src");
    assert!(sources.0.len() > 80, "the sources are read");
    assert_eq!(against(SERVER, &sources), BTreeSet::new());
}

#[test]
fn no_files_of_the_server_import_each_other_in_a_circle() {
    assert_eq!(circle(&Crate::read("server/src")), None);
}

#[test]
fn parts_of_the_app_import_only_parts_that_are_below_them() {
    assert_leads_down(APP);
    let sources = Crate::read("app/src");
    assert!(sources.0.len() > 60, "the sources are read");
    assert_eq!(against(APP, &sources), BTreeSet::new());
}

#[test]
fn no_files_of_the_app_import_each_other_in_a_circle() {
    assert_eq!(circle(&Crate::read("app/src")), None);
}

#[test]
fn an_import_against_the_table_and_a_circle_are_found() {
    let text = |text: &str| code_of(text);
    let sources = Crate(BTreeMap::from([
        (vec![], text("pub mod web;")),
        (vec!["web".into()], text("mod a;\npub use a::{A as Renamed};")),
        (vec!["web".into(), "a".into()], text("use super::b::{self, B};\nuse crate::{problem::Error};\n")),
        (
            vec!["web".into(), "b".into()],
            text(
                "// use crate::pages::X;\nfn b() -> super::Renamed { crate::tasks::f() }\n#[cfg(test)]\nmod tests {\nuse crate::pages::Y;",
            ),
        ),
        (vec!["tasks".into()], text("")),
        (vec!["problem".into()], text("")),
    ]));
    assert_eq!(against(SERVER, &sources), BTreeSet::from([("web/b".to_owned(), "tasks".to_owned())]));
    assert_eq!(circle(&sources).as_deref(), Some("web/a → web/b → web/a"));
}

#[test]
fn methods_of_one_type_that_call_each_other_in_a_circle_are_found() {
    let sources = Crate(BTreeMap::from([
        (
            vec!["list".into()],
            code_of("impl Board {\n    fn show(self) {\n        self\n            .send();\n        self.show();\n    }\n}\n"),
        ),
        (
            vec!["sync".into()],
            code_of("impl Board {\n    fn send(self) {}\n}\nfn f(board: Board) {\n    board.get_value().show(); other.board.show()\n}\n"),
        ),
        (vec!["view".into()], code_of("fn g(board: Board) { board.show(); self.send() }\n")),
    ]));
    let calls = |module: &str| sources.method_calls(&[module.to_owned()]).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!((calls("list"), calls("sync"), calls("view")), (vec!["send".to_owned()], vec!["show".to_owned()], vec!["show".to_owned()]));
    assert_eq!(circle(&sources).as_deref(), Some("list → sync → list"));
}
