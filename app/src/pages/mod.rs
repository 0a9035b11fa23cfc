//! One file a page.

pub mod account;
pub mod auth;
pub mod docs;
pub mod email_link;
pub mod home;
pub mod password;
pub mod refusal;
pub mod tasks;
