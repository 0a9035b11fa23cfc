//! Cross-site request forgery: a change that a browser asks for must come from a page of this site, or of one that is
//! configured (OWASP CSRF Cheat Sheet, "verifying origin with standard headers").

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use url::{Origin, Url};

use crate::{config::Config, problem::Error, shared_state::SharedState};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Refuses a change that a page of another site may have sent.
pub async fn guard(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() && !is_trusted(&state.config, request.headers()) {
        return Error::ForeignOrigin.into_response();
    }
    next.run(request).await
}

/// The same, but for a call with a token and no cookie: a page of another site cannot send `Authorization` unless CORS lets it.
pub async fn guard_unless_token(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    if carries_token_alone(request.headers()) {
        return next.run(request).await;
    }
    guard(State(state), request, next).await
}

fn carries_token_alone(headers: &HeaderMap) -> bool {
    let is_bearer = |value: &HeaderValue| value.as_bytes().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "));
    headers.get(header::AUTHORIZATION).is_some_and(is_bearer) && !headers.contains_key(header::COOKIE)
}

/// Whether the request comes from a page of a trusted site, or from a program, which sends neither these headers nor a cookie.
fn is_trusted(config: &Config, headers: &HeaderMap) -> bool {
    let says = |name: HeaderName, value: &str| headers.get(name).is_some_and(|given| given == value);
    // A form on another site: trusted front ends use `fetch` instead.
    if says(SEC_FETCH_SITE, "cross-site") && says(SEC_FETCH_MODE, "navigate") {
        return false;
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        return is_own(config, headers, origin);
    }
    if let Some(referer) = headers.get(header::REFERER) {
        return is_own(config, headers, referer);
    }
    says(SEC_FETCH_SITE, "same-origin") || !(headers.contains_key(SEC_FETCH_SITE) || headers.contains_key(header::COOKIE))
}

/// Whether an `Origin` or `Referer` is of this site or of `--trusted-origins`; `Origin: null` is not.
fn is_own(config: &Config, headers: &HeaderMap, value: &HeaderValue) -> bool {
    let Some(Origin::Tuple(scheme, host, port)) = value.to_str().ok().and_then(|text| Url::parse(text).ok()).map(|url| url.origin()) else {
        return false;
    };
    let given = Origin::Tuple(scheme.clone(), host, port);
    if config.trusted_origins.contains(&given) {
        return true;
    }
    if let Some(own) = &config.base_url {
        return *own == given;
    }
    // Without `--base-url`, the request's `Host` is this site.
    let addressed = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    addressed.and_then(|host| Url::parse(&format!("{scheme}://{host}")).ok()).is_some_and(|url| url.origin() == given)
}
