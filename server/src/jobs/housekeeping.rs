//! Deletes expired rows once an hour, in one of the processes that share the database.

use std::time::Duration;

use app::model::Timestamp;

use crate::{
    db::Db,
    problem::Result,
    sql,
    tasks::{self, IDEMPOTENCY_KEYS_KEPT_FOR, TasksState, tidy_search},
};

/// Time between two runs.
const EVERY: Duration = Duration::from_hours(1);
/// How long the counts of wrong passwords from a device, session or address are kept after the last one.
const GUESSES_KEPT_FOR: Duration = Duration::from_hours(24 * 30);
/// Time between two runs that purge deleted tasks from SQLite's search index.
const SEARCH_TIDIED_EVERY: Duration = Duration::from_hours(24);
/// How often a process checks whether a run is due.
const LOOKED_AT_EVERY: Duration = Duration::from_mins(1);

/// Deletes expired rows when that is due, until it is dropped.
pub async fn keep_purging(state: TasksState) {
    let mut ticks = tokio::time::interval(LOOKED_AT_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = purge_if_due(&state).await {
            tracing::warn!(cause = error.secret_cause(), "what is over was not removed");
        }
        if let Err(error) = tidy_search_if_due(&state.db, state.clock.now()).await {
            tracing::warn!(cause = error.secret_cause(), "the index of the search was not tidied");
        }
    }
}

/// Whether a job is due; the process that writes the time first runs it.
async fn is_due(db: &Db, job: &str, now: Timestamp, every: Duration) -> Result<bool> {
    let sql = "INSERT INTO jobs (name, begun_at) VALUES ($3, $1)
               ON CONFLICT (name) DO UPDATE SET begun_at = excluded.begun_at WHERE jobs.begun_at <= $2";
    let latest = now.0 - i64::try_from(every.as_millis()).unwrap_or(0);
    Ok(sql!(execute db.write(), sql, now.0, latest, job)? > 0)
}

async fn tidy_search_if_due(db: &Db, now: Timestamp) -> Result<()> {
    // PostgreSQL does so by itself.
    if matches!(db, Db::Sqlite { .. }) && is_due(db, "tidy search", now, SEARCH_TIDIED_EVERY).await? {
        tidy_search(db).await?;
        tracing::info!("what was deleted has left the index of the search");
    }
    Ok(())
}

async fn purge_if_due(state: &TasksState) -> Result<()> {
    let (db, now) = (&state.db, state.clock.now());
    let ago = |length: Duration| now.0 - i64::try_from(length.as_millis()).unwrap_or(0);
    if !is_due(db, "purge", now, EVERY).await? {
        return Ok(());
    }
    let sessions = sql!(execute db.write(), "DELETE FROM sessions WHERE expires_at <= $1", now.0)?;
    let imported = sql!(execute db.write(), "DELETE FROM imported_sessions WHERE expires_at <= $1", now.0)?;
    let revocations = sql!(execute db.write(), "DELETE FROM revocations WHERE until <= $1", now.0)?;
    let mail_tokens = sql!(execute db.write(), "DELETE FROM mail_tokens WHERE expires_at <= $1", now.0)?;
    let tries = sql!(execute db.write(), "DELETE FROM tries WHERE free_at <= $1", now.0)?;
    let keys = sql!(execute db.write(), "DELETE FROM idempotency_keys WHERE created_at <= $1", ago(IDEMPOTENCY_KEYS_KEPT_FOR))?;
    let tasks = sql!(execute db.write(), "DELETE FROM deleted_tasks WHERE deleted_at <= $1", tasks::too_old(state))?;
    let devices = sql!(execute db.write(), "DELETE FROM known_devices WHERE expires_at <= $1", now.0)?;
    // Of an account's own row, and of one that stands for e-mails without one, there is a bounded number.
    let guesses = sql!(execute db.write(), "DELETE FROM guesses WHERE origin <> '' AND next_at <= $1", ago(GUESSES_KEPT_FOR))?;
    if tasks > 0 {
        db.deleted_for_good();
    }
    tracing::info!(sessions, imported, revocations, mail_tokens, tries, keys, tasks, devices, guesses, "what is over was removed");
    Ok(())
}
