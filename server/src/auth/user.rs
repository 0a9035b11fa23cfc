//! The table `users`.

use app::model::{Timestamp, User};
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::problem::{Error, Result};

/// A user as they are kept.
#[derive(FromRow)]
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
pub async fn by_email(db: &SqlitePool, email: &str) -> Result<Option<UserRow>> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE email = $1").bind(email).fetch_optional(db).await?)
}

/// The user with that id.
pub async fn by_id(db: &SqlitePool, id: &str) -> Result<Option<UserRow>> {
    Ok(sqlx::query_as("SELECT * FROM users WHERE id = $1").bind(id).fetch_optional(db).await?)
}

/// Adds a user; of several with one address, the first wins.
pub async fn insert(db: &mut SqliteConnection, user: &User, password_hash: &str) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO users (id, name, email, email_verified, image, password_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
    )
    .bind(&user.id)
    .bind(&user.name)
    .bind(&user.email)
    .bind(user.email_verified)
    .bind(&user.image)
    .bind(password_hash)
    .bind(user.created_at.0)
    .bind(user.updated_at.0)
    .execute(db)
    .await?;
    if done.rows_affected() == 0 { Err(Error::EmailTaken) } else { Ok(()) }
}

/// Changes what is given; `Some(None)` removes the picture. The user as they are then.
pub async fn update(db: &SqlitePool, id: &str, name: Option<&str>, image: Option<Option<&str>>, now: Timestamp) -> Result<Option<User>> {
    let query = sqlx::query_as::<_, UserRow>(
        "UPDATE users SET name = COALESCE($2, name), image = CASE WHEN $3 THEN $4 ELSE image END, updated_at = $5
         WHERE id = $1 RETURNING *",
    );
    let query = query.bind(id).bind(name).bind(image.is_some()).bind(image.flatten()).bind(now.0);
    Ok(query.fetch_optional(db).await?.map(User::from))
}

/// Keeps a new password, as a PHC string.
pub async fn set_password(db: &mut SqliteConnection, id: &str, hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1").bind(id).bind(hash).bind(now.0).execute(db).await?;
    Ok(())
}

/// Removes a user, whose sessions have been ended, and everything that is theirs.
pub async fn delete_with_tasks(db: &mut SqliteConnection, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM tasks WHERE user_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}

/// Notes that the address is theirs, if they still have it.
pub async fn set_verified(db: &mut SqliteConnection, id: &str, email: &str, now: Timestamp) -> Result<()> {
    let query = sqlx::query("UPDATE users SET email_verified = TRUE, updated_at = $3 WHERE id = $1 AND email = $2");
    query.bind(id).bind(email).bind(now.0).execute(db).await?;
    Ok(())
}

/// Gives a user a proven address; the one before it. `None` when somebody else has taken it meanwhile.
pub async fn set_email(db: &mut SqliteConnection, id: &str, email: &str, now: Timestamp) -> Result<Option<String>> {
    let old: Option<(String,)> = sqlx::query_as("SELECT email FROM users WHERE id = $1").bind(id).fetch_optional(&mut *db).await?;
    let query = sqlx::query(
        "UPDATE users SET email = $2, email_verified = TRUE, updated_at = $3
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users WHERE email = $2 AND id <> $1)",
    );
    let changed = query.bind(id).bind(email).bind(now.0).execute(db).await?.rows_affected() > 0;
    Ok(old.filter(|_| changed).map(|(old,)| old))
}
