//! Writes to the sessions when they were last used.

use std::time::Duration;

use crate::{
    identity::{session, state::IdentityState},
    problem::Result,
};

/// How old the times in the database may be.
const WRITE_EVERY: Duration = Duration::from_mins(1);

/// Most sessions of one statement: it keeps other writers waiting.
const BATCH: usize = 1_000;

/// Writes once a minute, until it is dropped.
pub async fn keep_writing(state: IdentityState) {
    let mut interval = tokio::time::interval(WRITE_EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = write(&state).await {
            tracing::warn!(cause = error.secret_cause(), "when devices were last seen was not written");
        }
    }
}

/// Writes what was seen since the last time. It is forgotten in memory once it is written, and not before: a failure, or
/// dropping this future, loses nothing.
pub async fn write(state: &IdentityState) -> Result<()> {
    for batch in state.last_seen.unwritten().chunks(BATCH) {
        let busy = session::set_last_seen(&state.db, batch).await?;
        state.last_seen.forget(batch.iter().filter(|(id, _)| !busy.contains(id)));
    }
    Ok(())
}

/// Writes what is left before the process ends.
pub async fn write_at_shutdown(state: &IdentityState) {
    if let Err(error) = write(state).await {
        tracing::warn!(cause = error.secret_cause(), "when devices were last seen was not written before the end");
    }
}
