//! One task of the list. The server draws those of the first page; in the browser, new rows are copies of one that stands
//! in a `<template>`, filled in by `islands::board::row`.

use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    model::{Day, ListQuery, Priority, Task},
    words,
};

/// How many rows stand in one group: the browser passes over groups that are out of sight.
pub const GROUP: usize = 25;

/// The row.
#[component]
pub fn TaskRow(
    /// Which task.
    task: Task,
    /// What day it is.
    today: Day,
) -> impl IntoView {
    let has_meta = task.due_date.is_some() || task.priority != Priority::None || !task.tags.is_empty();
    let (tags, has_note) = (task.tags.join(","), task.description.is_some());
    let is_late = task.due_date.is_some_and(|day| day < today) && !task.completed;
    view! {
        <li
            class="row"
            class:done=task.completed
            data-id=task.id
            data-at=task.updated_at.0.to_string()
            data-created=task.created_at.0.to_string()
            data-position=task.position
            data-priority=task.priority.as_str()
            data-tags=tags
        >
            <span class="grip" data-do="grip">
                {Icon::Grip.draw()}
            </span>
            <label class="check">
                <input type="checkbox" autocomplete="off" checked=task.completed aria-label=words::completed_box(&task.title) />
                <span class="box">{Icon::Check.draw()}</span>
            </label>
            <div class="words">
                <span class="title" dir="auto">
                    {task.title.clone()}
                </span>
                <span class="note" dir="auto" hidden=!has_note>
                    {task.description}
                </span>
                <span class="meta" hidden=!has_meta>
                    <span class="priority" hidden=task.priority == Priority::None>
                        {words::priority(task.priority)}
                    </span>
                    <time
                        class="due"
                        class:late=is_late
                        hidden=task.due_date.is_none()
                        datetime=task.due_date.map(|day| day.to_string())
                    >
                        {task.due_date.map(|day| words::due(day, today, task.completed))}
                    </time>
                    <span class="tags">
                        {task
                            .tags
                            .into_iter()
                            .map(|tag| {
                                view! {
                                    <a class="tag" dir="auto" href=tag_href(&tag)>
                                        {format!("#{tag}")}
                                    </a>
                                }
                            })
                            .collect_view()}
                    </span>
                </span>
            </div>
            <div class="actions">
                <button class="bare" data-do="edit" aria-label=words::edit(&task.title)>
                    {Icon::Edit.draw()}
                </button>
                <button class="bare" data-do="delete" aria-label=words::delete(&task.title)>
                    {Icon::Delete.draw()}
                </button>
            </div>
        </li>
    }
}

/// The list of all tasks with a tag.
pub fn tag_href(tag: &str) -> String {
    format!("/tasks?{}", ListQuery { tag: Some(tag.to_owned()), ..ListQuery::default() }.to_query())
}
