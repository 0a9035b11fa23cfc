//! `GET /api/auth/list-sessions` and `POST /api/auth/revoke-…`: the devices of one user.

use app::model::Session;
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Visitor,
    get_session::require,
    reply::{Body, required},
    session::{self, Which},
};
use crate::{AppState, problem::Result};

#[derive(Deserialize)]
pub struct Revoke {
    token: Option<String>,
}

/// The user's sessions. Their `token` is an id, which opens nothing.
pub async fn list(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Vec<Session>>> {
    let current = require(&state, &visitor).await?;
    Ok(Json(session::of_user(state.db.read(), &current.user.id, state.clock.now()).await?))
}

/// Ends the session that the body names. One that is not there, or is somebody else's, is answered alike.
pub async fn revoke(State(state): State<AppState>, visitor: Visitor, Body(body): Body<Revoke>) -> Result<Json<Value>> {
    let id = required("token", body.token)?;
    end(&state, &visitor, |_| Which::One(&id)).await
}

/// Ends every session but this one.
pub async fn revoke_others(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Value>> {
    end(&state, &visitor, Which::AllBut).await
}

/// Ends every session, this one too.
pub async fn revoke_all(State(state): State<AppState>, visitor: Visitor) -> Result<Json<Value>> {
    end(&state, &visitor, |_| Which::All).await
}

async fn end<'a>(state: &AppState, visitor: &'a Visitor, which: impl FnOnce(&'a str) -> Which<'a>) -> Result<Json<Value>> {
    let current = require(state, visitor).await?;
    let which = which(visitor.session_id().unwrap_or_default());
    state.revocations.end(&state.db, &current.user.id, which, state.clock.now()).await?;
    tracing::info!(user_id = current.user.id, ?which, "sessions revoked");
    Ok(Json(json!({ "status": true })))
}
