//! `POST /api/auth/delete-user`

use app::model::schemas;
use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Body, required},
    confirm_password::confirm_password,
};
use crate::{
    db::{Db, Transaction},
    email::templates,
    identity::{
        client::Client,
        current_session::require,
        extract::Visitor,
        known_devices,
        revocation::Revocation,
        session::{self, SessionScope},
        session_cookie,
        state::IdentityState,
        user,
    },
    problem::Result,
    web::{
        described::{BodyErrors, Forbidden, Unauthorized, WriteErrors},
        security_headers,
    },
};

/// The body of `delete-user`.
#[derive(Deserialize, ToSchema)]
pub struct DeleteUser {
    #[schema(required, schema_with = schemas::typed_password)]
    password: Option<String>,
}

/// The answer to `delete-user`.
#[derive(Serialize, ToSchema)]
struct UserDeleted {
    success: bool,
    message: &'static str,
}

/// Removes user, sessions and tasks
#[utoipa::path(
    post,
    path = "/delete-user",
    operation_id = "delete_user",
    tag = "Accounts",
    request_body = DeleteUser,
    responses(
        (status = 200, description = "Gone.", body = UserDeleted, headers(("set-cookie"))),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn delete_user(
    State(state): State<IdentityState>,
    visitor: Visitor,
    client: Client,
    Body(body): Body<DeleteUser>,
) -> Result<Response> {
    let password = required("password", body.password)?;
    delete(&state, &visitor, &client, &password).await?;
    let mut response = Json(UserDeleted { success: true, message: "User deleted" }).into_response();
    security_headers::clear_site_data(response.headers_mut());
    if let Some(cookie) = session_cookie::clear(&state.config) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(cookie) = client.device.id.as_ref().and_then(|_| known_devices::clear(&state.config)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Deletes the user with all sessions and tasks, without leaving a row. All tokens of the user, also those of other services, are
/// refused from then on.
pub async fn delete(state: &IdentityState, visitor: &Visitor, client: &Client, password: &str) -> Result<()> {
    let current = require(state, visitor).await?;
    confirm_password(state, &current, password, client).await?;

    let now = state.clock.now();
    let mut transaction = state.db.begin().await?;
    current.recheck(&mut transaction, now).await?;
    let ended = remove_in(&mut transaction, &current.user.id).await?;
    transaction.commit().await?;
    state.db.deleted_for_good();
    state.revocations.add(ended, now);
    state.mailer.send(templates::account_deleted(&current.user.email));
    tracing::info!(user_id = current.user.id, address = %client.address, "user deleted");
    Ok(())
}

/// Removes a user, for the operator.
pub async fn remove(db: &Db, id: &str) -> Result<()> {
    let mut transaction = db.begin().await?;
    // Concurrent writes of the user come before this or are refused by a trigger.
    user::lock(&mut transaction, id).await?;
    remove_in(&mut transaction, id).await?;
    transaction.commit().await?;
    db.deleted_for_good();
    Ok(())
}

/// Deletes a user whose row is locked; returns the revocations to apply after the commit.
async fn remove_in(transaction: &mut Transaction, id: &str) -> Result<Vec<Revocation>> {
    let mut ended = session::end_in(transaction, id, SessionScope::All).await?;
    user::delete_with_tasks(transaction, id).await?;
    // For ever: the lifetime of other services' tokens is unknown.
    let for_good = Revocation::for_good(id);
    for_good.insert(transaction).await?;
    ended.push(for_good);
    Ok(ended)
}
