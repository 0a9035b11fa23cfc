//! `/tasks`: a person's list.

use leptos::{prelude::*, tachys::html::InertElement};
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::{RouteData, route_data};
use crate::{
    islands::task_board::TaskBoard,
    model::{Day, ListQuery, Status, Task, Timestamp, UtcOffset},
    strings::{self, View},
};

/// How many tasks a user has, in each view.
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

impl Counts {
    /// Adds a task (`by` is 1), or takes one away (-1).
    pub fn add(&mut self, task: &Task, today: Day, by: i64) {
        self.total += by;
        if !task.completed {
            self.pending += by;
            self.today += by * i64::from(task.due_date.is_some_and(|day| day <= today));
            self.upcoming += by * i64::from(task.due_date.is_some_and(|day| day > today));
        }
    }

    /// Of one view.
    pub const fn of(&self, view: View) -> i64 {
        match view {
            View::All => self.total,
            View::Pending => self.pending,
            View::Today => self.today,
            View::Upcoming => self.upcoming,
            View::Completed => self.total - self.pending,
        }
    }
}

/// The address of the page that shows a list. Where it does not say, it shows what is to do.
pub fn address(query: &ListQuery) -> String {
    let parameters = match query.status {
        Status::Pending => ListQuery { status: Status::All, ..query.clone() }.to_query(),
        Status::All if *query == ListQuery::default() => "status=all".into(),
        Status::All => format!("status=all&{}", query.to_query()),
        Status::Completed => query.to_query(),
    };
    if parameters.is_empty() { "/tasks".into() } else { format!("/tasks?{parameters}") }
}

/// What the page of the tasks shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskPage {
    /// Whose list it is.
    pub user_id: String,
    /// Their name or e-mail.
    pub shown_name: String,
    /// Which tasks it holds, in which order.
    pub query: ListQuery,
    /// What day it is where the person is, as far as the server knows.
    pub today: Day,
    /// How far the clock is ahead of UTC there, as far as the server knows.
    pub utc_offset: UtcOffset,
    /// When all this was read.
    pub now: Timestamp,
    /// The first of them.
    pub tasks: Vec<Task>,
    /// Query string of the API's next page, if there are more.
    pub next: Option<String>,
    /// How many tasks there are, in this list or not.
    pub counts: Counts,
}

/// The list, and beside it what the page shows as data, for the island to read when it is hydrated.
#[component]
pub fn Tasks(
    /// What to show.
    page: TaskPage,
) -> impl IntoView {
    let data = InertElement::new(format!(r#"<script type="application/json" id="{DATA}">{}</script>"#, json_in_html(&page)));
    provide_context(page);
    view! {
        {data}
        <TaskBoard />
    }
}

/// The id of the element that holds the page's data.
const DATA: &str = "task-page";

/// JSON as it can stand in a `<script>`: nothing in it ends or begins an element (HTML, section 4.12.1.3).
fn json_in_html(page: &TaskPage) -> String {
    serde_json::to_string(page).unwrap_or_default().replace('<', "\\u003c")
}

/// What the page shows: on the server it is in the context, in the browser it stands in the document.
#[cfg(feature = "ssr")]
pub(crate) fn task_page() -> Option<TaskPage> {
    use_context()
}

/// What the page shows: on the server it is in the context, in the browser it stands in the document.
#[cfg(not(feature = "ssr"))]
pub(crate) fn task_page() -> Option<TaskPage> {
    serde_json::from_str(&document().get_element_by_id(DATA)?.text_content()?).ok()
}

impl RouteData for TaskPage {
    fn path(&self) -> &'static str {
        "/tasks"
    }

    fn user(&self) -> Option<String> {
        Some(self.shown_name.clone())
    }

    fn has_islands(&self) -> bool {
        true
    }
}

/// The route: the list that the server has loaded.
#[component]
pub fn TasksRoute() -> impl IntoView {
    let page: TaskPage = route_data();
    view! {
        <Title text=strings::tasks_title(page.counts.pending) />
        <Tasks page />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_says_ends_no_script() {
        let task = Task { title: "</script><script>alert(1)<!--".into(), ..Task::default() };
        let page = TaskPage {
            user_id: String::new(),
            shown_name: String::new(),
            query: ListQuery::default(),
            today: Day::MIN,
            utc_offset: UtcOffset::default(),
            now: Timestamp(0),
            tasks: vec![task],
            next: None,
            counts: Counts::default(),
        };
        let json = json_in_html(&page);
        assert!(!json.contains('<'), "{json}");
        let read: TaskPage = serde_json::from_str(&json).expect("the same page");
        assert_eq!(read.tasks, page.tasks);
    }
}
