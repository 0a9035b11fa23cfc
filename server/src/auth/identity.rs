//! Who is asking. Expiry and revocation are checked here, on every request, without a database query.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use app::model::Timestamp;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, header, request::Parts},
};

use ipnet::IpNet;
use percent_encoding::percent_decode_str;

use super::{
    cookie,
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
        let signed = verify(state, token).ok_or(Error::BadToken)?;
        // `/api/{user_id}/…`, compared as bytes: what is no text is nobody's id.
        let named = parts.uri.path().split('/').nth(2).unwrap_or_default();
        if !percent_decode_str(named).eq(signed.proof.user_id.bytes()) {
            return Err(Error::WrongUser);
        }
        Ok(Self { user_id: signed.proof.user_id.clone(), signed })
    }
}

/// Whoever calls an account endpoint or opens a page: signed in by the Bearer header or the cookie, or not at all.
#[derive(Debug, Clone)]
pub struct Visitor(pub Option<Proof>);

impl Visitor {
    /// The session of this visitor; a token of another service has none.
    pub fn session_id(&self) -> Option<&str> {
        self.0.as_ref()?.session_id.as_deref()
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let token = bearer(&parts.headers).ok().flatten().or_else(|| cookie::get(&state.config, &parts.headers));
        Ok(Self(token.and_then(|token| verify(state, token)).map(|signed| signed.proof.clone())))
    }
}

/// The device that asks.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its IP address.
    pub address: IpAddr,
    /// Its `User-Agent`, cut to a length that no real one has.
    pub user_agent: Option<String>,
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(|| Error::internal("no peer address"))?;
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            address: behind_proxies(&state.config.trusted_proxies, peer.ip().to_canonical(), &parts.headers),
            user_agent: user_agent.map(|text| text.chars().take(512).collect()),
        })
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

fn verify(state: &AppState, token: &str) -> Option<Arc<Signed>> {
    let now = state.clock.now();
    let signed = state.tokens.read(token).filter(|signed| holds(state, signed, now))?;
    if let Some(id) = &signed.proof.session_id {
        state.presence.note(id, now);
    }
    Some(signed)
}

/// Whether a signed token has begun, not expired, and not been revoked.
fn holds(state: &AppState, signed: &Signed, now: Timestamp) -> bool {
    let is_revoked = |subject: &str| state.revocations.contains(subject);
    let proof = &signed.proof;
    signed.holds_at(now) && !is_revoked(&proof.user_id) && !proof.session_id.as_deref().is_some_and(is_revoked)
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
