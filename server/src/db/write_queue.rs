//! Requests that wait to write: first come, first served. One that waits is refused early where that tells more than waiting
//! would: when the line is too long to be served in time, or when the database does not get anything done.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use super::limits::ACQUIRE_TIMEOUT;

/// Most requests in the line of one database; the next one is refused at once (503).
const LENGTH_MAX: usize = 4096;
/// Longest wait, even while the line moves.
const WAIT_MAX: Duration = Duration::from_secs(15);

/// How many wait, and how many writes have been committed: a line that moves is worth waiting in.
#[derive(Debug, Default)]
pub struct Line {
    waiting: AtomicUsize,
    committed: AtomicU64,
}

impl Line {
    /// Waits for `turn`, which is handed out in order of arrival. Refused when the line is full, when nothing was committed for
    /// as long as a connection is waited for, and after [`WAIT_MAX`].
    pub async fn wait<T>(&self, turn: impl Future<Output = T>) -> sqlx::Result<T> {
        let _place = self.enter()?;
        let mut turn = pin!(turn);
        let last = Instant::now() + WAIT_MAX;
        loop {
            let committed = self.committed.load(Ordering::Relaxed);
            let until = (Instant::now() + ACQUIRE_TIMEOUT).min(last);
            match timeout_at(until, &mut turn).await {
                Ok(turn) => return Ok(turn),
                Err(_) if until < last && self.committed.load(Ordering::Relaxed) != committed => {}
                Err(_) => return Err(sqlx::Error::PoolTimedOut),
            }
        }
    }

    /// A write of the line was committed.
    pub fn note_commit(&self) {
        self.committed.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self) -> sqlx::Result<Place<'_>> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= LENGTH_MAX {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(sqlx::Error::PoolTimedOut);
        }
        Ok(Place(self))
    }
}

/// A place in the line, given up when the request has its turn or its client has left.
struct Place<'a>(&'a Line);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A line with a number of turns at once: one for each connection that may write.
#[derive(Debug, Clone)]
pub struct WriteQueue {
    turns: Arc<Semaphore>,
    line: Arc<Line>,
}

/// The right to write on a connection, until it is dropped.
#[derive(Debug)]
pub struct WriteTurn {
    line: Arc<Line>,
    _permit: OwnedSemaphorePermit,
}

impl WriteQueue {
    /// With so many turns at once.
    pub fn new(turns: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(turns)), line: Arc::default() }
    }

    /// Waits for a turn.
    pub async fn turn(&self) -> sqlx::Result<WriteTurn> {
        let permit = self.line.wait(self.turns.clone().acquire_owned()).await?;
        Ok(WriteTurn { line: self.line.clone(), _permit: permit.map_err(|_| sqlx::Error::PoolClosed)? })
    }

    /// Runs a statement that commits by itself, when its turn has come.
    pub async fn run<T>(&self, statement: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        let turn = self.turn().await?;
        statement.await.inspect(|_| turn.note_commit())
    }
}

impl WriteTurn {
    /// What was written is committed.
    pub fn note_commit(&self) {
        self.line.note_commit();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_that_moves_is_waited_in_and_one_that_stands_still_is_not() {
        let queue = WriteQueue::new(1);
        let first = queue.turn().await.expect("nobody is before it");
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.turn().await.map(|_| ()) }
        });
        // Five times as long as a line that stands still is waited in.
        for _ in 0..10 {
            tokio::time::sleep(ACQUIRE_TIMEOUT / 2).await;
            first.note_commit();
        }
        assert!(!waiting.is_finished());
        drop(first);
        assert!(waiting.await.expect("it ends").is_ok());

        let _stuck = queue.turn().await.expect("it is free again");
        let began = Instant::now();
        assert!(queue.turn().await.is_err());
        assert_eq!(began.elapsed(), ACQUIRE_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_line_refuses_at_once_and_a_place_that_is_given_up_is_free_again() {
        let queue = WriteQueue::new(1);
        let _held = queue.turn().await.expect("nobody is before it");
        let mut waiting: Vec<_> = (0..LENGTH_MAX).map(|_| Box::pin(queue.turn())).collect();
        for turn in &mut waiting {
            assert!(turn.as_mut().now_or_never().is_none());
        }
        let began = Instant::now();
        assert!(queue.turn().await.is_err());
        assert_eq!(began.elapsed(), Duration::ZERO, "it did not wait");
        waiting.pop();
        assert!(queue.turn().now_or_never().is_none(), "it waits");
    }
}
