//! `POST /api/auth/delete-user`

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Visitor, cookie,
    get_session::require,
    password::Verdict,
    reply::{Body, required},
    session::{self, Revocation, Which},
    user,
};
use crate::{
    AppState,
    problem::{Error, Result},
};

#[derive(Deserialize)]
pub struct DeleteUser {
    password: Option<String>,
}

/// Removes the user, their sessions and their tasks: not a row stays. Their tokens, and those that another service
/// made for them, are refused from then on.
pub async fn delete_user(State(state): State<AppState>, visitor: Visitor, Body(body): Body<DeleteUser>) -> Result<Response> {
    let password = required("password", body.password)?;
    let current = require(&state, &visitor).await?;
    if state.passwords.verify(&password, Some(current.password_hash)).await? == Verdict::Wrong {
        return Err(Error::WrongPassword);
    }

    let id = current.user.id;
    let mut transaction = state.db.begin().await?;
    let mut ended = session::end_in(&mut transaction, &id, Which::All).await?;
    user::delete_with_tasks(&mut transaction, &id).await?;
    // Nobody knows how long another service's tokens live.
    let whole = Revocation { subject: id.clone(), until: i64::MAX };
    session::insert_revocation(&mut transaction, &whole).await?;
    transaction.commit().await?;
    ended.push(whole);
    state.revocations.refuse(ended, state.clock.now());
    tracing::info!(user_id = id, "user deleted");

    let mut response = Json(json!({ "success": true, "message": "User deleted" })).into_response();
    if let Some(cookie) = cookie::clear(&state.config) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
