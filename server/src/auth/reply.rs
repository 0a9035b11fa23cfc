//! Bodies of the account endpoints, in and out.

use app::model::FieldError;
use axum::{
    extract::{FromRequest, Request},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{account::SignedIn, cookie};
use crate::{
    AppState,
    http::body,
    problem::{Error, Result},
};

/// Carries the JWT beside the body, where Better Auth's client looks for it.
const SET_AUTH_TOKEN: HeaderName = HeaderName::from_static("set-auth-token");

/// A body in JSON or as a form sends it. What is missing or of the wrong type is a validation error of its member.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &AppState) -> Result<Self> {
        let media_type = body::media_type(request.headers());
        let bytes = body::read(request, state).await?;
        let parsed = if media_type == body::FORM {
            body::parse_form(&bytes)
        } else if body::is_json(&media_type) {
            body::parse(&bytes)
        } else {
            return Err(Error::WrongMediaType);
        };
        parsed.map(Self).map_err(|error| match error {
            Error::WrongType(field) => Error::InvalidAccount(vec![field]),
            Error::BadJson => Error::InvalidAccount(vec![FieldError::new("body", "INVALID_JSON", "The body is not JSON.")]),
            other => other,
        })
    }
}

/// A member that the body must have.
pub fn required<T>(field: &str, member: Option<T>) -> Result<T> {
    member.ok_or_else(|| Error::InvalidAccount(vec![FieldError::new(field, "REQUIRED", format!("The {field} is missing."))]))
}

/// An answer that signs in: body, `set-auth-token` and cookie.
pub fn signed_in(state: &AppState, signed_in: &SignedIn, body: Value) -> Response {
    let mut response = axum::Json(body).into_response();
    let headers = response.headers_mut();
    if let Ok(token) = HeaderValue::from_str(&signed_in.token) {
        headers.insert(SET_AUTH_TOKEN, token);
    }
    if let Some(cookie) = cookie::set(&state.config, &signed_in.token, signed_in.keep) {
        headers.append(header::SET_COOKIE, cookie);
    }
    if let Some(cookie) = signed_in.device.as_deref().and_then(|id| state.device_cookies.set(&state.config, id)) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
