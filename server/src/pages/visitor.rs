//! What pages show of their visitor: the name, and the day by the clock of the browser.

use app::model::{Day, Timestamp, UtcOffset};
use axum::http::HeaderMap;

use crate::{identity::token::Claims, web::cookies::preference};

/// The name or e-mail that a token says.
pub fn shown_name(claims: &Claims) -> String {
    let names = [&claims.name, &claims.email, &claims.user_id];
    names.into_iter().find(|name| !name.trim().is_empty()).cloned().unwrap_or_default()
}

/// How far the browser's clock is ahead of UTC, which it says in a cookie; if it does not, not at all.
pub fn utc_offset(headers: &HeaderMap) -> UtcOffset {
    preference(headers, "utc_offset").and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// What day it is where the browser is.
pub fn today(headers: &HeaderMap, now: Timestamp) -> Day {
    utc_offset(headers).day(now)
}
