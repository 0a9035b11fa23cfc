//! The table `users`.

use app::model::{Timestamp, User};
use sqlx::FromRow;

use crate::{
    db::{Db, Transaction},
    problem::{Error, Result},
    sql,
};

/// A row of `users`.
#[derive(Clone, FromRow)]
pub struct UserRow {
    id: String,
    name: String,
    email: String,
    email_verified: bool,
    image: Option<String>,
    /// A PHC string.
    pub password_hash: String,
    created_at: i64,
    updated_at: i64,
}

impl UserRow {
    /// The user's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The user's address.
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The user's name; may be empty.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the address is proven to be theirs.
    pub const fn is_verified(&self) -> bool {
        self.email_verified
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            email_verified: row.email_verified,
            image: row.image,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// The user with that address, which is in lower case.
pub async fn by_email(db: &Db, email: &str) -> Result<Option<UserRow>> {
    Ok(sql!(optional db.read(), "SELECT * FROM users WHERE email = $1", email)?)
}

/// The user with that id.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<UserRow>> {
    Ok(sql!(optional db.read(), "SELECT * FROM users WHERE id = $1", id)?)
}

/// The ids of all users.
pub async fn ids(db: &Db) -> Result<Vec<String>> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    // In batches, each within the statement timeout.
    loop {
        let batch: Vec<(String,)> = sql!(all db.read(), "SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT 5000", &after)?;
        let Some((last,)) = batch.last() else { return Ok(ids) };
        after.clone_from(last);
        ids.extend(batch.into_iter().map(|(id,)| id));
    }
}

/// Adds a user; of several with one address, the first wins.
pub async fn insert(transaction: &mut Transaction, user: &User, password_hash: &str) -> Result<()> {
    let added = sql!(
        execute transaction.on(),
        "INSERT INTO users (id, name, email, email_verified, image, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
        &user.id,
        &user.name,
        &user.email,
        user.email_verified,
        &user.image,
        password_hash,
        user.created_at.0,
        user.updated_at.0
    )?;
    if added == 0 { Err(Error::EmailTaken) } else { Ok(()) }
}

/// Changes what is given; `Some(None)` removes the picture. The user as they are then.
pub async fn update(db: &Db, id: &str, name: Option<&str>, image: Option<Option<&str>>, now: Timestamp) -> Result<Option<User>> {
    let row: Option<UserRow> = sql!(
        optional db.write(),
        "UPDATE users SET name = COALESCE($2, name), image = CASE WHEN $3 THEN $4 ELSE image END, updated_at = $5
         WHERE id = $1 RETURNING *",
        id,
        name,
        image.is_some(),
        image.flatten(),
        now.0
    )?;
    Ok(row.map(User::from))
}

/// Sets the password hash, a PHC string.
pub async fn set_password(transaction: &mut Transaction, id: &str, hash: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";
    sql!(execute transaction.on(), sql, id, hash, now.0)?;
    Ok(())
}

/// Locks the user's row until the end of the transaction.
pub async fn lock(transaction: &mut Transaction, id: &str) -> Result<()> {
    sql!(execute transaction.on(), "UPDATE users SET email = email WHERE id = $1", id)?;
    Ok(())
}

/// Locks the user's row if the password hash is still the one that was checked, and may replace it by a stronger hash of the same
/// password. Serialises with changes of the password and the removal of the user.
pub async fn lock_if_password_unchanged(transaction: &mut Transaction, id: &str, checked: &str, replacement: Option<&str>) -> Result<bool> {
    let sql = "UPDATE users SET password_hash = COALESCE($3, password_hash) WHERE id = $1 AND password_hash = $2";
    Ok(sql!(execute transaction.on(), sql, id, checked, replacement)? > 0)
}

/// Removes a user, whose sessions have been ended, and everything that is theirs.
pub async fn delete_with_tasks(transaction: &mut Transaction, id: &str) -> Result<()> {
    // In batches, each within the statement timeout.
    let sql = "DELETE FROM tasks WHERE id IN (SELECT id FROM tasks WHERE user_id = $1 LIMIT 2000)";
    while sql!(execute transaction.on(), sql, id)? > 0 {}
    sql!(execute transaction.on(), "DELETE FROM deleted_tasks WHERE user_id = $1", id)?;
    sql!(execute transaction.on(), "DELETE FROM idempotency_keys WHERE user_id = $1", id)?;
    sql!(execute transaction.on(), "DELETE FROM guesses WHERE account = $1", id)?;
    sql!(execute transaction.on(), "DELETE FROM users WHERE id = $1", id)?;
    Ok(())
}

/// Marks the address as verified, if the user still has it.
pub async fn set_verified(transaction: &mut Transaction, id: &str, email: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE users SET email_verified = TRUE, updated_at = $3 WHERE id = $1 AND email = $2";
    sql!(execute transaction.on(), sql, id, email, now.0)?;
    Ok(())
}

/// Sets a verified address and returns the previous one; `None` when another user has taken it meanwhile.
pub async fn set_email(transaction: &mut Transaction, id: &str, email: &str, now: Timestamp) -> Result<Option<String>> {
    let old: Option<(String,)> = sql!(optional transaction.on(), "SELECT email FROM users WHERE id = $1", id)?;
    let sql = "UPDATE users SET email = $2, email_verified = TRUE, updated_at = $3
               WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users WHERE email = $2 AND id <> $1)";
    match sql!(execute transaction.on(), sql, id, email, now.0) {
        Ok(changed) => Ok(old.filter(|_| changed > 0).map(|(old,)| old)),
        // Taken between the check and the update.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
