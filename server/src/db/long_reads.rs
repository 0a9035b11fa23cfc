//! A bound on reads that take long. One user's are few at once, and those of all together leave connections to everybody else.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::limits::ACQUIRE_TIMEOUT;
use crate::problem::{Error, Result};

/// Most long reads of one user at once in one process; more wait, and are refused after [`ACQUIRE_TIMEOUT`].
pub const MOST_OF_ONE: usize = 2;
/// When a user who has too many may try again, in seconds.
const RETRY_AFTER_S: u64 = 2;
/// How many users are remembered before those without a long read are forgotten.
const REMEMBERED: usize = 1000;

/// Counts them.
#[derive(Debug)]
pub struct LongReads {
    all: Arc<Semaphore>,
    of_one: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The right to one long read, until it is dropped.
#[derive(Debug)]
pub struct LongRead {
    _of_one: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl LongReads {
    /// With so many at once of all users together.
    pub fn new(most: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(most)), of_one: Mutex::default() }
    }

    /// Waits until this user may begin one.
    pub async fn begin(&self, user: &str) -> Result<LongRead> {
        let own = timeout(ACQUIRE_TIMEOUT, self.of(user).acquire_owned()).await.map_err(|_| Error::TooManyTries(RETRY_AFTER_S))?;
        let all = timeout(ACQUIRE_TIMEOUT, self.all.clone().acquire_owned()).await;
        let all = all.map_err(|_| Error::Unavailable("too many long reads are under way".into()))?;
        Ok(LongRead { _of_one: own.map_err(Error::internal)?, _of_all: all.map_err(Error::internal)? })
    }

    /// The user's own bound, which lives as long as somebody waits at it or has passed it.
    fn of(&self, user: &str) -> Arc<Semaphore> {
        let mut of_one = self.of_one.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = of_one.get(user).and_then(Weak::upgrade) {
            return own;
        }
        if of_one.len() >= REMEMBERED {
            of_one.retain(|_, own| own.strong_count() > 0);
        }
        let own = Arc::new(Semaphore::new(MOST_OF_ONE));
        of_one.insert(user.to_owned(), Arc::downgrade(&own));
        own
    }
}
