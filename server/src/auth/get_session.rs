//! `GET /api/auth/get-session` and `GET /api/auth/token`

use app::model::{Session, User};
use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{Visitor, session, user};
use crate::{
    AppState,
    problem::{Error, Result},
};

/// Who is signed in, or `null`; never 401.
pub async fn get_session(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Value>> {
    Ok(Json(match current(&state, &visitor).await? {
        Some((session, user)) => json!({ "session": session, "user": user }),
        None => Value::Null,
    }))
}

/// A fresh JWT of the session, which ends when the session does.
pub async fn token(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Value>> {
    let (session, user) = current(&state, &visitor).await?.ok_or(Error::SignedOut)?;
    let token = state.tokens.sign(&user, &session.id, state.clock.now(), session.expires_at)?;
    Ok(Json(json!({ "token": token })))
}

/// The visitor's session and its user, as the database knows them.
async fn current(state: &AppState, visitor: &Visitor) -> Result<Option<(Session, User)>> {
    let Some(id) = visitor.session_id() else { return Ok(None) };
    let Some(session) = session::by_id(state.db.read(), id, state.clock.now()).await? else { return Ok(None) };
    let session = Session::from(session);
    let Some(user) = user::by_id(state.db.read(), &session.user_id).await? else { return Ok(None) };
    Ok(Some((session, user.into())))
}
