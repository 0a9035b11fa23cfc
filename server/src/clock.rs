//! The source of the current time: the machine's clock, corrected by the database's, or a test's.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use app::model::Timestamp;

use crate::db::Db;

/// Readings of the database's clock for one comparison: the one with the shortest round trip is used.
const READINGS: usize = 3;
/// Difference from the database's clock that is logged as a warning, in milliseconds.
const WORTH_A_WARNING_MS: i64 = 1_000;

/// A source of the current time.
#[derive(Clone)]
pub struct Clock {
    source: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Milliseconds by which the database's clock is ahead of the source; `None` where the source is not corrected.
    behind: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock, corrected by the database's.
    pub fn system() -> Self {
        Self::adjusted(|| {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::default() + since_1970
        })
    }

    /// The time that `now` returns.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(now), behind: None }
    }

    /// The time that `now` returns, corrected by the database's clock ([`Clock::set_by`]).
    pub fn adjusted(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(now), behind: Some(Arc::default()) }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        let now = (self.source)();
        self.behind.as_ref().map_or(now, |behind| Timestamp(now.0 + behind.load(Ordering::Relaxed)))
    }

    /// Corrects it by the clock of a PostgreSQL that several machines share: the times that they write are compared with each other,
    /// by the event streams above all. A difference within the round trip's uncertainty changes nothing.
    pub async fn set_by(&self, db: &Db) -> sqlx::Result<()> {
        let Some(behind) = &self.behind else { return Ok(()) };
        let mut best: Option<(i64, i64)> = None;
        for _ in 0..READINGS {
            let (asked, before) = (Instant::now(), (self.source)());
            let Some(time) = db.time().await? else { return Ok(()) };
            let on_the_way = i64::try_from(asked.elapsed().as_millis()).unwrap_or(i64::MAX) / 2;
            if best.is_none_or(|(shortest, _)| on_the_way < shortest) {
                best = Some((on_the_way, time.0 - before.0 - on_the_way));
            }
        }
        let (Some((on_the_way, difference)), set) = (best, behind.load(Ordering::Relaxed)) else { return Ok(()) };
        if (difference - set).abs() > on_the_way + 1 {
            behind.store(difference, Ordering::Relaxed);
            if difference.abs() >= WORTH_A_WARNING_MS {
                tracing::warn!(ms = difference, "this machine's clock is off: times are those of the database, which is ahead by so much");
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
