//! When each device last asked for something. Kept in memory, so that no request waits for it, and written to the
//! sessions from time to time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::Timestamp;

use super::session;
use crate::{AppState, problem::Result};

/// How old what the database says may be.
const WRITTEN_EVERY: Duration = Duration::from_mins(1);

/// Most sessions of one statement: it holds up others who want to write.
const BATCH: usize = 1_000;

/// Sessions by id, and when they were seen since the last writing.
#[derive(Default)]
pub struct Presence(Mutex<HashMap<String, Timestamp>>);

impl Presence {
    /// A request of this session has come.
    pub fn note(&self, session_id: &str, now: Timestamp) {
        let mut seen = self.lock();
        match seen.get_mut(session_id) {
            Some(last) => *last = now.max(*last),
            None => drop(seen.insert(session_id.to_owned(), now)),
        }
    }

    /// When it was seen, if that was since the last writing.
    pub fn of(&self, session_id: &str) -> Option<Timestamp> {
        self.lock().get(session_id).copied()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what was seen to the sessions, for as long as it is let.
pub async fn keep_writing(state: AppState) {
    let mut interval = tokio::time::interval(WRITTEN_EVERY);
    loop {
        interval.tick().await;
        if let Err(error) = write(&state).await {
            tracing::warn!(cause = error.secret_cause(), "when devices were last seen was not written");
        }
    }
}

/// Writes what was seen since the last time. It is forgotten here once it is written, and not before: a failure, or the end of
/// this future, loses nothing.
pub async fn write(state: &AppState) -> Result<()> {
    let mut seen: Vec<_> = state.presence.lock().iter().map(|(id, at)| (id.clone(), *at)).collect();
    seen.sort_unstable();
    for batch in seen.chunks(BATCH) {
        let busy = session::set_last_seen(&state.db, batch).await?;
        let mut seen = state.presence.lock();
        for (id, at) in batch {
            // One that was seen again meanwhile is written the next time.
            if !busy.contains(id) && seen.get(id) == Some(at) {
                seen.remove(id);
            }
        }
    }
    Ok(())
}

/// Writes what is left before the process ends.
pub async fn write_at_the_end(state: &AppState) {
    if let Err(error) = write(state).await {
        tracing::warn!(cause = error.secret_cause(), "when devices were last seen was not written before the end");
    }
}
