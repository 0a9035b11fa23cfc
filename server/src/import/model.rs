//! What is moved in, whatever it comes from.

use app::model::{Task, Timestamp, User};
use serde::{Deserialize, Serialize};

/// A user of another system, with what belongs to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceUser {
    /// As it is to be here: the id is that of the source.
    pub user: User,
    /// The hash of the password, where it is one that can be checked here.
    pub password_hash: Option<String>,
    /// Accounts of other providers.
    pub accounts: Vec<SourceAccount>,
    /// Sessions that have not ended.
    pub sessions: Vec<SourceSession>,
}

/// An account of another provider, as the user signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceAccount {
    /// The provider, as `google`.
    pub provider: String,
    /// The provider's id of the user.
    pub account_id: String,
    /// When it was linked.
    pub created_at: Timestamp,
}

/// A session of Better Auth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSession {
    /// What its signed cookie holds.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub updated_at: Timestamp,
    /// The client's address at sign-in.
    pub ip_address: Option<String>,
    /// The client's `User-Agent` at sign-in.
    pub user_agent: Option<String>,
}

/// A task of another system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceTask {
    /// As it is to be here, but for its position, which follows from the others of its owner.
    pub task: Task,
    /// Whether the source says when it was made: with the id, that tells whether it is here already.
    pub is_dated: bool,
    /// Its place in an order that was made by hand, in parts of a thousand.
    pub order: Option<i64>,
}

/// A task in the trash, of our own export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedTask {
    /// What it was.
    pub task: Task,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}
