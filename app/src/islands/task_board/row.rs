//! One task of the list, drawn the same on the server and in the browser.

use leptos::{either::Either, ev, prelude::*};

use super::{
    action::Action,
    editor::Editor,
    focus::{edit_button_id, popover_button_id, row_element_id},
    row_state::{Row, RowState},
    state::BoardHandle,
    types::{PopoverKind, RowKey, Target},
};
use crate::{
    components::{icon::Icon, rich_text::rich_text},
    model::{Day, ListQuery, Priority, Status, Task},
    paths, strings,
};

impl RowState {
    /// The class of its element.
    fn class(&self, is_editing: bool) -> String {
        let mut class = String::from(match self.task.priority {
            Priority::None => "row",
            Priority::Low => "row priority-low",
            Priority::Medium => "row priority-medium",
            Priority::High => "row priority-high",
        });
        let states = [
            (self.task.completed, " done"),
            (self.is_unsaved, " unsaved"),
            (self.is_selected, " selected"),
            (self.is_dragged, " held"),
            (self.shift.is_some(), " shifted"),
            (self.shift == Some(0), " returning"),
            (is_editing, " editing"),
        ];
        for (is_so, name) in states {
            if is_so {
                class.push_str(name);
            }
        }
        class
    }
}

/// The row in the browser: what it shows follows its state, and while it is edited it is a form.
#[component]
pub fn LiveRow(row: Row) -> impl IntoView {
    let board = expect_context::<BoardHandle>();
    let today = board.get_value().today;
    let Row { key, state, edit } = row.clone();
    let class = {
        let (state, edit) = (state.clone(), edit.clone());
        move || state.read().class(edit.read().is_some())
    };
    view! {
        <li
            class=class
            on:focusin=move |_| board.get_value().focused.set_value(Some(key))
            on:click=move |event| click_with_key(board, key, &event)
            on:pointerdown=move |event| board.get_value().press_row(key, &event)
        >
            {move || match edit.get() {
                Some(edit) => Either::Right(view! { <Editor row=row.clone() edit /> }),
                None => Either::Left(content(board, key, &state.read(), today.get())),
            }}
        </li>
    }
}

/// The row as the server draws it: once, without signals.
#[cfg(feature = "ssr")]
pub fn static_row(board: BoardHandle, key: RowKey, state: &RowState, today: Day) -> impl IntoView + use<> {
    view! { <li class=state.class(false)>{content(board, key, state, today)}</li> }
}

/// What stands in a row that is not edited: a form, so that ticking, editing and deleting work without a script.
fn content(board: BoardHandle, key: RowKey, state: &RowState, today: Day) -> impl IntoView + use<> {
    let task = &state.task;
    let target = Target::Row(key);
    view! {
        <form
            method="post"
            action=format!("/tasks/{}/complete", task.id)
            style:transform=state.shift.map(|shift| format!("translateX({shift}px)"))
            on:submit=|event| event.prevent_default()
        >
            <span class="grip">{Icon::Grip.draw()}</span>
            <label class="check">
                <input
                    id=row_element_id(key)
                    type="checkbox"
                    autocomplete="off"
                    aria-label=strings::completed_box(&task.title)
                    aria-describedby=state.is_selected.then_some("is-selected")
                    checked=task.completed
                    prop:checked=task.completed
                    on:change=move |_| board.get_value().dispatch(Action::Complete(target))
                />
                <span class="box">{Icon::Check.draw()}</span>
            </label>
            <button class="no-script" name="completed" value=if task.completed { "false" } else { "true" }>
                {if task.completed { strings::TO_DO_AGAIN } else { strings::COMPLETE }}
            </button>
            <div class="words" on:click=move |event| open_by_click(board, key, &event)>
                <span class="title" dir="auto">
                    {task.title.clone()}
                </span>
                {task
                    .description
                    .as_deref()
                    .map(|description| {
                        view! {
                            <div class="note" dir="auto">
                                {rich_text(description)}
                            </div>
                        }
                    })}
                {meta(board, key, task, today)}
            </div>
            {actions(board, key, task)}
        </form>
    }
}

/// What is known of a task beside its words: each opens the popover that changes it.
fn meta(board: BoardHandle, key: RowKey, task: &Task, today: Day) -> impl IntoView + use<> {
    let is_late = task.due_date.is_some_and(|day| day < today) && !task.completed;
    let has_meta = task.due_date.is_some() || task.priority != Priority::None || !task.tags.is_empty();
    let target = Target::Row(key);
    has_meta.then(|| {
        view! {
            <span class="meta">
                                {(task.priority != Priority::None)
                                    .then(|| {
                                        view! {
                                            <button
                                                type="button"
                                                id=popover_button_id(PopoverKind::Priority, key)
                                                class="pill priority"
                                                aria-label=strings::change_priority(task.priority, &task.title)
                                                on:click=press(board, Action::OpenPopover(PopoverKind::Priority, target))
                                            >
                                                {strings::priority(task.priority)}
                                            </button>
                                        }
                                    })}
                                {task
                                    .due_date
                                    .map(|day| {
                                        view! {
                                            <button
                                                type="button"
                                                id=popover_button_id(PopoverKind::Date, key)
                                                class=if is_late { "pill due late" } else { "pill due" }
                                                aria-label=strings::change_date(&strings::due(day, today, task.completed), &task.title)
                                                on:click=press(board, Action::OpenPopover(PopoverKind::Date, target))
                                            >
                                                {Icon::Calendar.draw()}
                                                <time datetime=day.to_string()>{strings::due(day, today, task.completed)}</time>
                                            </button>
                                        }
                                    })} <span class="tags" id=popover_button_id(PopoverKind::Tags, key) on:click=press(board, Action::OpenPopover(PopoverKind::Tags, target))>
                                    {task.tags.iter().map(|tag| tag_link(tag)).collect_view()}
                                </span>
                            </span>
        }
    })
}

/// What can be done with a task by one press.
fn actions(board: BoardHandle, key: RowKey, task: &Task) -> impl IntoView + use<> {
    let target = Target::Row(key);
    view! {
            <div class="actions">
                {task
                    .due_date
                    .is_none()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                id=popover_button_id(PopoverKind::Date, key)
                                class="bare with-script"
                                aria-label=strings::set_date(&task.title)
                                on:click=press(board, Action::OpenPopover(PopoverKind::Date, target))
                            >
                                {Icon::Calendar.draw()}
                            </button>
                        }
                    })}
                <button
                    id=edit_button_id(key)
                    class="bare"
                    formmethod="get"
                    formaction=format!("/tasks/{}/edit", task.id)
                    aria-label=strings::edit(&task.title)
                    on:click=press(board, Action::Edit(target))
                >
                    {Icon::Edit.draw()}
                </button>
                <button
                    class="bare"
                    formaction=format!("/tasks/{}/delete", task.id)
                    aria-label=strings::delete(&task.title)
                    on:click=press(board, Action::Delete(target))
                >
                    {Icon::Delete.draw()}
                </button>
            </div>
    }
}

/// Does what a button of a row is for, with the script that is there: the form is not sent.
fn press(board: BoardHandle, action: Action) -> impl Fn(ev::MouseEvent) + 'static {
    move |event: ev::MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        board.get_value().dispatch(action.clone());
    }
}

/// Without a script, a tag leads to the list of all tasks that have it; with one, to the popover that changes the tags.
fn tag_link(tag: &str) -> impl IntoView + use<> {
    let query = ListQuery { status: Status::Pending, tag: Some(tag.to_owned()), ..ListQuery::default() };
    view! {
        <a class="tag" dir="auto" href=paths::task_list(&query)>
            "#"
            {tag.to_owned()}
        </a>
    }
}

/// A click on the words of a task opens it, unless it ends a selection of text.
fn open_by_click(board: BoardHandle, key: RowKey, event: &ev::MouseEvent) {
    let is_selecting = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    if !has_modifier(event) && !is_selecting {
        board.get_value().dispatch(Action::Edit(Target::Row(key)));
    }
}

/// With a key, a click selects: one row more or less, or all up to this one.
fn click_with_key(board: BoardHandle, key: RowKey, event: &ev::MouseEvent) {
    if !has_modifier(event) || board.get_value().is_editing(key) {
        return;
    }
    event.prevent_default();
    board.get_value().dispatch(if event.shift_key() { Action::SelectUpTo(key) } else { Action::ToggleSelected(key) });
}

fn has_modifier(event: &ev::MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key()
}
