//! Tasks from the files that other task managers write, for one user. Pure functions over the bytes of a file, for the command line
//! and for the account page.

mod json;
mod ticktick;
mod todoist;
mod vikunja;

use std::collections::HashMap;

use app::model::{Day, Priority, Task, Timestamp};
use clap::ValueEnum;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{
    model::SourceTask,
    read::Draft,
    report::{Entry, Kind, Reason},
    values::{Moment, Zone},
};

/// What wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Todoist's CSV of a project
    Todoist,
    /// Vikunja's archive of all data
    Vikunja,
    /// `TickTick`'s CSV of a backup
    #[value(name = "ticktick")]
    TickTick,
    /// The download of our account page
    Json,
}

/// How a file is read.
#[derive(Debug, Clone)]
pub struct FileOptions<'a> {
    /// Whose the tasks become.
    pub owner: &'a str,
    /// For times that do not say their own.
    pub zone: Zone,
    /// Whether what has no place goes into tags and descriptions.
    pub keep_extra: bool,
    /// For tasks of which the file does not say when they were made.
    pub now: Timestamp,
    /// The ids of the owner's tasks, as `tasks::known_ids` has them: only these are taken from a file, which its sender may have
    /// written by hand.
    pub known_ids: HashMap<String, Option<Timestamp>>,
    /// Most bytes that are unpacked from an archive, which may claim to be of any size.
    pub unpacked_max: u64,
}

/// What is in a file.
#[derive(Debug, Default)]
pub struct Tasks {
    /// How many tasks it has.
    pub read: u64,
    /// Those that can be taken.
    pub tasks: Vec<SourceTask>,
    /// Why each of the others cannot, and what of a task cannot.
    pub entries: Vec<Entry>,
    /// How many cannot.
    pub refused: Vec<Reason>,
}

/// Reads a file; the error says why it is not of this format.
pub fn read(format: Format, bytes: &[u8], options: &FileOptions<'_>) -> Result<Tasks, String> {
    match format {
        Format::Todoist => todoist::read(bytes, options),
        Format::Vikunja => vikunja::read(bytes, options),
        Format::TickTick => ticktick::read(bytes, options),
        Format::Json => json::read(bytes, options),
    }
}

/// A task of a file, before it is checked.
#[derive(Debug, Default)]
struct Item {
    /// Tells it from the others of the file, also in a later one.
    key: String,
    /// Where it is in the file, for the report.
    place: String,
    title: String,
    description: Option<String>,
    completed: bool,
    completed_at: Option<Timestamp>,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    due: Option<Day>,
    priority: Priority,
    tags: Vec<String>,
    /// What has no place: the name, the value, and whether that is a word that can be a tag.
    extras: Vec<(String, Value, bool)>,
}

impl Item {
    /// Keeps what has no place, if it says anything.
    fn extra(&mut self, name: &str, value: impl Into<Value>, is_word: bool) {
        let value = value.into();
        if !super::values::is_empty(&value) {
            self.extras.push((name.to_owned(), value, is_word));
        }
    }

    /// Sets the day of a time, whose time of day has no place.
    fn set_due(&mut self, moment: Moment, zone: Zone) {
        let (day, time) = moment.day(zone);
        self.due = Some(day);
        self.extra("due time", time, false);
    }
}

impl Tasks {
    /// Adds a task, if it can be one here.
    fn add(&mut self, item: Item, format: Format, options: &FileOptions<'_>) {
        self.read += 1;
        let id = id_of(format, options.owner, &item.key);
        let mut draft =
            Draft { entries: Vec::new(), extras: item.extras, keep_extra: options.keep_extra, id: &item.place, owner: options.owner };
        let created_at = item.created_at.or(item.completed_at).unwrap_or(options.now);
        let mut task = Task {
            id,
            user_id: options.owner.to_owned(),
            completed: item.completed,
            due_date: item.due,
            priority: item.priority,
            created_at,
            updated_at: item.updated_at.or(item.completed_at).unwrap_or(created_at).max(created_at),
            ..Task::default()
        };
        task.completed_at = item.completed.then(|| item.completed_at.unwrap_or(task.updated_at));
        let title = app::model::one_line(item.title.trim());
        match draft.finish(&mut task, &title, item.description, item.tags) {
            Ok(()) => {
                self.entries.extend(draft.entries);
                self.tasks.push(SourceTask { task, is_dated: item.created_at.is_some(), order: None });
            }
            Err(entry) => self.refuse(entry),
        }
    }

    fn refuse(&mut self, entry: Entry) {
        self.refused.push(entry.reason);
        self.entries.push(entry);
    }

    /// Notes a line that is no task.
    fn unread(&mut self, place: String, field: &str, value: impl Into<Value>) {
        self.entries.push(Entry::new(Kind::Line, place, Reason::NoPlace).field(field, value.into()));
    }
}

/// The id of a task from a file: the same each time, so that a file that is read twice doubles nothing, and another for each user.
/// A UUID of version 8 (RFC 9562, section 5.8).
fn id_of(format: Format, owner: &str, key: &str) -> String {
    let mut hash = Sha256::new();
    for part in [format!("{format:?}").as_str(), owner, key] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let bytes = hash.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
    uuid::Builder::from_custom_bytes(bytes.to_be_bytes()).into_uuid().to_string()
}

/// A text without the mark with which some programs begin a file.
fn text_of(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn options(owner: &str, keep_extra: bool) -> FileOptions<'_> {
        let known_ids = if owner == "ada" { HashMap::from([("x".to_owned(), None)]) } else { HashMap::new() };
        FileOptions { owner, zone: Zone::UTC, keep_extra, now: Timestamp(1_800_000_000_000), known_ids, unpacked_max: 1024 * 1024 }
    }

    /// The fields of a report's lines that say that something has no place.
    pub fn without_place(tasks: &Tasks) -> Vec<String> {
        let entries = tasks.entries.iter().filter(|entry| entry.reason == Reason::NoPlace);
        entries.filter_map(|entry| entry.field.clone()).collect()
    }

    #[test]
    fn a_task_of_a_file_has_the_same_id_each_time_and_another_for_each_user() {
        let id = id_of(Format::Todoist, "ada", "1");
        assert_eq!(id, id_of(Format::Todoist, "ada", "1"));
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'8'));
        for other in [id_of(Format::TickTick, "ada", "1"), id_of(Format::Todoist, "bob", "1"), id_of(Format::Todoist, "ad", "a1")] {
            assert_ne!(id, other);
        }
    }
}
