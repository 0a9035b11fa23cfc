//! Who is asking. Expiry and revocation are checked here, on every request, without a database query.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use app::model::Timestamp;
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
};

use ipnet::IpNet;
use percent_encoding::percent_decode_str;

use super::{
    cookie,
    known_devices::Device,
    session,
    token::{Proof, Signed},
};
use crate::{
    AppState,
    problem::{Error, Result},
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The user of a task route: proven by the Bearer header alone, and the one whom the path names.
#[derive(Clone)]
pub struct Identity {
    /// Owner of everything that the request may touch.
    pub user_id: String,
    signed: Arc<Signed>,
}

impl Identity {
    /// Whether the token is as good as it was when the request came: for answers that go on and on.
    pub fn still_holds(&self, state: &AppState) -> bool {
        holds(state, &self.signed, state.clock.now())
    }
}

impl FromRequestParts<AppState> for Identity {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let token = bearer(&parts.headers)?.ok_or(Error::NoToken)?;
        let signed = verify(state, token).await?.ok_or(Error::BadToken)?;
        // `/api/{user_id}/…`, compared as bytes: what is no text is nobody's id.
        let named = parts.uri.path().split('/').nth(2).unwrap_or_default();
        if !percent_decode_str(named).eq(signed.proof.user_id.bytes()) {
            return Err(Error::WrongUser);
        }
        let identity = Self { user_id: signed.proof.user_id.clone(), signed };
        // For the body, which may arrive long after the head: see [`body::read`](crate::http::body::read).
        parts.extensions.insert(identity.clone());
        Ok(identity)
    }
}

/// The visitor of an account endpoint or a page: signed in by the Bearer header or the cookie, or not at all.
#[derive(Clone)]
pub struct Visitor(Option<Arc<Signed>>);

impl Visitor {
    /// What the visitor's token says.
    pub fn proof(&self) -> Option<&Proof> {
        self.0.as_ref().map(|signed| &signed.proof)
    }

    /// The user that the token names.
    pub fn user_id(&self) -> Option<&str> {
        self.proof().map(|proof| &*proof.user_id)
    }

    /// The session that the token names; a token of another service has none.
    pub fn session_id(&self) -> Option<&str> {
        self.proof()?.session_id.as_deref()
    }

    /// The user, if the token is as good as it was when the request came: for changes whose body arrived after it.
    pub fn still_signed_in(&self, state: &AppState) -> Option<&Proof> {
        let signed = self.0.as_ref()?;
        holds(state, signed, state.clock.now()).then_some(&signed.proof)
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let token = bearer(&parts.headers).ok().flatten().or_else(|| cookie::get(&state.config, &parts.headers));
        Ok(Self(match token {
            Some(token) => verify(state, token).await?,
            None => None,
        }))
    }
}

/// The session that the request's cookie names, whatever its Bearer header says: signing in ends it.
pub struct CookieSession(Option<Arc<Signed>>);

impl CookieSession {
    /// The ids of its user and of itself.
    pub fn ids(&self) -> Option<(&str, &str)> {
        let proof = &self.0.as_ref()?.proof;
        Some((&proof.user_id, proof.session_id.as_deref()?))
    }
}

impl FromRequestParts<AppState> for CookieSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        Ok(Self(match cookie::get(&state.config, &parts.headers) {
            Some(token) => verify(state, token).await?,
            None => None,
        }))
    }
}

/// The visitor whom the cookie alone names: a form of a page is sent by a browser, never with a token that a program holds.
impl From<CookieSession> for Visitor {
    fn from(CookieSession(signed): CookieSession) -> Self {
        Self(signed)
    }
}

/// The device that asks.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its IP address.
    pub address: IpAddr,
    /// Its `User-Agent`, cut to a length that no real one has.
    pub user_agent: Option<String>,
    /// What its cookies say of it.
    pub device: Device,
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(|| Error::internal("no peer address"))?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: behind_proxies(&state.config.trusted_proxies, peer.ip().to_canonical(), &parts.headers),
            user_agent: user_agent.map(|text| text.chars().take(512).collect()),
            device: state.device_cookies.read(&state.config, &parts.headers),
        })
    }
}

/// What a request says of who asks, kept for the log line of its refusal.
pub struct Claim {
    address: Option<IpAddr>,
    authorization: Option<HeaderValue>,
    cookie: Option<HeaderValue>,
}

impl Claim {
    /// That of this request; nothing is checked yet.
    pub fn of(state: &AppState, request: &Request) -> Self {
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

    /// The user, where a token that is good proves one.
    pub fn proven_user(self, state: &AppState) -> Option<String> {
        let pairs = [(header::AUTHORIZATION, self.authorization), (header::COOKIE, self.cookie)];
        let headers: HeaderMap = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let token = bearer(&headers).ok().flatten().or_else(|| cookie::get(&state.config, &headers))?;
        let signed = state.tokens.read(token).filter(|signed| holds(state, signed, state.clock.now()))?;
        Some(signed.proof.user_id.clone())
    }
}

/// The last address on the way that is none of our proxies'. Each of them adds to the end of `X-Forwarded-For` whom it
/// was asked by; what stands before the first stranger was written by that stranger.
fn behind_proxies(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_proxy = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let hops = headers.get_all(X_FORWARDED_FOR).iter().rev().filter_map(|value| value.to_str().ok()).flat_map(|value| value.rsplit(','));
    let mut address = peer;
    for hop in hops {
        if !is_proxy(&address) {
            break;
        }
        let Ok(before) = hop.trim().parse::<IpAddr>() else { break };
        address = before.to_canonical();
    }
    address
}

/// What a token says that is good now. Whether the session that it names is its user's, an id tells that we make; only for
/// another id, of an older version or another service, the database is asked, once.
async fn verify(state: &AppState, token: &str) -> Result<Option<Arc<Signed>>> {
    let now = state.clock.now();
    let Some(signed) = state.tokens.read(token).filter(|signed| holds(state, signed, now)) else { return Ok(None) };
    if let Some(id) = &signed.proof.session_id {
        if !signed.is_session_checked() {
            if session::user_of(&state.db, id).await?.is_some_and(|user_id| user_id != signed.proof.user_id) {
                return Ok(None);
            }
            signed.note_session_checked();
        }
        state.presence.note(id, now);
    }
    Ok(Some(signed))
}

/// Whether a signed token has begun, not expired, and not been revoked.
fn holds(state: &AppState, signed: &Signed, now: Timestamp) -> bool {
    let Proof { user_id, session_id, issued_at, .. } = &signed.proof;
    signed.holds_at(now) && !state.revocations.refuses(user_id, session_id.as_deref(), issued_at.seconds())
}

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1). Another scheme names nobody; a header that
/// is given twice, or is not one word after `Bearer`, is malformed.
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
