//! Security headers, and the content security policy of pages.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::config::Config;

/// Sent with every answer that does not set the header itself (OWASP Secure Headers Project).
const HEADERS: [(HeaderName, &str); 8] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: with that, browsers send the origin of a form as `null`.
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    // Answers are private to a user, unless a route sets another value.
    (header::CACHE_CONTROL, "no-store"),
];

/// The policy of a page: only what this site serves, and only the inline scripts that carry the nonce.
/// `wasm-unsafe-eval` lets WASM be compiled, nothing else.
pub fn page_policy(nonce: &str) -> String {
    // In development, cargo-leptos reloads the page through a WebSocket.
    let is_watched = cfg!(debug_assertions) && std::env::var_os("LEPTOS_WATCH").is_some();
    let reload = if is_watched { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         manifest-src 'self'; connect-src 'self'{reload}; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Has the browser remove what pages of this site keep in its storage (token and drafts), when a session was ended there. Not
/// cookies: the session's is removed by name, and others, as that of the theme, are no user's.
pub fn clear_site_data(headers: &mut HeaderMap) {
    headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static(r#""storage""#));
}

/// Adds what is missing.
pub fn add_headers(config: &Config, headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
}
