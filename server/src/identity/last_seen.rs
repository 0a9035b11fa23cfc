//! When each session was last used. Kept in memory, so that no request waits for it; [`jobs`](crate::jobs) writes it to the
//! sessions from time to time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use app::model::Timestamp;

/// Sessions by id, and when they were last used since the last writing.
#[derive(Default)]
pub struct LastSeen(Mutex<HashMap<String, Timestamp>>);

impl LastSeen {
    /// Keeps the time of a request of this session.
    pub fn note(&self, session_id: &str, now: Timestamp) {
        let mut seen = self.lock();
        match seen.get_mut(session_id) {
            Some(last) => *last = now.max(*last),
            None => drop(seen.insert(session_id.to_owned(), now)),
        }
    }

    /// When it was last used, if that was since the last writing.
    pub fn of(&self, session_id: &str) -> Option<Timestamp> {
        self.lock().get(session_id).copied()
    }

    /// Everything that is not written yet, in the order of the ids.
    pub fn unwritten(&self) -> Vec<(String, Timestamp)> {
        let mut seen: Vec<_> = self.lock().iter().map(|(id, at)| (id.clone(), *at)).collect();
        seen.sort_unstable();
        seen
    }

    /// Forgets what was written. A session that was used again meanwhile stays: it is written the next time.
    pub fn forget<'a>(&self, written: impl Iterator<Item = &'a (String, Timestamp)>) {
        let mut seen = self.lock();
        for (id, at) in written {
            if seen.get(id) == Some(at) {
                seen.remove(id);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
