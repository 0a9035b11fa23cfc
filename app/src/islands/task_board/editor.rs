//! Editing a task in its place. What is typed is kept from the first letter on; what changed elsewhere meanwhile is shown
//! beside it, and only the members that were changed here are sent.

use leptos::{ev, html, prelude::*};

use super::{
    action::Action,
    edit::{Conflict, Draft, Edit},
    focus::{editor_field_id, move_button_id},
    row_state::Row,
    state::Board,
    types::{Direction, Target},
};
use crate::{components::icon::Icon, model::Priority, strings};

/// The form that edits a task in its place.
#[allow(clippy::too_many_lines, reason = "one form is one view")]
#[component]
pub fn Editor(row: Row, edit: Edit) -> impl IntoView {
    let board = expect_context::<Board>();
    let title = NodeRef::<html::Input>::new();
    let Edit { draft, errors, conflict, .. } = edit;
    let initial = draft.get_untracked();
    // Don't steal the focus for an edit that was kept from before.
    Effect::new(move |_| {
        if let Some(title) = title.get().filter(|_| board.focus_editor.get_value()) {
            board.focus_editor.set_value(false);
            let _ = title.focus();
        }
    });
    let key = row.key;
    let save = {
        let row = row.clone();
        move || board.save_edit(&row)
    };
    let (save_by_key, save_by_button) = (save.clone(), save);
    let (row_of_key, row_of_button) = (row.clone(), row.clone());
    let typed = move |change: fn(&mut Draft, String)| {
        let (row, draft) = (row.clone(), draft.clone());
        move |event: ev::Event| {
            draft.update(|draft| change(draft, event_target_value(&event)));
            board.keep_edit(&row);
        }
    };
    let error_id = move |name: &str| format!("{name}-error-{key}");
    let error_line = {
        let errors = errors.clone();
        move |name: &'static str| {
            let errors = errors.clone();
            view! {
                <p class="error" role="alert" id=error_id(name)>
                    {move || {
                        let errors = errors.read();
                        let error = errors.iter().find(|error| error.field == name);
                        error.map(|error| view! { {Icon::Warning.draw()} <span>{error.message.clone()}</span> })
                    }}
                </p>
            }
        }
    };
    let is_wrong = move |name: &'static str| {
        let errors = errors.clone();
        move || errors.read().iter().any(|error| error.field == name).then_some("true")
    };
    let (conflict_of_save, conflict_of_cancel) = (conflict.clone(), conflict.clone());
    let conflict_name = |conflict: &Option<Conflict>, none, changed, deleted| match conflict {
        None => none,
        Some(Conflict { theirs: Some(_), .. }) => changed,
        Some(Conflict { theirs: None, .. }) => deleted,
    };
    view! {
        <form
            class="editor"
            on:submit=move |event| {
                event.prevent_default();
                save_by_button();
            }
            on:keydown=move |event| match event.key().as_str() {
                "Escape" => board.cancel_edit(&row_of_key),
                "Enter" if event.ctrl_key() || event.meta_key() => save_by_key(),
                _ => {}
            }
        >
            {move || conflict.get().map(|conflict| view! { <ConflictNote conflict /> })}
            <label>
                {strings::TITLE}
                <input
                    name="title"
                    id=editor_field_id("title", key)
                    node_ref=title
                    dir="auto"
                    autocomplete="off"
                    prop:value=initial.title
                    aria-invalid=is_wrong("title")
                    aria-describedby=error_id("title")
                    on:input=typed(|draft, value| draft.title = value)
                />
            </label>
            {error_line("title")}
            <label>
                {strings::DESCRIPTION}
                <textarea
                    name="description"
                    id=editor_field_id("description", key)
                    rows="3"
                    dir="auto"
                    prop:value=initial.description
                    aria-invalid=is_wrong("description")
                    aria-describedby=error_id("description")
                    on:input=typed(|draft, value| draft.description = value)
                ></textarea>
            </label>
            {error_line("description")}
            <div class="choices">
                <label>
                    {strings::DUE}
                    <input
                        name="due_date"
                        type="date"
                        min="0001-01-01"
                        max="9999-12-31"
                        prop:value=initial.due_date
                        on:input=typed(|draft, value| draft.due_date = value)
                    />
                </label>
                <label>
                    {strings::PRIORITY}
                    <select name="priority" on:change=typed(|draft, value| draft.priority = value.parse().unwrap_or_default())>
                        {Priority::EACH
                            .iter()
                            .map(|&priority| {
                                view! {
                                    <option value=priority.as_str() selected=initial.priority == priority>
                                        {strings::priority(priority)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    {strings::TAGS}
                    <input
                        name="tags"
                        id=editor_field_id("tags", key)
                        autocomplete="off"
                        dir="auto"
                        placeholder=strings::TAGS_HINT
                        prop:value=initial.tags
                        aria-invalid=is_wrong("tags")
                        aria-describedby=error_id("tags")
                        on:input=typed(|draft, value| draft.tags = value)
                    />
                </label>
            </div>
            {error_line("tags")}
            <div class="buttons">
                <button class="primary">
                    {move || conflict_name(&conflict_of_save.read(), strings::SAVE, strings::SAVE_MINE, strings::PUT_BACK)}
                </button>
                <button type="button" on:click=move |_| board.cancel_edit(&row_of_button)>
                    {move || conflict_name(&conflict_of_cancel.read(), strings::CANCEL, strings::TAKE_THEIRS, strings::DISCARD_MINE)}
                </button>
                <span class="move">
                    {[(Direction::Up, strings::MOVE_UP), (Direction::Down, strings::MOVE_DOWN)]
                        .map(|(direction, name)| {
                            view! {
                                <button
                                    type="button"
                                    class="link"
                                    id=move_button_id(key, direction)
                                    on:click=move |_| board.dispatch(Action::Move(Target::Row(key), direction))
                                >
                                    {name}
                                </button>
                            }
                        })}
                </span>
            </div>
        </form>
    }
}

/// What became of the task meanwhile: only the members that were changed on both sides.
#[component]
fn ConflictNote(conflict: Conflict) -> impl IntoView {
    let text = if conflict.theirs.is_some() { strings::CHANGED_MEANWHILE } else { strings::DELETED_MEANWHILE };
    let theirs = conflict.theirs.map(|theirs| {
        let fields = conflict.fields.into_iter();
        fields
            .map(|field| view! { <dt>{strings::field(field)}</dt> <dd dir="auto">{strings::field_value(field, &theirs)}</dd> })
            .collect_view()
    });
    view! {
        <div class="conflict" role="alert">
            <p class="error">{Icon::Warning.draw()} <span>{text}</span></p>
            {theirs.map(|theirs| view! { <dl>{theirs}</dl> })}
        </div>
    }
}
