//! What an error says: a problem document, and the errors of single fields.

use serde::{Deserialize, Serialize};

/// One thing wrong with one member of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The member's name.
    pub field: String,
    /// Stable, upper snake case.
    pub code: String,
    /// For a person, in one sentence.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    pub fn new(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// The body of every error under `/api`: RFC 9457, with `code` and `message` for clients of Better Auth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `about:blank`: the status says it all (RFC 9457, section 4.2.1).
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The status in words.
    #[serde(default)]
    pub title: String,
    /// The HTTP status; 0 where no answer came.
    pub status: u16,
    /// For a person.
    #[serde(default)]
    pub detail: String,
    /// Stable, upper snake case.
    pub code: String,
    /// The same text as `detail`.
    #[serde(default)]
    pub message: String,
    /// Finds the request in the server's log. Empty where two refusals must be equal byte for byte: there the header alone has it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

impl Problem {
    /// `code` of a problem that did not come from Holdfast: there was no answer (status 0), or none that can be read. Its text is
    /// `strings::problem`.
    pub const UNREACHABLE: &str = "UNREACHABLE";
}
