//! What the members of bodies and parameters may be, as JSON Schema: the bounds are those of the code.

use app::{
    model::{DESCRIPTION_MAX, EMAIL_MAX, PASSWORD_MAX, PASSWORD_MIN, Priority, TAG_MAX, TAGS_MAX, TITLE_MAX},
    position::POSITION_MAX,
};
use serde_json::{Value, json};

/// The schema of this name.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object with these members, of which some are required.
#[allow(clippy::needless_pass_by_value, reason = "it is written in place")]
pub fn object(members: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": members, "required": required })
}

/// Any text of so many characters.
pub fn text(max: usize) -> Value {
    // No NUL, which PostgreSQL cannot keep.
    json!({ "type": "string", "maxLength": max, "pattern": "^[^\\u0000]*$" })
}

/// An e-mail address.
pub fn email() -> Value {
    json!({ "type": "string", "format": "email", "maxLength": EMAIL_MAX })
}

/// A new password.
pub fn new_password() -> Value {
    json!({ "type": "string", "format": "password", "minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX })
}

/// A current password: of any length, since it may be older than the rules.
pub fn typed_password() -> Value {
    json!({ "type": "string", "format": "password" })
}

/// Unicode's `White_Space`, which trimming takes away; what `\s` is differs from one regular expression to another.
const WHITE_SPACE: &str = "\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/// A task's title: one line without control characters, and white space around it that is taken away.
pub fn title() -> Value {
    const NEVER: &str = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029";
    let pattern = format!("^[{WHITE_SPACE}]*[^{NEVER}{WHITE_SPACE}]([^{NEVER}]*[^{NEVER}{WHITE_SPACE}])?[{WHITE_SPACE}]*$");
    json!({ "type": "string", "minLength": 1, "maxLength": TITLE_MAX, "pattern": pattern })
}

/// A task's description.
pub fn description() -> Value {
    json!({ "type": ["string", "null"], "maxLength": DESCRIPTION_MAX, "pattern": "^[^\\u0000]*$" })
}

/// What the account API answers when there is nothing to say.
pub fn status_true() -> Value {
    object(json!({ "status": { "type": "boolean" } }), &["status"])
}

/// A word out of some.
pub fn word<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

/// How much a task matters.
pub fn priority() -> Value {
    word(Priority::EACH.iter().map(|priority| priority.as_str()))
}

/// A day of the calendar.
pub fn day() -> Value {
    // The length too, for validators that ignore formats.
    json!({ "type": "string", "format": "date", "minLength": 10, "maxLength": 10 })
}

/// A tag to look for: any text that is not blank.
pub fn tag() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": TAG_MAX, "pattern": format!("^[^\\u0000]*[^\\u0000{WHITE_SPACE}][^\\u0000]*$") })
}

/// A task's tags: none of them blank or with a comma or a control character.
pub fn tags() -> Value {
    const NEVER: &str = ",\\u0000-\\u001f\\u007f-\\u009f";
    let pattern = format!("^[^{NEVER}]*[^{NEVER}{WHITE_SPACE}][^{NEVER}]*$");
    let tag = json!({ "type": "string", "minLength": 1, "maxLength": TAG_MAX, "pattern": pattern });
    json!({ "type": "array", "maxItems": TAGS_MAX, "items": tag })
}

/// Where a task stands.
pub fn position() -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": POSITION_MAX, "pattern": "^[0-9A-Za-z]+$" })
}

/// What may be `null` too.
pub fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}
