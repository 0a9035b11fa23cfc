//! `/tasks`: somebody's list.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    islands::task_board::TaskBoard,
    model::{Day, ListQuery, Task, Timestamp},
};

/// How many tasks somebody has, in each view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All of them.
    pub total: i64,
    /// Those still to do.
    pub pending: i64,
    /// Those of them that are due today or before.
    pub today: i64,
    /// Those of them that are due later.
    pub upcoming: i64,
}

/// What the page of the tasks shows.
#[derive(Debug, Clone)]
pub struct TaskPage {
    /// Whose list it is.
    pub user_id: String,
    /// Their name or e-mail.
    pub shown_name: String,
    /// Which tasks it holds, in which order.
    pub query: ListQuery,
    /// What day it is where the person is, as far as the server knows.
    pub today: Day,
    /// When all this was read.
    pub now: Timestamp,
    /// The first of them.
    pub tasks: Vec<Task>,
    /// Query string of the API's next page, if there are more.
    pub next: Option<String>,
    /// How many tasks there are, in this list or not.
    pub counts: Counts,
}

/// The title of the tab: it carries what is still to do.
pub fn title(pending: i64) -> String {
    if pending == 0 { "Tasks · Holdfast".into() } else { format!("({pending}) Tasks · Holdfast") }
}

/// The list, all of which is one island.
#[component]
pub fn Tasks(
    /// What to show.
    page: TaskPage,
) -> impl IntoView {
    let TaskPage { user_id, query, tasks, next, counts, .. } = page;
    view! { <TaskBoard user_id status=query.status tasks next pending=counts.pending total=counts.total /> }
}
