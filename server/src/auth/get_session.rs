//! `GET /api/auth/get-session` and `GET /api/auth/token`

use std::time::Duration;

use app::model::{Session, Timestamp, User};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Visitor, account::SignedIn, reply, session, user};
use crate::{
    AppState,
    db::Transaction,
    problem::{Error, Result},
};

/// A session that was begun or renewed longer ago than this is renewed when its owner comes back.
const RENEWED_AFTER: Duration = Duration::from_hours(24);

/// Who is signed in, or `null`; never 401. A session older than a day gets a new end, and its owner a new token.
pub async fn get_session(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    let Some(current) = find(&state, &visitor).await? else { return Ok(Json(Value::Null).into_response()) };
    if let Some((session, signed_in)) = renew_if_due(&state, &current).await? {
        return Ok(reply::signed_in(&state, &signed_in, json!({ "session": session, "user": signed_in.user })));
    }
    Ok(Json(json!({ "session": current.session, "user": current.user })).into_response())
}

/// The same renewal for somebody who opens a page. The age of the token tells whether the database has to be asked.
pub async fn renew(state: &AppState, visitor: &Visitor) -> Result<Option<SignedIn>> {
    let is_due = visitor.proof().is_some_and(|proof| proof.issued_at + RENEWED_AFTER <= state.clock.now());
    if !is_due {
        return Ok(None);
    }
    let Some(current) = find(state, visitor).await? else { return Ok(None) };
    Ok(renew_if_due(state, &current).await?.map(|(_, signed_in)| signed_in))
}

async fn renew_if_due(state: &AppState, current: &Current) -> Result<Option<(Session, SignedIn)>> {
    let now = state.clock.now();
    if !current.remember || current.session.updated_at + RENEWED_AFTER > now {
        return Ok(None);
    }
    let until = session::end_of(current.session.created_at, now, &state.config, true);
    let Some(renewed) = session::renew(&state.db, &current.session.id, now, until).await? else { return Ok(None) };
    let session = Session::from(renewed);
    let signed_in = SignedIn::new(state, current.user.clone(), &session, true)?;
    Ok(Some((session, signed_in)))
}

/// A fresh JWT of the session, which ends when the session does.
pub async fn token(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Value>> {
    let Current { session, user, .. } = require(&state, &visitor).await?;
    let token = state.issue_token(&user, &session)?;
    Ok(Json(json!({ "token": token })))
}

/// A visitor whose session is in the database.
pub struct Current {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The user's PHC string.
    pub password_hash: String,
    /// Whether the cookie outlives the browser.
    pub remember: bool,
}

impl Current {
    /// Locks the user's row and checks that what was found before is still so: the password that was confirmed, and the session
    /// that asks. A reset, or the end of all sessions, that came meanwhile is not undone by a change that began before it.
    pub async fn recheck(&self, transaction: &mut Transaction, now: Timestamp) -> Result<()> {
        let has_password = user::hold(transaction, &self.user.id, &self.password_hash, None).await?;
        if !session::is_live(transaction, &self.session.id, &self.user.id, now).await? {
            return Err(Error::SignedOut);
        }
        if has_password { Ok(()) } else { Err(Error::WrongPassword) }
    }
}

/// The visitor's session and its user as the database knows them; 401 when there is none.
pub async fn require(state: &AppState, visitor: &Visitor) -> Result<Current> {
    find(state, visitor).await?.ok_or(Error::SignedOut)
}

/// The visitor's session and its user, if there is one.
pub async fn find(state: &AppState, visitor: &Visitor) -> Result<Option<Current>> {
    let Some(id) = visitor.session_id() else { return Ok(None) };
    let Some(row) = session::by_id(&state.db, id, state.clock.now()).await? else { return Ok(None) };
    let remember = row.remember;
    let session = Session::from(row);
    if visitor.user_id() != Some(&session.user_id) {
        return Ok(None);
    }
    let Some(row) = user::by_id(&state.db, &session.user_id).await? else { return Ok(None) };
    let password_hash = row.password_hash.clone();
    Ok(Some(Current { session, user: row.into(), password_hash, remember }))
}
