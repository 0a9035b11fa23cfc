//! Sets the clock by the database's, where several machines share one.

use std::time::Duration;

use crate::shared_state::SharedState;

/// How often the machine's clock is compared with the database's.
const COMPARE_EVERY: Duration = Duration::from_mins(1);

/// Sets the clock once a minute, until it is dropped.
pub async fn keep_setting(state: SharedState) {
    let mut ticks = tokio::time::interval(COMPARE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = state.clock.set_by(&state.db).await {
            tracing::debug!(%error, "the clock was not compared with the database's");
        }
    }
}
