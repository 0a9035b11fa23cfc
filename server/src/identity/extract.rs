//! Extractors of who is asking. Expiry and revocation are checked on every request, without a database query.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use app::model::{Timestamp, schemas};
use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use percent_encoding::percent_decode_str;
use serde_json::json;
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use super::{
    imported_session, session, session_cookie,
    state::IdentityState,
    token::{Claims, VerifiedToken},
};
use crate::{
    problem::{Error, Result},
    web::{body::Authorization, client_address::behind_proxies, described::parameter},
};

/// The user of a task route: authenticated by the Bearer header alone, and equal to the user in the path.
#[derive(Clone)]
pub struct Identity {
    /// The owner of every task that the request may read or change.
    pub user_id: String,
    token: Arc<VerifiedToken>,
}

impl Identity {
    /// Whether the token is valid still: for answers that last, as streams do.
    pub fn is_still_valid(&self, state: &IdentityState) -> bool {
        is_valid(state, &self.token, state.clock.now())
    }
}

impl IntoParams for Identity {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = schemas::from_json(json!({ "type": "string", "minLength": 1, "maxLength": 255 }));
        vec![parameter(ParameterIn::Path, "user_id", "The user of the token", schema)]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Identity
where
    IdentityState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let state = &IdentityState::from_ref(state);
        let token = bearer(&parts.headers)?.ok_or(Error::NoToken)?;
        let signed = verify(state, token).await?.ok_or(Error::BadToken)?;
        // `/api/{user_id}/…`, compared as bytes: it may be no UTF-8.
        let named = parts.uri.path().split('/').nth(2).unwrap_or_default();
        if !percent_decode_str(named).eq(signed.claims.user_id.bytes()) {
            return Err(Error::WrongUser);
        }
        let identity = Self { user_id: signed.claims.user_id.clone(), token: signed };
        // Checked again after the body, which may arrive long after the head: see [`body::read`](crate::web::body::read).
        let (state, token) = (state.clone(), identity.token.clone());
        parts.extensions.insert(Authorization::new(move || is_valid(&state, &token, state.clock.now())));
        Ok(identity)
    }
}

/// The visitor of an account endpoint or a page: signed in by the Bearer header or the cookie, or not at all.
#[derive(Clone)]
pub struct Visitor(Option<Arc<VerifiedToken>>);

impl Visitor {
    /// What the visitor's token says.
    pub fn claims(&self) -> Option<&Claims> {
        self.0.as_ref().map(|signed| &signed.claims)
    }

    /// The user that the token names.
    pub fn user_id(&self) -> Option<&str> {
        self.claims().map(|claims| &*claims.user_id)
    }

    /// The session that the token names; a token of another service has none.
    pub fn session_id(&self) -> Option<&str> {
        self.claims()?.session_id.as_deref()
    }

    /// The claims, if the token is valid still: for changes whose body arrived after the head.
    pub fn still_signed_in(&self, state: &IdentityState) -> Option<&Claims> {
        let signed = self.0.as_ref()?;
        is_valid(state, signed, state.clock.now()).then_some(&signed.claims)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor
where
    IdentityState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let state = &IdentityState::from_ref(state);
        Ok(Self(match bearer(&parts.headers).ok().flatten() {
            Some(token) => verify(state, token).await?,
            None => verify_cookie(state, &parts.headers).await?,
        }))
    }
}

/// The session that the request's cookie names, whatever its Bearer header says: signing in ends it.
pub struct CookieSession(Option<Arc<VerifiedToken>>);

impl CookieSession {
    /// The ids of its user and of itself.
    pub fn ids(&self) -> Option<(&str, &str)> {
        let claims = &self.0.as_ref()?.claims;
        Some((&claims.user_id, claims.session_id.as_deref()?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CookieSession
where
    IdentityState: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let state = &IdentityState::from_ref(state);
        Ok(Self(verify_cookie(state, &parts.headers).await?))
    }
}

/// A form of a page is authenticated by the cookie alone: it is sent by a browser, never with a program's token.
impl From<CookieSession> for Visitor {
    fn from(CookieSession(signed): CookieSession) -> Self {
        Self(signed)
    }
}

/// The credentials of a request, not checked yet: kept for the log line, in case it is refused.
pub struct PresentedCredentials {
    address: Option<IpAddr>,
    authorization: Option<HeaderValue>,
    cookie: Option<HeaderValue>,
}

impl PresentedCredentials {
    /// Those of this request.
    pub fn of(state: &IdentityState, request: &Request) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Self {
            address: peer.map(|ConnectInfo(peer)| behind_proxies(&state.config.trusted_proxies, peer.ip().to_canonical(), headers)),
            authorization: headers.get(header::AUTHORIZATION).cloned(),
            cookie: headers.get(header::COOKIE).cloned(),
        }
    }

    /// The client's address.
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The user of a valid token.
    pub fn valid_user_id(self, state: &IdentityState) -> Option<String> {
        let pairs = [(header::AUTHORIZATION, self.authorization), (header::COOKIE, self.cookie)];
        let headers: HeaderMap = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let token = bearer(&headers).ok().flatten().or_else(|| session_cookie::get(&state.config, &headers))?;
        let signed = state.tokens.verify(token).filter(|signed| is_valid(state, signed, state.clock.now()))?;
        Some(signed.claims.user_id.clone())
    }
}

/// A token that is valid now. It is refused when its session is of another user: ids of sessions are derived from the user, so
/// that only for an id of an older version or another service the database is asked, once a token.
async fn verify(state: &IdentityState, token: &str) -> Result<Option<Arc<VerifiedToken>>> {
    let now = state.clock.now();
    let signed = state.tokens.verify_or_fetch_key(token, now).await?;
    let Some(signed) = signed.filter(|signed| is_valid(state, signed, now)) else { return Ok(None) };
    if let Some(id) = &signed.claims.session_id {
        if !signed.is_session_checked() {
            if session::user_of(&state.db, id).await?.is_some_and(|user_id| user_id != signed.claims.user_id) {
                return Ok(None);
            }
            signed.note_session_checked();
        }
        state.last_seen.note(id, now);
    }
    Ok(Some(signed))
}

/// What the session cookie proves: a token of ours, or a session that was taken over from Better Auth.
async fn verify_cookie(state: &IdentityState, headers: &HeaderMap) -> Result<Option<Arc<VerifiedToken>>> {
    let Some(cookie) = session_cookie::get(&state.config, headers) else { return Ok(None) };
    if let Some(token) = state.signed_cookies.token(cookie) {
        return verify_imported(state, &token).await;
    }
    verify(state, cookie).await
}

/// The session that was taken over with this token, if it has not ended.
async fn verify_imported(state: &IdentityState, token: &str) -> Result<Option<Arc<VerifiedToken>>> {
    let now = state.clock.now();
    let Some((claims, until)) = imported_session::claims(&state.db, token, now).await? else { return Ok(None) };
    let session = VerifiedToken::of_session(claims, until);
    if !is_valid(state, &session, now) {
        return Ok(None);
    }
    if let Some(id) = &session.claims.session_id {
        state.last_seen.note(id, now);
    }
    Ok(Some(Arc::new(session)))
}

/// Whether a signed token has begun, not expired, and not been revoked.
fn is_valid(state: &IdentityState, signed: &VerifiedToken, now: Timestamp) -> bool {
    let Claims { user_id, session_id, issued_at, .. } = &signed.claims;
    signed.is_valid_at(now) && !state.revocations.refuses(user_id, session_id.as_deref(), issued_at.seconds())
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1). Another scheme is ignored; a header that is
/// given twice, or has not exactly one word after `Bearer`, is malformed.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Error::BadAuthorization);
    }
    let value = value.to_str().map_err(|_| Error::BadAuthorization)?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = rest.trim_matches(' ');
    if token.is_empty() || token.contains([' ', '\t', ',']) { Err(Error::BadAuthorization) } else { Ok(Some(token)) }
}
