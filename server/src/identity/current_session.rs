//! [`CurrentSession`]: the visitor's session and user, read from the database.

use app::model::{Session, Timestamp, User};

use super::{extract::Visitor, session, state::IdentityState, user};
use crate::{
    db::Transaction,
    problem::{Error, Result},
};

/// A session that is in the database and has not ended.
pub struct CurrentSession {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The hash of the user's password, as a PHC string.
    pub password_hash: String,
    /// Whether the cookie outlives the browser.
    pub remember: bool,
}

impl CurrentSession {
    /// Locks the user's row, and checks again that the password is the one that was confirmed and that the session has not ended:
    /// a change that began before a password reset must not undo it.
    pub async fn recheck(&self, transaction: &mut Transaction, now: Timestamp) -> Result<()> {
        let has_password = user::lock_if_password_unchanged(transaction, &self.user.id, &self.password_hash, None).await?;
        if !session::is_live(transaction, &self.session.id, &self.user.id, now).await? {
            return Err(Error::SignedOut);
        }
        if has_password { Ok(()) } else { Err(Error::WrongPassword) }
    }
}

/// The visitor's session and its user as the database knows them; 401 when there is none.
pub async fn require(state: &IdentityState, visitor: &Visitor) -> Result<CurrentSession> {
    find(state, visitor).await?.ok_or(Error::SignedOut)
}

/// The visitor's session and its user, if there is one.
pub async fn find(state: &IdentityState, visitor: &Visitor) -> Result<Option<CurrentSession>> {
    let Some(id) = visitor.session_id() else { return Ok(None) };
    let Some(row) = session::by_id(&state.db, id, state.clock.now()).await? else { return Ok(None) };
    let remember = row.remember;
    let session = Session::from(row);
    if visitor.user_id() != Some(&session.user_id) {
        return Ok(None);
    }
    let Some(row) = user::by_id(&state.db, &session.user_id).await? else { return Ok(None) };
    let password_hash = row.password_hash.clone();
    Ok(Some(CurrentSession { session, user: row.into(), password_hash, remember }))
}
