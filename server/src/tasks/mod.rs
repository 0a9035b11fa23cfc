//! The task API: the routes under `/api/{user_id}/tasks` and `/api/{user_id}/trash`, and `/api/{user_id}/events`.

mod changes;
mod conditions;
mod events;
mod idempotency;
mod input;
mod list;
mod notifications;
mod pages;
mod path;
mod quotas;
mod routes;
mod search;
mod state;
mod store;
mod trash;

pub use changes::CHANNEL as NOTIFICATION_CHANNEL;
pub use idempotency::KEPT_FOR as IDEMPOTENCY_KEYS_KEPT_FOR;
pub use list::ListParams;
pub use notifications::{handle_notification, publish_notifications};
pub use pages::list;
pub use path::TaskId;
pub use routes::routes;
pub use search::{fill as fill_search, tidy as tidy_search};
pub use state::TasksState;
pub use store::{
    by_id, complete, counts, delete, deleted, get, insert, insert_foreign, insert_foreign_deleted, known_ids, owners, restore, too_old,
    update,
};
pub use trash::{TrashParams, cursor_after, purge, purge_all, read_cursor, restore_all, trash};
