//! A task, what makes and what changes one, and what each member may hold.

use serde::{Deserialize, Serialize};

use super::{FieldError, Timestamp, lower, present, validate_text};
use crate::{day::Day, position};

/// Longest title, in Unicode characters after trimming.
pub const TITLE_MAX: usize = 500;
/// Longest description, in Unicode characters.
pub const DESCRIPTION_MAX: usize = 5_000;
/// Most tags of one task.
pub const TAGS_MAX: usize = 20;
/// Longest tag, in Unicode characters after trimming.
pub const TAG_MAX: usize = 50;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Task {
    /// A `UUIDv7`, so that ids sort by age.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// 1 to [`TITLE_MAX`] characters.
    pub title: String,
    /// Up to [`DESCRIPTION_MAX`] characters, never blank.
    pub description: Option<String>,
    /// Whether it is done.
    pub completed: bool,
    /// The day by which it is to be done.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(required))]
    pub due_date: Option<Day>,
    /// How much it matters.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(required))]
    pub priority: Priority,
    /// Up to [`TAGS_MAX`], each of 1 to [`TAG_MAX`] characters, no two alike but for their case.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(required))]
    pub tags: Vec<String>,
    /// Where it stands in the order that the user gave the list: sorts byte by byte.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(required))]
    pub position: String,
    /// When it was done, if it is.
    #[serde(default)]
    #[cfg_attr(feature = "ssr", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Task {
    /// Its strong entity tag (RFC 9110, section 8.8.3): each change moves `updated_at` on.
    pub fn etag(&self) -> String {
        etag_of(self.updated_at)
    }
}

/// A task that was deleted and can be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct TrashedTask {
    /// What it was.
    pub task: Task,
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// Until when it can be put back.
    pub purged_at: Timestamp,
}

/// The entity tag of a task that last changed then.
pub fn etag_of(updated_at: Timestamp) -> String {
    format!("\"{}\"", updated_at.0)
}

string_enum! {
    /// How much a task matters.
    #[derive(PartialOrd, Ord, Default)]
    #[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(rename_all = "lowercase"))]
    Priority, "The priority is none, low, medium or high." {
        /// Nobody said.
        #[default]
        None = "none",
        /// It can wait.
        Low = "low",
        /// Soon.
        Medium = "medium",
        /// First.
        High = "high",
    }
}

impl Priority {
    /// 0 to 3, as the database has it.
    pub const fn rank(self) -> i16 {
        self as i16
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it like that")]
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The one of this rank; of none, the least.
    pub fn of_rank(rank: i16) -> Self {
        Self::EACH.iter().copied().find(|priority| priority.rank() == rank).unwrap_or_default()
    }
}

/// What makes a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct NewTask {
    /// Required; a missing one is a validation error like an empty one.
    #[serde(default)]
    pub title: String,
    /// `null` or blank is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is done already.
    #[serde(default)]
    pub completed: bool,
    /// The day by which it is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Day>,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Priority::is_none")]
    pub priority: Priority,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it stands in the user's order; without it, first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

impl NewTask {
    /// The task as it is kept, or everything that is wrong with it.
    pub fn validate(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        self.title = collect_error(validate_title(&self.title), &mut errors);
        self.description = collect_error(validate_description(self.description), &mut errors);
        self.tags = collect_error(validate_tags(&self.tags), &mut errors);
        self.position = collect_error(self.position.map(validate_position).transpose(), &mut errors);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

/// What changes a task: an absent member stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PutTask {
    /// The new title.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The new description; `Some(None)`, on the wire `null`, clears it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// Whether it is done.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
    /// The new day; `null` clears it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Option<Day>>,
    /// The new priority.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// All its tags from now on.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Its new place.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

impl PutTask {
    /// The change as it is made, or everything that is wrong with it.
    pub fn validate(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        self.title = collect_error(self.title.as_deref().map(validate_title).transpose(), &mut errors);
        self.description = collect_error(self.description.map(validate_description).transpose(), &mut errors);
        self.tags = collect_error(self.tags.as_deref().map(validate_tags).transpose(), &mut errors);
        self.position = collect_error(self.position.map(validate_position).transpose(), &mut errors);
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

/// The members that a person changes, and what follows from their list.
macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $member:ident,)+) => {
        /// A member of a task that a person changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field { $($(#[$doc])* $field,)+ }

        impl PutTask {
            /// Changes a task by what this has.
            pub fn apply(&self, task: &mut Task) {
                $(if let Some(value) = &self.$member { task.$member.clone_from(value); })+
            }

            /// The fields that this has.
            pub fn fields(&self) -> Vec<Field> {
                [$(self.$member.as_ref().map(|_| Field::$field)),+].into_iter().flatten().collect()
            }

            /// What a task has in the fields that `like` has: what a change was made over.
            pub fn of(task: &Task, like: &Self) -> Self {
                Self { $($member: like.$member.as_ref().map(|_| task.$member.clone()),)+ }
            }

            /// What a task has in every field.
            pub fn all_of(task: &Task) -> Self {
                Self { $($member: Some(task.$member.clone()),)+ }
            }

            /// Only this field of it.
            #[must_use]
            pub fn only(&self, field: Field) -> Self {
                match field { $(Field::$field => Self { $member: self.$member.clone(), ..Self::default() },)+ }
            }

            /// Takes over the fields that `other` has.
            pub fn merge(&mut self, other: &Self) {
                $(if other.$member.is_some() { self.$member.clone_from(&other.$member); })+
            }
        }
    };
}

fields! {
    /// What is to be done.
    Title = title,
    /// More about it.
    Description = description,
    /// Whether it is done.
    Completed = completed,
    /// By when.
    DueDate = due_date,
    /// How much it matters.
    Priority = priority,
    /// Words to find it by.
    Tags = tags,
    /// Its place in the list.
    Position = position,
}

/// Body of `PATCH …/complete`; without `completed` it toggles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetCompleted {
    /// The state to set, whatever it was: safe to send twice.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
}

/// The value; of an error nothing, but the error is noted.
fn collect_error<T: Default>(outcome: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> T {
    outcome.unwrap_or_else(|error| {
        errors.push(error);
        T::default()
    })
}

/// A title as it is kept: trimmed, 1 to [`TITLE_MAX`] characters, one line without control characters.
pub fn validate_title(title: &str) -> Result<String, FieldError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(FieldError::new("title", "REQUIRED", "Give the task a title."));
    }
    if title.contains(ends_line) {
        return Err(FieldError::new("title", "LINE_BREAK", "The title must be one line."));
    }
    validate_text("title", title, TITLE_MAX)?;
    if title.contains(char::is_control) {
        return Err(FieldError::new("title", "INVALID_CHARACTER", "The title must not contain a control character."));
    }
    Ok(title.into())
}

/// Whether a line ends with this character (UAX #14: LF, VT, FF, CR, NEL, and the separators of lines and paragraphs).
const fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A text as a title can hold it: with spaces for line breaks and control characters, as they come with what is pasted.
/// Titles that were written before they were refused can have them too. A NUL stays, and is refused.
pub fn one_line(text: &str) -> String {
    text.replace("\r\n", "\n").replace(|c: char| c != '\0' && (c.is_control() || ends_line(c)), " ")
}

/// A description as it is kept: byte for byte, up to [`DESCRIPTION_MAX`] characters, no NUL; blank is none.
pub fn validate_description(description: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(description) = description.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    validate_text("description", &description, DESCRIPTION_MAX)?;
    Ok(Some(description))
}

/// Tags as they are kept: trimmed, the first of those that differ in case alone, each of 1 to [`TAG_MAX`] characters, without
/// commas and control characters, which separate them elsewhere. At most [`TAGS_MAX`] are taken, counted as they were sent:
/// each is compared with all before it.
pub fn validate_tags(tags: &[String]) -> Result<Vec<String>, FieldError> {
    let error = |code: &str, message: String| FieldError::new("tags", code, message);
    if tags.len() > TAGS_MAX {
        return Err(error("TOO_MANY", format!("A task can have at most {TAGS_MAX} tags.")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    let mut keys: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = tag.trim();
        if tag.is_empty() {
            return Err(error("REQUIRED", "A tag must not be empty.".into()));
        }
        if tag.chars().any(|c| c == ',' || c.is_control()) {
            return Err(error("INVALID_CHARACTER", "A tag must not contain a comma or a control character.".into()));
        }
        if tag.chars().count() > TAG_MAX {
            return Err(error("TOO_LONG", format!("A tag can have at most {TAG_MAX} characters.")));
        }
        let key = lower(tag);
        if !keys.contains(&key) {
            kept.push(tag.to_owned());
            keys.push(key);
        }
    }
    Ok(kept)
}

fn validate_position(position: String) -> Result<String, FieldError> {
    if position::is_position(&position) {
        Ok(position)
    } else {
        Err(FieldError::new("position", "INVALID_POSITION", "A position is 1 to 255 ASCII letters and digits."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_counted_in_characters() {
        assert_eq!(validate_title("  milk\u{3000}").as_deref(), Ok("milk"));
        assert_eq!(validate_title(&"🦀".repeat(TITLE_MAX)).map(|t| t.chars().count()), Ok(TITLE_MAX));
        assert_eq!(validate_title(&"🦀".repeat(TITLE_MAX + 1)).map_err(|e| e.code), Err("TOO_LONG".into()));
        assert_eq!(validate_title(" \n\t ").map_err(|e| e.code), Err("REQUIRED".into()));
    }

    #[test]
    fn a_title_is_one_line_without_control_characters() {
        for c in ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'] {
            assert_eq!(validate_title(&format!("a{c}b")).map_err(|e| e.code), Err("LINE_BREAK".into()), "{c:?}");
            assert_eq!(validate_title(&format!("a{c}")).as_deref(), Ok("a"), "{c:?}");
            assert_eq!(one_line(&format!("a{c}b")), "a b");
        }
        for c in ['\0', '\u{1}', '\t', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}'] {
            assert_eq!(validate_title(&format!("a{c}b")).map_err(|e| e.code), Err("INVALID_CHARACTER".into()), "{c:?}");
            assert_eq!(one_line(&format!("a{c}b")), if c == '\0' { "a\0b" } else { "a b" });
        }
        for kept in ["a\u{a0}b", "a\u{202e}b\u{202c}", "\u{1f468}\u{200d}\u{1f469}", "a\u{ad}b\u{200b}c"] {
            assert_eq!(validate_title(kept).as_deref(), Ok(kept));
            assert_eq!(one_line(kept), kept);
        }
        assert_eq!(one_line("a\r\nb"), "a b");
    }

    #[test]
    fn a_description_keeps_its_spaces_and_blank_is_none() {
        assert_eq!(validate_description(Some("  two\n  lines ".into())), Ok(Some("  two\n  lines ".into())));
        assert_eq!(validate_description(Some(" \n ".into())), Ok(None));
    }

    #[test]
    fn tags_are_trimmed_and_told_apart_whatever_their_case() {
        let tags = |tags: &[&str]| validate_tags(&tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>());
        assert_eq!(tags(&[" Home ", "work", "HOME"]), Ok(vec!["Home".into(), "work".into()]));
        assert_eq!(tags(&["\u{5d0}\u{5d1}"]), Ok(vec!["\u{5d0}\u{5d1}".into()]));
        for (bad, code) in
            [(" ", "REQUIRED"), ("a,b", "INVALID_CHARACTER"), ("a\nb", "INVALID_CHARACTER"), (&"🦀".repeat(TAG_MAX + 1), "TOO_LONG")]
        {
            assert_eq!(tags(&[bad]).map_err(|error| error.code), Err(code.into()), "{bad:?}");
        }
        assert!(tags(&[&"🦀".repeat(TAG_MAX)]).is_ok());
        let many: Vec<_> = (0..=TAGS_MAX).map(|n| n.to_string()).collect();
        assert_eq!(validate_tags(&many).map_err(|error| error.code), Err("TOO_MANY".into()));
        assert!(validate_tags(&many[1..]).is_ok());
    }
}
