//! The table `sessions`.

use std::{collections::HashSet, time::Duration};

use app::model::{Session, Timestamp};
use sqlx::FromRow;

use super::{client::Client, ids, revocation::Revocation};
use crate::{
    config::Config,
    db::{Db, On, Transaction, with_statement_timeout},
    problem::{Error, Result},
    sql,
};

/// Lifetime of a session without "remember me".
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

    /// When it was last used, by the database; the memory may have a later time.
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

/// The end of a session that is begun or renewed at `now`: after `--token-ttl`, or a day without "remember me", and at most
/// `--session-max-age` after it began, however often it is renewed.
pub fn end_of(begun: Timestamp, now: Timestamp, config: &Config, remember: bool) -> Timestamp {
    let lifetime = if remember { config.token_ttl } else { config.token_ttl.min(FORGOTTEN_AFTER) };
    (now + lifetime).min(begun + config.session_max_age)
}

/// Begins a session.
pub async fn insert(
    transaction: &mut Transaction,
    user_id: &str,
    remember: bool,
    client: &Client,
    now: Timestamp,
    until: Timestamp,
) -> Result<Session> {
    let row: SessionRow = sql!(
        one transaction.on(),
        "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at, ip_address, user_agent, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $5) RETURNING *",
        ids::new_session_id(user_id),
        user_id,
        remember,
        until.0,
        now.0,
        client.address.to_string(),
        &client.user_agent
    )?;
    Ok(row.into())
}

/// The session, unless it has ended.
pub async fn by_id(db: &Db, id: &str, now: Timestamp) -> Result<Option<SessionRow>> {
    Ok(sql!(optional db.read(), "SELECT * FROM sessions WHERE id = $1 AND expires_at > $2", id, now.0)?)
}

/// The user's sessions that have not ended, the latest first.
pub async fn of_user(db: &Db, user_id: &str, now: Timestamp) -> Result<Vec<SessionRow>> {
    let sql = "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY updated_at DESC, id";
    Ok(sql!(all db.read(), sql, user_id, now.0)?)
}

/// Writes when sessions were last used, in one statement. An earlier time replaces no later one. Returns the sessions that another
/// transaction had locked: they are skipped (`SKIP LOCKED`), since waiting for them with locks held could deadlock with another
/// process that does the same in another order.
pub async fn set_last_seen(db: &Db, seen: &[(String, Timestamp)]) -> Result<HashSet<String>> {
    // No id of ours has this character, which PostgreSQL's texts do not have either.
    let seen = seen.iter().filter(|(id, _)| !id.contains('\0'));
    match db.write() {
        On::Sqlite(writer) => {
            let pairs: Vec<_> = seen.map(|(id, at)| (id, at.0)).collect();
            let sql = "UPDATE sessions SET last_seen_at = seen.value ->> 1 FROM json_each($1) AS seen
                       WHERE sessions.id = seen.value ->> 0 AND last_seen_at < seen.value ->> 1";
            sqlx::query(sql).bind(serde_json::to_string(&pairs).map_err(Error::internal)?).execute(writer).await?;
            Ok(HashSet::new())
        }
        On::Postgres(pool) => {
            let (ids, times): (Vec<_>, Vec<_>) = seen.map(|(id, at)| (id.as_str(), at.0)).unzip();
            let sql = "WITH seen AS (SELECT * FROM unnest($1::text[], $2::bigint[]) AS seen (id, at)),
                       free AS (SELECT sessions.id FROM sessions JOIN seen USING (id) FOR NO KEY UPDATE OF sessions SKIP LOCKED),
                       written AS (UPDATE sessions SET last_seen_at = seen.at FROM seen JOIN free USING (id)
                                   WHERE sessions.id = seen.id AND last_seen_at < seen.at)
                       SELECT sessions.id FROM sessions JOIN seen USING (id) WHERE sessions.id NOT IN (SELECT id FROM free)";
            let busy = with_statement_timeout(sqlx::query_scalar(sql).bind(ids).bind(times).fetch_all(pool)).await?;
            Ok(busy.into_iter().collect())
        }
    }
}

/// Whether the user has a session that has not ended and began at this address.
pub async fn is_from(db: &Db, user_id: &str, address: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sessions WHERE user_id = $1 AND ip_address = $2 AND expires_at > $3)";
    Ok(sql!(scalar db.read(), sql, user_id, address, now.0)?)
}

/// Moves a session's end to a later time. Never to an earlier one, even if `--token-ttl` has become shorter: tokens issued before
/// would outlive the session, and its revocation.
pub async fn renew(db: &Db, id: &str, now: Timestamp, until: Timestamp) -> Result<Option<SessionRow>> {
    let sql = "UPDATE sessions SET updated_at = $2, expires_at = CASE WHEN expires_at > $3 THEN expires_at ELSE $3 END
               WHERE id = $1 AND expires_at > $2 RETURNING *";
    Ok(sql!(optional db.write(), sql, id, now.0, until.0)?)
}

/// Whether a session of the user has not ended, as a transaction sees it.
pub async fn is_live(transaction: &mut Transaction, id: &str, user_id: &str, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND user_id = $2 AND expires_at > $3)";
    Ok(sql!(scalar transaction.on(), sql, id, user_id, now.0)?)
}

/// Whose session it is, ended by time or not; `None` when there is none of that id.
pub async fn user_of(db: &Db, id: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sql!(optional db.read(), "SELECT user_id FROM sessions WHERE id = $1", id)?;
    Ok(row.map(|(user_id,)| user_id))
}

/// Which sessions of a user to end.
#[derive(Debug, Clone, Copy)]
pub enum SessionScope<'a> {
    /// This one.
    One(&'a str),
    /// Every one but this.
    AllBut(&'a str),
    /// Every one.
    All,
}

/// Ends sessions within a transaction; [`Revocations::add`](super::revocation::Revocations::add) is due once that is
/// committed.
pub async fn end_in(transaction: &mut Transaction, user_id: &str, which: SessionScope<'_>) -> Result<Vec<Revocation>> {
    let (one, but) = match which {
        SessionScope::One(id) => (Some(id), None),
        SessionScope::AllBut(id) => (None, Some(id)),
        SessionScope::All => (None, None),
    };
    let ended: Vec<Revocation> = sql!(
        all transaction.on(),
        "DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id = $2) AND ($3 IS NULL OR id <> $3)
         RETURNING id AS subject, expires_at AS until",
        user_id,
        one,
        but
    )?;
    for revocation in &ended {
        revocation.insert(transaction).await?;
    }
    Ok(ended)
}
