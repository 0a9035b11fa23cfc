//! Serving: the accept loop with the jobs beside it, and the shutdown in order.

use std::{future::Future, sync::OnceLock, time::Duration};

use axum::extract::FromRef as _;
use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    identity::state::IdentityState,
    jobs,
    router::router,
    shared_state::SharedState,
    state::AppState,
    tasks,
    web::{
        accept::accept,
        connections::Connections,
        metrics::{self, MetricsState},
    },
};

/// How long the shutdown waits for notifications to other processes.
const NOTIFY_FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Most connections at once that ask for the metrics.
const METRICS_CONNECTIONS: usize = 16;

/// Serves until `stop` is ready, finishes the requests under way, and closes the database.
pub async fn serve(state: AppState, listener: TcpListener, stop: impl Future<Output = ()>) {
    if let Ok(address) = listener.local_addr() {
        state.set_address(address);
    }
    let (shared, identity) = (SharedState::from_ref(&state), IdentityState::from_ref(&state));
    let router = router(&state);
    // They end when this set is dropped.
    let mut jobs = JoinSet::new();
    jobs.spawn(jobs::last_seen::keep_writing(identity.clone()));
    jobs.spawn(jobs::revocation_reader::keep_reading(identity.clone()));
    jobs.spawn(jobs::trusted_key_reader::keep_reading(identity.clone()));
    jobs.spawn(jobs::pg_listener::keep_listening(state.tasks.clone()));
    jobs.spawn(jobs::checkpointer::keep_checkpointing(state.db.clone()));
    jobs.spawn(jobs::clock_sync::keep_setting(shared.clone()));
    jobs.spawn(jobs::housekeeping::keep_purging(state.tasks.clone()));
    jobs.spawn(jobs::search_indexer::keep_indexing(state.tasks.clone()));
    let mut notifying = JoinSet::from_iter([tasks::publish_notifications(state.tasks.clone())]);
    let stopped_at = OnceLock::new();
    accept(listener, router, state.limits, &state.connections, async {
        stop.await;
        shared.stop();
        tokio::time::sleep(shared.config.shutdown_delay).await;
        let _ = stopped_at.set(Instant::now());
    })
    .await;
    // Requests whose clients have left: no connection waits for them.
    state.requests.close();
    let until = stopped_at.get().copied().unwrap_or_else(Instant::now) + state.limits.shutdown;
    if timeout_at(until, state.requests.wait()).await.is_err() {
        tracing::warn!(requests = state.requests.len(), "requests of clients that left did not finish in time");
    }
    state.mailer.close().await;
    // Streams of other processes are to show what the last requests changed.
    state.events.close();
    let _ = tokio::time::timeout(NOTIFY_FLUSH_TIMEOUT, notifying.join_next()).await;
    jobs.shutdown().await;
    jobs::last_seen::write_at_shutdown(&identity).await;
    state.db.close().await;
}

/// Serves `/metrics` until it is dropped; at once over where metrics are not configured.
pub async fn serve_metrics(state: AppState, listener: TcpListener) {
    let Some(metrics) = state.metrics.clone() else { return };
    let connections = Connections::new(METRICS_CONNECTIONS, METRICS_CONNECTIONS, Vec::new());
    let router = metrics::router(MetricsState { shared: SharedState::from_ref(&state), metrics });
    accept(listener, router, state.limits, &connections, std::future::pending()).await;
}
