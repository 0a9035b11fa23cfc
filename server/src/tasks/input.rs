//! Bodies of the task routes, as front ends of such systems send them: members have other names in some, dates come with a time,
//! words in any case, `null` where nothing was chosen. What they mean is taken over; what contradicts itself is refused by name.

use app::model::{Day, FieldError, NewTask, Priority, PutTask, SetCompleted, Status, schemas};
use serde::{Deserialize, Deserializer, de};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::problem::{Error, Result};

/// A new task or a change of one. `None` is an absent member, `Some(None)` is `null`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TaskInput {
    #[serde(deserialize_with = "present")]
    title: Option<String>,
    #[serde(deserialize_with = "present")]
    description: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    completed: Option<Option<bool>>,
    #[serde(deserialize_with = "present")]
    is_completed: Option<Option<bool>>,
    #[serde(rename = "isCompleted", deserialize_with = "present")]
    is_completed_in_camel_case: Option<Option<bool>>,
    #[serde(deserialize_with = "present")]
    status: Option<Option<StatusWord>>,
    #[serde(deserialize_with = "present")]
    due_date: Option<Option<DueDate>>,
    #[serde(rename = "dueDate", deserialize_with = "present")]
    due_date_in_camel_case: Option<Option<DueDate>>,
    #[serde(deserialize_with = "present")]
    priority: Option<Option<PriorityWord>>,
    #[serde(deserialize_with = "present")]
    tags: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "present")]
    position: Option<Option<String>>,
}

impl TaskInput {
    /// The task that it makes.
    pub fn new_task(self) -> Result<NewTask> {
        let PutTask { title, description, completed, due_date, priority, tags, position } = self.change()?;
        let task = NewTask {
            title: title.unwrap_or_default(),
            description: description.flatten(),
            completed: completed.unwrap_or_default(),
            due_date: due_date.flatten(),
            priority: priority.unwrap_or_default(),
            tags: tags.unwrap_or_default(),
            position,
        };
        task.validate().map_err(Error::Invalid)
    }

    /// The change that it makes: `null` sets the default, which a place that a task has does not have.
    pub fn change_of_task(self) -> Result<PutTask> {
        if self.position == Some(None) {
            return Err(Error::WrongType(FieldError::new("position", "INVALID_TYPE", "The position must be a text.")));
        }
        self.change()?.validate().map_err(Error::Invalid)
    }

    fn change(self) -> Result<PutTask> {
        let mut errors = Vec::new();
        let completed = completed(
            [("completed", self.completed), ("is_completed", self.is_completed), ("isCompleted", self.is_completed_in_camel_case)],
            self.status,
            &mut errors,
        );
        let due_date = agreed([("due_date", self.due_date), ("dueDate", self.due_date_in_camel_case)], &mut errors);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        Ok(PutTask {
            title: self.title,
            description: self.description,
            completed: completed.map(Option::unwrap_or_default),
            due_date: due_date.map(|due| due.and_then(|DueDate(day)| day)),
            priority: self.priority.map(|word| word.map_or_else(Priority::default, |PriorityWord(priority)| priority)),
            tags: self.tags.map(Option::unwrap_or_default),
            position: self.position.flatten(),
        })
    }
}

/// Body of `PATCH …/complete`: without a member it toggles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CompletedInput {
    #[serde(deserialize_with = "present")]
    completed: Option<bool>,
    #[serde(deserialize_with = "present")]
    is_completed: Option<bool>,
    #[serde(rename = "isCompleted", deserialize_with = "present")]
    is_completed_in_camel_case: Option<bool>,
    #[serde(deserialize_with = "present")]
    status: Option<StatusWord>,
}

impl CompletedInput {
    /// What it sets.
    pub fn set(self) -> Result<SetCompleted> {
        let mut errors = Vec::new();
        let names = [
            ("completed", self.completed.map(Some)),
            ("is_completed", self.is_completed.map(Some)),
            ("isCompleted", self.is_completed_in_camel_case.map(Some)),
        ];
        let completed = completed(names, self.status.map(Some), &mut errors).flatten();
        if errors.is_empty() { Ok(SetCompleted { completed }) } else { Err(Error::Invalid(errors)) }
    }
}

/// Schemas of the bodies, by the names of what they become.
macro_rules! body_schemas {
    ($($(#[$doc:meta])* $name:ident as $shown:literal = $schema:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                schemas::from_json($schema)
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $shown.into()
            }
        }
    )+};
}

body_schemas! {
    /// A [`TaskInput`] that makes a task.
    NewTaskBody as "NewTask" = json!({ "type": "object", "properties": schemas::new_task_members(), "required": ["title"] });
    /// A [`TaskInput`] that changes one.
    PutTaskBody as "PutTask" = json!({ "type": "object", "properties": schemas::task_members() });
    /// A [`CompletedInput`].
    CompletedBody as "SetCompleted" = json!({ "type": "object", "properties": {
        "completed": { "type": "boolean", "description": "The state to set, whatever it was: safe to send twice" },
        "is_completed": { "type": "boolean", "description": "The same as `completed`" },
        "isCompleted": { "type": "boolean", "description": "The same as `completed`" },
        "status": { "type": "string", "pattern": schemas::status_pattern(), "description": "The same as `completed`" },
    } });
}

/// Whether a task is done, as these members say it.
fn completed(
    [first, second, third]: [(&'static str, Option<Option<bool>>); 3],
    status: Option<Option<StatusWord>>,
    errors: &mut Vec<FieldError>,
) -> Option<Option<bool>> {
    let status = status.map(|word| word.map(|StatusWord(completed)| completed));
    agreed([first, second, third, ("status", status)], errors)
}

/// The one value of members that mean the same; an error for two that differ.
fn agreed<T: PartialEq, const N: usize>(members: [(&'static str, Option<T>); N], errors: &mut Vec<FieldError>) -> Option<T> {
    let mut given = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let (first_name, first) = given.next()?;
    for (name, value) in given {
        if value != first {
            let words = format!("{first_name} and {name} say different things: send one of them.");
            errors.push(FieldError::new(name, "CONTRADICTION", words));
        }
    }
    Some(first)
}

/// A present member, also where it is `null`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A day; of a date and time, the day at its own offset; of an empty text, none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DueDate(Option<Day>);

impl<'de> Deserialize<'de> for DueDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self(None));
        }
        text.parse().or_else(|no_day| day_of_date_time(&text).ok_or(no_day)).map(|day| Self(Some(day))).map_err(de::Error::custom)
    }
}

/// The day of a date and time as RFC 3339 writes it, or as browsers and Python do without an offset (and seconds).
pub fn day_of_date_time(text: &str) -> Option<Day> {
    let (day, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    // `HH:MM` of `<input type="datetime-local">`.
    let seconds = if time.len() == 5 { ":00" } else { "" };
    let has_offset = time.ends_with(['Z', 'z']) || time.contains(['+', '-']);
    let offset = if has_offset { "" } else { "Z" };
    OffsetDateTime::parse(&format!("{day}T{time}{seconds}{offset}"), &Rfc3339).ok()?;
    day.parse().ok()
}

/// A priority in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PriorityWord(Priority);

impl<'de> Deserialize<'de> for PriorityWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.to_ascii_lowercase().parse().map(Self).map_err(de::Error::custom)
    }
}

/// Whether a task is done, as a word of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StatusWord(bool);

impl<'de> Deserialize<'de> for StatusWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        read_status(&word).and_then(Status::completed).map(Self).ok_or_else(|| {
            de::Error::custom("status is pending or completed (also todo, incomplete, done); better send completed, true or false.")
        })
    }
}

/// A word for whether tasks are done, as such systems write it: in any case, `todo` and `incomplete` for those still to do.
pub fn read_status(word: &str) -> Option<Status> {
    match word.to_ascii_lowercase().as_str() {
        "todo" | "incomplete" => Some(Status::Pending),
        "done" | "complete" => Some(Status::Completed),
        word => word.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_date_and_time_is_the_one_at_its_own_offset() {
        for (text, day) in [
            ("2026-12-24T00:30:00+09:00", "2026-12-24"),
            ("2026-12-24T23:59:59.999999-08:00", "2026-12-24"),
            ("2026-12-24t08:00:00z", "2026-12-24"),
            ("2026-12-24 08:00:00Z", "2026-12-24"),
            ("2026-12-24T08:00", "2026-12-24"),
            ("2026-12-24T08:00:00.000", "2026-12-24"),
            ("2026-12-24T08:00:00", "2026-12-24"),
        ] {
            assert_eq!(day_of_date_time(text), day.parse().ok(), "{text}");
        }
        for text in [
            "2026-12-24",
            "2026-02-30T00:00:00Z",
            "2026-12-24T25:00:00Z",
            "2026-12-24T",
            "2026-12-24T08",
            "2026-12-24Tnoon",
            "é026-12-24T08:00",
        ] {
            assert_eq!(day_of_date_time(text), None, "{text}");
        }
    }
}
