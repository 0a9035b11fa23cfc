//! Sessions and users whose tokens are refused before they expire. In memory, so that a request to the task API asks no
//! database, and in the table `revocations`, by which every process learns of what another one ended: at once where the
//! database can tell it (PostgreSQL's `NOTIFY`), else by looking.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use app::model::Timestamp;
use sqlx::{FromRow, postgres::PgListener};
use tokio::time::{MissedTickBehavior, interval, sleep};

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
/// How long until somebody tries again to listen to a database that does not let them.
const LISTENS_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The channel of `NOTIFY`.
const CHANNEL: &str = "holdfast_revocations";

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
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    revocation: Revocation,
    recorded_at: i64,
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
        refused.extend(revocations.into_iter().map(|revocation| (revocation.subject, Timestamp(revocation.until))));
    }

    /// Reads what has been written since the last time.
    async fn look(&self, db: &Db, now: Timestamp) -> Result<()> {
        let latest = *self.latest.read().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT subject, until, recorded_at FROM revocations WHERE recorded_at > $1 AND until > $2";
        let rows: Vec<Row> = sql!(all db.read(), sql, latest - OVERLAP_MS, now.0)?;
        if let Some(newest) = rows.iter().map(|row| row.recorded_at).max() {
            *self.latest.write().unwrap_or_else(PoisonError::into_inner) = newest.max(latest);
            self.refuse(rows.into_iter().map(|row| row.revocation).collect(), now);
        }
        Ok(())
    }
}

/// Learns of what other processes end, for as long as it is let.
pub async fn keep_in_step(state: AppState) {
    tokio::join!(look_again_and_again(&state), listen_again_and_again(&state));
}

async fn look_again_and_again(state: &AppState) {
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

async fn listen_again_and_again(state: &AppState) {
    let Some(pool) = state.db.listening() else { return };
    loop {
        if let Err(error) = listen(state, pool).await {
            tracing::debug!(%error, "notifications of the database do not come");
        }
        sleep(LISTENS_AGAIN_AFTER).await;
    }
}

async fn listen(state: &AppState, pool: &sqlx::PgPool) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    // `None` when the connection was lost: what came meanwhile is found by looking.
    while let Some(notice) = listener.try_recv().await? {
        if let Some(revocation) = Revocation::read(notice.payload()) {
            state.revocations.refuse(vec![revocation], state.clock.now());
        }
    }
    Ok(())
}
