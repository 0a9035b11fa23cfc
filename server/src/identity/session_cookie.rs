//! The session cookie (RFC 6265bis). It holds the same token as the answer's body; scripts cannot read it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};

use crate::{
    config::{Config, cookies::AuthCookie},
    web::cookies::cookie,
};

/// The name of the cookie. On https `__Host-` makes the browser insist on `Secure`, this host alone and `Path=/`, and `__Secure-`
/// on `Secure`: `getSessionCookie()` of Better Auth looks for the second alone.
pub const fn name(kind: AuthCookie, is_https: bool) -> &'static str {
    match (kind, is_https) {
        (AuthCookie::Holdfast, false) => "holdfast_session",
        (AuthCookie::Holdfast, true) => "__Host-holdfast_session",
        (AuthCookie::BetterAuth, false) => "better-auth.session_token",
        (AuthCookie::BetterAuth, true) => "__Secure-better-auth.session_token",
    }
}

fn configured_name(config: &Config) -> &'static str {
    name(config.cookies.auth_cookie, config.is_https())
}

/// The token in the request's session cookie.
pub fn get<'a>(config: &Config, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, configured_name(config))
}

/// Whether the browser sends a session cookie, valid or not.
pub fn is_there(config: &Config, headers: &HeaderMap) -> bool {
    get(config, headers).is_some_and(|token| !token.is_empty())
}

/// The `Set-Cookie` that keeps a token: for a time, or with `None` until the browser is closed.
pub fn set(config: &Config, token: &str, keep: Option<Duration>) -> Option<HeaderValue> {
    let age = keep.map(|keep| format!("; Max-Age={}", keep.as_secs())).unwrap_or_default();
    let secure = if config.is_https() { "; Secure" } else { "" };
    let same_site = config.cookies.cookie_same_site.as_str();
    let value = format!("{}={token}; Path=/; HttpOnly; SameSite={same_site}{secure}{age}", configured_name(config));
    HeaderValue::from_str(&value).ok()
}

/// The `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> Option<HeaderValue> {
    set(config, "", Some(Duration::ZERO))
}
