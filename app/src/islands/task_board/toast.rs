//! What was just done, with the button that takes it back; and the steps that can be taken back.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::{
    editor::Draft,
    focus::{ADD_FIELD, focus_soon, is_within},
    state::Board,
};
use crate::{
    model::{Task, View},
    outbox::Change,
    paths, strings,
};

/// How long it is shown, in milliseconds, after the last time that the pointer or the focus was on it.
const SHOWN_FOR: u32 = 10_000;
/// How many steps can be taken back.
const UNDO_STEPS: usize = 20;

/// What takes one action back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoStep {
    /// What was done, in the words of the task.
    pub said: String,
    /// The changes that take it back, each with the id of its task.
    pub changes: Vec<(String, Change)>,
    /// An edit that was given up, to be opened again.
    pub draft: Option<(String, Draft)>,
}

impl UndoStep {
    pub const fn of_changes(said: String, changes: Vec<(String, Change)>) -> Self {
        Self { said, changes, draft: None }
    }
}

/// What the toast shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToastState {
    pub text: String,
    /// Whether the last step can be taken back from it.
    pub has_undo: bool,
    /// Where the task is that left this list, or never came onto it.
    pub elsewhere: Option<View>,
}

/// What keeps the toast.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    by_pointer: bool,
    by_focus: bool,
}

#[component]
pub fn Toast() -> impl IntoView {
    let board = expect_context::<Board>();
    // It stays while the pointer or the focus is on it.
    let hold = move |change: fn(&mut Held)| {
        board.toast_held.update_value(change);
        board.hide_toast_later();
    };
    view! {
        <div
            class="toast"
            id="toast"
            hidden=move || board.toast.read().is_none()
            on:mouseenter=move |_| hold(|held| held.by_pointer = true)
            on:mouseleave=move |_| hold(|held| held.by_pointer = false)
            on:focusin=move |_| hold(|held| held.by_focus = true)
            on:focusout=move |_| hold(|held| held.by_focus = false)
        >
            <span>{move || board.toast.get().map(|toast| toast.text)}</span>
            {move || {
                let view = board.toast.get()?.elsewhere?;
                Some(view! { <a href=paths::view(view)>{strings::show_in(view)}</a> })
            }}
            <button
                type="button"
                hidden=move || board.toast.read().as_ref().is_none_or(|toast| !toast.has_undo)
                on:click=move |_| board.undo_last()
            >
                {strings::UNDO}
            </button>
        </div>
    }
}

impl Board {
    /// Remembers what takes the last action back.
    pub fn remember_undo(&self, step: UndoStep) {
        self.undo.update_value(|steps| {
            steps.push(step);
            let surplus = steps.len().saturating_sub(UNDO_STEPS);
            steps.drain(..surplus);
        });
    }

    /// Says what was just done, and offers for a while to take it back.
    pub fn offer_undo(&self, step: UndoStep) {
        self.toast.set(Some(ToastState { text: step.said.clone(), has_undo: true, elsewhere: None }));
        self.remember_undo(step);
        self.hide_toast_later();
    }

    /// Says where a task is that does not belong into this list: with the toast of the action that made it so, if there is one.
    pub fn point_to(&self, task: &Task) {
        let today = self.today.get_untracked();
        // The last one that holds it says most about it, but for the one that holds everything.
        let mut views = View::EACH.into_iter().filter(|view| *view != View::All);
        let Some(view) = views.rfind(|view| view.query().holds(task, today)) else { return };
        let text = strings::now_elsewhere(&task.title, view);
        self.announce(text.clone());
        self.toast.set(Some(ToastState { text, has_undo: self.undo.with_value(|steps| !steps.is_empty()), elsewhere: Some(view) }));
        self.hide_toast_later();
    }

    /// Lets the toast go after a while, unless it is held.
    fn hide_toast_later(self) {
        let is_held = self.toast_held.with_value(|held| held.by_pointer || held.by_focus);
        self.toast_timer.set_value((!is_held).then(|| Timeout::new(SHOWN_FOR, move || self.hide_toast())));
    }

    fn hide_toast(&self) {
        drop(self.toast_timer.try_update_value(Option::take));
        if is_within("toast") {
            focus_soon(ADD_FIELD.to_owned());
        }
        self.toast_held.set_value(Held::default());
        self.toast.set(None);
    }

    /// Takes the last step back.
    pub fn undo_last(&self) {
        let Some(step) = self.undo.try_update_value(Vec::pop).flatten() else { return };
        self.hide_toast();
        for (id, change) in step.changes {
            self.change(&id, change);
        }
        if let Some((id, draft)) = step.draft
            && let Some(row) = self.row(&id)
        {
            self.open_editor(&row, Some(draft));
            self.keep_edit(&row);
        }
        self.announce(strings::UNDONE);
    }
}
