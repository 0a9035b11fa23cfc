//! `/tasks`: somebody's list. All of it is drawn here, dialogs and templates too; the island `TaskBoard` wakes it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    components::{
        icon::Icon,
        same_for_all,
        task_row::{blank, groups},
    },
    islands::task_board::TaskBoard,
    model::{Day, Due, ListQuery, Order, Priority, Sort, Status, TITLE_MAX, Task, Timestamp},
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

/// Search, filters and order: a form, which the browser sends at each change, and which works without a script.
#[component]
fn Find(query: ListQuery) -> impl IntoView {
    let is_open = query.priority.is_some() || query.tag.is_some() || query.sort.is_some_and(|sort| sort != View::of(&query).sort());
    let order = query.order.map(Order::as_str);
    view! {
        <form class="find" id="find" role="search" action="/tasks">
            {(query.status != Status::All).then(|| view! { <input type="hidden" name="status" value=query.status.as_str() /> })}
            <label class="visually-hidden" for="search">
                {words::SEARCH}
            </label>
            <input id="search" name="q" type="search" placeholder=words::SEARCH value=query.search.clone() maxlength="500" autocomplete="off" dir="auto" />
            <details open=is_open>
                <summary>{words::FILTER_AND_SORT}</summary>
                <div class="choices">
                    <label>
                        {words::DUE}
                        <select name="due">
                            <option value="">{words::ANY}</option>
                            {words::DUES
                                .iter()
                                .map(|&(due, name)| view! { <option value=due.as_str() selected=query.due == Some(due)>{name}</option> })
                                .collect_view()}
                            {(query.due == Some(Due::ByToday))
                                .then(|| view! { <option value="by_today" selected>{words::BY_TODAY}</option> })}
                        </select>
                    </label>
                    <label>
                        {words::PRIORITY}
                        <select name="priority">
                            <option value="">{words::ANY}</option>
                            {Priority::EACH
                                .iter()
                                .rev()
                                .map(|&priority| {
                                    view! {
                                        <option value=priority.as_str() selected=query.priority == Some(priority)>
                                            {words::priority(priority)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        {words::TAG}
                        <input name="tag" value=query.tag.clone() maxlength="50" autocomplete="off" dir="auto" placeholder=words::ANY />
                    </label>
                    <label>
                        {words::SORT}
                        <select name="sort">
                            {words::SORTS
                                .iter()
                                .map(|&(sort, name)| {
                                    view! { <option value=sort.as_str() selected=query.sort.unwrap_or(Sort::Position) == sort>{name}</option> }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    {order.map(|order| view! { <input type="hidden" name="order" value=order /> })}
                    <button>{words::APPLY}</button>
                </div>
            </details>
        </form>
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

/// The form that edits a task in its place.
#[component]
fn Editor() -> impl IntoView {
    let error = |name: &'static str| {
        view! {
            <p class="error" data-error=name role="alert" hidden>
                {Icon::Warning.draw()} <span></span>
            </p>
        }
    };
    view! {
        <form class="editor">
            <div class="contest" role="alert" hidden>
                <p class="error">{Icon::Warning.draw()} <span></span></p>
                <p class="title theirs-title" dir="auto"></p>
                <p class="note theirs-note" dir="auto"></p>
            </div>
            <label>{words::TITLE} <input name="title" dir="auto" autocomplete="off" data-max=TITLE_MAX.to_string() /></label>
            {error("title")}
            <label>{words::DESCRIPTION} <textarea name="description" rows="3" dir="auto"></textarea></label>
            {error("description")}
            <div class="choices">
                <label>{words::DUE} <input name="due_date" type="date" min="0001-01-01" max="9999-12-31" /></label>
                <label>
                    {words::PRIORITY}
                    <select name="priority">
                        {Priority::EACH
                            .iter()
                            .map(|&priority| view! { <option value=priority.as_str()>{words::priority(priority)}</option> })
                            .collect_view()}
                    </select>
                </label>
                <label>{words::TAGS} <input name="tags" autocomplete="off" dir="auto" placeholder=words::TAGS_HINT /></label>
            </div>
            {error("tags")}
            <div class="buttons">
                <button class="primary" data-do="save">{words::SAVE}</button>
                <button type="button" data-do="cancel">{words::CANCEL}</button>
                <span class="move">
                    <button type="button" class="link" data-do="up">{words::MOVE_UP}</button>
                    <button type="button" class="link" data-do="down">{words::MOVE_DOWN}</button>
                </span>
            </div>
        </form>
    }
}

/// Every command, found by typing.
#[component]
fn Palette() -> impl IntoView {
    view! {
        <dialog id="palette" class="palette" aria-label=words::COMMANDS>
            <input name="command" aria-label=words::FIND_COMMAND placeholder=words::FIND_COMMAND autocomplete="off" />
            <ul>
                {words::COMMAND_LIST
                    .iter()
                    .map(|&(action, name, key)| {
                        view! {
                            <li>
                                <button data-do=action>
                                    <span>{name}</span>
                                    {(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
                {words::VIEWS
                    .map(|(view, href)| {
                        view! {
                            <li>
                                <a href=href>{words::go_to(view)}</a>
                            </li>
                        }
                    })
                    .collect_view()}
                <li>
                    <a href="/account">{words::YOUR_ACCOUNT}</a>
                </li>
            </ul>
            <p class="quiet" hidden>{words::NO_COMMAND}</p>
        </dialog>
    }
}

/// What the keys do.
#[component]
fn Help() -> impl IntoView {
    view! {
        <dialog id="help" class="help" aria-labelledby="help-heading">
            <h2 id="help-heading">{words::SHORTCUTS}</h2>
            <dl>
                {words::KEYS
                    .iter()
                    .map(|&(keys, meaning)| {
                        view! {
                            <dt>
                                <kbd>{keys}</kbd>
                            </dt>
                            <dd>{meaning}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <label class="choice">
                <input type="checkbox" id="keys-on" checked autocomplete="off" />
                {words::KEYS_ON}
            </label>
            <p class="hint">{words::QUICK_HINT}</p>
            <form method="dialog">
                <button>{words::CLOSE}</button>
            </form>
        </dialog>
    }
}
