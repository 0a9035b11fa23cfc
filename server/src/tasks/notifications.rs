//! Notifications between processes on one PostgreSQL (`NOTIFY`), of tasks that changed.

use super::{state::TasksState, store};

/// Notifies other processes of changes made here, until [`Publisher::close`](super::changes::Publisher::close).
pub async fn publish_notifications(state: TasksState) {
    state.events.publish_notifications(&state.db).await;
}

/// Sends the streams of this process what another process changed.
pub async fn handle_notification(state: &TasksState, notification: &str) {
    for (owner, id) in state.events.read_notification(notification) {
        if !state.events.has_subscribers(&owner) {
            continue;
        }
        match store::last_change(&state.db, &owner, &id).await {
            Ok(Some(change)) => state.events.send_here(&owner, &id, || change),
            // The user is deleted, and their streams are about to end.
            Ok(None) => {}
            // The streams read it once the database answers.
            Err(_) => return state.events.missed_some(),
        }
    }
}
