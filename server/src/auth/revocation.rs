//! Sessions and users whose tokens are refused before they expire. In memory, so that a request to the task API asks no
//! database, and in the table `revocations`, by which every process learns of what another one ended: at once where the
//! database can tell it (`NOTIFY`: see `notices`), else by looking.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use app::model::Timestamp;
use sqlx::FromRow;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use super::session::{self, Which};
use crate::{
    AppState,
    db::{Db, Transaction},
    problem::Result,
    sql,
};

/// How often the table is looked at.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(500);
/// How long a transaction may take from writing a revocation to its end, and still be seen: what is younger than the
/// latest that is known is read again, in milliseconds.
const OVERLAP_MS: i64 = 30_000;
/// The channel of `NOTIFY`.
pub const CHANNEL: &str = "holdfast_revocations";

/// A session or a user whose tokens are refused.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Revocation {
    /// Its id.
    pub subject: String,
    /// When the last token that it concerns has expired anyway.
    pub until: i64,
}

impl Revocation {
    /// Keeps it, so that it holds after a restart, and tells the other processes once it is committed.
    pub async fn insert(&self, transaction: &mut Transaction) -> Result<()> {
        sql!(
            execute transaction.on(),
            "INSERT INTO revocations (subject, until) VALUES ($1, $2)
             ON CONFLICT (subject) DO UPDATE SET until = excluded.until, recorded_at = excluded.recorded_at",
            &self.subject,
            self.until
        )?;
        transaction.notify(CHANNEL, &format!("{} {}", self.until, self.subject)).await?;
        Ok(())
    }

    fn read(notice: &str) -> Option<Self> {
        let (until, subject) = notice.split_once(' ')?;
        Some(Self { subject: subject.to_owned(), until: until.parse().ok()? })
    }
}

/// Those that this process knows.
#[derive(Default)]
pub struct Revocations {
    refused: RwLock<HashMap<String, Timestamp>>,
    /// When the latest of them was written, by the database's clock.
    latest: RwLock<i64>,
    told: watch::Sender<()>,
}

impl Revocations {
    /// Those that still matter at `now`.
    pub async fn load(db: &Db, now: Timestamp) -> Result<Self> {
        let revocations = Self::default();
        revocations.look(db, now).await?;
        Ok(revocations)
    }

    /// Whether tokens of this session or user are refused.
    pub fn contains(&self, subject: &str) -> bool {
        self.refused.read().unwrap_or_else(PoisonError::into_inner).contains_key(subject)
    }

    /// Ends sessions of a user for good, and with them their tokens, at once. Ending one twice is as good as once.
    pub async fn end(&self, db: &Db, user_id: &str, which: Which<'_>, now: Timestamp) -> Result<()> {
        let mut transaction = db.begin().await?;
        let ended = session::end_in(&mut transaction, user_id, which).await?;
        transaction.commit().await?;
        self.refuse(ended, now);
        Ok(())
    }

    /// Refuses these from now on, each until its time; they must be in the database already.
    pub fn refuse(&self, revocations: Vec<Revocation>, now: Timestamp) {
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, until| *until > now);
        let mut is_new = false;
        for Revocation { subject, until } in revocations {
            is_new |= refused.insert(subject, Timestamp(until)).is_none();
        }
        drop(refused);
        // The same ones are read again and again: they wake nobody.
        if is_new {
            self.told.send_replace(());
        }
    }

    /// Says when there is another one.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.told.subscribe()
    }

    /// Reads what has been written since the last time.
    async fn look(&self, db: &Db, now: Timestamp) -> Result<()> {
        let latest = *self.latest.read().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT subject, until, recorded_at FROM revocations WHERE recorded_at > $1 AND until > $2";
        let rows: Vec<(String, i64, i64)> = sql!(here all db, sql, latest - OVERLAP_MS, now.0)?;
        if let Some(newest) = rows.iter().map(|(_, _, recorded_at)| *recorded_at).max() {
            *self.latest.write().unwrap_or_else(PoisonError::into_inner) = newest.max(latest);
            self.refuse(rows.into_iter().map(|(subject, until, _)| Revocation { subject, until }).collect(), now);
        }
        Ok(())
    }
}

/// Looks at what other processes end, again and again: those that cannot tell, or whose word does not arrive, are found.
pub async fn keep_looking(state: AppState) {
    let mut ticks = interval(LOOKED_AT_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_away = false;
    loop {
        ticks.tick().await;
        let outcome = state.revocations.look(&state.db, state.clock.now()).await;
        // Said once, not twice a second.
        if let (Err(error), false) = (&outcome, is_away) {
            tracing::warn!(cause = error.secret_cause(), "what other processes revoke is not known");
        }
        is_away = outcome.is_err();
    }
}

/// Refuses at once what another process says that it has ended.
pub fn hear(state: &AppState, notice: &str) {
    if let Some(revocation) = Revocation::read(notice) {
        state.revocations.refuse(vec![revocation], state.clock.now());
    }
}
