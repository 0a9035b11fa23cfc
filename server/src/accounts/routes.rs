//! The routes under `/api/auth`.

use axum::{
    Json, Router,
    extract::FromRef as _,
    middleware,
    routing::{any, get, post},
};
use serde_json::{Value, json};

use super::{
    change_password, delete_user, get_session, key_set, reset_password, sessions, sign_in, sign_out, sign_up, update_user, verify_email,
};
use crate::{
    identity::state::IdentityState,
    shared_state::SharedState,
    web::{origin, refusals::not_found},
};

/// The endpoints under `/api/auth`. Here a wrong method is as unknown as a wrong path.
pub fn routes(state: &IdentityState) -> Router<IdentityState> {
    Router::new()
        .route("/ok", get(ok))
        .route("/sign-up/email", post(sign_up::by_email))
        .route("/sign-in/email", post(sign_in::by_email))
        .route("/sign-out", post(sign_out::this_session))
        .route("/get-session", get(get_session::get_session))
        .route("/token", get(get_session::token))
        .route("/jwks", get(key_set::jwks))
        .route("/list-sessions", get(sessions::list))
        .route("/revoke-session", post(sessions::revoke))
        .route("/revoke-other-sessions", post(sessions::revoke_others))
        .route("/revoke-sessions", post(sessions::revoke_all))
        .route("/update-user", post(update_user::update_user))
        .route("/change-password", post(change_password::change_password))
        .route("/change-email", post(verify_email::change))
        .route("/send-verification-email", post(verify_email::send))
        .route("/verify-email", get(verify_email::verify))
        .route("/request-password-reset", post(reset_password::request))
        .route("/reset-password", post(reset_password::reset))
        .route("/delete-user", post(delete_user::delete_user))
        // Not a fallback: `/api/auth/tasks` would be the list of a user called `auth`.
        .route("/{*unknown}", any(not_found))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(SharedState::from_ref(state), origin::guard))
}

async fn ok() -> Json<Value> {
    Json(json!({ "ok": true }))
}
