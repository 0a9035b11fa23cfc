//! [`Current`]: the visitor's session as the database knows it.

use app::model::{Session, Timestamp, User};

use super::{extract::Visitor, session, state::IdentityState, user};
use crate::{
    db::Transaction,
    problem::{Error, Result},
};

/// A visitor whose session is in the database.
pub struct Current {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The user's PHC string.
    pub password_hash: String,
    /// Whether the cookie outlives the browser.
    pub remember: bool,
}

impl Current {
    /// Locks the user's row and checks that what was found before is still so: the password that was confirmed, and the session
    /// that asks. A reset, or the end of all sessions, that came meanwhile is not undone by a change that began before it.
    pub async fn recheck(&self, transaction: &mut Transaction, now: Timestamp) -> Result<()> {
        let has_password = user::hold(transaction, &self.user.id, &self.password_hash, None).await?;
        if !session::is_live(transaction, &self.session.id, &self.user.id, now).await? {
            return Err(Error::SignedOut);
        }
        if has_password { Ok(()) } else { Err(Error::WrongPassword) }
    }
}

/// The visitor's session and its user as the database knows them; 401 when there is none.
pub async fn require(state: &IdentityState, visitor: &Visitor) -> Result<Current> {
    find(state, visitor).await?.ok_or(Error::SignedOut)
}

/// The visitor's session and its user, if there is one.
pub async fn find(state: &IdentityState, visitor: &Visitor) -> Result<Option<Current>> {
    let Some(id) = visitor.session_id() else { return Ok(None) };
    let Some(row) = session::by_id(&state.db, id, state.clock.now()).await? else { return Ok(None) };
    let remember = row.remember;
    let session = Session::from(row);
    if visitor.user_id() != Some(&session.user_id) {
        return Ok(None);
    }
    let Some(row) = user::by_id(&state.db, &session.user_id).await? else { return Ok(None) };
    let password_hash = row.password_hash.clone();
    Ok(Some(Current { session, user: row.into(), password_hash, remember }))
}
