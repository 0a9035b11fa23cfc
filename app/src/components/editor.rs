//! Editing a task in its place. The form stands in a `<template>`, which is copied and filled in by `islands::board::edit`.

use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    model::{Priority, TITLE_MAX},
    words,
};

/// The form that edits a task in its place.
#[component]
pub fn Editor() -> impl IntoView {
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
