//! The routes under `/api/auth`.

use axum::{Json, Router, extract::FromRef as _, middleware, routing::any};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    change_password, delete_user, get_session, key_set, reset_password, sessions, sign_in, sign_out, sign_up, update_user, verify_email,
};
use crate::{
    identity::state::IdentityState,
    shared_state::SharedState,
    web::{origin, refusals::not_found},
};

/// The endpoints under `/api/auth`, with their descriptions.
pub fn endpoints() -> OpenApiRouter<IdentityState> {
    OpenApiRouter::new()
        .routes(routes!(ok))
        .routes(routes!(sign_up::by_email))
        .routes(routes!(sign_in::by_email))
        .routes(routes!(sign_out::this_session))
        .routes(routes!(get_session::get_session))
        .routes(routes!(get_session::token))
        .routes(routes!(key_set::jwks))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_others))
        .routes(routes!(sessions::revoke_all))
        .routes(routes!(update_user::update_user))
        .routes(routes!(change_password::change_password))
        .routes(routes!(verify_email::change))
        .routes(routes!(verify_email::send))
        .routes(routes!(verify_email::verify))
        .routes(routes!(reset_password::request))
        .routes(routes!(reset_password::reset))
        .routes(routes!(delete_user::delete_user))
}

/// The same, with what all of them pass. Here a wrong method is as unknown as a wrong path.
pub fn routes(state: &IdentityState) -> Router<IdentityState> {
    Router::from(endpoints())
        // Not a fallback: `/api/auth/tasks` would be the list of a user called `auth`.
        .route("/{*unknown}", any(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(SharedState::from_ref(state), origin::guard))
}

/// The answer to `ok`.
#[derive(Serialize, ToSchema)]
struct Alive {
    ok: bool,
}

/// Says that it is there
#[utoipa::path(
    get,
    path = "/ok",
    operation_id = "ok",
    tag = "Accounts",
    responses((status = 200, description = "It is.", body = Alive))
)]
async fn ok() -> Json<Alive> {
    Json(Alive { ok: true })
}
