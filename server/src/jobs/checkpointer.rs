//! Takes what was written to a SQLite file from its write-ahead log to its place in the file.

use std::time::Duration;

use crate::db::Db;

/// How often the log is emptied while there are writes.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// Empties the log once a second, until it is dropped. PostgreSQL does so by itself.
pub async fn keep_checkpointing(db: Db) {
    if matches!(db, Db::Postgres { .. }) {
        return;
    }
    loop {
        tokio::time::sleep(CHECKPOINT_EVERY).await;
        if let Err(error) = db.checkpoint().await {
            tracing::warn!(cause = %error, "the log was not emptied");
        }
    }
}
