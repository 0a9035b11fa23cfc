//! The steps that can be taken back, and the toast that offers it.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use super::{
    focus::{ADD_FIELD, focus_soon, is_within},
    state::{Board, Held, ToastState, UndoStep},
};
use crate::{
    model::{Task, View},
    strings,
};

/// How long it is shown, in milliseconds, after the last time that the pointer or the focus was on it.
const SHOWN_FOR: u32 = 10_000;
/// How many steps can be taken back.
const UNDO_STEPS: usize = 20;

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
        self.toast.set(Some(ToastState { text: step.text.clone(), has_undo: true, elsewhere: None }));
        self.remember_undo(step);
        self.hide_toast_later();
    }

    /// Says where a task is that does not belong into this list: with the toast of the action that made it so, if there is one.
    pub fn announce_other_view(&self, task: &Task) {
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
    pub fn hide_toast_later(self) {
        let is_held = self.toast_held.with_value(|held| held.by_pointer || held.by_focus);
        self.toast_timer.set_value((!is_held).then(|| Timeout::new(SHOWN_FOR, move || self.hide_toast())));
    }

    pub fn hide_toast(&self) {
        drop(self.toast_timer.try_update_value(Option::take));
        if is_within("toast") {
            focus_soon(ADD_FIELD.to_owned());
        }
        self.toast_held.set_value(Held::default());
        self.toast.set(None);
    }
}
