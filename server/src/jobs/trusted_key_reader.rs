//! Reads the key sets of other services (`--trusted-jwks`).

use std::time::Duration;

use crate::identity::{state::IdentityState, trusted_keys::RELOADED_EVERY};

/// First pause after a failure; each further one is twice as long, up to [`RELOADED_EVERY`].
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Reads them at start and every [`RELOADED_EVERY`], sooner after a failure, until it is dropped.
pub async fn keep_reading(state: IdentityState) {
    let keys = state.tokens.trusted_keys();
    if keys.is_empty() {
        return;
    }
    let mut pause = FIRST_PAUSE;
    loop {
        if keys.reload_all().await {
            pause = FIRST_PAUSE;
            tokio::time::sleep(RELOADED_EVERY).await;
        } else {
            tokio::time::sleep(pause).await;
            pause = RELOADED_EVERY.min(pause * 2);
        }
    }
}
