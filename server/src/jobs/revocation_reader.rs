//! Reads the revocations that other processes write.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::identity::state::IdentityState;

/// How often the table is read, in case a notification does not arrive.
const READ_EVERY: Duration = Duration::from_millis(500);
/// Shortest pause between two reads, however many notifications come.
const READ_AT_MOST_EVERY: Duration = Duration::from_millis(2);

/// Reads on each notification and twice a second, until it is dropped.
pub async fn keep_reading(state: IdentityState) {
    let mut ticks = interval(READ_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_away = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.revocations.notified() => {}
        }
        let outcome = state.revocations.refresh(&state.db, state.clock.now()).await;
        // Logged once an outage, not twice a second.
        if let (Err(error), false) = (&outcome, is_away) {
            tracing::warn!(cause = error.secret_cause(), "what other processes revoke is not known");
        }
        is_away = outcome.is_err();
        tokio::time::sleep(READ_AT_MOST_EVERY).await;
    }
}
