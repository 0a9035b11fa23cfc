//! `/tasks`: somebody's list. All of it is drawn here, dialogs and templates too; the island `TaskBoard` wakes it.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use super::{RouteData, route_data};
use crate::{
    components::{
        editor::Editor,
        find::Find,
        help::Help,
        icon::Icon,
        palette::Palette,
        same_for_all,
        task_row::{blank, groups},
    },
    islands::task_board::TaskBoard,
    model::{Day, ListQuery, Priority, Task, Timestamp},
    words::{self, View},
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

impl Counts {
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

/// The list, and everything around it.
#[component]
pub fn Tasks(
    /// What to show.
    page: TaskPage,
) -> impl IntoView {
    let TaskPage { user_id, query, tasks, next, counts, today, now, .. } = page;
    let view = View::of(&query);
    let is_narrowed = query.is_narrowed();
    let (is_empty, has_more, data_next) = (tasks.is_empty(), next.is_some(), next.clone());
    let counted = [counts.total, counts.pending, counts.today, counts.upcoming].map(|count| count.to_string()).join(",");
    view! {
        <TaskBoard>
            <div
                id="board"
                data-user=user_id
                data-query=query.to_query()
                data-next=data_next
                data-today=today.to_string()
                data-now=now.0.to_string()
                data-counts=counted
            >
                <div class="head">
                    <h1 id="heading">{view.heading()}</h1>
                    <p class="count" id="count">{words::count(counts.pending, counts.total)}</p>
                </div>
                <div id="notices" role="alert"></div>
                {same_for_all!(view! { <AddLine /> })}
                <Views view counts />
                <Find query=query.clone() />
                <div id="list" class:arranged=query.is_arranged()>
                    {groups(&tasks, today)}
                </div>
                <p class="empty" id="empty" hidden=!is_empty>
                    {if is_narrowed { words::NOTHING_FOUND } else { view.empty() }}
                </p>
                <p class="more" id="more" hidden=!has_more>
                    <a class="button" href=format!("/tasks?{}", next.unwrap_or_default())>
                        {words::SHOW_MORE}
                    </a>
                </p>
                <p class="foot">
                    <button class="link" data-do="palette" aria-keyshortcuts="Control+K">
                        {words::COMMANDS}
                    </button>
                    <button class="link" data-do="help" aria-keyshortcuts="?">
                        {words::SHORTCUTS}
                    </button>
                </p>
                {same_for_all!(view! { <Bulk /> })}
                <p class="visually-hidden" role="status" id="said"></p>
                <div class="toast" id="toast" hidden>
                    <span></span>
                    <button data-do="undo">{words::UNDO}</button>
                </div>
                {same_for_all!(view! { <Hidden /> })}
            </div>
        </TaskBoard>
    }
}

/// Dialogs, and templates of what comes later.
#[component]
fn Hidden() -> impl IntoView {
    view! {
        <Palette />
        <Help />
        <template id="row-template">
            {blank()}
        </template>
        <template id="editor-template">
            <Editor />
        </template>
        <template id="chip-template">
            <button type="button" class="chip">
                <span dir="auto"></span>
                {Icon::Close.draw()}
            </button>
        </template>
        <template id="notice-template">
            <p class="banner failed">
                {Icon::Warning.draw()}
                <span></span>
                <button></button>
            </p>
        </template>
    }
}

/// The line for a new task. What it understands is shown below it before it is sent.
#[component]
fn AddLine() -> impl IntoView {
    view! {
        <form class="add" id="add" method="post" action="/tasks">
            <label class="visually-hidden" for="new-title">
                {words::NEW_TASK}
            </label>
            <input
                id="new-title"
                name="title"
                placeholder=words::ADD_A_TASK
                autocomplete="off"
                enterkeyhint="done"
                dir="auto"
                aria-describedby="new-title-error chips"
            />
            <button class="primary">{words::ADD}</button>
            <div class="below" role="alert">
                <p class="error" id="new-title-error" hidden>
                    {Icon::Warning.draw()} <span></span>
                </p>
            </div>
            <div class="below" id="chips" aria-live="polite"></div>
            <div class="below banner" id="lines" hidden>
                <span></span>
                <button type="button" data-do="add-lines" class="primary"></button>
                <button type="button" data-do="one-line">{words::ONE_TASK}</button>
            </div>
        </form>
    }
}

#[component]
fn Views(view: View, counts: Counts) -> impl IntoView {
    view! {
        <nav class="views" aria-label=words::VIEWS_NAME>
            {words::VIEWS
                .map(|(each, href)| {
                    view! {
                        <a href=href aria-current=(each == view).then_some("page")>
                            {each.name()}
                            " "
                            <span class="number">{counts.of(each)}</span>
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// What can be done with all that are selected.
#[component]
fn Bulk() -> impl IntoView {
    view! {
        <div class="bulk" id="bulk" role="toolbar" aria-label=words::SELECTED_TASKS hidden>
            <span class="bulk-count"></span>
            <span id="is-selected" hidden>{words::IS_SELECTED}</span>
            <button data-do="complete">{words::COMPLETE}</button>
            <label>
                <span class="visually-hidden">{words::PRIORITY}</span>
                <select data-do="prioritise">
                    <option value="">{words::PRIORITY}</option>
                    {Priority::EACH
                        .iter()
                        .rev()
                        .map(|&priority| view! { <option value=priority.as_str()>{words::priority(priority)}</option> })
                        .collect_view()}
                </select>
            </label>
            <form class="bulk-tag" id="bulk-tag">
                <label>
                    <span class="visually-hidden">{words::ADD_TAG}</span>
                    <input name="tag" maxlength="50" autocomplete="off" placeholder=words::ADD_TAG dir="auto" />
                </label>
            </form>
            <button data-do="delete-selected">{words::DELETE}</button>
            <button class="link" data-do="clear">{words::CLEAR}</button>
        </div>
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
        <Title text=words::tasks_title(page.counts.pending) />
        <Tasks page />
    }
}
