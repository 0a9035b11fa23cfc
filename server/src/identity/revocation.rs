//! Tokens that are refused before they expire: of a session, of a user, or of the whole installation, all of them or those
//! issued before a time. In memory, so that a request to the task API asks no database, and in the table `revocations`, which
//! every process reads: when the database notifies it (`NOTIFY`: see `jobs::pg_listener`), and twice a second in any case. A
//! notification says only that there is something to read, since any role on the database can send one.

use std::{
    collections::HashMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use app::model::Timestamp;
use sqlx::FromRow;
use tokio::sync::{Notify, watch};

use crate::{
    db::{Db, Transaction},
    problem::Result,
    sql,
};

/// How far before the latest known revocation the table is read again, in milliseconds: one may be committed that long after its
/// time.
const OVERLAP_MS: i64 = 30_000;
/// The channel of `NOTIFY`.
pub const CHANNEL: &str = "holdfast_revocations";
/// The subject of the revocation that concerns every user. No user and no session has an empty id.
const INSTALLATION: &str = "";
/// No token is accepted that lives longer than this: see `token::VerifiedToken::is_valid_at`.
pub const LONGEST_TOKEN: Duration = Duration::from_hours(24 * 3653);

/// Tokens of a session, a user or the installation that are refused.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Revocation {
    /// The id of the session or user; empty for the installation.
    pub subject: String,
    /// When the last token that it concerns expires, in milliseconds since 1970: the row can be deleted then.
    pub until: i64,
    /// Concerns only tokens issued before this, in seconds since 1970; `None`: all of them.
    #[sqlx(default)]
    pub issued_before: Option<i64>,
}

impl Revocation {
    /// Every token of a user or session, for good.
    pub fn for_good(subject: &str) -> Self {
        Self { subject: subject.to_owned(), until: i64::MAX, issued_before: None }
    }

    /// Every token of a user issued so far, whoever issued it.
    pub fn of_user_so_far(user_id: &str, now: Timestamp) -> Self {
        Self { subject: user_id.to_owned(), until: (now + LONGEST_TOKEN).0, issued_before: Some(cutoff(now)) }
    }

    /// Every token issued so far.
    pub fn of_all_so_far(now: Timestamp) -> Self {
        Self { subject: INSTALLATION.to_owned(), until: i64::MAX, issued_before: Some(cutoff(now)) }
    }

    /// Writes it, so that it holds after a restart, and notifies the other processes once it is committed.
    pub async fn insert(&self, transaction: &mut Transaction) -> Result<()> {
        // Merged with an earlier one for the same subject: the later end, the wider set of tokens.
        sql!(
            execute transaction.on(),
            "INSERT INTO revocations (subject, until, issued_before) VALUES ($1, $2, $3)
             ON CONFLICT (subject) DO UPDATE SET
                until = CASE WHEN revocations.until > excluded.until THEN revocations.until ELSE excluded.until END,
                issued_before = CASE WHEN revocations.issued_before > excluded.issued_before OR revocations.issued_before IS NULL
                    THEN revocations.issued_before ELSE excluded.issued_before END,
                recorded_at = excluded.recorded_at",
            &self.subject,
            self.until,
            self.issued_before
        )?;
        transaction.notify(CHANNEL, "").await?;
        Ok(())
    }
}

/// Tokens with an `iat` before this are refused: it has whole seconds, so the current second is included.
const fn cutoff(now: Timestamp) -> i64 {
    now.seconds() + 1
}

/// A revocation as it is kept in memory.
#[derive(Debug, Clone, Copy)]
struct Refused {
    until: Timestamp,
    issued_before: Option<i64>,
}

impl Refused {
    fn concerns(self, issued_at: i64) -> bool {
        self.issued_before.is_none_or(|before| issued_at < before)
    }
}

/// The revocations that this process knows.
pub struct Revocations {
    refused: RwLock<HashMap<String, Refused>>,
    /// Every token issued before this is refused, in seconds since 1970.
    all_issued_before: AtomicI64,
    /// When the latest of them was written, by the database's clock.
    latest: RwLock<i64>,
    added: watch::Sender<()>,
    notified: Notify,
}

impl Default for Revocations {
    fn default() -> Self {
        Self {
            refused: RwLock::default(),
            all_issued_before: AtomicI64::new(i64::MIN),
            latest: RwLock::default(),
            added: watch::Sender::default(),
            notified: Notify::new(),
        }
    }
}

impl Revocations {
    /// Those that still matter at `now`.
    pub async fn load(db: &Db, now: Timestamp) -> Result<Self> {
        let revocations = Self::default();
        revocations.refresh(db, now).await?;
        Ok(revocations)
    }

    /// Whether a token is refused that names this user and perhaps a session, issued then, in seconds since 1970.
    pub fn refuses(&self, user_id: &str, session_id: Option<&str>, issued_at: i64) -> bool {
        if issued_at < self.all_issued_before.load(Ordering::Relaxed) {
            return true;
        }
        let refused = self.refused.read().unwrap_or_else(PoisonError::into_inner);
        let is_refused = |subject: &str| refused.get(subject).is_some_and(|refused| refused.concerns(issued_at));
        is_refused(user_id) || session_id.is_some_and(is_refused)
    }

    /// The `iat` of a token that is issued to a user now: not in a second whose tokens are refused already.
    pub fn issue_time(&self, user_id: &str, now: Timestamp) -> i64 {
        let refused = self.refused.read().unwrap_or_else(PoisonError::into_inner);
        let of_user = refused.get(user_id).and_then(|refused| refused.issued_before).unwrap_or(i64::MIN);
        now.seconds().max(of_user).max(self.all_issued_before.load(Ordering::Relaxed))
    }

    /// Refuses these from now on, each until its time; they must be in the database already.
    pub fn add(&self, revocations: Vec<Revocation>, now: Timestamp) {
        let mut refused = self.refused.write().unwrap_or_else(PoisonError::into_inner);
        refused.retain(|_, refused| refused.until > now);
        let mut is_new = false;
        for Revocation { subject, until, issued_before } in revocations {
            if let (INSTALLATION, Some(before)) = (&*subject, issued_before) {
                is_new |= self.all_issued_before.fetch_max(before, Ordering::Relaxed) < before;
                continue;
            }
            let until = Timestamp(until);
            refused
                .entry(subject)
                .and_modify(|known| {
                    known.until = known.until.max(until);
                    if let Some(before) = known.issued_before {
                        is_new |= issued_before.is_none_or(|newer| newer > before);
                        known.issued_before = issued_before.map(|newer| newer.max(before));
                    }
                })
                .or_insert_with(|| {
                    is_new = true;
                    Refused { until, issued_before }
                });
        }
        drop(refused);
        // Rows within the overlap are read repeatedly; only new ones wake the streams.
        if is_new {
            self.added.send_replace(());
        }
    }

    /// Tells when a revocation is added.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.added.subscribe()
    }

    /// Another process may have written one: read the table soon.
    pub fn handle_notification(&self) {
        self.notified.notify_one();
    }

    /// Waits for [`Self::handle_notification`].
    pub async fn notified(&self) {
        self.notified.notified().await;
    }

    /// Reads what has been written since the last time.
    pub async fn refresh(&self, db: &Db, now: Timestamp) -> Result<()> {
        let latest = *self.latest.read().unwrap_or_else(PoisonError::into_inner);
        let sql = "SELECT subject, until, issued_before, recorded_at FROM revocations WHERE recorded_at > $1 AND until > $2";
        let rows: Vec<(String, i64, Option<i64>, i64)> = sql!(inline all db, for "", sql, latest - OVERLAP_MS, now.0)?;
        if let Some(newest) = rows.iter().map(|(.., recorded_at)| *recorded_at).max() {
            let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
            *latest = newest.max(*latest);
            drop(latest);
            let revocations = rows.into_iter().map(|(subject, until, issued_before, _)| Revocation { subject, until, issued_before });
            self.add(revocations.collect(), now);
        }
        Ok(())
    }
}
