//! Accounts: who somebody is, and how they prove it. Better Auth's HTTP protocol under `/api/auth`.

mod account;
mod change_password;
mod cookie;
mod delete_user;
mod device;
mod get_session;
pub mod guesses;
pub mod hash_queue;
mod hs256;
pub mod identity;
pub mod known_devices;
mod known_tokens;
mod letters;
mod links;
pub mod mail;
pub mod mail_token;
pub mod origin;
pub mod password;
mod policy;
pub mod presence;
mod reply;
pub mod reset_password;
pub mod revocation;
pub mod secret;
pub mod session;
mod sessions;
mod sign_in;
mod sign_out;
mod sign_up;
pub mod throttle;
pub mod token;
mod update_user;
mod user;
pub mod verify_email;

pub use account::{NewAccount, SignedIn, create as create_user, sign_in, sign_out, sign_up};
pub use change_password::change as change_password;
pub use cookie::{clear as clear_cookie, is_there as has_cookie, name as cookie_name, set as set_cookie};
pub use delete_user::{delete as delete_user, remove as remove_user};
pub use get_session::{Current, find, renew};
pub use identity::{Client, CookieSession, Visitor};
pub use revocation::Revocations;
pub use session::Which;
pub use sessions::{devices, end_some as end_sessions, with_last_seen as sessions_with_last_seen};
pub use update_user::{UpdateUser, change as update_user};
pub use verify_email::{ask as ask_verification, ask_change, pending_changes as pending_emails};

use axum::{
    Json, Router, middleware,
    routing::{any, get, post},
};
use serde_json::{Value, json};

use crate::{AppState, http::request::not_found};

/// The endpoints under `/api/auth`. Here a wrong method is as unknown as a wrong path.
pub fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/ok", get(ok))
        .route("/sign-up/email", post(sign_up::by_email))
        .route("/sign-in/email", post(sign_in::by_email))
        .route("/sign-out", post(sign_out::this_session))
        .route("/get-session", get(get_session::get_session))
        .route("/token", get(get_session::token))
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
        .layer(middleware::from_fn_with_state(state.clone(), origin::guard))
}

async fn ok() -> Json<Value> {
    Json(json!({ "ok": true }))
}
