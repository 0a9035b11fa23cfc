//! `POST /api/auth/change-password`

use app::model::{User, schemas};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Body, required},
    confirm_password::confirm_password,
    signed_in::{self, SignedIn},
};
use crate::{
    email::{mail_token, templates},
    identity::{
        client::Client,
        current_session::{CurrentSession, require},
        extract::Visitor,
        hash_queue::Caller,
        known_devices, password_policy,
        session::{self, SessionScope},
        state::IdentityState,
        user,
    },
    problem::{Error, Result},
    web::described::{BodyErrors, Forbidden, Unauthorized, WriteErrors},
};

/// The field name, in the body and in the page's form.
const NEW: &str = "newPassword";

/// The body of `change-password`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangePassword {
    #[schema(required, schema_with = schemas::typed_password)]
    current_password: Option<String>,
    #[schema(required, schema_with = schemas::new_password)]
    new_password: Option<String>,
    #[serde(default)]
    revoke_other_sessions: Option<bool>,
}

/// The answer to `change-password`.
#[derive(Serialize, ToSchema)]
struct PasswordChanged<'a> {
    #[schema(required)]
    token: Option<&'a str>,
    user: &'a User,
}

/// Changes the password
///
/// With `revokeOtherSessions`, this device gets a new session too.
#[utoipa::path(
    post,
    path = "/change-password",
    operation_id = "change_password",
    tag = "Accounts",
    request_body = ChangePassword,
    responses(
        (status = 200, description = "It is changed; `token` is `null` unless the other sessions were ended.", body = PasswordChanged, headers(("set-auth-token"), ("set-cookie"))),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn change_password(
    State(state): State<IdentityState>,
    visitor: Visitor,
    client: Client,
    Body(body): Body<ChangePassword>,
) -> Result<Response> {
    let (old, new) = (required("currentPassword", body.current_password)?, required(NEW, body.new_password)?);
    let revokes = body.revoke_other_sessions == Some(true);
    let signed_in = change(&state, &visitor, &client, &old, &new, revokes).await?;
    let answer = PasswordChanged { token: revokes.then_some(&signed_in.token), user: &signed_in.user };
    if !revokes {
        return Ok(Json(answer).into_response());
    }
    Ok(signed_in::respond(&state, &signed_in, answer))
}

/// Sets a new password, given the current one. With `revokes`, every session ends and this device gets a new one, so that a stolen
/// copy of its token ends too. Mailed links end in any case.
pub async fn change(state: &IdentityState, visitor: &Visitor, client: &Client, old: &str, new: &str, revokes: bool) -> Result<SignedIn> {
    password_policy::check(NEW, new, "", "").map_err(Error::Rejected)?;
    let current = require(state, visitor).await?;
    password_policy::check(NEW, new, &current.user.email, &current.user.name).map_err(Error::Rejected)?;
    confirm_password(state, &current, old, client).await?;
    let hash = state.passwords.hash(new, Caller::new(client.address, true)).await?;

    let now = state.clock.now();
    let mut transaction = state.db.begin().await?;
    current.recheck(&mut transaction, now).await?;
    let CurrentSession { mut session, user, remember, .. } = current;
    user::set_password(&mut transaction, &user.id, &hash, now).await?;
    mail_token::delete_all(&mut transaction, &user.id).await?;
    let mut ended = Vec::new();
    if revokes {
        ended = session::end_in(&mut transaction, &user.id, SessionScope::All).await?;
        let until = session::end_of(now, now, &state.config, remember);
        session = session::insert(&mut transaction, &user.id, remember, client, now, until).await?;
        known_devices::forget(&mut transaction, &user.id, client.device.id.as_deref()).await?;
    }
    transaction.commit().await?;
    state.revocations.add(ended, now);
    state.mailer.send(templates::password_changed(&user.email));
    tracing::info!(user_id = user.id, address = %client.address, revokes, "password changed");
    SignedIn::new(state, user, &session, remember)
}
