//! The line for a new task: what is said at the end of it about when, how urgent and what for.
//!
//! ```text
//! line   = words { mark }        words: what is left, at least one
//! mark   = "!" priority | "#" tag | day
//! day    = "today" | "tomorrow" | weekday | YYYY-MM-DD
//! ```
//!
//! Marks are read from the end, in any case and order; the first word that is none, or says a second day or priority, ends
//! them, and so does the twenty-third. A backslash before a word makes it a word: `Watch \tomorrow`.

use crate::{
    day::Day,
    model::{NewTask, Priority, TAGS_MAX, lower, validate_tags},
};

/// Most marks that are read, so that a line of any length is read in one pass: every tag, a priority and a day.
const MARKS_MAX: usize = TAGS_MAX + 2;

/// Names of the days, Monday first; any three letters or more of one will do.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A line that has been read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Quick {
    /// The words before the marks.
    pub title: String,
    /// When.
    pub due_date: Option<Day>,
    /// How urgent.
    pub priority: Priority,
    /// What for, in the order of the line.
    pub tags: Vec<String>,
    /// The marks as they were typed, in the order of the line.
    pub marks: Vec<String>,
}

impl Quick {
    /// Reads a line, on this day.
    pub fn read(line: &str, today: Day) -> Self {
        let mut quick = Self::default();
        let mut rest = line.trim();
        // A title is left in any case.
        while let Some((before, word)) = rest.rsplit_once(char::is_whitespace) {
            if quick.marks.len() == MARKS_MAX || before.trim().is_empty() || !quick.take(word, today) {
                break;
            }
            quick.marks.push(word.to_owned());
            rest = before.trim_end();
        }
        quick.marks.reverse();
        quick.title = unescape(rest);
        quick
    }

    /// The task that it makes.
    pub fn task(self) -> NewTask {
        NewTask { title: self.title, due_date: self.due_date, priority: self.priority, tags: self.tags, ..NewTask::default() }
    }

    fn take(&mut self, word: &str, today: Day) -> bool {
        if let Some(word) = word.strip_prefix('!') {
            let Ok(priority) = word.to_ascii_lowercase().parse() else { return false };
            let is_new = self.priority == Priority::None && priority != Priority::None;
            if is_new {
                self.priority = priority;
            }
            return is_new;
        }
        if let Some(tag) = word.strip_prefix('#') {
            let is_tag = self.tags.len() < TAGS_MAX && validate_tags(&[tag.to_owned()]).is_ok();
            if is_tag && !self.tags.iter().any(|known| lower(known) == lower(tag)) {
                self.tags.insert(0, tag.to_owned());
            }
            return is_tag;
        }
        let Some(day) = day(word, today).filter(|_| self.due_date.is_none()) else { return false };
        self.due_date = Some(day);
        true
    }
}

/// The line with one of its marks made a word: the last one that was typed like that.
pub fn as_word(line: &str, mark: &str) -> String {
    match line.rfind(mark) {
        Some(at) => format!("{}\\{}", &line[..at], &line[at..]),
        None => line.to_owned(),
    }
}

/// The last word without the backslash that made it one.
fn unescape(words: &str) -> String {
    let at = words.rfind(char::is_whitespace).map_or(0, |at| at + words[at..].chars().next().map_or(0, char::len_utf8));
    match words[at..].strip_prefix('\\') {
        Some(word) if !word.is_empty() => format!("{}{word}", &words[..at]),
        _ => words.to_owned(),
    }
}

/// The day that a word means. A weekday is the next one: on a Friday, `fri` is in a week.
fn day(word: &str, today: Day) -> Option<Day> {
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "today" => return Some(today),
        "tomorrow" => return Some(today.plus(1)),
        _ => {}
    }
    match WEEKDAYS.iter().position(|name| word.len() >= 3 && name.starts_with(&word)) {
        Some(weekday) => i32::try_from((weekday + 7 - today.weekday() - 1) % 7 + 1).ok().map(|days| today.plus(days)),
        None => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday, 2026-11-21.
    const TODAY: &str = "2026-11-21";

    /// The line; then title, day, priority and tags.
    #[rustfmt::skip]
    const TABLE: &[(&str, &str, &str, &str, &str)] = &[
        ("Milk",                              "Milk",                  "",           "none",   ""),
        ("  Milk  ",                          "Milk",                  "",           "none",   ""),
        ("",                                  "",                      "",           "none",   ""),
        ("Milk today",                        "Milk",                  "2026-11-21", "none",   ""),
        ("Milk tomorrow",                     "Milk",                  "2026-11-22", "none",   ""),
        ("Milk Tomorrow",                     "Milk",                  "2026-11-22", "none",   ""),
        ("Milk sun",                          "Milk",                  "2026-11-22", "none",   ""),
        ("Milk mon",                          "Milk",                  "2026-11-23", "none",   ""),
        ("Milk fri",                          "Milk",                  "2026-11-27", "none",   ""),
        ("Milk sat",                          "Milk",                  "2026-11-28", "none",   ""),
        ("Milk FRIDAY",                       "Milk",                  "2026-11-27", "none",   ""),
        ("Milk thurs",                        "Milk",                  "2026-11-26", "none",   ""),
        ("Milk we",                           "Milk we",               "",           "none",   ""),
        ("Milk fridays",                      "Milk fridays",          "",           "none",   ""),
        ("Milk 2027-01-31",                   "Milk",                  "2027-01-31", "none",   ""),
        ("Milk 2027-02-31",                   "Milk 2027-02-31",       "",           "none",   ""),
        ("Milk 31.01.2027",                   "Milk 31.01.2027",       "",           "none",   ""),
        ("Milk !high",                        "Milk",                  "",           "high",   ""),
        ("Milk !MEDIUM",                      "Milk",                  "",           "medium", ""),
        ("Milk !low",                         "Milk",                  "",           "low",    ""),
        ("Milk !none",                        "Milk !none",            "",           "none",   ""),
        ("Milk !now",                         "Milk !now",             "",           "none",   ""),
        ("Milk !",                            "Milk !",                "",           "none",   ""),
        ("Milk!high",                         "Milk!high",             "",           "none",   ""),
        ("Milk #shop",                        "Milk",                  "",           "none",   "shop"),
        ("Milk #shop #Home",                  "Milk",                  "",           "none",   "shop,Home"),
        ("Milk #shop #SHOP",                  "Milk",                  "",           "none",   "SHOP"),
        ("Milk #",                            "Milk #",                "",           "none",   ""),
        ("Milk #a,b",                         "Milk #a,b",             "",           "none",   ""),
        ("Milk #büro",                        "Milk",                  "",           "none",   "büro"),
        ("Call #1 fan",                       "Call #1 fan",           "",           "none",   ""),
        ("Milk !high #shop fri",              "Milk",                  "2026-11-27", "high",   "shop"),
        ("Milk fri #shop !high",              "Milk",                  "2026-11-27", "high",   "shop"),
        ("Milk  fri   #shop",                 "Milk",                  "2026-11-27", "none",   "shop"),
        ("Milk mon fri",                      "Milk mon",              "2026-11-27", "none",   ""),
        ("Milk !low !high",                   "Milk !low",             "",           "high",   ""),
        ("Watch \\tomorrow",                  "Watch tomorrow",        "",           "none",   ""),
        ("Watch \\tomorrow fri",              "Watch tomorrow",        "2026-11-27", "none",   ""),
        ("Read C:\\",                         "Read C:\\",             "",           "none",   ""),
        ("Fix \\#12",                         "Fix #12",               "",           "none",   ""),
        ("tomorrow",                          "tomorrow",              "",           "none",   ""),
        ("#shop",                             "#shop",                 "",           "none",   ""),
        ("!high tomorrow",                    "!high",                 "2026-11-22", "none",   ""),
        ("tomorrow Milk",                     "tomorrow Milk",         "",           "none",   ""),
        ("קנה חלב #בית",                       "קנה חלב",               "",           "none",   "בית"),
        ("Milk\u{3000}fri",                   "Milk",                  "2026-11-27", "none",   ""),
    ];

    #[test]
    fn what_stands_at_the_end_of_the_line_is_understood() {
        let today = TODAY.parse().expect("a day");
        for &(line, title, day, priority, tags) in TABLE {
            let quick = Quick::read(line, today);
            let day_read = quick.due_date.map(|day| day.to_string()).unwrap_or_default();
            assert_eq!(
                (quick.title.as_str(), day_read.as_str(), quick.priority.as_str(), quick.tags.join(",").as_str()),
                (title, day, priority, tags),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_mark_can_be_made_a_word() {
        let today = TODAY.parse().expect("a day");
        let quick = Quick::read("Watch tomorrow !high", today);
        assert_eq!(quick.marks, ["tomorrow", "!high"]);
        let line = as_word("Watch tomorrow !high", "tomorrow");
        assert_eq!(line, "Watch \\tomorrow !high");
        assert_eq!(Quick::read(&line, today).title, "Watch tomorrow");
    }
}
