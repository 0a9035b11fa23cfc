//! What a value of another system's database is to us. Pure functions over JSON, which rows of both databases are read as.

use app::model::{Day, Priority, Timestamp};
use serde_json::Value;

/// Numbers of this size and above are milliseconds since 1970, smaller ones seconds: 1973 and 5138 lie on the border.
const FIRST_MILLIS: f64 = 1e11;
/// And from this on microseconds.
const FIRST_MICROS: f64 = 1e14;

/// How far the clock of a place is ahead of UTC: for times that are written without saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone {
    minutes: i64,
}

impl Zone {
    /// That of UTC.
    pub const UTC: Self = Self { minutes: 0 };

    /// `UTC`, `Z`, or an offset like `+02:00`. Names of places need a table of their history, which is not here.
    pub fn parse(text: &str) -> Result<Self, String> {
        if matches!(text, "UTC" | "utc" | "Z" | "z") {
            return Ok(Self::default());
        }
        let offset = offset_of(text).ok_or("it must be UTC or an offset from it like +02:00 (names of places are not known)")?;
        Ok(Self { minutes: offset })
    }
}

/// A time as a source has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day without a time.
    Day(Day),
    /// What a clock showed, in milliseconds since 1970 on that clock, wherever it was.
    Naive(i64),
    /// A moment.
    At(Timestamp),
}

impl Moment {
    /// The moment, with this zone for what does not say its own.
    pub fn at(self, zone: Zone) -> Timestamp {
        match self {
            Self::Day(day) => Timestamp(day_millis(day) - zone.minutes * 60_000),
            Self::Naive(millis) => Timestamp(millis - zone.minutes * 60_000),
            Self::At(at) => at,
        }
    }

    /// The day in this zone, and what time of that day it was, where that is no midnight.
    pub fn day(self, zone: Zone) -> (Day, Option<String>) {
        let local = match self {
            Self::Day(day) => return (day, None),
            Self::Naive(millis) => millis,
            Self::At(at) => at.0 + zone.minutes * 60_000,
        };
        let minutes = local.rem_euclid(86_400_000) / 60_000;
        let time = (local.rem_euclid(86_400_000) != 0).then(|| format!("{:02}:{:02}", minutes / 60, minutes % 60));
        (Day::of_millis(local), time)
    }
}

fn day_millis(day: Day) -> i64 {
    i64::from(day.since(Day::of_millis(0))) * 86_400_000
}

/// The text of a value; `None` for null. Numbers and booleans as JSON writes them.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether a value says nothing: null, an empty text or list, false or zero.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_true) => !is_true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => matches!(text.trim(), "" | "[]" | "{}" | "null"),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// A truth value: a boolean, 0 and 1, or their names.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(is_true) => Some(*is_true),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "t" | "true" | "yes" | "y" | "1" | "on" => Some(true),
            "f" | "false" | "no" | "n" | "0" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// What a status in words means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Whether it is done; and whether the word says more than that.
    Known {
        /// Whether it is done.
        done: bool,
        /// Whether it says more, as `in progress` does.
        says_more: bool,
    },
    /// A word that is not known.
    Unknown,
}

/// Reads a status: a truth value or one of the words that such systems use.
pub fn status(value: &Value) -> Status {
    if let Some(done) = truth(value) {
        return Status::Known { done, says_more: false };
    }
    let Value::String(word) = value else { return Status::Unknown };
    // An enum of Python is stored by its name or value, at times with the name of its class before it.
    let word = word.rsplit('.').next().unwrap_or_default();
    let (done, says_more) = match key(word).as_str() {
        "done" | "completed" | "complete" | "finished" | "closed" | "resolved" => (true, false),
        "cancelled" | "canceled" | "archived" | "wontdo" | "wontfix" | "skipped" => (true, true),
        "pending" | "todo" | "open" | "incomplete" | "new" | "active" | "notstarted" | "notdone" | "uncompleted" => (false, false),
        "inprogress" | "doing" | "started" | "ongoing" | "blocked" | "onhold" | "waiting" | "backlog" | "review" | "inreview"
        | "paused" | "next" | "someday" | "scheduled" | "deferred" => (false, true),
        _ => return Status::Unknown,
    };
    Status::Known { done, says_more }
}

/// A name in lower case with its letters and digits alone, so that `dueDate`, `due_date` and `Due date` are one.
pub fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Reads a priority: the priority, and whether the value says more than that; `None` for one that is not known.
pub fn priority(value: &Value) -> Option<(Priority, bool)> {
    let word = match value {
        Value::Null => return Some((Priority::None, false)),
        Value::Number(number) => {
            // As an enum of whole numbers counts: the higher, the more it matters.
            return match number.as_i64()? {
                0 => Some((Priority::None, false)),
                1 => Some((Priority::Low, false)),
                2 => Some((Priority::Medium, false)),
                3 => Some((Priority::High, false)),
                _ => None,
            };
        }
        Value::String(word) => word.rsplit('.').next().unwrap_or_default(),
        _ => return None,
    };
    Some(match key(word).as_str() {
        "" | "none" | "nopriority" | "p4" | "0" => (Priority::None, false),
        "low" | "p3" | "minor" | "1" => (Priority::Low, false),
        "lowest" | "trivial" | "verylow" => (Priority::Low, true),
        "medium" | "normal" | "moderate" | "med" | "mid" | "p2" | "2" => (Priority::Medium, false),
        "high" | "important" | "major" | "p1" | "3" => (Priority::High, false),
        "urgent" | "critical" | "highest" | "veryhigh" | "blocker" | "p0" => (Priority::High, true),
        _ => return None,
    })
}

/// Reads a list of words: a JSON array (of texts, or of objects with a `name`), one that is written as text, PostgreSQL's
/// `{a,b}`, or words between commas. `None` for what is none of these.
pub fn words(value: &Value) -> Option<Vec<String>> {
    let split = |text: &str, at: char| -> Vec<String> {
        text.split(at).map(|word| word.trim().trim_matches('"').to_owned()).filter(|word| !word.is_empty()).collect()
    };
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items
            .iter()
            .filter(|item| !item.is_null())
            .map(|item| match item {
                Value::String(word) => Some(word.trim().to_owned()),
                Value::Number(number) => Some(number.to_string()),
                Value::Object(members) => ["name", "title", "label"].iter().find_map(|name| Some(members.get(*name)?.as_str()?.to_owned())),
                _ => None,
            })
            .filter(|word| word.as_deref() != Some(""))
            .collect(),
        Value::String(text) => {
            let text = text.trim();
            match text.chars().next() {
                None => Some(Vec::new()),
                Some('[') => words(&serde_json::from_str(text).ok()?).filter(|_| !text.is_empty()),
                Some('{') if text.ends_with('}') && !text.contains(':') => Some(split(&text[1..text.len() - 1], ',')),
                Some('{') => None,
                Some(_) => Some(split(text, ',')),
            }
        }
        _ => None,
    }
}

/// Reads a time: a date, a date and time with or without an offset, or a number of seconds, milliseconds or microseconds since
/// 1970. `None` for anything else.
pub fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Number(number) => Some(Moment::At(of_number(number.as_f64()?))),
        Value::String(text) => {
            let text = text.trim();
            // A small number is a day or a year rather than a moment of 1970.
            let number = || text.parse().ok().filter(|number: &f64| number.is_finite() && number.abs() >= 1e6);
            parse(text).or_else(|| Some(Moment::At(of_number(number()?))))
        }
        _ => None,
    }
}

fn of_number(number: f64) -> Timestamp {
    let millis = match number.abs() {
        size if size < FIRST_MILLIS => number * 1000.0,
        size if size < FIRST_MICROS => number,
        _ => number / 1000.0,
    };
    #[allow(clippy::cast_possible_truncation, reason = "it saturates")]
    Timestamp(millis.round() as i64)
}

/// `2026-01-31`, then perhaps a time after a `T` or a space, with or without seconds and a fraction, and perhaps an offset.
fn parse(text: &str) -> Option<Moment> {
    let day: Day = text.get(..10)?.parse().ok()?;
    let rest = &text[10..];
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else { return rest.is_empty().then_some(Moment::Day(day)) };
    let end = time.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(time.len());
    let (clock, offset) = time.split_at(end);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, ""));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok().filter(|_| part.len() == 2)).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    // A leap second is the one before it.
    if hour > 23 || minute > 59 || second > 60 || fraction.len() > 9 {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let local = day_millis(day) + ((hour * 60 + minute) * 60 + second.min(59)) * 1000 + millis;
    let offset = offset.trim();
    match offset {
        "" => Some(Moment::Naive(local)),
        "Z" | "z" | "UTC" | "GMT" => Some(Moment::At(Timestamp(local))),
        _ => Some(Moment::At(Timestamp(local - offset_of(offset)? * 60_000))),
    }
}

/// `+02:00`, `+0200` or `+02`, in minutes.
fn offset_of(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 });
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn times_are_read_in_every_form_that_such_systems_store() {
        let berlin = Zone::parse("+02:00").expect("an offset");
        for (value, expected) in [
            (json!("2026-01-31T08:05:00.123Z"), "2026-01-31T08:05:00.123Z"),
            (json!("2026-01-31T08:05:00.123456+00:00"), "2026-01-31T08:05:00.123Z"),
            (json!("2026-01-31 10:05:00+02"), "2026-01-31T08:05:00.000Z"),
            (json!("2026-01-31T10:05:00+0200"), "2026-01-31T08:05:00.000Z"),
            (json!("2026-01-31 02:35-05:30"), "2026-01-31T08:05:00.000Z"),
            // Without an offset, in the zone that is given.
            (json!("2026-01-31 10:05:00.5"), "2026-01-31T08:05:00.500Z"),
            (json!("2026-01-31T10:05:00"), "2026-01-31T08:05:00.000Z"),
            (json!("2026-01-31"), "2026-01-30T22:00:00.000Z"),
            (json!(1_769_846_700), "2026-01-31T08:05:00.000Z"),
            (json!(1_769_846_700.25), "2026-01-31T08:05:00.250Z"),
            (json!(1_769_846_700_123_i64), "2026-01-31T08:05:00.123Z"),
            (json!(1_769_846_700_123_456_i64), "2026-01-31T08:05:00.123Z"),
            (json!("1769846700123"), "2026-01-31T08:05:00.123Z"),
        ] {
            assert_eq!(moment(&value).map(|moment| moment.at(berlin)), Some(at(expected)), "{value}");
        }
        for value in
            [json!("soon"), json!("2026-02-30"), json!("2026-01-31T25:00"), json!("infinity"), json!(null), json!(true), json!("12")]
        {
            assert_eq!(moment(&value), None, "{value}");
        }
    }

    #[test]
    fn a_day_is_that_of_the_zone_and_a_time_of_day_is_not_lost() {
        let zone = Zone::parse("-05:00").expect("an offset");
        for (value, day, time) in [
            ("2026-01-31", "2026-01-31", None),
            ("2026-01-31T00:00:00", "2026-01-31", None),
            ("2026-01-31T17:30:00", "2026-01-31", Some("17:30")),
            ("2026-01-31T02:00:00Z", "2026-01-30", Some("21:00")),
            ("2026-01-31T05:00:00+00:00", "2026-01-31", None),
        ] {
            let (found, clock) = moment(&json!(value)).expect("a time").day(zone);
            assert_eq!((found.to_string().as_str(), clock.as_deref()), (day, time), "{value}");
        }
    }

    #[test]
    fn a_zone_is_utc_or_an_offset() {
        for (text, minutes) in [("UTC", 0), ("Z", 0), ("+05:30", 330), ("-0800", -480), ("+01", 60)] {
            assert_eq!(Zone::parse(text), Ok(Zone { minutes }), "{text}");
        }
        for text in ["", "Europe/Berlin", "+5", "05:00", "+99:00", "+01:75"] {
            assert!(Zone::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_status_is_done_or_not_and_may_say_more() {
        let known = |done, says_more| Status::Known { done, says_more };
        for (value, expected) in [
            (json!(true), known(true, false)),
            (json!(0), known(false, false)),
            (json!("t"), known(true, false)),
            (json!("COMPLETED"), known(true, false)),
            (json!("TaskStatus.done"), known(true, false)),
            (json!("todo"), known(false, false)),
            (json!("IN_PROGRESS"), known(false, true)),
            (json!("in-progress"), known(false, true)),
            (json!("cancelled"), known(true, true)),
            (json!("elsewhere"), Status::Unknown),
            (json!(7), Status::Unknown),
            (json!(null), Status::Unknown),
        ] {
            assert_eq!(status(&value), expected, "{value}");
        }
    }

    #[test]
    fn a_priority_is_read_by_name_letter_or_number() {
        for (value, expected) in [
            (json!("HIGH"), Some((Priority::High, false))),
            (json!("Priority.medium"), Some((Priority::Medium, false))),
            (json!("P1"), Some((Priority::High, false))),
            (json!("p3"), Some((Priority::Low, false))),
            (json!("urgent"), Some((Priority::High, true))),
            (json!(""), Some((Priority::None, false))),
            (json!(null), Some((Priority::None, false))),
            (json!(2), Some((Priority::Medium, false))),
            (json!(9), None),
            (json!("purple"), None),
        ] {
            assert_eq!(priority(&value), expected, "{value}");
        }
    }

    #[test]
    fn tags_are_read_from_lists_and_from_texts_that_are_lists() {
        let two = Some(vec!["home".to_owned(), "work".to_owned()]);
        for value in [
            json!(["home", "work"]),
            json!([{ "name": "home" }, { "id": 2, "name": "work" }]),
            json!("[\"home\", \"work\"]"),
            json!("{home,work}"),
            json!("{\"home\",\"work\"}"),
            json!("home, work"),
            json!(["home", null, "", "work"]),
        ] {
            assert_eq!(words(&value), two, "{value}");
        }
        for value in [json!(null), json!(""), json!([]), json!("[]"), json!("{}")] {
            assert_eq!(words(&value), Some(vec![]), "{value}");
        }
        for value in [json!({ "a": 1 }), json!("{\"a\": 1}"), json!([[1]]), json!("[broken"), json!(3)] {
            assert_eq!(words(&value), None, "{value}");
        }
    }
}
