//! The session cookie (RFC 6265bis). It holds the same token as the answer's body; scripts cannot read it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};

use crate::{config::Config, web::cookies::cookie};

/// The name of the cookie. On https the prefix makes the browser insist on `Secure`, this host alone and `Path=/`.
pub const fn name(is_https: bool) -> &'static str {
    if is_https { "__Host-holdfast_session" } else { "holdfast_session" }
}

/// The token in the request's session cookie.
pub fn get<'a>(config: &Config, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, name(config.is_https()))
}

/// Whether the browser sends a session cookie, valid or not.
pub fn is_there(config: &Config, headers: &HeaderMap) -> bool {
    get(config, headers).is_some_and(|token| !token.is_empty())
}

/// The `Set-Cookie` that keeps a token: for a time, or with `None` until the browser is closed.
pub fn set(config: &Config, token: &str, keep: Option<Duration>) -> Option<HeaderValue> {
    let age = keep.map(|keep| format!("; Max-Age={}", keep.as_secs())).unwrap_or_default();
    let secure = if config.is_https() { "; Secure" } else { "" };
    let value = format!("{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", name(config.is_https()));
    HeaderValue::from_str(&value).ok()
}

/// The `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> Option<HeaderValue> {
    set(config, "", Some(Duration::ZERO))
}
