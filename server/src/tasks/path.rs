//! Paths of the task API: the id of a task in one, and the paths that answers refer to.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::problem::{Error, Result};

/// The task id of the path, as it stands there: what is no id of a task is simply not found.
pub struct TaskId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for TaskId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        let id = path.iter().find(|(name, _)| *name == "id").map(|(_, id)| id).ok_or(Error::NotFound)?;
        // A NUL would be an error of the database.
        if id.contains('\0') { Err(Error::NotFound) } else { Ok(Self(id.to_owned())) }
    }
}

/// The path of what a user has by that name. Their id can hold any character.
pub fn user_path(user_id: &str, name: &str) -> String {
    format!("/api/{}/{name}", utf8_percent_encode(user_id, NON_ALPHANUMERIC))
}
