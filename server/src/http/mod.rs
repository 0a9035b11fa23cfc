//! What every request passes, whatever it asks for.

pub mod assets;
pub mod body;
pub mod connections;
pub mod cors;
pub mod health;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod request;
pub mod return_to;
pub mod security;
pub mod security_txt;
pub mod serve;
mod write_timeout;
