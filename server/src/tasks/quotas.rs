//! The quota of tasks of each user. Counting for each new task would double its cost: a process counts seldom, and then allows a
//! part of what is left without counting. Several processes together may exceed the quota by those parts.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::Timestamp;

use crate::{
    db::Db,
    problem::{Error, Result},
    sql,
};

/// Most new tasks until the next count: counting thousands reads hundreds of database pages.
const UNCOUNTED_MAX: u32 = 8_000;
/// One of so many parts of what is left is allowed without counting: other processes allow the same.
const UNCOUNTED_PART: u32 = 8;
/// How long a user at the quota is refused without counting again; another process may have deleted tasks meanwhile.
const FULL_FOR: Duration = Duration::from_secs(10);
/// Users in memory; beyond that, all are forgotten and counted again.
const USERS_MAX: usize = 10_000;

/// The remaining quota of users who created tasks in this process.
pub struct TaskQuota {
    max: u32,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone, Copy)]
enum Known {
    /// So many more tasks without counting.
    Left(u32),
    /// Refused until then.
    Full(Timestamp),
}

impl TaskQuota {
    /// So many tasks for each user.
    pub fn new(max: u32) -> Self {
        Self { max, known: Mutex::default() }
    }

    /// Takes one task off the user's quota, or refuses it.
    pub async fn take(&self, db: &Db, owner: &str, now: Timestamp) -> Result<()> {
        match self.lock().get_mut(owner) {
            Some(Known::Left(left)) if *left > 0 => {
                *left -= 1;
                return Ok(());
            }
            Some(Known::Full(until)) if *until > now => return Err(Error::QuotaExceeded(self.max)),
            _ => {}
        }
        let sql = "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE user_id = $1 LIMIT $2) AS counted";
        let count: Option<(i64,)> = sql!(inline optional db, for owner, sql, owner, i64::from(self.max))?;
        let count = count.map_or(0, |(count,)| u32::try_from(count).unwrap_or(u32::MAX));
        let left = self.max.saturating_sub(count);
        // One of those that are handed out is taken by this task.
        let known = match left {
            0 => Known::Full(now + FULL_FOR),
            left => Known::Left((left / UNCOUNTED_PART).clamp(1, UNCOUNTED_MAX) - 1),
        };
        let mut all = self.lock();
        if all.len() >= USERS_MAX {
            all.clear();
        }
        all.insert(owner.to_owned(), known);
        if left == 0 { Err(Error::QuotaExceeded(self.max)) } else { Ok(()) }
    }

    /// A task of this user was deleted.
    pub fn give_back(&self, owner: &str) {
        let mut known = self.lock();
        if matches!(known.get(owner), Some(Known::Full(_))) {
            known.remove(owner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
