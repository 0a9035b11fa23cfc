//! `/tasks`: somebody's list.

use leptos::prelude::*;

use crate::{
    islands::task_board::TaskBoard,
    model::{Status, Task},
};

/// What the page of the tasks shows.
#[derive(Debug, Clone)]
pub struct TaskPage {
    /// Whose list it is.
    pub user_id: String,
    /// Their name or e-mail.
    pub shown_name: String,
    /// Which tasks it holds.
    pub status: Status,
    /// The first of them.
    pub tasks: Vec<Task>,
    /// Query string of the API's next page, if there are more.
    pub next: Option<String>,
    /// How many tasks there are to do, in this list or not.
    pub pending: i64,
    /// How many there are at all.
    pub total: i64,
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
    let TaskPage { user_id, status, tasks, next, pending, total, .. } = page;
    view! { <TaskBoard user_id status tasks next pending total /> }
}
