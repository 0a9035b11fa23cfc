//! Where the browser works: one file an interactive part.

#![allow(missing_docs, reason = "`#[island]` makes a struct that cannot be given a line of its own")]

pub mod auth_form;
pub mod other_tabs;
pub mod password_field;
pub mod sign_out;
pub mod task_board;
mod task_row;
