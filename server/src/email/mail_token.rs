//! Tokens of mailed links: random, stored as hashes, valid once, for an hour, and for one purpose.

use std::{fmt::Write as _, time::Duration};

use app::model::Timestamp;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use sqlx::FromRow;

use crate::{
    db::{Db, Transaction},
    problem::Result,
    sql,
};

/// How long a link is valid.
pub const LIFETIME: Duration = Duration::from_hours(1);

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A new password.
    Reset,
    /// Proves the address that the account has.
    Verify,
    /// Proves an address that the account is to have.
    Change,
    /// Cancels a change of the address, by the address that the account has.
    CancelChange,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::Change => "change",
            Self::CancelChange => "cancel",
        }
    }
}

/// What a token proves.
#[derive(Debug, Clone, FromRow)]
pub struct Proven {
    /// Who was written to.
    pub user_id: String,
    /// At which address.
    pub email: String,
}

/// Creates a token, and removes expired ones.
pub async fn issue(transaction: &mut Transaction, purpose: Purpose, user_id: &str, email: &str, now: Timestamp) -> Result<String> {
    sql!(execute transaction.on(), "DELETE FROM mail_tokens WHERE expires_at <= $1", now.0)?;
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let sql = "INSERT INTO mail_tokens (hash, purpose, user_id, email, expires_at) VALUES ($1, $2, $3, $4, $5)";
    sql!(execute transaction.on(), sql, hash(&token), purpose.as_str(), user_id, email, (now + LIFETIME).0)?;
    Ok(token)
}

/// What a token proves, without consuming it.
pub async fn find(db: &Db, purpose: Purpose, token: &str, now: Timestamp) -> Result<Option<Proven>> {
    let sql = "SELECT user_id, email FROM mail_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > $3";
    Ok(sql!(optional db.read(), sql, hash(token), purpose.as_str(), now.0)?)
}

/// The addresses that a user has asked links for, for this purpose, and until when those are good.
pub async fn pending(db: &Db, purpose: Purpose, user_id: &str, now: Timestamp) -> Result<Vec<(String, Timestamp)>> {
    let sql = "SELECT email, expires_at FROM mail_tokens WHERE user_id = $1 AND purpose = $2 AND expires_at > $3 ORDER BY expires_at";
    let rows: Vec<(String, i64)> = sql!(all db.read(), sql, user_id, purpose.as_str(), now.0)?;
    Ok(rows.into_iter().map(|(email, until)| (email, Timestamp(until))).collect())
}

/// What a token proves, and deletes it: of two concurrent requests, one gets it.
pub async fn consume(transaction: &mut Transaction, purpose: Purpose, token: &str, now: Timestamp) -> Result<Option<Proven>> {
    let sql = "DELETE FROM mail_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id, email";
    Ok(sql!(optional transaction.on(), sql, hash(token), purpose.as_str(), now.0)?)
}

/// Deletes all tokens of the user.
pub async fn delete_all(transaction: &mut Transaction, user_id: &str) -> Result<()> {
    sql!(execute transaction.on(), "DELETE FROM mail_tokens WHERE user_id = $1", user_id)?;
    Ok(())
}

/// Deletes the user's tokens that change the address or cancel that.
pub async fn delete_changes(transaction: &mut Transaction, user_id: &str) -> Result<()> {
    sql!(execute transaction.on(), "DELETE FROM mail_tokens WHERE user_id = $1 AND purpose IN ('change', 'cancel')", user_id)?;
    Ok(())
}

/// The token is random: one round of a fast hash is enough.
fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
