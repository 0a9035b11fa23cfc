//! Ending sessions of a user, and refusing their tokens from then on.

use app::model::Timestamp;

use super::{
    revocation::{Revocation, Revocations},
    session::{self, SessionScope},
    user,
};
use crate::{db::Db, email::mail_token, problem::Result};

impl Revocations {
    /// Ends sessions of a user and revokes their tokens. Idempotent. Ending more than one session also ends the links that were
    /// mailed to the user; ending all also revokes every token issued so far.
    pub async fn end(&self, db: &Db, user_id: &str, which: SessionScope<'_>, now: Timestamp) -> Result<()> {
        let mut transaction = db.begin().await?;
        let mut ended = Vec::new();
        if !matches!(which, SessionScope::One(_)) {
            // Serialises with a change of the password that is under way.
            user::lock(&mut transaction, user_id).await?;
            mail_token::delete_all(&mut transaction, user_id).await?;
        }
        if matches!(which, SessionScope::All) {
            let so_far = Revocation::of_user_so_far(user_id, now);
            so_far.insert(&mut transaction).await?;
            ended.push(so_far);
        }
        ended.extend(session::end_in(&mut transaction, user_id, which).await?);
        transaction.commit().await?;
        self.add(ended, now);
        Ok(())
    }
}
