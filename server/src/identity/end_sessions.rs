//! Ending sessions of a user, and refusing their tokens from then on.

use app::model::Timestamp;

use super::{
    revocation::{Revocation, Revocations},
    session::{self, Which},
    user,
};
use crate::{db::Db, email::mail_token, problem::Result};

impl Revocations {
    /// Ends sessions of a user for good, and with them their tokens, at once. Ending one twice is as good as once. With several
    /// sessions end the links that were mailed to the user, and with all of them every token issued so far.
    pub async fn end(&self, db: &Db, user_id: &str, which: Which<'_>, now: Timestamp) -> Result<()> {
        let mut transaction = db.begin().await?;
        let mut ended = Vec::new();
        if !matches!(which, Which::One(_)) {
            // A change of the password that is under way comes before this or after it.
            user::lock(&mut transaction, user_id).await?;
            mail_token::delete_all(&mut transaction, user_id).await?;
        }
        if matches!(which, Which::All) {
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
