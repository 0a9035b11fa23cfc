//! What the tasks keep while the process runs.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;

use super::{changes::Publisher, quotas::TaskQuota, search::Backlog};
use crate::{db::Db, identity::state::IdentityState, shared_state::SharedState};

/// See the module; cheap to clone.
#[derive(Clone)]
pub struct TasksState(Arc<TasksParts>);

/// The parts of [`TasksState`].
pub struct TasksParts {
    identity: IdentityState,
    /// How many tasks each user may have.
    pub task_quota: TaskQuota,
    /// How far the index of the search is behind.
    pub search_backlog: Backlog,
    /// Changes of tasks, for those who subscribe.
    pub events: Publisher,
}

impl Deref for TasksState {
    type Target = TasksParts;

    fn deref(&self) -> &TasksParts {
        &self.0
    }
}

impl Deref for TasksParts {
    type Target = IdentityState;

    fn deref(&self) -> &IdentityState {
        &self.identity
    }
}

impl FromRef<TasksState> for IdentityState {
    fn from_ref(state: &TasksState) -> Self {
        state.identity.clone()
    }
}

impl FromRef<TasksState> for SharedState {
    fn from_ref(state: &TasksState) -> Self {
        Self::from_ref(&state.identity)
    }
}

impl TasksState {
    /// For the tasks of the users of `identity`.
    pub fn new(identity: IdentityState) -> Self {
        let (max_tasks, has_others) = (identity.config.quotas.max_tasks, matches!(identity.db, Db::Postgres { .. }));
        Self(Arc::new(TasksParts {
            identity,
            task_quota: TaskQuota::new(max_tasks),
            search_backlog: Backlog::default(),
            events: Publisher::new(has_others),
        }))
    }
}
