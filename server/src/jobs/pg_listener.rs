//! What other processes on the same PostgreSQL tell this one (`LISTEN`).

use std::time::Duration;

use sqlx::{PgPool, postgres::PgListener};
use tokio::time::sleep;

use crate::{
    identity::revocation,
    tasks::{self, TasksState},
};

/// How long until somebody tries again to listen to a database that does not let them.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Listens, for as long as it is let. A SQLite file has nobody to listen to.
pub async fn keep_listening(state: TasksState) {
    let Some(pool) = state.db.listening() else { return };
    loop {
        if let Err(error) = listen(&state, pool).await {
            tracing::debug!(%error, "notifications of the database do not come");
        }
        sleep(AGAIN_AFTER).await;
    }
}

async fn listen(state: &TasksState, pool: &PgPool) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([revocation::CHANNEL, tasks::NOTIFICATION_CHANNEL]).await?;
    // What was said before, nobody heard: revocations are looked for anyway.
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
