//! What members of bodies and parameters may be, as JSON Schema, for the OpenAPI document: where a bound or a pattern is made of a
//! constant of the code, which `#[schema(…)]` takes no expression for. For `#[schema(schema_with = …)]`.

use serde_json::{Value, json};
use utoipa::openapi::{RefOr, Schema};

use super::{
    DESCRIPTION_MAX, EMAIL_MAX, IMAGE_MAX, IMAGE_PATTERN, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, Priority, TAG_MAX, TAGS_MAX, TITLE_MAX,
};
use crate::position::POSITION_MAX;

/// A schema that is written as JSON. One that is none is an empty one, which a test would see in the checked-in file.
pub fn from_json(value: Value) -> RefOr<Schema> {
    serde_json::from_value(value).unwrap_or_else(|_| RefOr::T(Schema::default()))
}

/// Any text of so many characters.
pub fn text(max: usize) -> RefOr<Schema> {
    // No NUL, which PostgreSQL cannot keep.
    from_json(json!({ "type": "string", "maxLength": max, "pattern": "^[^\\u0000]*$" }))
}

/// A string, without anything else about it.
pub fn string() -> RefOr<Schema> {
    from_json(json!({ "type": "string" }))
}

/// A string enum of these words.
pub fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    from_json(json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() }))
}

/// One of these words in any case. `(?i)` is not in the regular expressions of JSON Schema.
pub fn word_in_any_case<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    from_json(json!({ "type": "string", "pattern": any_case(words) }))
}

fn any_case<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let letter = |c: char| if c.is_ascii_alphabetic() { format!("[{c}{}]", c.to_ascii_uppercase()) } else { c.to_string() };
    let words: Vec<String> = words.into_iter().map(|word| word.chars().map(letter).collect()).collect();
    format!("^({})$", words.join("|"))
}

/// The members of a change of a task as a client sends them: `null` where nothing was chosen.
pub fn task_members() -> Value {
    let is_completed = json!({ "type": ["boolean", "null"] });
    let due_date = json!({ "anyOf": [day_json(), { "type": "string", "format": "date-time" }, { "type": "string", "maxLength": 0 }, { "type": "null" }] });
    let mut members = json!({
        "title": title(),
        "description": description(),
        "completed": is_completed,
        "due_date": due_date,
        "priority": or_null(json!({ "type": "string", "pattern": any_case(Priority::EACH.iter().map(|priority| priority.as_str())) })),
        "tags": or_null(json!(tags())),
        "position": position_json(),
    });
    let same_as = |mut schema: Value, name: &str| {
        schema["description"] = format!("The same as `{name}`").into();
        schema
    };
    members["is_completed"] = same_as(is_completed.clone(), "completed");
    members["isCompleted"] = same_as(is_completed, "completed");
    members["status"] = same_as(or_null(json!({ "type": "string", "pattern": status_pattern() })), "completed");
    members["dueDate"] = same_as(due_date, "due_date");
    members
}

/// The same of a new task, whose place may be `null` too.
pub fn new_task_members() -> Value {
    let mut members = task_members();
    members["position"] = or_null(position_json());
    members
}

/// What `status` of a body may be.
pub fn status_pattern() -> String {
    any_case(["pending", "todo", "incomplete", "completed", "complete", "done"])
}

/// A user's display name.
pub fn name() -> RefOr<Schema> {
    text(NAME_MAX)
}

/// A new display name, or `null` for the old one.
pub fn new_name() -> RefOr<Schema> {
    from_json(json!({ "type": ["string", "null"], "maxLength": NAME_MAX, "pattern": "^[^\\u0000]*$" }))
}

/// The address of a picture; `null` for none.
pub fn image() -> RefOr<Schema> {
    from_json(json!({ "type": ["string", "null"], "maxLength": IMAGE_MAX, "pattern": IMAGE_PATTERN }))
}

/// An e-mail address.
pub fn email() -> RefOr<Schema> {
    from_json(json!({ "type": "string", "format": "email", "maxLength": EMAIL_MAX }))
}

/// A new password.
pub fn new_password() -> RefOr<Schema> {
    from_json(json!({ "type": "string", "format": "password", "minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX }))
}

/// A current password: it may be shorter than new ones must be.
pub fn typed_password() -> RefOr<Schema> {
    from_json(json!({ "type": "string", "format": "password", "maxLength": PASSWORD_MAX }))
}

/// Unicode's `White_Space`, which trimming takes away; what `\s` is differs from one regular expression to another.
const WHITE_SPACE: &str = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/// A task's title: one line without control characters, and white space around it that is taken away.
fn title() -> RefOr<Schema> {
    const NEVER: &str = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029";
    let pattern = format!("^[{WHITE_SPACE}]*[^{NEVER}{WHITE_SPACE}]([^{NEVER}]*[^{NEVER}{WHITE_SPACE}])?[{WHITE_SPACE}]*$");
    from_json(json!({ "type": "string", "minLength": 1, "maxLength": TITLE_MAX, "pattern": pattern }))
}

/// A task's description.
fn description() -> RefOr<Schema> {
    from_json(json!({ "type": ["string", "null"], "maxLength": DESCRIPTION_MAX, "pattern": "^[^\\u0000]*$" }))
}

fn day_json() -> Value {
    // The length too, for validators that ignore formats.
    json!({ "type": "string", "format": "date", "minLength": 10, "maxLength": 10 })
}

/// A day of the calendar.
pub fn day() -> RefOr<Schema> {
    from_json(day_json())
}

/// A tag to look for: any text that is not blank.
pub fn tag() -> RefOr<Schema> {
    let pattern = format!("^[^\\u0000]*[^\\u0000{WHITE_SPACE}][^\\u0000]*$");
    from_json(json!({ "type": "string", "minLength": 1, "maxLength": TAG_MAX, "pattern": pattern }))
}

/// A task's tags: none of them blank or with a comma or a control character.
fn tags() -> RefOr<Schema> {
    const NEVER: &str = ",\\u0000-\\u001f\\u007f-\\u009f";
    let pattern = format!("^[^{NEVER}]*[^{NEVER}{WHITE_SPACE}][^{NEVER}]*$");
    let tag = json!({ "type": "string", "minLength": 1, "maxLength": TAG_MAX, "pattern": pattern });
    from_json(json!({ "type": "array", "maxItems": TAGS_MAX, "items": tag }))
}

fn position_json() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": POSITION_MAX, "pattern": "^[0-9A-Za-z]+$" })
}

fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}
