//! `GET /api/auth/list-accounts`

use app::model::Timestamp;
use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    identity::{current_session::require, extract::Visitor, state::IdentityState},
    problem::Result,
    web::described::{Unauthorized, Unavailable},
};

/// A way to sign in. There is one for each user: the password.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names, reason = "the names of the protocol")]
pub struct Account {
    id: String,
    provider_id: &'static str,
    account_id: String,
    user_id: String,
    /// Always empty: a password is for everything
    scopes: [String; 0],
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Lists the ways in which one can sign in
#[utoipa::path(
    get,
    path = "/list-accounts",
    operation_id = "list_accounts",
    tag = "Accounts",
    responses((status = 200, description = "One, by password.", body = Vec<Account>), Unauthorized, Unavailable),
    security(("bearer" = []), ("cookie" = []))
)]
pub async fn list(State(state): State<IdentityState>, visitor: Visitor) -> Result<Json<[Account; 1]>> {
    let user = require(&state, &visitor).await?.user;
    Ok(Json([Account {
        id: user.id.clone(),
        provider_id: "credential",
        account_id: user.id.clone(),
        user_id: user.id,
        scopes: [],
        created_at: user.created_at,
        updated_at: user.updated_at,
    }]))
}
