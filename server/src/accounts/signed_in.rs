//! [`SignedIn`]: the outcome of signing in or up, and of changes that renew a session's token.

use std::time::Duration;

use app::model::{Session, User};
use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    db::Transaction,
    identity::{
        extract::CookieSession,
        revocation::Revocation,
        session::{self, SessionScope},
        session_cookie,
        state::IdentityState,
    },
    problem::Result,
};

/// Carries the JWT beside the body, where Better Auth's client looks for it.
const SET_AUTH_TOKEN: HeaderName = HeaderName::from_static("set-auth-token");

/// A user who has just authenticated, with the token of their session.
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The JWT of the session.
    pub token: String,
    /// `Max-Age` of the cookie; `None` for one that ends with the browser.
    pub keep: Option<Duration>,
    /// The id for the device cookie, if the device is to be known.
    pub device: Option<String>,
}

impl SignedIn {
    /// Signs the token of a session.
    pub fn new(state: &IdentityState, user: User, session: &Session, remember: bool) -> Result<Self> {
        let token = state.issue_token(&user, session)?;
        let left = u64::try_from(session.expires_at.0 - state.clock.now().0).unwrap_or(0);
        Ok(Self { user, token, keep: remember.then(|| Duration::from_millis(left)), device: None })
    }
}

/// The body of an answer with a new token.
#[derive(Serialize, ToSchema)]
pub struct TokenAndUser<'a> {
    /// A JWT
    token: &'a str,
    user: &'a User,
}

impl<'a> From<&'a SignedIn> for TokenAndUser<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        Self { token: &signed_in.token, user: &signed_in.user }
    }
}

/// The answer with a new token: body, `set-auth-token` and cookie.
pub fn respond(state: &IdentityState, signed_in: &SignedIn, body: impl Serialize) -> Response {
    let mut response = axum::Json(body).into_response();
    let headers = response.headers_mut();
    if let Ok(token) = HeaderValue::from_str(&signed_in.token) {
        headers.insert(SET_AUTH_TOKEN, token);
    }
    if let Some(cookie) = session_cookie::set(&state.config, &signed_in.token, signed_in.keep) {
        headers.append(header::SET_COOKIE, cookie);
    }
    if let Some(cookie) = signed_in.device.as_deref().and_then(|id| state.device_cookies.set(&state.config, id)) {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Ends the session of the browser's cookie, when another begins there.
pub async fn end_previous(transaction: &mut Transaction, previous: &CookieSession) -> Result<Vec<Revocation>> {
    match previous.ids() {
        Some((user_id, session_id)) => session::end_in(transaction, user_id, SessionScope::One(session_id)).await,
        None => Ok(Vec::new()),
    }
}
