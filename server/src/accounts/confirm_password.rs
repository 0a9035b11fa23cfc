//! Asking a signed-in user for the password again, before a change of the account.

use crate::{
    identity::{
        client::Client,
        current_session::CurrentSession,
        guesses::{self, Origin},
        hash_queue::Caller,
        password::Verdict,
        password_policy,
        state::IdentityState,
    },
    problem::{Error, Result},
};

/// Checks the current password of a signed-in user.
pub async fn confirm_password(state: &IdentityState, current: &CurrentSession, password: &str, client: &Client) -> Result<()> {
    password_policy::check_length_of_typed(password)?;
    state.throttle_address(client.address).await?;
    if let Some(throttle) = &state.throttle {
        throttle.account(&current.user.email, client.address).await?;
        // Counted by session: attempts from elsewhere do not lock it out, and a stolen session cannot guess without limit.
        guesses::count(&state.db, &current.user.id, &Origin::Session(&current.session.id), state.clock.now()).await?;
    }
    let caller = Caller::new(client.address, true);
    if state.passwords.verify(password, Some(current.password_hash.clone()), caller).await? == Verdict::Wrong {
        tracing::info!(user_id = current.user.id, address = %client.address, "password not confirmed");
        return Err(Error::WrongPassword);
    }
    if state.throttle.is_some() {
        let mut transaction = state.db.begin().await?;
        guesses::forget(&mut transaction, &current.user.id).await?;
        transaction.commit().await?;
    }
    Ok(())
}
