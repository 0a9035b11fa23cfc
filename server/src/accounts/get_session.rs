//! `GET /api/auth/get-session` and `GET /api/auth/token`

use std::time::Duration;

use app::model::Session;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::signed_in::{self, SignedIn};
use crate::{
    identity::{
        current_session::{CurrentSession, find, require},
        extract::Visitor,
        session,
        state::IdentityState,
    },
    problem::Result,
};

/// Age at which a session is renewed by its next use.
const RENEW_AFTER: Duration = Duration::from_hours(24);

/// Who is signed in, or `null`; never 401. A session older than a day gets a new end, and its owner a new token.
pub async fn get_session(State(state): State<IdentityState>, visitor: Visitor) -> Result<Response> {
    let Some(current) = find(&state, &visitor).await? else { return Ok(Json(Value::Null).into_response()) };
    if let Some((session, signed_in)) = renew_if_due(&state, &current).await? {
        return Ok(signed_in::respond(&state, &signed_in, json!({ "session": session, "user": signed_in.user })));
    }
    Ok(Json(json!({ "session": current.session, "user": current.user })).into_response())
}

/// The same renewal for a page. The database is asked only when the token is old enough.
pub async fn renew(state: &IdentityState, visitor: &Visitor) -> Result<Option<SignedIn>> {
    let is_due = visitor.claims().is_some_and(|claims| claims.issued_at + RENEW_AFTER <= state.clock.now());
    if !is_due {
        return Ok(None);
    }
    let Some(current) = find(state, visitor).await? else { return Ok(None) };
    Ok(renew_if_due(state, &current).await?.map(|(_, signed_in)| signed_in))
}

async fn renew_if_due(state: &IdentityState, current: &CurrentSession) -> Result<Option<(Session, SignedIn)>> {
    let now = state.clock.now();
    if !current.remember || current.session.updated_at + RENEW_AFTER > now {
        return Ok(None);
    }
    let until = session::end_of(current.session.created_at, now, &state.config, true);
    let Some(renewed) = session::renew(&state.db, &current.session.id, now, until).await? else { return Ok(None) };
    let session = Session::from(renewed);
    let signed_in = SignedIn::new(state, current.user.clone(), &session, true)?;
    Ok(Some((session, signed_in)))
}

/// A fresh JWT of the session, which ends when the session does.
pub async fn token(State(state): State<IdentityState>, visitor: Visitor) -> Result<Json<Value>> {
    let CurrentSession { session, user, .. } = require(&state, &visitor).await?;
    let token = state.issue_token(&user, &session)?;
    Ok(Json(json!({ "token": token })))
}
