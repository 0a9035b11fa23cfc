//! Reading a request's body: bounded in size and time, and typed.

use std::{sync::Arc, time::Duration};

use app::model::FieldError;
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRef, FromRequest, OptionalFromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header},
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
};

/// The media type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// Largest body in bytes.
const MAX_BODY: usize = 64 * 1024;
/// Most members of a form, and parameters of a query string: more than any of ours has.
pub const MAX_MEMBERS: usize = 100;

/// In the extensions of a request whose token was verified from its head: whether the token is valid still.
#[derive(Clone)]
pub struct Authorization(Arc<dyn Fn() -> bool + Send + Sync>);

impl Authorization {
    /// `is_valid` is asked once the body has arrived.
    pub fn new(is_valid: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_valid))
    }
}

/// The whole body, or why it did not arrive. The request's [`Authorization`] is checked again after it: the body may have taken
/// longer than the session lasted.
pub async fn read<S>(mut request: Request, state: &S) -> Result<Bytes>
where
    S: Send + Sync,
    SharedState: FromRef<S>,
{
    let authorization = request.extensions_mut().remove::<Authorization>();
    let bytes = read_bytes(request, MAX_BODY, SharedState::from_ref(state).limits.body).await?;
    if authorization.is_some_and(|Authorization(is_valid)| !is_valid()) {
        return Err(Error::BadToken);
    }
    Ok(bytes)
}

/// A whole body that may be larger than others, up to so many bytes.
pub async fn read_large(request: Request, max: usize, limit: Duration) -> Result<Bytes> {
    read_bytes(request, max, limit).await
}

async fn read_bytes(mut request: Request, max: usize, limit: Duration) -> Result<Bytes> {
    DefaultBodyLimit::max(max).apply(&mut request);
    match tokio::time::timeout(limit, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(error))) if error.status() == Error::BodyTooLarge.status() => Err(Error::BodyTooLarge),
        Ok(Err(_)) => Err(Error::BadJson),
        Err(_) => Err(Error::BodyTooSlow),
    }
}

/// The `Content-Type`, in lower case and without parameters.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is JSON.
pub fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads a JSON object; a member of the wrong type is named, the parser's own words are not passed on.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    // Serde would read a list as an object whose members are in order.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        return Err(if is_json {
            Error::WrongType(FieldError::new("body", "INVALID_TYPE", "The body must be an object."))
        } else {
            Error::BadJson
        });
    }
    if let Ok(value) = serde_json::from_slice(bytes) {
        return Ok(value);
    }
    // Parsed again to name the member that is wrong: tracking the path costs an allocation for each member.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if !error.inner().is_data() {
            return Error::BadJson;
        }
        let path = error.path().to_string();
        // serde_path_to_error writes `.` for the value itself.
        let field = if path == "." { "body" } else { &path };
        // The messages of our own types are shown, the parser's are not.
        let words = error.inner().to_string();
        let is_parsers_own = ["invalid type", "invalid value", "unknown variant", "missing field", "duplicate field"];
        if !is_parsers_own.iter().any(|start| words.starts_with(start)) {
            let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
            return Error::Invalid(vec![FieldError::new(field, "INVALID_VALUE", words)]);
        }
        Error::WrongType(FieldError::new(field, "INVALID_TYPE", format!("The {field} is missing or has the wrong type.")))
    })?;
    deserializer.end().map_err(|_| Error::BadJson)?;
    Ok(value)
}

/// Parses a form or a query string. Every value is text but `rememberMe`, which is a boolean.
pub fn parse_form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if bytes.split(|&byte| byte == b'&').nth(MAX_MEMBERS).is_some() {
        let words = format!("A form can have at most {MAX_MEMBERS} members.");
        return Err(Error::WrongType(FieldError::new("body", "TOO_MANY", words)));
    }
    let members = url::form_urlencoded::parse(bytes).map(|(name, value)| {
        let value = match (&*name, &*value) {
            ("rememberMe", "true" | "on") => Value::Bool(true),
            ("rememberMe", "false") => Value::Bool(false),
            _ => Value::String(value.into_owned()),
        };
        (name.into_owned(), value)
    });
    serde_json::from_value(Value::Object(members.collect())).map_err(|_| Error::BadJson)
}

/// The body of a page's own form.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<S, T> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    SharedState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if media_type(request.headers()) != FORM {
            return Err(Error::WrongMediaType);
        }
        parse_form(&read(request, state).await?).map(Self)
    }
}

/// A JSON body. As `Option<Json<T>>`, no body at all is `None`.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    SharedState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        <Self as OptionalFromRequest<S>>::from_request(request, state).await?.ok_or(Error::BadJson)
    }
}

impl<S, T> OptionalFromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    SharedState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>> {
        let media_type = media_type(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() && media_type.is_empty() {
            return Ok(None);
        }
        if !is_json(&media_type) {
            return Err(Error::WrongMediaType);
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        parse(&bytes).map(|value| Some(Self(value)))
    }
}
