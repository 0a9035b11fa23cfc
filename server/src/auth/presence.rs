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

/// Sessions by id, and when they were seen since the last writing.
#[derive(Default)]
pub struct Presence(Mutex<HashMap<String, Timestamp>>);

impl Presence {
    /// A request of this session has come.
    pub fn note(&self, session_id: &str, now: Timestamp) {
        let mut seen = self.lock();
        match seen.get_mut(session_id) {
            Some(last) => *last = now,
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
        write(&state).await;
    }
}

/// Writes what was seen since the last time.
pub async fn write(state: &AppState) {
    let seen = std::mem::take(&mut *state.presence.lock());
    if let Err(error) = write_all(state, &seen).await {
        tracing::warn!(cause = error.secret_cause(), "when devices were last seen was not written");
    }
}

async fn write_all(state: &AppState, seen: &HashMap<String, Timestamp>) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let mut transaction = state.db.begin().await?;
    for (id, at) in seen {
        session::set_last_seen(&mut transaction, id, *at).await?;
    }
    transaction.commit().await?;
    Ok(())
}
