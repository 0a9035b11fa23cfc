//! The routes under `/api/auth`.

use axum::{
    Json, Router,
    extract::{FromRef as _, RawQuery},
    middleware,
    response::Redirect,
    routing::any,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    change_password, delete_user, get_session, key_set, links, list_accounts, reset_password, sessions, sign_in, sign_out, sign_up,
    update_user, verify_email,
};
use crate::{
    identity::state::IdentityState,
    problem::Result,
    shared_state::SharedState,
    web::{body, origin, refusals::not_found},
};

/// The endpoints under `/api/auth`, with their descriptions.
pub fn endpoints() -> OpenApiRouter<IdentityState> {
    entry_endpoints().merge(other_endpoints())
}

/// The endpoints that begin a session in the browser that asks.
fn entry_endpoints() -> OpenApiRouter<IdentityState> {
    OpenApiRouter::new().routes(routes!(sign_up::by_email)).routes(routes!(sign_in::by_email))
}

/// The endpoints for those who have one, or a link.
fn other_endpoints() -> OpenApiRouter<IdentityState> {
    OpenApiRouter::new()
        .routes(routes!(ok))
        .routes(routes!(error))
        .routes(routes!(sign_out::this_session))
        .routes(routes!(get_session::get_session))
        .routes(routes!(get_session::token))
        .routes(routes!(key_set::jwks))
        .routes(routes!(sessions::list))
        .routes(routes!(list_accounts::list))
        .routes(routes!(sessions::revoke))
        .routes(routes!(sessions::revoke_others))
        .routes(routes!(sessions::revoke_all))
        .routes(routes!(update_user::update_user))
        .routes(routes!(change_password::change_password))
        .routes(routes!(verify_email::change))
        .routes(routes!(verify_email::send))
        .routes(routes!(verify_email::verify))
        .routes(routes!(reset_password::request))
        .routes(routes!(reset_password::open_link))
        .routes(routes!(reset_password::reset))
        .routes(routes!(delete_user::delete_user))
}

/// The same, with what all of them pass. Here a wrong method is as unknown as a wrong path.
pub fn routes(state: &IdentityState) -> Router<IdentityState> {
    let shared = SharedState::from_ref(state);
    Router::from(other_endpoints())
        // Not a fallback: `/api/auth/tasks` would be the list of a user called `auth`.
        .route("/{*unknown}", any(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(shared.clone(), origin::guard_unless_token))
        .merge(
            Router::from(entry_endpoints())
                .method_not_allowed_fallback(not_found)
                .layer(middleware::from_fn_with_state(shared, origin::guard)),
        )
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

/// What the query of `error` may say.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ErrorQuery {
    /// The code of an error
    error: Option<String>,
}

/// Leads on to the page of this site, as Better Auth does in production
#[utoipa::path(
    get,
    path = "/error",
    operation_id = "error",
    tag = "Accounts",
    params(ErrorQuery),
    responses((status = 303, description = "On to `/`, with the code in `error`.", headers(("location"))))
)]
async fn error(RawQuery(query): RawQuery) -> Result<Redirect> {
    let ErrorQuery { error } = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let is_code = |code: &String| !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || "'_-".contains(c));
    let code = error.filter(is_code).unwrap_or_else(|| "UNKNOWN".to_owned());
    Ok(Redirect::to(&links::with_parameter("/", "error", &code)))
}
