//! `GET /api/auth/list-sessions` and `POST /api/auth/revoke-…`: the devices of one user.

use std::cmp::Reverse;

use app::{
    model::{Session, Timestamp, schemas},
    routes::account::Device,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::{Body, DONE, Done, required},
    user_agent,
};
use crate::{
    identity::{
        client::Client,
        current_session::{CurrentSession, require},
        extract::Visitor,
        known_devices,
        session::{self, SessionRow, SessionScope},
        state::IdentityState,
    },
    problem::Result,
    web::described::{BodyErrors, Forbidden, StorageErrors, Unauthorized, Unavailable, WriteErrors},
};

/// The body of `revoke-session`.
#[derive(Deserialize, ToSchema)]
pub struct Revoke {
    #[schema(required, schema_with = schemas::string)]
    token: Option<String>,
}

/// Lists one's devices
#[utoipa::path(
    get,
    path = "/list-sessions",
    operation_id = "list_sessions",
    tag = "Accounts",
    responses(
        (status = 200, description = "The sessions; `token` is an id, no credential.", body = Vec<Session>),
        Unauthorized,
        Unavailable,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn list(State(state): State<IdentityState>, visitor: Visitor) -> Result<Json<Vec<Session>>> {
    let current = require(&state, &visitor).await?;
    Ok(Json(all(&state, &current.user.id).await?))
}

/// Ends one of one's sessions
#[utoipa::path(
    post,
    path = "/revoke-session",
    operation_id = "revoke_session",
    tag = "Accounts",
    request_body = Revoke,
    responses(
        (status = 200, description = "It has ended, if it was there.", body = Done),
        BodyErrors,
        Unauthorized,
        Forbidden,
        WriteErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn revoke(State(state): State<IdentityState>, visitor: Visitor, client: Client, Body(body): Body<Revoke>) -> Result<Json<Done>> {
    let id = required("token", body.token)?;
    end(&state, &visitor, &client, |_| SessionScope::One(&id)).await
}

/// Ends all one's sessions but this
#[utoipa::path(
    post,
    path = "/revoke-other-sessions",
    operation_id = "revoke_other_sessions",
    tag = "Accounts",
    responses(
        (status = 200, description = "They have ended.", body = Done),
        Unauthorized,
        Forbidden,
        StorageErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn revoke_others(State(state): State<IdentityState>, visitor: Visitor, client: Client) -> Result<Json<Done>> {
    end(&state, &visitor, &client, SessionScope::AllBut).await
}

/// Ends all one's sessions
#[utoipa::path(
    post,
    path = "/revoke-sessions",
    operation_id = "revoke_sessions",
    tag = "Accounts",
    responses(
        (status = 200, description = "They have ended.", body = Done),
        Unauthorized,
        Forbidden,
        StorageErrors,
    ),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn revoke_all(State(state): State<IdentityState>, visitor: Visitor, client: Client) -> Result<Json<Done>> {
    end(&state, &visitor, &client, |_| SessionScope::All).await
}

async fn end<'a>(
    state: &IdentityState,
    visitor: &'a Visitor,
    client: &Client,
    which: impl FnOnce(&'a str) -> SessionScope<'a>,
) -> Result<Json<Done>> {
    end_sessions(state, visitor, client, which(visitor.session_id().unwrap_or_default())).await?;
    Ok(Json(DONE))
}

/// Ends sessions of the visitor's own.
pub async fn end_sessions(state: &IdentityState, visitor: &Visitor, client: &Client, which: SessionScope<'_>) -> Result<()> {
    let current = require(state, visitor).await?;
    state.revocations.end(&state.db, &current.user.id, which, state.clock.now()).await?;
    let kept_device = match which {
        SessionScope::One(_) => None,
        SessionScope::AllBut(_) => Some(client.device.id.as_deref()),
        SessionScope::All => Some(None),
    };
    if let Some(but) = kept_device {
        let mut transaction = state.db.begin().await?;
        known_devices::forget(&mut transaction, &current.user.id, but).await?;
        transaction.commit().await?;
    }
    tracing::info!(user_id = current.user.id, address = %client.address, ?which, "sessions revoked");
    Ok(())
}

/// A user's sessions that have not ended, the latest first.
pub async fn all(state: &IdentityState, user_id: &str) -> Result<Vec<Session>> {
    let rows = session::of_user(&state.db, user_id, state.clock.now()).await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// The same, each with when its device last asked for something.
pub async fn with_last_seen(state: &IdentityState, user_id: &str) -> Result<Vec<(Session, Timestamp)>> {
    let rows = session::of_user(&state.db, user_id, state.clock.now()).await?;
    let with_last_seen = |row: SessionRow| {
        // The database may not know it yet.
        let last_seen = state.last_seen.of(row.id()).map_or_else(|| row.last_seen_at(), |seen| seen.max(row.last_seen_at()));
        (Session::from(row), last_seen)
    };
    Ok(rows.into_iter().map(with_last_seen).collect())
}

/// The user's devices, the one that was seen last first.
pub async fn devices(state: &IdentityState, current: &CurrentSession) -> Result<Vec<Device>> {
    let mut devices: Vec<_> = with_last_seen(state, &current.user.id)
        .await?
        .into_iter()
        .map(|(session, last_seen)| {
            let user_agent = session.user_agent.unwrap_or_default();
            Device {
                is_current: session.id == current.session.id,
                id: session.id,
                browser: user_agent::browser(&user_agent),
                system: user_agent::system(&user_agent).map(str::to_owned),
                address: session.ip_address,
                last_seen,
            }
        })
        .collect();
    devices.sort_by_key(|device| Reverse(device.last_seen));
    Ok(devices)
}
