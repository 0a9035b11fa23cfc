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
    Client, Visitor,
    account::confirm_password,
    cookie,
    get_session::require,
    reply::{Body, required},
    revocation::Revocation,
    session::{self, Which},
    user,
};
use crate::{AppState, db::Db, problem::Result};

#[derive(Deserialize)]
pub struct DeleteUser {
    password: Option<String>,
}

/// The endpoint.
pub async fn delete_user(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Body(body): Body<DeleteUser>,
) -> Result<Response> {
    let password = required("password", body.password)?;
    delete(&state, &visitor, &client, &password).await?;
    let mut response = Json(json!({ "success": true, "message": "User deleted" })).into_response();
    if let Some(cookie) = cookie::clear(&state.config) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Removes the user, their sessions and their tasks: not a row stays. Their tokens, and those that another service
/// made for them, are refused from then on.
pub async fn delete(state: &AppState, visitor: &Visitor, client: &Client, password: &str) -> Result<()> {
    let current = require(state, visitor).await?;
    confirm_password(state, &current, password, client).await?;

    let id = current.user.id;
    let ended = remove(&state.db, &id).await?;
    state.revocations.refuse(ended, state.clock.now());
    tracing::info!(user_id = id, address = %client.address, "user deleted");
    Ok(())
}

/// Removes a user; what is refused from now on.
pub async fn remove(db: &Db, id: &str) -> Result<Vec<Revocation>> {
    let mut transaction = db.begin().await?;
    let mut ended = session::end_in(&mut transaction, id, Which::All).await?;
    user::delete_with_tasks(&mut transaction, id).await?;
    // Nobody knows how long another service's tokens live.
    let whole = Revocation { subject: id.to_owned(), until: i64::MAX };
    whole.insert(&mut transaction).await?;
    transaction.commit().await?;
    ended.push(whole);
    Ok(ended)
}
