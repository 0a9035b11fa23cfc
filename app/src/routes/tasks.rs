//! `/tasks`: a person's list.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    islands::task_board::{TaskBoard, page_data::data_script},
    model::TaskPage,
    strings,
};

/// The list, and beside it what the page shows as data, for the island to read when it is hydrated.
#[component]
pub fn Tasks(
    /// What to show.
    page: TaskPage,
) -> impl IntoView {
    let data = data_script(&page);
    provide_context(page);
    view! {
        {data}
        <TaskBoard />
    }
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
