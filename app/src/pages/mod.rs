//! One file a page.

pub mod auth;
pub mod home;
pub mod refusal;
pub mod tasks;
