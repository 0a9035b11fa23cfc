//! The task API: the routes under `/api/{user_id}/tasks` and `/api/{user_id}/trash`, and `/api/{user_id}/events`.

mod conditions;
pub mod events;
mod idempotency;
mod list;
mod pages;
pub mod quotas;
mod routes;
mod search;
mod store;
mod trash;

pub use idempotency::KEPT_FOR as IDEMPOTENCY_KEYS_KEPT_FOR;
pub use list::ListParams;
pub use pages::list;
pub use routes::{TaskId, routes};
pub use search::{Backlog as SearchBacklog, fill as fill_search, keep_indexing, tidy as tidy_search};
pub use store::{complete, counts, delete, deleted, get, insert, restore, too_old, update};
pub use trash::{TrashParams, cursor_after, purge, purge_all, read_cursor, restore_all, trash};
