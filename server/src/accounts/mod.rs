//! Accounts: Better Auth's HTTP protocol under `/api/auth`, a file an endpoint or two.

mod body;
mod change_password;
mod confirm_password;
mod delete_user;
mod get_session;
mod key_set;
mod links;
mod list_accounts;
pub mod reset_password;
mod routes;
mod sessions;
mod sign_in;
mod sign_out;
mod sign_up;
mod signed_in;
mod update_user;
mod user_agent;
pub mod verify_email;

pub use change_password::change as change_password;
pub use delete_user::{delete as delete_user, remove as remove_user};
pub use get_session::renew;
pub use key_set::discovery_route;
pub use links::refused_target;
pub use routes::{endpoints, routes};
pub use sessions::{devices, end_sessions, with_last_seen as sessions_with_last_seen};
pub use sign_in::sign_in;
pub use sign_out::sign_out;
pub use sign_up::{NewAccount, create as create_user, sign_up};
pub use signed_in::SignedIn;
pub use update_user::{UpdateUser, change as update_user};
pub use verify_email::{pending_changes as pending_emails, request_email_change, request_verification};
