//! Puts new tasks into SQLite's index of the search; PostgreSQL's is written in the transaction that writes the task.

use std::time::Duration;

use crate::{
    db::Db,
    tasks::{TasksState, fill_search},
};

/// How often new tasks are put into the index.
const INDEX_EVERY: Duration = Duration::from_secs(1);
/// How many new tasks in that time are a rush, in which indexing would slow the writers down.
const RUSH: usize = 250;
/// How many tasks may wait during a rush; a search looks at those of its owner one by one.
const BACKLOG_MAX: usize = 5_000;

/// Indexes once a second, until it is dropped, unless many tasks are being made just then. In a rush they wait until it is over,
/// or until there are [`BACKLOG_MAX`].
pub async fn keep_indexing(state: TasksState) {
    if matches!(state.db, Db::Postgres { .. }) {
        return;
    }
    let mut waiting = 0;
    loop {
        tokio::time::sleep(INDEX_EVERY).await;
        let new = state.search_backlog.take();
        waiting += new;
        if waiting == 0 || (new >= RUSH && waiting < BACKLOG_MAX) {
            continue;
        }
        match fill_search(&state.db).await {
            Ok(()) => waiting = 0,
            Err(error) => tracing::warn!(cause = error.secret_cause(), "new tasks are not in the index of the search yet"),
        }
    }
}
