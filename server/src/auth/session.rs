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
        "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at, ip_address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7) RETURNING *",
    )
    .bind(random_id())
    .bind(user_id)
    .bind(remember)
    .bind(until.0)
    .bind(now.0)
    .bind(&client.address)
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

    /// Ends one session for good, and with it its tokens, at once. Ending it twice is as good as once.
    pub async fn end_session(&self, db: &Db, id: &str, now: Timestamp) -> Result<()> {
        let mut transaction = db.begin().await?;
        let ended: Option<(i64,)> =
            sqlx::query_as("DELETE FROM sessions WHERE id = $1 RETURNING expires_at").bind(id).fetch_optional(&mut *transaction).await?;
        if let Some((until,)) = ended {
            sqlx::query(
                "INSERT INTO revocations (subject, until) VALUES ($1, $2) ON CONFLICT (subject) DO UPDATE SET until = excluded.until",
            )
            .bind(id)
            .bind(until)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            let mut revoked = self.0.write().unwrap_or_else(PoisonError::into_inner);
            revoked.retain(|_, until| *until > now);
            revoked.insert(id.to_owned(), Timestamp(until));
        }
        Ok(())
    }
}
