//! What the keys do.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    action::Action,
    state::Board,
    types::{Direction, PopoverKind, Target},
};
use crate::{model::Priority, storage};

/// The setting that switches the keys off.
pub const KEYS_OFF: &str = "keys-off";

/// The event by which the page's first script learns that the list is hydrated: it presses the buttons again that were
/// pressed before (see `components/first_script.js`).
const HYDRATED: &str = "holdfast:hydrated";

impl Board {
    pub fn mount_shortcuts(self) {
        let handle = window_event_listener(ev::keydown, move |event| {
            if event.key() == "Escape" && self.cancel_gesture() {
                event.prevent_default();
            } else if let Some(action) = action_of(&event) {
                event.prevent_default();
                self.dispatch(action);
            }
        });
        on_cleanup(move || handle.remove());
    }
}

/// What a key means, if anything.
fn action_of(event: &ev::KeyboardEvent) -> Option<Action> {
    let key = event.key();
    let has_control = event.ctrl_key() || event.meta_key();
    if has_control && !event.alt_key() && key.eq_ignore_ascii_case("k") {
        return Some(Action::OpenPalette);
    }
    if is_typing(event) {
        return None;
    }
    if has_control {
        return match key.to_ascii_lowercase().as_str() {
            "a" if !event.shift_key() => Some(Action::SelectAll),
            "z" if !event.shift_key() => Some(Action::Undo),
            _ => None,
        };
    }
    let chosen = Target::Chosen;
    let step = |direction| Action::Step { direction, selects: event.shift_key() };
    match (event.alt_key(), key.as_str()) {
        (true, "ArrowUp") => Some(Action::Move(chosen, Direction::Up)),
        (true, "ArrowDown") => Some(Action::Move(chosen, Direction::Down)),
        (true, _) => None,
        (false, "Escape") => Some(Action::ClearSelection),
        _ if storage::setting(KEYS_OFF).is_some() => None,
        (false, "n") => Some(Action::FocusAddLine),
        (false, "/") => Some(Action::FocusSearch),
        (false, "f") => Some(Action::ToggleFilters),
        (false, "x") => Some(Action::Complete(chosen)),
        (false, "d") => Some(Action::OpenPopover(PopoverKind::Date, chosen)),
        (false, "t") => Some(Action::OpenPopover(PopoverKind::Tags, chosen)),
        (false, "e") => Some(Action::Edit(chosen)),
        (false, "Delete") => Some(Action::Delete(chosen)),
        (false, "?") => Some(Action::OpenHelp),
        (false, "j" | "J") => Some(step(Direction::Down)),
        (false, "k" | "K") => Some(step(Direction::Up)),
        (false, "s") => Some(Action::ToggleFocused),
        (false, "1") => Some(Action::Prioritize(chosen, Priority::None)),
        (false, "2") => Some(Action::Prioritize(chosen, Priority::Low)),
        (false, "3") => Some(Action::Prioritize(chosen, Priority::Medium)),
        (false, "4") => Some(Action::Prioritize(chosen, Priority::High)),
        _ => None,
    }
}

/// Whether the key is a letter of a text, or belongs to a dialog.
fn is_typing(event: &ev::KeyboardEvent) -> bool {
    const FIELDS: &str = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog";
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    event.is_composing() || target.is_some_and(|target| target.closest(FIELDS).ok().flatten().is_some())
}

/// What was pressed before the list was hydrated counts.
pub fn replay_early_presses() {
    if let Ok(event) = web_sys::Event::new(HYDRATED) {
        let _ = window().dispatch_event(&event);
    }
}
