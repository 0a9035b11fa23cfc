//! Receives the notifications of other processes on the same PostgreSQL (`LISTEN`).

use std::time::Duration;

use sqlx::{PgPool, postgres::PgListener};
use tokio::time::sleep;

use crate::{
    identity::revocation,
    tasks::{self, TasksState},
};

/// Pause before connecting again.
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

/// Listens until it is dropped. On SQLite there is one process, and nothing to listen to.
pub async fn keep_listening(state: TasksState) {
    let Some(pool) = state.db.listening() else { return };
    loop {
        if let Err(error) = listen(&state, pool).await {
            tracing::debug!(%error, "notifications of the database do not come");
        }
        sleep(RECONNECT_AFTER).await;
    }
}

async fn listen(state: &TasksState, pool: &PgPool) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([revocation::CHANNEL, tasks::NOTIFICATION_CHANNEL]).await?;
    // Notifications sent before this were missed. Revocations are read twice a second anyway.
    state.events.missed_some();
    // `None` when the connection was lost.
    while let Some(notice) = listener.try_recv().await? {
        match notice.channel() {
            revocation::CHANNEL => state.revocations.handle_notification(),
            _ => tasks::handle_notification(state, notice.payload()).await,
        }
    }
    Ok(())
}
