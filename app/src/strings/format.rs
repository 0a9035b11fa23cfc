//! How titles, counts, days and times are written in the texts of the interface.

use std::borrow::Cow;

use crate::{day::Day, time::Timestamp};

/// A title as it can stand in a sentence: without the controls that turn the direction of what follows them, and isolated
/// (U+2068, U+2069) if it has a letter that is written from right to left, which would turn the punctuation beside it (UAX #9).
pub(super) fn isolated(title: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let title: Cow<'_, str> = if title.contains(turns) { title.replace(turns, "").into() } else { title.into() };
    if title.contains(is_right_to_left) { format!("\u{2068}{title}\u{2069}").into() } else { title }
}

/// Whether a character is in a block whose default class is R or AL, or is a mark of those directions (`DerivedBidiClass.txt`).
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A count with its noun in the singular or plural.
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH_NAMES: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day by its name within a week of today, else by its date.
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

/// A day as short as it is unambiguous.
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

/// When a task is due. That it is overdue is text too: colour alone does not reach everybody (WCAG 1.4.1).
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
    use super::*;

    #[test]
    fn a_title_in_a_sentence_turns_the_direction_of_its_own_letters_alone() {
        for (title, shown) in [
            ("Milk", "Milk"),
            ("Invoice \u{202e}txt.exe", "Invoice txt.exe"),
            ("a\u{2069}b\u{2066}c", "abc"),
            ("\u{5d7}\u{5dc}\u{5d1} 3", "\u{2068}\u{5d7}\u{5dc}\u{5d1} 3\u{2069}"),
            ("\u{2069}\u{202e}\u{62d}\u{644}\u{64a}\u{628}", "\u{2068}\u{62d}\u{644}\u{64a}\u{628}\u{2069}"),
        ] {
            assert_eq!(isolated(title), shown, "{title:?}");
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
