//! `/trash`: what was deleted, to be put back or removed for good. Plain forms: nothing here needs a script.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{alert::Alert, icon::Icon},
    model::{Day, FieldError, Priority, Task, TrashedTask, UtcOffset},
    strings,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct TrashPage {
    /// The name or e-mail of the visitor.
    pub shown_name: String,
    /// This page of it, the newest deletion first.
    pub trashed: Vec<TrashedTask>,
    /// Where this page begins; `None` for the first one.
    pub cursor: Option<String>,
    /// Where the one after it begins, if there is one.
    pub next: Option<String>,
    /// For how many days a task is kept.
    pub days: u32,
    /// What day it is where the visitor is.
    pub today: Day,
    /// And how far their clock is ahead.
    pub offset: UtcOffset,
    /// What has just been done.
    pub done: Option<Done>,
    /// Why something could not be done.
    pub errors: Vec<FieldError>,
}

impl RouteData for TrashPage {
    fn path(&self) -> &'static str {
        "/trash"
    }

    fn user(&self) -> Option<String> {
        Some(self.shown_name.clone())
    }
}

/// What has been done.
#[derive(Debug, Clone)]
pub enum Done {
    /// This task is back.
    PutBack(Box<Task>),
    /// All of them are.
    AllPutBack,
    /// A task is gone for good.
    Purged,
    /// All of them are.
    Emptied,
}

/// The trash.
#[component]
pub fn Trash() -> impl IntoView {
    let TrashPage { trashed, cursor, next, days, today, offset, done, errors, .. } = route_data();
    let is_empty = trashed.is_empty();
    let rows = trashed.into_iter().map(|trashed| view! { <TrashedRow trashed cursor=cursor.clone() today offset /> }).collect_view();
    view! {
        <Title text=strings::page_title(strings::TRASH) />
        <div class="head">
            <h1>{strings::TRASH}</h1>
            <a href="/tasks">{strings::BACK_TO_TASKS}</a>
        </div>
        <div class="trash">
            {done.map(|done| view! { <DoneBanner done /> })}
            <Alert errors />
            <p class="quiet">{strings::trash_lead(days, is_empty)}</p>
            {(!is_empty)
                .then(|| {
                    view! {
                        <div class="trash-all">
                            <form method="post" action="/trash/restore">
                                <button>{strings::PUT_ALL_BACK}</button>
                            </form>
                            <details class="sure">
                                <summary class="button">{strings::EMPTY_TRASH}</summary>
                                <form method="post" action="/trash/empty">
                                    <p>{strings::NO_WAY_BACK_FOR_ALL}</p>
                                    <button class="danger">{strings::YES_EMPTY}</button>
                                </form>
                            </details>
                        </div>
                        <ul>{rows}</ul>
                    }
                })}
            {(cursor.is_some() || next.is_some())
                .then(|| {
                    view! {
                        <p class="pages">
                            {cursor.is_some().then(|| view! { <a class="button" href="/trash">{strings::NEWEST}</a> })}
                            {next.map(|next| view! { <a class="button" href=format!("/trash?cursor={next}")>{strings::OLDER}</a> })}
                        </p>
                    }
                })}
        </div>
    }
}

/// Says what has just been done.
#[component]
fn DoneBanner(done: Done) -> impl IntoView {
    let (text, task) = match done {
        Done::PutBack(task) => (strings::put_back(&task.title), Some(task.id)),
        Done::AllPutBack => (strings::ALL_PUT_BACK.into(), None),
        Done::Purged => (strings::PURGED.into(), None),
        Done::Emptied => (strings::EMPTIED.into(), None),
    };
    view! {
        <p class="banner" role="status">
            {Icon::Check.draw()}
            <span dir="auto">{text}</span>
            {task.map(|id| view! { <a href=format!("/tasks/{id}/edit")>{strings::OPEN_IT}</a> })}
        </p>
    }
}

/// One deleted task.
#[component]
fn TrashedRow(trashed: TrashedTask, cursor: Option<String>, today: Day, offset: UtcOffset) -> impl IntoView {
    let TrashedTask { task, deleted_at, purged_at } = trashed;
    let Task { id, title, completed, due_date, priority, tags, .. } = task;
    let when = strings::deleted_and_kept(offset.day(deleted_at), offset.day(purged_at), today);
    let [put_back, delete, yes] = [strings::put_task_back(&title), strings::delete_for_good(&title), strings::yes_delete(&title)];
    let again = cursor.clone();
    view! {
        <li class="trashed">
            <div class="words">
                <p class="title" dir="auto">{title}</p>
                <p class="meta">
                    {completed.then(|| view! { <span>{strings::WAS_COMPLETED}</span> })}
                    {(priority != Priority::None).then(|| view! { <span class="priority">{strings::priority(priority)}</span> })}
                    // What lies in the trash is not late any more.
                    {due_date.map(|day| view! { <time datetime=day.to_string()>{strings::due(day, today, true)}</time> })}
                    {tags.into_iter().map(|tag| view! { <bdi class="tag">"#" {tag}</bdi> }).collect_view()}
                </p>
                <p class="hint">{when}</p>
            </div>
            <form method="post" action=format!("/trash/{id}/restore")>
                <Cursor cursor />
                <button aria-label=put_back>{strings::PUT_TASK_BACK}</button>
            </form>
            <details class="sure">
                <summary class="button" aria-label=delete>{strings::DELETE_FOR_GOOD}</summary>
                <form method="post" action=format!("/trash/{id}/delete")>
                    <Cursor cursor=again />
                    <p>{strings::NO_WAY_BACK}</p>
                    <button class="danger" aria-label=yes>{strings::YES_DELETE}</button>
                </form>
            </details>
        </li>
    }
}

/// What leads back to this page of the trash.
#[component]
fn Cursor(cursor: Option<String>) -> impl IntoView {
    cursor.map(|cursor| view! { <input type="hidden" name="cursor" value=cursor /> })
}
