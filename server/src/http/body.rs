//! Reading a request's body: bounded in size and time, and typed.

use app::model::FieldError;
use axum::{
    body::Bytes,
    extract::{FromRequest, OptionalFromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header},
};
use serde::de::DeserializeOwned;

use crate::{
    AppState,
    problem::{Error, Result},
};

/// Largest body in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The whole body, or why it did not arrive.
pub async fn read(request: Request, state: &AppState) -> Result<Bytes> {
    match tokio::time::timeout(state.limits.body, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(error))) if error.status() == Error::BodyTooLarge.status() => Err(Error::BodyTooLarge),
        Ok(Err(_)) => Err(Error::BadJson),
        Err(_) => Err(Error::BodyTooSlow),
    }
}

/// What the body says that it is, in lower case and without parameters.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether the body says that it is JSON.
pub fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads JSON; a member of the wrong type is named, the parser's own words are not passed on.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if !error.inner().is_data() {
            return Error::BadJson;
        }
        let path = error.path().to_string();
        // serde_path_to_error writes `.` for the value itself.
        let field = if path == "." { "body" } else { &path };
        Error::WrongType(FieldError::new(field, "INVALID_TYPE", format!("The {field} is missing or has the wrong type.")))
    })?;
    deserializer.end().map_err(|_| Error::BadJson)?;
    Ok(value)
}

/// A JSON body. As `Option<Json<T>>`, no body at all is `None`.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        <Self as OptionalFromRequest<AppState>>::from_request(request, state).await?.ok_or(Error::BadJson)
    }
}

impl<T: DeserializeOwned> OptionalFromRequest<AppState> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Option<Self>> {
        let media_type = media_type(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() && media_type.is_empty() {
            return Ok(None);
        }
        if !is_json(&media_type) {
            return Err(Error::NotJson);
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        parse(&bytes).map(|value| Some(Self(value)))
    }
}
