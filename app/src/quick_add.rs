//! The line for a new task: what it says about when, how urgent and what for, anywhere in it.
//!
//! ```text
//! line      = { word | token }           at least one word: where all are tokens, the first stays words
//! token     = "!" ("high" | "medium" | "low") | "#" tag | date
//! date      = "today" | "tomorrow" | weekday | ["this"] "weekend" | "this" weekday
//!           | "next" ("week" | "weekend" | weekday)                 of the week that begins next Monday
//!           | "in" (number | "a") ("day" | "week" | "month") ["s"]
//!           | (month day | day month) [year] | YYYY-MM-DD
//! weekday   = three letters or more of its name; month likewise
//! day       = 1 to 31, also with "st", "nd", "rd" or "th"; year = 2000 to 2199
//! ```
//!
//! In any case (`FRI`). Of several dates or priorities, the last one counts and the others stay words. A backslash before a
//! token keeps it words, and is left out of the title: `Watch \tomorrow`.

use crate::{
    day::Day,
    model::{NewTask, Priority, TAGS_MAX, lower, one_line, validate_tags},
};

/// Names of the days, Monday first.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Names of the months.
const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/// Longer words are no part of a date (`2027-01-31`), and are not looked at closely.
const LONGEST: usize = 10;
/// Without a year, February 29 may be that many years away.
const LEAP_YEARS_APART: i32 = 8;

/// A line that has been read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuickAdd {
    /// The words that are no tokens.
    pub title: String,
    /// When.
    pub due_date: Option<Day>,
    /// How urgent.
    pub priority: Priority,
    /// What for, in the order of the line.
    pub tags: Vec<String>,
    /// What was understood, in the order of the line.
    pub tokens: Vec<Token>,
}

/// A part of the line that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it means.
    pub kind: TokenKind,
}

/// What a token means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// When.
    Date(Day),
    /// How urgent.
    Priority(Priority),
    /// What for.
    Tag(String),
}

/// Longest line in which anything is understood, in bytes: a title of [`TITLE_MAX`](crate::model::TITLE_MAX) characters with as
/// many tags as a task can have is shorter.
const LINE_MAX: usize = 8 * 1024;

/// A word and where it begins, in bytes.
type Word<'a> = (usize, &'a str);

impl QuickAdd {
    /// Reads a line, on this day.
    pub fn read(line: &str, today: Day) -> Self {
        // What is longer is no task, whatever it says: it is not worth reading.
        if line.len() > LINE_MAX {
            return Self { title: line.trim().to_owned(), ..Self::default() };
        }
        let words = words(line);
        let (mut tags, mut date, mut priority) = (Vec::new(), None, None);
        let mut escapes = Vec::new();
        let mut at = 0;
        while let Some(&(start, word)) = words.get(at) {
            let bare = word.trim_start_matches('\\');
            let Some((kind, count)) = token(bare, &words[at + 1..], today) else {
                at += 1;
                continue;
            };
            at += count;
            let (last_start, last) = words[at - 1];
            let token = Token { start, end: last_start + last.len(), kind };
            if bare.len() < word.len() {
                escapes.push(start);
                continue;
            }
            match token.kind {
                TokenKind::Date(_) => date = Some(token),
                TokenKind::Priority(_) => priority = Some(token),
                TokenKind::Tag(_) if tags.len() < TAGS_MAX => tags.push(token),
                TokenKind::Tag(_) => {}
            }
        }
        let mut tokens: Vec<Token> = tags.into_iter().chain(date).chain(priority).collect();
        tokens.sort_by_key(|token| token.start);
        let mut title = title(line, &words, &tokens, &escapes);
        if let (true, Some(first)) = (title.is_empty(), tokens.first()) {
            line[first.start..first.end].clone_into(&mut title);
            tokens.remove(0);
        }
        let mut read = Self { title, ..Self::default() };
        for token in &tokens {
            match &token.kind {
                TokenKind::Date(day) => read.due_date = Some(*day),
                TokenKind::Priority(priority) => read.priority = *priority,
                TokenKind::Tag(tag) if read.tags.iter().any(|known| lower(known) == lower(tag)) => {}
                TokenKind::Tag(tag) => read.tags.push(tag.clone()),
            }
        }
        read.tokens = tokens;
        read
    }

    /// The day that a text says, which names no task beside it.
    pub fn read_day(text: &str, today: Day) -> Option<Day> {
        let words = words(text.get(..LINE_MAX).unwrap_or(text));
        let &(_, first) = words.first()?;
        date(first, &words[1..], today).filter(|(_, count)| *count == words.len()).map(|(day, _)| day)
    }

    /// The task that it makes. A tab that was pasted is a space.
    pub fn task(self) -> NewTask {
        NewTask { title: one_line(&self.title), due_date: self.due_date, priority: self.priority, tags: self.tags, ..NewTask::default() }
    }
}

/// The line with one of its tokens made words.
pub fn escape_token(line: &str, token: &Token) -> String {
    match line.split_at_checked(token.start) {
        Some((before, rest)) => [before, "\\", rest].concat(),
        None => line.to_owned(),
    }
}

fn words(line: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut start = 0;
    for piece in line.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_empty() {
            words.push((start, word));
        }
        start += piece.len();
    }
    words
}

/// The words outside of the tokens, each with the space before it, and without the backslashes at `escapes`.
fn title(line: &str, words: &[Word], tokens: &[Token], escapes: &[usize]) -> String {
    let mut title = String::new();
    let (mut tokens, mut escapes) = (tokens.iter().peekable(), escapes.iter().peekable());
    let mut end_before = 0;
    for &(start, word) in words {
        while tokens.next_if(|token| token.end <= start).is_some() {}
        if tokens.peek().is_none_or(|token| start < token.start) {
            if !title.is_empty() {
                title.push_str(&line[end_before..start]);
            }
            let is_escaped = escapes.next_if(|&&escape| escape == start).is_some();
            title.push_str(&word[usize::from(is_escaped)..]);
        }
        end_before = start + word.len();
    }
    title
}

/// What a word and those after it mean, and how many they are.
fn token(word: &str, rest: &[Word], today: Day) -> Option<(TokenKind, usize)> {
    if let Some(word) = word.strip_prefix('!') {
        let priority = short(word).parse().ok().filter(|&priority| priority != Priority::None)?;
        return Some((TokenKind::Priority(priority), 1));
    }
    if let Some(tag) = word.strip_prefix('#') {
        return validate_tags(&[tag.to_owned()]).is_ok().then(|| (TokenKind::Tag(tag.to_owned()), 1));
    }
    date(word, rest, today).map(|(day, count)| (TokenKind::Date(day), count))
}

/// The day that a word and those after it mean, and how many they are.
fn date(word: &str, rest: &[Word], today: Day) -> Option<(Day, usize)> {
    let following = |at: usize| rest.get(at).map(|(_, word)| short(word)).unwrap_or_default();
    let next_monday = today.plus(7 - to_i32(today.weekday()));
    let weekend = today.plus((5 - to_i32(today.weekday())).max(0));
    let word = short(word);
    match word.as_str() {
        "" => None,
        "today" => Some((today, 1)),
        "tomorrow" => Some((today.plus(1), 1)),
        "weekend" => Some((weekend, 1)),
        "this" => match following(0).as_str() {
            "weekend" => Some((weekend, 2)),
            name => Some((next_weekday(today, name)?, 2)),
        },
        "next" => match following(0).as_str() {
            "week" => Some((next_monday, 2)),
            "weekend" => Some((next_monday.plus(5), 2)),
            name => Some((next_monday.plus(named(&WEEKDAYS, name)?), 2)),
        },
        "in" => {
            let count = match following(0).as_str() {
                "a" => 1,
                number => digits(number, 3).filter(|&count| count > 0)?,
            };
            let unit = following(1);
            let day = match unit.strip_suffix('s').unwrap_or(&unit) {
                "day" => today.plus(count),
                "week" => today.plus(7 * count),
                "month" => months_after(today, count)?,
                _ => return None,
            };
            Some((day, 3))
        }
        _ => {
            let single = || next_weekday(today, &word).or_else(|| word.parse().ok()).map(|day| (day, 1));
            single().or_else(|| {
                let second = following(0);
                let (month, day) = match named(&MONTHS, &word) {
                    Some(month) => (month, day_of_month(&second)?),
                    None => (named(&MONTHS, &second)?, day_of_month(&word)?),
                };
                let year = digits(&following(1), 4).filter(|year| (2000..2200).contains(year));
                match year {
                    Some(year) => Some((Day::of_civil(year, month + 1, day)?, 3)),
                    None => Some((next_such_day(today, month + 1, day)?, 2)),
                }
            })
        }
    }
}

/// In lower case, if it is short enough for a part of a date.
fn short(word: &str) -> String {
    if word.len() > LONGEST { String::new() } else { word.to_ascii_lowercase() }
}

/// Which of the names begins with this, three letters or more.
fn named(names: &[&str], word: &str) -> Option<i32> {
    names.iter().position(|name| word.len() >= 3 && name.starts_with(word)).map(to_i32)
}

/// The next day of this name, after today.
fn next_weekday(today: Day, name: &str) -> Option<Day> {
    let weekday = named(&WEEKDAYS, name)?;
    Some(today.plus((weekday - to_i32(today.weekday()) - 1).rem_euclid(7) + 1))
}

/// The next such day; today counts.
fn next_such_day(today: Day, month: i32, day: i32) -> Option<Day> {
    let year = today.civil().0;
    (year..=year + LEAP_YEARS_APART).filter_map(|year| Day::of_civil(year, month, day)).find(|&day| day >= today)
}

/// The same day so many months later, or the last one of that month.
fn months_after(today: Day, count: i32) -> Option<Day> {
    let (year, month, day) = today.civil();
    let months = year * 12 + month - 1 + count;
    (1..=day).rev().find_map(|day| Day::of_civil(months / 12, months % 12 + 1, day))
}

/// `5`, `05`, `5th`.
fn day_of_month(word: &str) -> Option<i32> {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|&ending| word.strip_suffix(ending)).unwrap_or(word);
    digits(number, 2)
}

/// A number of at most so many digits.
fn digits(word: &str, max: usize) -> Option<i32> {
    (word.len() <= max && word.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.parse().ok())?
}

fn to_i32(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday.
    const TODAY: &str = "2026-11-21";

    /// The line; then title, day, priority and tags.
    #[rustfmt::skip]
    const TABLE: &[(&str, &str, &str, &str, &str)] = &[
        ("Milk",                              "Milk",                  "",           "none",   ""),
        ("  Milk  ",                          "Milk",                  "",           "none",   ""),
        ("",                                  "",                      "",           "none",   ""),
        (" \t ",                              "",                      "",           "none",   ""),
        ("Milk today",                        "Milk",                  "2026-11-21", "none",   ""),
        ("Milk Tomorrow",                     "Milk",                  "2026-11-22", "none",   ""),
        ("Milk sun",                          "Milk",                  "2026-11-22", "none",   ""),
        ("Milk mon",                          "Milk",                  "2026-11-23", "none",   ""),
        ("Milk fri",                          "Milk",                  "2026-11-27", "none",   ""),
        ("Milk sat",                          "Milk",                  "2026-11-28", "none",   ""),
        ("Milk FRIDAY",                       "Milk",                  "2026-11-27", "none",   ""),
        ("Milk thurs",                        "Milk",                  "2026-11-26", "none",   ""),
        ("Milk we",                           "Milk we",               "",           "none",   ""),
        ("Milk fridays",                      "Milk fridays",          "",           "none",   ""),
        ("Milk this fri",                     "Milk",                  "2026-11-27", "none",   ""),
        ("Milk 2027-01-31",                   "Milk",                  "2027-01-31", "none",   ""),
        ("Milk 2027-02-31",                   "Milk 2027-02-31",       "",           "none",   ""),
        ("Milk 31.01.2027",                   "Milk 31.01.2027",       "",           "none",   ""),
        ("Milk 5.12.",                        "Milk 5.12.",            "",           "none",   ""),
        ("Milk 5pm",                          "Milk 5pm",              "",           "none",   ""),
        ("Milk 17:00 fri",                    "Milk 17:00",            "2026-11-27", "none",   ""),
        ("Milk next monday",                  "Milk",                  "2026-11-23", "none",   ""),
        ("Milk next Sat",                     "Milk",                  "2026-11-28", "none",   ""),
        ("Milk next sunday",                  "Milk",                  "2026-11-29", "none",   ""),
        ("Milk next week",                    "Milk",                  "2026-11-23", "none",   ""),
        ("Milk next weekend",                 "Milk",                  "2026-11-28", "none",   ""),
        ("Milk next time",                    "Milk next time",        "",           "none",   ""),
        ("Milk this weekend",                 "Milk",                  "2026-11-21", "none",   ""),
        ("Milk weekend",                      "Milk",                  "2026-11-21", "none",   ""),
        ("Milk in 3 days",                    "Milk",                  "2026-11-24", "none",   ""),
        ("Milk in a day",                     "Milk",                  "2026-11-22", "none",   ""),
        ("Milk in 2 weeks",                   "Milk",                  "2026-12-05", "none",   ""),
        ("Milk in a month",                   "Milk",                  "2026-12-21", "none",   ""),
        ("Milk in 15 months",                 "Milk",                  "2028-02-21", "none",   ""),
        ("Milk in 0 days",                    "Milk in 0 days",        "",           "none",   ""),
        ("Milk in 3 bottles",                 "Milk in 3 bottles",     "",           "none",   ""),
        ("Milk in 3",                         "Milk in 3",             "",           "none",   ""),
        ("Milk dec 5",                        "Milk",                  "2026-12-05", "none",   ""),
        ("Milk 5 dec",                        "Milk",                  "2026-12-05", "none",   ""),
        ("Milk December 5th",                 "Milk",                  "2026-12-05", "none",   ""),
        ("Milk 1st sept",                     "Milk",                  "2027-09-01", "none",   ""),
        ("Milk dec 5 2027",                   "Milk",                  "2027-12-05", "none",   ""),
        ("Milk 05 DEC 2027 #a",               "Milk",                  "2027-12-05", "none",   "a"),
        ("Milk dec 5 1700",                   "Milk 1700",             "2026-12-05", "none",   ""),
        ("Milk nov 21",                       "Milk",                  "2026-11-21", "none",   ""),
        ("Milk nov 20",                       "Milk",                  "2027-11-20", "none",   ""),
        ("Milk feb 29",                       "Milk",                  "2028-02-29", "none",   ""),
        ("Milk feb 29 2027",                  "Milk feb 29 2027",      "",           "none",   ""),
        ("Milk feb 30",                       "Milk feb 30",           "",           "none",   ""),
        ("Milk dec 2027",                     "Milk dec 2027",         "",           "none",   ""),
        ("Milk may be off",                   "Milk may be off",       "",           "none",   ""),
        ("may 5 Milk",                        "Milk",                  "2027-05-05", "none",   ""),
        ("Milk !high",                        "Milk",                  "",           "high",   ""),
        ("Milk !MEDIUM",                      "Milk",                  "",           "medium", ""),
        ("!low Milk",                         "Milk",                  "",           "low",    ""),
        ("Milk !none",                        "Milk !none",            "",           "none",   ""),
        ("Milk !1",                           "Milk !1",               "",           "none",   ""),
        ("Milk !",                            "Milk !",                "",           "none",   ""),
        ("Milk!high",                         "Milk!high",             "",           "none",   ""),
        ("Milk #shop",                        "Milk",                  "",           "none",   "shop"),
        ("#shop Milk #Home",                  "Milk",                  "",           "none",   "shop,Home"),
        ("Milk #shop #SHOP",                  "Milk",                  "",           "none",   "shop"),
        ("Milk #",                            "Milk #",                "",           "none",   ""),
        ("Milk #a,b",                         "Milk #a,b",             "",           "none",   ""),
        ("Milk #büro",                        "Milk",                  "",           "none",   "büro"),
        ("Milk C#",                           "Milk C#",               "",           "none",   ""),
        ("tomorrow call Anna #work about it !high", "call Anna about it", "2026-11-22", "high", "work"),
        ("Milk  fri   #shop",                 "Milk",                  "2026-11-27", "none",   "shop"),
        ("Milk  and fri   bread",             "Milk  and   bread",     "2026-11-27", "none",   ""),
        ("Milk mon fri",                      "Milk mon",              "2026-11-27", "none",   ""),
        ("mon Milk fri",                      "mon Milk",              "2026-11-27", "none",   ""),
        ("Milk !low !high",                   "Milk !low",             "",           "high",   ""),
        ("Photo of the sun",                  "Photo of the",          "2026-11-22", "none",   ""),
        ("Photo of the \\sun",                "Photo of the sun",      "",           "none",   ""),
        ("Watch \\tomorrow fri",              "Watch tomorrow",        "2026-11-27", "none",   ""),
        ("Read \\next monday",                "Read next monday",      "",           "none",   ""),
        ("\\in 3 days we met",                "in 3 days we met",      "",           "none",   ""),
        ("Read C:\\",                         "Read C:\\",             "",           "none",   ""),
        ("Read \\notes",                      "Read \\notes",          "",           "none",   ""),
        ("Read \\",                           "Read \\",               "",           "none",   ""),
        ("Type \\\\tomorrow",                 "Type \\tomorrow",       "",           "none",   ""),
        ("Fix \\#12 now",                     "Fix #12 now",           "",           "none",   ""),
        ("tomorrow",                          "tomorrow",              "",           "none",   ""),
        ("next monday",                       "next monday",           "",           "none",   ""),
        ("#shop",                             "#shop",                 "",           "none",   ""),
        ("!high tomorrow",                    "!high",                 "2026-11-22", "none",   ""),
        ("קנה חלב #בית",                       "קנה חלב",               "",           "none",   "בית"),
        ("Milk\u{3000}fri",                   "Milk",                  "2026-11-27", "none",   ""),
    ];

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    #[test]
    fn dates_priorities_and_tags_are_understood_anywhere_in_the_line() {
        for &(line, title, due, priority, tags) in TABLE {
            let read = QuickAdd::read(line, day(TODAY));
            let due_read = read.due_date.map(|day| day.to_string()).unwrap_or_default();
            assert_eq!(
                (read.title.as_str(), due_read.as_str(), read.priority.as_str(), read.tags.join(",").as_str()),
                (title, due, priority, tags),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_text_that_is_a_date_alone_says_a_day() {
        let today = day("2026-11-25");
        for (text, expected) in [("in 3 days", Some("2026-11-28")), (" tomorrow ", Some("2026-11-26")), ("2027-01-31", Some("2027-01-31"))]
        {
            assert_eq!(QuickAdd::read_day(text, today), expected.map(day), "{text}");
        }
        for text in ["", "call tomorrow", "tomorrow at five", "in 3", "3", "#work"] {
            assert_eq!(QuickAdd::read_day(text, today), None, "{text}");
        }
    }

    #[test]
    fn what_a_date_means_depends_on_the_day() {
        for (today, words, meant) in [
            ("2026-11-22", "this weekend", "2026-11-22"),
            ("2026-11-22", "next week", "2026-11-23"),
            ("2026-11-23", "weekend", "2026-11-28"),
            ("2026-11-23", "monday", "2026-11-30"),
            ("2026-11-23", "next monday", "2026-11-30"),
            ("2026-11-23", "next friday", "2026-12-04"),
            ("2027-01-31", "in a month", "2027-02-28"),
            ("2027-12-31", "in 2 months", "2028-02-29"),
            ("2027-12-31", "in 12 months", "2028-12-31"),
            ("2096-03-01", "feb 29", "2104-02-29"),
        ] {
            let read = QuickAdd::read(&format!("Milk {words}"), day(today));
            assert_eq!((read.title.as_str(), read.due_date), ("Milk", Some(day(meant))), "{words} on {today}");
        }
        // Beyond the last day of the calendar.
        for words in ["in a month", "jan 1"] {
            assert_eq!(QuickAdd::read(&format!("Milk {words}"), Day::MAX).due_date, None, "{words}");
        }
    }

    #[test]
    fn tokens_say_where_they_stand_and_can_be_made_words() {
        let line = "Büro next monday !high #büro";
        let read = QuickAdd::read(line, day(TODAY));
        let parts: Vec<_> = read.tokens.iter().map(|token| &line[token.start..token.end]).collect();
        assert_eq!(parts, ["next monday", "!high", "#büro"]);
        assert_eq!(read.tokens[0].kind, TokenKind::Date(day("2026-11-23")));
        assert_eq!(read.tokens[1].kind, TokenKind::Priority(Priority::High));
        assert_eq!(read.tokens[2].kind, TokenKind::Tag("büro".into()));
        let line = escape_token(line, &read.tokens[0]);
        assert_eq!(line, "Büro \\next monday !high #büro");
        let read = QuickAdd::read(&line, day(TODAY));
        assert_eq!((read.title.as_str(), read.due_date, read.tokens.len()), ("Büro next monday", None, 2));
    }

    #[test]
    fn a_task_has_no_more_tags_than_it_may_and_a_long_line_is_read_all_the_same() {
        let tags: Vec<_> = (0..TAGS_MAX + 5).map(|number| format!("#t{number}")).collect();
        let read = QuickAdd::read(&format!("Milk fri {} !low", tags.join(" ")), day(TODAY));
        assert_eq!((read.tags.len(), read.tokens.len()), (TAGS_MAX, TAGS_MAX + 2));
        assert_eq!(read.title, format!("Milk {}", tags[TAGS_MAX..].join(" ")));
        for piece in ["dec 5 ", "#a ", "!low ", "\\in 3 days ", "in 3 ", "next ", "\\", "x", "é", " ", "#", "2027-01-31\u{2003}"] {
            let line = piece.repeat(64 * 1024 / piece.len());
            let read = QuickAdd::read(&line, day(TODAY));
            assert!(read.tokens.len() <= TAGS_MAX + 2 && read.title.is_empty() == line.trim().is_empty(), "{piece:?}");
        }
    }

    #[test]
    fn of_any_line_a_title_is_left_and_every_token_can_be_made_words() {
        const PIECES: &[&str] = &[
            "\\",
            "!",
            "#",
            " ",
            " ",
            " ",
            "  ",
            "\u{3000}",
            "\n",
            "high",
            "low",
            "today",
            "sun",
            "next",
            "this",
            "in",
            "a",
            "3",
            "29",
            "5th",
            "feb",
            "Dec",
            "may",
            "monday",
            "week",
            "weekend",
            "days",
            "months",
            "2027",
            "2027-01-31",
            "é",
            "🦀",
            "\u{301}",
            "\0",
            ",",
            "tag",
            "Milk",
            "İ",
            "ß",
        ];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut number = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap_or(0) % below
        };
        let mut found = 0;
        for _ in 0..50_000 {
            let spaced = number(2) == 0;
            let mut line = String::new();
            for _ in 0..number(14) {
                line.push_str(PIECES[number(PIECES.len())]);
                line.push_str(if spaced { " " } else { "" });
            }
            let days = [day(TODAY), day("2024-02-29"), Day::MIN, Day::MAX];
            let today = days[number(days.len())];
            let read = QuickAdd::read(&line, today);
            assert_eq!(read.title.is_empty(), line.trim().is_empty(), "{line:?}");
            assert_eq!(read.title, read.title.trim(), "{line:?}");
            found += read.tokens.len();
            let mut end = 0;
            for token in &read.tokens {
                assert!(end <= token.start && token.start < token.end, "{line:?} {token:?}");
                assert!(line.get(token.start..token.end).is_some_and(|text| text == text.trim()), "{line:?} {token:?}");
                end = token.end;
            }
            // Each time one word less can be a token.
            let mut escaped = line.clone();
            for _ in 0..=line.split_whitespace().count() {
                let Some(token) = QuickAdd::read(&escaped, today).tokens.first().cloned() else { break };
                escaped = escape_token(&escaped, &token);
            }
            let read = QuickAdd::read(&escaped, today);
            assert_eq!(read.tokens, [], "{line:?} {escaped:?}");
            assert_eq!((read.due_date, read.priority, read.tags.len()), (None, Priority::None, 0));
            if !line.contains('\\') {
                assert_eq!(read.title, line.trim(), "{escaped:?}");
            }
        }
        assert!(found > 10_000, "{found}");
    }
}
