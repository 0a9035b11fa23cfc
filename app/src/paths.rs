//! The addresses of pages, for links to them.

use crate::model::{ListQuery, Status, View};

/// The address of a view.
pub const fn view(view: View) -> &'static str {
    match view {
        View::Pending => "/tasks",
        View::Today => "/tasks?due=by_today",
        View::Upcoming => "/tasks?due=upcoming&sort=due_date",
        View::Completed => "/tasks?status=completed&sort=updated_at",
        View::All => "/tasks?status=all",
    }
}

/// The address of the page that shows a list. Without a `status`, the page shows the tasks still to do.
pub fn task_list(query: &ListQuery) -> String {
    let parameters = match query.status {
        Status::Pending => ListQuery { status: Status::All, ..query.clone() }.to_query(),
        Status::All if *query == ListQuery::default() => "status=all".into(),
        Status::All => format!("status=all&{}", query.to_query()),
        Status::Completed => query.to_query(),
    };
    if parameters.is_empty() { "/tasks".into() } else { format!("/tasks?{parameters}") }
}
