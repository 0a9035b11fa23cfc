//! All words of the interface. The routes, components and islands hold none of their own; a test below reads their sources.
//!
//! What is refused is said where it is refused, to people and to programs alike: what a member may hold in `model`, `day`
//! and `time`, all else by the server. What the line for a new task understands is its grammar, in `quick`.

mod account;
mod board;
mod entry;
mod site;
mod tasks;
mod trash;

use std::borrow::Cow;

pub use self::{account::*, board::*, entry::*, site::*, tasks::*, trash::*};
use crate::{day::Day, time::Timestamp};

/// The title of the tab.
pub fn page_title(page: &str) -> String {
    format!("{page} · Holdfast")
}

/// No answer came.
pub const UNREACHABLE: &str = "Holdfast can’t be reached. Check your connection and try again.";
/// An answer came that is none of Holdfast's.
pub const NO_SENSE: &str = "Holdfast gave an answer that makes no sense. Try again in a moment.";
/// Somebody signed out elsewhere.
pub const SIGNED_OUT_ELSEWHERE: &str = "You signed out in another tab.";
/// A session is over.
pub const SESSION_EXPIRED: &str = "Your session has expired.";
/// Another account is in use in this browser.
pub const SOMEBODY_ELSE: &str = "Another tab is signed in as somebody else.";
/// Leads to the sign-in page.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// Reads the page again.
pub const RELOAD: &str = "Reload";
/// Sends again what could not be sent.
pub const TRY_AGAIN: &str = "Try again";
/// Another tab is no longer who this one is.
pub const OTHER_TAB: &str = "You signed out in another tab, or signed in as somebody else.";
/// Something is on its way.
pub const ONE_MOMENT: &str = "One moment…";

/// A title as it can stand in a sentence: without the controls that turn the direction of what follows them, and isolated
/// (U+2068, U+2069) if it has a letter that is written from right to left, which would turn the punctuation beside it (UAX #9).
fn named(title: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let title: Cow<'_, str> = if title.contains(turns) { title.replace(turns, "").into() } else { title.into() };
    if title.contains(is_right_to_left) { format!("\u{2068}{title}\u{2069}").into() } else { title }
}

/// Whether a character is in a block whose default class is R or AL, or is a mark of those directions (`DerivedBidiClass.txt`).
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// How many, and of what.
fn some(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH_NAMES: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day as people say it.
pub fn day(day: Day, today: Day) -> String {
    match day.since(today) {
        -1 => "Yesterday".into(),
        0 => "Today".into(),
        1 => "Tomorrow".into(),
        2..=6 => WEEKDAYS[day.weekday()].into(),
        _ => {
            let (year, month, number) = day.civil();
            let month = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
            if year == today.civil().0 { format!("{number} {month}") } else { format!("{number} {month} {year}") }
        }
    }
}

/// A day as a heading: the near ones by their names, and all with the date.
pub fn day_heading(day: Day, today: Day) -> String {
    let (year, month, number) = day.civil();
    let month = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
    let name = match day.since(today) {
        -1 => "Yesterday",
        0 => "Today",
        1 => "Tomorrow",
        _ => WEEKDAYS[day.weekday()],
    };
    if year == today.civil().0 { format!("{name}, {number} {month}") } else { format!("{name}, {number} {month} {year}") }
}

/// A month and its year.
pub fn month(first: Day) -> String {
    let (year, month, _) = first.civil();
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTH_NAMES.get(at)).unwrap_or(&"");
    format!("{name} {year}")
}

/// A day in as few letters as say which one it is.
pub fn short_day(day: Day, today: Day) -> String {
    let (year, month, number) = day.civil();
    let month = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
    let weekday = WEEKDAYS[day.weekday()].get(..3).unwrap_or_default();
    match day.since(today) {
        0..=6 => weekday.into(),
        _ if year == today.civil().0 => format!("{weekday} {number} {month}"),
        _ => format!("{number} {month} {year}"),
    }
}

/// When something is due; that it is late is said, not only coloured.
pub fn due(due: Day, today: Day, is_done: bool) -> String {
    if due < today && !is_done { format!("Overdue: {}", day(due, today)) } else { day(due, today) }
}

/// How long ago something was; after a month, the date.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let some = |count: i64, unit: &str| if count == 1 { format!("1 {unit} ago") } else { format!("{count} {unit}s ago") };
    match (now.0 - then.0) / 60_000 {
        ..1 => "just now".into(),
        minutes @ 1..60 => some(minutes, "minute"),
        minutes @ 60..1440 => some(minutes / 60, "hour"),
        minutes @ 1440..43_200 => some(minutes / 1440, "day"),
        _ => then.date(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

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

    #[test]
    fn a_title_in_a_sentence_turns_the_direction_of_its_own_letters_alone() {
        for (title, shown) in [
            ("Milk", "Milk"),
            ("Invoice \u{202e}txt.exe", "Invoice txt.exe"),
            ("a\u{2069}b\u{2066}c", "abc"),
            ("\u{5d7}\u{5dc}\u{5d1} 3", "\u{2068}\u{5d7}\u{5dc}\u{5d1} 3\u{2069}"),
            ("\u{2069}\u{202e}\u{62d}\u{644}\u{64a}\u{628}", "\u{2068}\u{62d}\u{644}\u{64a}\u{628}\u{2069}"),
        ] {
            assert_eq!(named(title), shown, "{title:?}");
        }
    }

    #[test]
    fn how_long_ago_is_said_in_words() {
        let now = Timestamp(1_800_000_000_000);
        for (minutes, words) in [
            (-5, "just now"),
            (0, "just now"),
            (1, "1 minute ago"),
            (59, "59 minutes ago"),
            (60, "1 hour ago"),
            (1439, "23 hours ago"),
            (1440, "1 day ago"),
            (43_199, "29 days ago"),
            (43_200, "2026-12-16"),
        ] {
            assert_eq!(ago(Timestamp(now.0 - minutes * 60_000), now), words, "{minutes}");
        }
    }
}
