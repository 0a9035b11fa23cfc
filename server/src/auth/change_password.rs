//! `POST /api/auth/change-password`

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client, Visitor,
    account::{SignedIn, confirm_password},
    get_session::{Current, require},
    letters, policy,
    reply::{self, Body, required},
    session::{self, Which},
    user,
};
use crate::{
    AppState,
    problem::{Error, Result},
};

/// The member of the body that is checked, and of the page's form.
const NEW: &str = "newPassword";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    current_password: Option<String>,
    new_password: Option<String>,
    #[serde(default)]
    revoke_other_sessions: Option<bool>,
}

/// The endpoint. When the other sessions are ended with it, this one gets a new token.
pub async fn change_password(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    Body(body): Body<ChangePassword>,
) -> Result<Response> {
    let (old, new) = (required("currentPassword", body.current_password)?, required(NEW, body.new_password)?);
    let revokes = body.revoke_other_sessions == Some(true);
    let signed_in = change(&state, &visitor, &client, &old, &new, revokes).await?;
    if !revokes {
        return Ok(Json(json!({ "token": Value::Null, "user": signed_in.user })).into_response());
    }
    Ok(reply::signed_in(&state, &signed_in, json!({ "token": signed_in.token, "user": signed_in.user })))
}

/// Sets a new password for somebody who knows the old one, and ends the other sessions if that is wanted. This one goes
/// on, with a fresh token.
pub async fn change(state: &AppState, visitor: &Visitor, client: &Client, old: &str, new: &str, revokes: bool) -> Result<SignedIn> {
    policy::check(NEW, new, "", "").map_err(Error::Rejected)?;
    let current = require(state, visitor).await?;
    policy::check(NEW, new, &current.user.email, &current.user.name).map_err(Error::Rejected)?;
    confirm_password(state, &current, old, client).await?;
    let hash = state.passwords.hash(new).await?;

    let Current { session, user, remember, .. } = current;
    let now = state.clock.now();
    let mut transaction = state.db.begin().await?;
    user::set_password(&mut transaction, &user.id, &hash, now).await?;
    let ended = if revokes { session::end_in(&mut transaction, &user.id, Which::AllBut(&session.id)).await? } else { Vec::new() };
    transaction.commit().await?;
    state.revocations.refuse(ended, now);
    state.mailer.post(letters::password_changed(&user.email));
    tracing::info!(user_id = user.id, address = %client.address, revokes, "password changed");
    SignedIn::new(state, user, &session, remember)
}
