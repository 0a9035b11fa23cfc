//! The task API: six routes under `/api/{user_id}/tasks`.

mod conditions;
mod idempotency;
mod list;
mod routes;
mod store;

pub use idempotency::KEPT_FOR as IDEMPOTENCY_KEYS_KEPT_FOR;
pub use list::{Filter, ListParams};
pub use routes::routes;
pub use store::{Counts, counts, insert, list};
