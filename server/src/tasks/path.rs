//! Paths of the task API: the id of a task in one, and the paths that answers refer to.

use app::model::schemas;
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{
    problem::{Error, Result},
    web::described::parameter,
};

/// The id in the path, unparsed: any other text is an unknown task.
pub struct TaskId(pub String);

impl IntoParams for TaskId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = schemas::from_json(json!({ "type": "string", "minLength": 1, "maxLength": 255 }));
        vec![parameter(ParameterIn::Path, "id", "The task", schema)]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TaskId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        let id = path.iter().find(|(name, _)| *name == "id").map(|(_, id)| id).ok_or(Error::NotFound)?;
        // PostgreSQL has no NUL in texts.
        if id.contains('\0') { Err(Error::NotFound) } else { Ok(Self(id.to_owned())) }
    }
}

/// The path of one of a user's collections, `tasks` or `trash`. The id can have any character.
pub fn user_path(user_id: &str, name: &str) -> String {
    format!("/api/{}/{name}", utf8_percent_encode(user_id, NON_ALPHANUMERIC))
}
