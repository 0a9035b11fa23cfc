//! The pages: each handler loads what its route shows, then renders that. The forms that are sent here work without any script.

mod account;
mod edit_task;
mod email_link;
mod entry;
mod import_tasks;
mod password;
mod render;
mod routes;
mod tasks;
mod trash;
mod visitor;

pub use render::{APPEARANCE, appearance, error};
pub use routes::routes;
