//! Reading a request's body: bounded in size and time, and typed.

use app::model::FieldError;
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, OptionalFromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, header},
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::{
    AppState,
    auth::identity::Identity,
    problem::{Error, Result},
};

/// What browsers call the body of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// Largest body in bytes.
const MAX_BODY: usize = 64 * 1024;
/// Most members of a form, and parameters of a query string: more than any of ours has.
pub const MAX_MEMBERS: usize = 100;

/// The whole body, or why it did not arrive. A token that was good when the head of the request came must still be so: the body
/// may have taken longer than the session goes on.
pub async fn read(mut request: Request, state: &AppState) -> Result<Bytes> {
    let identity = request.extensions_mut().remove::<Identity>();
    let bytes = read_bytes(request, state).await?;
    if identity.is_some_and(|identity| !identity.still_holds(state)) {
        return Err(Error::BadToken);
    }
    Ok(bytes)
}

async fn read_bytes(mut request: Request, state: &AppState) -> Result<Bytes> {
    DefaultBodyLimit::max(MAX_BODY).apply(&mut request);
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
    // Once more, to name the member: to keep in mind where it is costs an allocation for each.
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        if !error.inner().is_data() {
            return Error::BadJson;
        }
        let path = error.path().to_string();
        // serde_path_to_error writes `.` for the value itself.
        let field = if path == "." { "body" } else { &path };
        // Of the right type, but none of the values: our own types say what they take.
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

/// Reads what a form or a query string sends, `true` and `false` being what they are in JSON where a member is no text.
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

impl<T: DeserializeOwned> FromRequest<AppState> for Form<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        if media_type(request.headers()) != FORM {
            return Err(Error::WrongMediaType);
        }
        parse_form(&read(request, state).await?).map(Self)
    }
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
            return Err(Error::WrongMediaType);
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        parse(&bytes).map(|value| Some(Self(value)))
    }
}
