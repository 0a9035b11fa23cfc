//! `GET /api/auth/get-session` and `GET /api/auth/token`

use std::time::Duration;

use app::model::{FieldError, Session, User, schemas};
use axum::{
    Json,
    extract::{RawQuery, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::path::{Parameter, ParameterIn},
};

use super::signed_in::{self, SignedIn};
use crate::{
    identity::{
        current_session::{CurrentSession, find, require},
        extract::Visitor,
        session, session_cookie,
        state::IdentityState,
    },
    problem::{Error, Result},
    web::{
        body::parse_form,
        described::{BadRequest, Unauthorized, Unavailable, parameter},
    },
};

/// Age at which a session is renewed by its next use.
const RENEW_AFTER: Duration = Duration::from_hours(24);

/// The answer to `get-session`.
#[derive(Serialize, ToSchema)]
struct SessionAndUser<'a> {
    session: &'a Session,
    user: &'a User,
}

/// Says who is signed in; renews a session that is older than a day
#[utoipa::path(
    get,
    path = "/get-session",
    operation_id = "get_session",
    tag = "Accounts",
    responses(
        (status = 200, description = "Session and user, or `null`.", body = Option<SessionAndUser>, headers(("set-auth-token"), ("set-cookie"))),
        Unavailable,
    )
)]
pub async fn get_session(State(state): State<IdentityState>, visitor: Visitor, headers: HeaderMap) -> Result<Response> {
    let Some(current) = find(&state, &visitor).await? else { return Ok(signed_out(&state, &headers)) };
    if let Some((session, signed_in)) = renew_if_due(&state, &current).await? {
        return Ok(signed_in::respond(&state, &signed_in, SessionAndUser { session: &session, user: &signed_in.user }));
    }
    Ok(Json(SessionAndUser { session: &current.session, user: &current.user }).into_response())
}

/// `null`, and the cookie of a session that has ended is removed: middleware that only looks whether there is one would go on to send
/// its visitor from the page for signing in to the one behind it and back.
fn signed_out(state: &IdentityState, headers: &HeaderMap) -> Response {
    let mut response = Json(Value::Null).into_response();
    if session_cookie::is_there(&state.config, headers)
        && !headers.contains_key(header::AUTHORIZATION)
        && let Some(cookie) = session_cookie::clear(&state.config)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The same renewal for a page. The database is asked only when the token is old enough.
pub async fn renew(state: &IdentityState, visitor: &Visitor) -> Result<Option<SignedIn>> {
    let is_due = visitor.claims().is_some_and(|claims| claims.issued_at + RENEW_AFTER <= state.clock.now());
    if !is_due {
        return Ok(None);
    }
    let Some(current) = find(state, visitor).await? else { return Ok(None) };
    Ok(renew_if_due(state, &current).await?.map(|(_, signed_in)| signed_in))
}

async fn renew_if_due(state: &IdentityState, current: &CurrentSession) -> Result<Option<(Session, SignedIn)>> {
    let now = state.clock.now();
    if !current.remember || current.session.updated_at + RENEW_AFTER > now {
        return Ok(None);
    }
    let until = session::end_of(current.session.created_at, now, &state.config, true);
    let Some(renewed) = session::renew(&state.db, &current.session.id, now, until).await? else { return Ok(None) };
    let session = Session::from(renewed);
    let signed_in = SignedIn::new(state, current.user.clone(), &session, true)?;
    Ok(Some((session, signed_in)))
}

/// What the token is for.
#[derive(Deserialize)]
pub struct TokenQuery {
    /// The algorithm to sign with.
    alg: Option<String>,
}

impl utoipa::IntoParams for TokenQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let words = "The algorithm to sign with: `EdDSA` for services that have our key set, where the server has one";
        vec![parameter(ParameterIn::Query, "alg", words, schemas::word(["HS256", "EdDSA"]))]
    }
}

/// The answer to `token`.
#[derive(Serialize, ToSchema)]
pub struct SessionToken {
    /// A JWT, which ends when the session does
    token: String,
}

/// Makes a JWT of this session
#[utoipa::path(
    get,
    path = "/token",
    operation_id = "token",
    tag = "Accounts",
    params(TokenQuery),
    responses(
        (status = 200, description = "The token.", body = SessionToken),
        BadRequest,
        Unauthorized,
        Unavailable,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn token(State(state): State<IdentityState>, visitor: Visitor, RawQuery(query): RawQuery) -> Result<Json<SessionToken>> {
    let TokenQuery { alg } = parse_form(query.unwrap_or_default().as_bytes())?;
    let key = match alg.as_deref() {
        None | Some("HS256") => None,
        Some("EdDSA") => Some(state.tokens.signing_key().ok_or_else(unsupported_algorithm)?),
        Some(_) => return Err(unsupported_algorithm()),
    };
    let CurrentSession { session, user, .. } = require(&state, &visitor).await?;
    let token = match key {
        Some(key) => state.issue_token_with(key, &user, &session)?,
        None => state.issue_token(&user, &session)?,
    };
    Ok(Json(SessionToken { token }))
}

fn unsupported_algorithm() -> Error {
    let words = "Tokens are signed with HS256, and with EdDSA where the server has a key for it.";
    Error::Rejected(FieldError::new("alg", "UNSUPPORTED_ALGORITHM", words))
}
