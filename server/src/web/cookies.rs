//! Reading cookies of a request.

use axum::http::{HeaderMap, header};

/// What a cookie says that the page's scripts set: on https they use the prefix that binds it to this host.
pub fn preference<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie(headers, &format!("__Host-{name}")).or_else(|| cookie(headers, name))
}

/// What the request's cookie of this name says.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
