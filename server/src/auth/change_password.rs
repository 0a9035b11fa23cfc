//! `POST /api/auth/change-password`

use app::model::validate_password;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Visitor,
    account::SignedIn,
    get_session::{Current, require},
    letters,
    password::Verdict,
    policy,
    reply::{self, Body, required},
    session::{self, Which},
    user,
};
use crate::{
    AppState,
    problem::{Error, Result},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    current_password: Option<String>,
    new_password: Option<String>,
    #[serde(default)]
    revoke_other_sessions: Option<bool>,
}

/// Sets a new password for somebody who knows the old one. When the other sessions are ended with it, this one gets a
/// new token.
pub async fn change_password(State(state): State<AppState>, visitor: Visitor, Body(body): Body<ChangePassword>) -> Result<Response> {
    let (old, new) = (required("currentPassword", body.current_password)?, required("newPassword", body.new_password)?);
    validate_password(&new).map_err(Error::Rejected)?;
    let Current { session, user, password_hash, remember } = require(&state, &visitor).await?;
    policy::check(&new, &user.email, &user.name).map_err(Error::Rejected)?;
    if state.passwords.verify(&old, Some(password_hash)).await? == Verdict::Wrong {
        return Err(Error::WrongPassword);
    }
    let hash = state.passwords.hash(&new).await?;

    let now = state.clock.now();
    let revokes = body.revoke_other_sessions == Some(true);
    let mut transaction = state.db.begin().await?;
    user::set_password(&mut transaction, &user.id, &hash, now).await?;
    let ended = if revokes { session::end_in(&mut transaction, &user.id, Which::AllBut(&session.id)).await? } else { Vec::new() };
    transaction.commit().await?;
    state.revocations.refuse(ended, now);
    state.mailer.post(letters::password_changed(&user.email));
    tracing::info!(user_id = user.id, revokes, "password changed");

    if !revokes {
        return Ok(Json(json!({ "token": Value::Null, "user": user })).into_response());
    }
    let signed_in = SignedIn::new(&state, user, &session, remember)?;
    Ok(reply::signed_in(&state, &signed_in, json!({ "token": signed_in.token, "user": signed_in.user })))
}
