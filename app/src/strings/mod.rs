//! All text of the interface. The routes, components and islands hold none of their own; a test below reads their sources.
//!
//! The text of an error stands where the error is made, since programs get the same one: of a value in `model`, `day` and `time`,
//! of all else on the server. The words that the line for a new task understands are in `quick_add`.

mod account;
mod board;
mod entry;
mod format;
mod site;
mod tasks;
mod trash;

pub use self::{
    account::*,
    board::*,
    entry::*,
    format::{ago, day, day_heading, due, month, short_day},
    site::*,
    tasks::*,
    trash::*,
};
use crate::model::Problem;

/// The title of the tab.
pub fn page_title(page: &str) -> String {
    format!("{page} · Holdfast")
}

/// The text of a problem: the server's own, unless no answer came or none of Holdfast's.
pub fn problem(problem: &Problem) -> &str {
    match (problem.code.as_str(), problem.status) {
        (Problem::UNREACHABLE, 0) => "Holdfast can’t be reached. Check your connection and try again.",
        (Problem::UNREACHABLE, _) => "Holdfast gave an answer that makes no sense. Try again in a moment.",
        _ => &problem.message,
    }
}

/// The session ended by a sign-out in another tab.
pub const SIGNED_OUT_ELSEWHERE: &str = "You signed out in another tab.";
/// The session ended.
pub const SESSION_EXPIRED: &str = "Your session has expired.";
/// Another tab signed in with another account.
pub const SOMEBODY_ELSE: &str = "Another tab is signed in as somebody else.";
/// Leads to the sign-in page.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// The button that reloads the page.
pub const RELOAD: &str = "Reload";
/// The button that sends failed changes again.
pub const TRY_AGAIN: &str = "Try again";
/// Another tab signed out or signed in with another account.
pub const OTHER_TAB: &str = "You signed out in another tab, or signed in as somebody else.";
/// A button whose request is under way.
pub const ONE_MOMENT: &str = "One moment…";

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Attributes and props whose values are read to people.
    const READ: [&str; 8] = ["alt", "aria-label", "content", "heading", "hint", "label", "placeholder", "title"];
    /// What stands in such a place and is no word.
    const NOT_READ: [&str; 1] = ["width=device-width, initial-scale=1"];

    /// The source with its raw literals, of so many hashes, as others, and without the quotes in them.
    fn cooked(source: &str, hashes: &str) -> String {
        let begins = format!("r{hashes}\"");
        let mut parts = source.split(&begins);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |cooked, part| {
            let (literal, rest) = part.split_once(&format!("\"{hashes}")).unwrap_or((part, ""));
            format!("{cooked}\"{}\"{rest}", literal.replace('"', ""))
        })
    }

    /// The literals with a letter that are texts of a `view!` or values of [`READ`], and those that look like a sentence.
    fn strings_in(source: &str) -> Vec<String> {
        let code: Vec<_> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = cooked(&cooked(&code.join("\n"), "##"), "#").replace(r"\\", "").replace("\\\"", "").replace("'\"'", "");
        let parts: Vec<_> = code.split('"').collect();
        let literals = parts.windows(3).step_by(2).filter(|around| {
            let (before, text, after) = (around[0].trim_end(), around[1], around[2].trim_start());
            let follows_tag = before.is_empty() || before.ends_with(['>', '}']) && !before.ends_with("=>") || before.ends_with("view! {");
            let is_text = follows_tag && (after.is_empty() || after.starts_with(['<', '{', '}']));
            let attribute = before.trim_end_matches("format!(").rsplit(char::is_whitespace).next().and_then(|name| name.strip_suffix('='));
            let is_read = attribute.is_some_and(|name| READ.contains(&name));
            let is_sentence = text.contains(' ')
                && text.starts_with(char::is_uppercase)
                && text.chars().nth(1).is_some_and(|second| !second.is_ascii_digit());
            text.contains(char::is_alphabetic) && (is_text || is_read || is_sentence) && !NOT_READ.contains(&text)
        });
        literals.map(|around| around[1].to_owned()).collect()
    }

    fn look_for_strings(path: &Path, found: &mut Vec<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder of sources") {
                look_for_strings(&entry.expect("a source").path(), found);
            }
        } else {
            let source = fs::read_to_string(path).expect("a source");
            found.extend(strings_in(&source).iter().map(|words| format!("{}: {words:?}", path.display())));
        }
    }

    #[test]
    fn all_strings_are_in_this_module() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut found = Vec::new();
        for part in ["lib.rs", "routes", "components", "islands"] {
            look_for_strings(&sources.join(part), &mut found);
        }
        assert!(found.is_empty(), "these belong in app/src/strings:\n{}", found.join("\n"));
    }

    #[test]
    fn a_string_outside_of_this_module_is_found() {
        for (line, words) in [
            (r#"<h1>"Tasks"</h1>"#, "Tasks"),
            ("{name}\n    \"is here\"\n</p>", "is here"),
            (r#"<p>"one" " " {two} "three"</p>"#, "one three"),
            (r#"view! { "or " <b>{x}</b> }"#, "or "),
            (r#"<Field name="email" label="E-mail" kind="email" />"#, "E-mail"),
            (r#"<nav aria-label=format!("Of {name}")>"#, "Of {name}"),
            (r#"404 => "There is no page","#, "There is no page"),
            (r#"<p class="banner failed">{a} " · " {b}</p>"#, ""),
            (r#""Escape" => { find("li > a", '"', "\\", "\"") }"#, ""),
            (r#"//! "A sentence" <p>"in a comment"</p>"#, ""),
            (r#"Self::Check => "M5 10.5 8.5 14 15 6.5","#, ""),
        ] {
            assert_eq!(strings_in(line).join(" "), words, "{line}");
        }
    }
}
