//! Everything of Holdfast that owns data. `main` and the tests start it the same way: [`AppState::open`], then [`serve()`].

pub mod accounts;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
pub mod email;
mod file_lock;
pub mod identity;
pub mod import;
pub mod jobs;
pub mod openapi;
pub mod pages;
mod private_files;
pub mod problem;
pub mod router;
pub mod serve;
pub mod shared_state;
pub mod state;
pub mod tasks;
pub mod web;

pub use router::router;
pub use serve::{serve, serve_metrics};
pub use state::AppState;
