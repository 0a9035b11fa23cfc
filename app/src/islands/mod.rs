//! Where the browser works: one file an interactive part. An island is drawn by the server and woken here; what it shows,
//! it changes in place. Nothing is drawn twice, and no view is compiled into the WASM.

#![allow(missing_docs, reason = "`#[island]` makes a struct that cannot be given a line of its own")]

pub mod auth_form;
pub mod forms;
pub mod sign_out;
pub mod task_board;
