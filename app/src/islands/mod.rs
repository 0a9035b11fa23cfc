//! Where the browser works: one file an interactive part. The server renders an island's view, and the browser hydrates the
//! same view.

#![allow(missing_docs, reason = "`#[island]` makes a struct that cannot be given a line of its own")]

pub mod appearance;
pub mod auth_form;
pub mod other_tab_notice;
pub mod password_field;
pub mod sign_out;
pub mod task_board;
