//! Who is asking, and what ends that: tokens, sessions, revocations, passwords, and the limits on guessing them.

pub mod client;
mod crypto_provider;
pub mod current_session;
pub mod end_sessions;
pub mod extract;
pub mod guesses;
pub mod hash_queue;
pub mod ids;
pub mod imported_session;
pub mod known_devices;
mod known_tokens;
pub mod last_seen;
pub mod password;
pub mod password_policy;
pub mod revocation;
pub mod session;
pub mod session_cookie;
pub mod signing_key;
pub mod state;
pub mod throttle;
pub mod token;
pub mod trusted_keys;
pub mod user;
