//! The task API: six routes under `/api/{user_id}/tasks`.

mod list;
mod routes;
mod store;

pub use list::{Filter, ListParams};
pub use routes::routes;
pub use store::{Counts, counts, insert, list};
