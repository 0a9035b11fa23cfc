//! Sessions: rows in the database, and in memory those whose tokens are refused before they expire.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use app::model::{Session, Timestamp};
use rand::distr::{Alphanumeric, SampleString as _};
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::Client;
use crate::{db::Db, problem::Result};

/// A session that its user does not want remembered ends after this.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// A session as it is kept.
#[derive(FromRow)]
pub struct SessionRow {
    id: String,
    user_id: String,
    /// Whether the cookie outlives the browser.
    pub remember: bool,
    expires_at: i64,
    created_at: i64,
    updated_at: i64,
    ip_address: Option<String>,
    user_agent: Option<String>,
    last_seen_at: i64,
}

impl SessionRow {
    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When its device last asked for something, by what is written.
    pub const fn last_seen_at(&self) -> Timestamp {
        Timestamp(self.last_seen_at)
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            token: row.id.clone(),
            id: row.id,
            user_id: row.user_id,
            expires_at: Timestamp(row.expires_at),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            ip_address: row.ip_address,
            user_agent: row.user_agent,
        }
    }
}

/// 32 random letters and digits (190 bits): the id of a user or a session.
pub fn random_id() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 32)
}

/// When a session that begins or is renewed at `now` will end.
pub fn end_of(now: Timestamp, lifetime: Duration, remember: bool) -> Timestamp {
    now + if remember { lifetime } else { lifetime.min(FORGOTTEN_AFTER) }
}

/// Begins a session.
pub async fn insert(
    db: &mut SqliteConnection,
    user_id: &str,
    remember: bool,
    client: &Client,
    now: Timestamp,
    until: Timestamp,
) -> Result<Session> {
    let row: SessionRow = sqlx::query_as(
        "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at, ip_address, user_agent, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $5) RETURNING *",
    )
    .bind(random_id())
    .bind(user_id)
    .bind(remember)
    .bind(until.0)
    .bind(now.0)
    .bind(client.address.to_string())
    .bind(&client.user_agent)
    .fetch_one(db)
    .await?;
    Ok(row.into())
}

/// The session, unless it has ended.
pub async fn by_id(db: &SqlitePool, id: &str, now: Timestamp) -> Result<Option<SessionRow>> {
    let query = sqlx::query_as("SELECT * FROM sessions WHERE id = $1 AND expires_at > $2");
    Ok(query.bind(id).bind(now.0).fetch_optional(db).await?)
}

/// The user's sessions that have not ended, the latest first.
pub async fn of_user(db: &SqlitePool, user_id: &str, now: Timestamp) -> Result<Vec<SessionRow>> {
    let query = sqlx::query_as("SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY updated_at DESC, id");
    Ok(query.bind(user_id).bind(now.0).fetch_all(db).await?)
}

/// Notes when its device last asked for something.
pub async fn set_last_seen(db: &mut SqliteConnection, id: &str, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2").bind(id).bind(at.0).execute(db).await?;
    Ok(())
}

/// Whether the user has a session, ended by time or not, that began at this address.
pub async fn is_from(db: &SqlitePool, user_id: &str, address: &str) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = $1 AND ip_address = $2)");
    Ok(query.bind(user_id).bind(address).fetch_one(db).await?)
}

/// Gives a session a new end.
pub async fn renew(db: &SqlitePool, id: &str, now: Timestamp, until: Timestamp) -> Result<Option<SessionRow>> {
    let query = sqlx::query_as("UPDATE sessions SET updated_at = $2, expires_at = $3 WHERE id = $1 AND expires_at > $2 RETURNING *");
    Ok(query.bind(id).bind(now.0).bind(until.0).fetch_optional(db).await?)
}

/// The sessions and users whose tokens are refused. In memory, so that a request to the task API asks no database.
#[derive(Default)]
pub struct Revocations(RwLock<HashMap<String, Timestamp>>);

impl Revocations {
    /// Those that still matter at `now`.
    pub async fn load(db: &Db, now: Timestamp) -> Result<Self> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT subject, until FROM revocations WHERE until > $1").bind(now.0).fetch_all(db.read()).await?;
        Ok(Self(RwLock::new(rows.into_iter().map(|(subject, until)| (subject, Timestamp(until))).collect())))
    }

    /// Whether tokens of this session or user are refused.
    pub fn contains(&self, subject: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(subject)
    }

    /// Ends sessions of a user for good, and with them their tokens, at once. Ending one twice is as good as once.
    pub async fn end(&self, db: &Db, user_id: &str, which: Which<'_>, now: Timestamp) -> Result<()> {
        let mut transaction = db.begin().await?;
        let ended = end_in(&mut transaction, user_id, which).await?;
        transaction.commit().await?;
        self.refuse(ended, now);
        Ok(())
    }

    /// Refuses these from now on, each until its time; they must be in the database already.
    pub fn refuse(&self, subjects: Vec<Revocation>, now: Timestamp) {
        let mut revoked = self.0.write().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, until| *until > now);
        revoked.extend(subjects.into_iter().map(|revocation| (revocation.subject, Timestamp(revocation.until))));
    }
}

/// A session or a user whose tokens are refused.
#[derive(FromRow)]
pub struct Revocation {
    /// Its id.
    pub subject: String,
    /// When the last token that it concerns has expired anyway.
    pub until: i64,
}

/// Which of a user's sessions.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// This one.
    One(&'a str),
    /// Every one but this.
    AllBut(&'a str),
    /// Every one.
    All,
}

/// Ends sessions as a part of something larger; [`Revocations::refuse`] is due once that is committed.
pub async fn end_in(db: &mut SqliteConnection, user_id: &str, which: Which<'_>) -> Result<Vec<Revocation>> {
    let (one, but) = match which {
        Which::One(id) => (Some(id), None),
        Which::AllBut(id) => (None, Some(id)),
        Which::All => (None, None),
    };
    let ended: Vec<Revocation> = sqlx::query_as(
        "DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id = $2) AND ($3 IS NULL OR id <> $3)
         RETURNING id AS subject, expires_at AS until",
    )
    .bind(user_id)
    .bind(one)
    .bind(but)
    .fetch_all(&mut *db)
    .await?;
    for revocation in &ended {
        insert_revocation(db, revocation).await?;
    }
    Ok(ended)
}

/// Keeps a revocation, so that it holds after a restart.
pub async fn insert_revocation(db: &mut SqliteConnection, revocation: &Revocation) -> Result<()> {
    let query =
        sqlx::query("INSERT INTO revocations (subject, until) VALUES ($1, $2) ON CONFLICT (subject) DO UPDATE SET until = excluded.until");
    query.bind(&revocation.subject).bind(revocation.until).execute(db).await?;
    Ok(())
}
