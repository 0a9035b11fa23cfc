//! What every request passes, whatever it asks for: limits, bodies, cookies, headers, the origin check.

pub mod accept;
pub mod assets;
pub mod blocking;
pub mod body;
pub mod client_address;
pub mod client_left;
pub mod compress;
pub mod connections;
pub mod cookies;
pub mod cors;
pub mod described;
pub mod health;
pub mod metrics;
pub mod multipart;
pub mod origin;
pub mod refusals;
pub mod return_to;
pub mod security_headers;
pub mod security_txt;
pub mod smuggling;
mod write_timeout;
