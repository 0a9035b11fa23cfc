//! `/.well-known/security.txt` (RFC 9116): where to report a weakness, for those who find one.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use url::Origin;

use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
};

const PATH: &str = "/.well-known/security.txt";
/// The time until `Expires`: the RFC recommends less than a year.
const GOOD_FOR: Duration = Duration::from_hours(90 * 24);

/// The file, where a contact is configured.
pub fn routes() -> Router<SharedState> {
    Router::new().route(PATH, get(show))
}

async fn show(State(state): State<SharedState>) -> Result<Response> {
    let contacts = &state.config.security_contact;
    if contacts.is_empty() {
        return Err(Error::NotFound);
    }
    let mut lines: Vec<_> = contacts.iter().map(|contact| format!("Contact: {contact}")).collect();
    lines.push(format!("Expires: {}", state.clock.now() + GOOD_FOR));
    lines.push("Preferred-Languages: en".into());
    // Never from the request's `Host`, which the client chooses.
    lines.extend(state.config.base_url.as_ref().map(|origin| format!("Canonical: {}{PATH}", Origin::ascii_serialization(origin))));
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], lines.join("\n") + "\n").into_response())
}
