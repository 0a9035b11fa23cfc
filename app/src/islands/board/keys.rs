//! Everything by its name: from a button, a key or the palette.

use std::slice::from_ref;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::Shared;
use crate::{
    dom::{active, all, around, attribute, by_id, find, focus, focus_id, on, set_cookie, set_value, show, value},
    model::Priority,
    session,
};

/// The setting that switches the keys off.
const KEYS_OFF: &str = "keys-off";

/// Does what a button's or command's `data-do` says, with the row around the event where there is one, else with the chosen.
pub fn perform(board: Shared, action: &str, event: Option<&Event>) {
    let row = event.and_then(|event| board.row_around(event));
    // From the palette: the row that had the focus before.
    let dialog = event.and_then(|event| around::<HtmlDialogElement>(event, "dialog"));
    if let Some(dialog) = &dialog {
        dialog.close();
    }
    let chosen = || row.clone().map_or_else(|| board.chosen(), |row| vec![row]);
    match action {
        "add" => focus_id("new-title"),
        "search" => focus_id("search"),
        "complete" => board.complete(&chosen()),
        "edit" => {
            if let Some(row) = chosen().first() {
                board.open(row, None);
            }
        }
        "delete" | "delete-selected" => board.delete(&chosen()),
        "cancel" => {
            if let Some(row) = row {
                board.cancel(&row);
            }
        }
        "up" | "down" => {
            if let Some(row) = chosen().first() {
                board.shift(row, action == "up");
            }
        }
        "all" => board.select_all(),
        "clear" => board.select(&[]),
        "undo" => board.take_back(),
        "add-lines" => board.take_lines(true),
        "one-line" => board.take_lines(false),
        "palette" | "help" => open(action),
        _ => {
            if let Some(theme) = action.strip_prefix("theme-") {
                set_theme(theme);
            }
        }
    }
}

pub fn wake(board: Shared) {
    on(&document(), "keydown", move |event: KeyboardEvent| {
        if pressed(board, &event) {
            event.prevent_default();
        }
    });
    if let Some(switch) = by_id::<HtmlInputElement>("keys-on") {
        switch.set_checked(session::setting(KEYS_OFF).is_none());
        let this = switch.clone();
        on(&switch, "change", move |_: Event| session::keep_setting(KEYS_OFF, (!this.checked()).then_some("1")));
    }
    let Some(palette) = by_id::<Element>("palette") else { return };
    let this = palette.clone();
    on(&palette, "input", move |_: Event| filter(&this));
    let this = palette.clone();
    on(&palette, "keydown", move |event: KeyboardEvent| {
        let shown = all(&this, "li:not([hidden]) :is(a, button)");
        let at = active().and_then(|active| shown.iter().position(|element| *element == active));
        let to = match event.key().as_str() {
            "ArrowDown" => Some(at.map_or(0, |at| (at + 1).min(shown.len().saturating_sub(1)))),
            "ArrowUp" => Some(at.unwrap_or(0).saturating_sub(1)),
            "Enter" if at.is_none() => {
                if let Some(first) = shown.first().and_then(|first| first.dyn_ref::<HtmlElement>()) {
                    event.prevent_default();
                    first.click();
                }
                None
            }
            _ => None,
        };
        if let Some(element) = to.and_then(|to| shown.get(to)) {
            event.prevent_default();
            focus(element);
        }
    });
}

/// Whether the key meant something.
fn pressed(board: Shared, event: &KeyboardEvent) -> bool {
    let key = event.key();
    let control = event.ctrl_key() || event.meta_key();
    if control && !event.alt_key() && key.eq_ignore_ascii_case("k") {
        open("palette");
        return true;
    }
    let is_typing = around::<Element>(event, "input:not([type=checkbox]), textarea, select, [contenteditable], dialog").is_some();
    let is_off = session::setting(KEYS_OFF).is_some();
    if is_typing || event.is_composing() {
        return false;
    }
    if control {
        let action = match key.to_ascii_lowercase().as_str() {
            "a" if !event.shift_key() => "all",
            "z" if !event.shift_key() => "undo",
            _ => return false,
        };
        perform(board, action, None);
        return true;
    }
    let action = match (event.alt_key(), key.as_str()) {
        (true, "ArrowUp") => "up",
        (true, "ArrowDown") => "down",
        (true, _) => return false,
        (false, "Escape") => "clear",
        _ if is_off => return false,
        (false, "n") => "add",
        (false, "/") => "search",
        (false, "x") => "complete",
        (false, "e") => "edit",
        (false, "Delete") => "delete",
        (false, "?") => "help",
        (false, "j" | "J") => return step(board, true, event.shift_key()),
        (false, "k" | "K") => return step(board, false, event.shift_key()),
        (false, "s") => {
            if let Some(row) = board.current() {
                board.toggle_selected(&row);
            }
            return true;
        }
        (false, digit @ ("1" | "2" | "3" | "4")) => {
            let rank = digit.parse::<i16>().unwrap_or(1) - 1;
            board.prioritise(&board.chosen(), Priority::of_rank(rank));
            return true;
        }
        _ => return false,
    };
    perform(board, action, None);
    true
}

/// Goes to the next row or the one before; with `selects`, all on the way are selected.
fn step(board: Shared, is_down: bool, selects: bool) -> bool {
    let rows = board.in_order();
    let at = board.current().and_then(|current| rows.iter().position(|row| row.element == current.element));
    let to = match at {
        None => 0,
        Some(at) if is_down => (at + 1).min(rows.len().saturating_sub(1)),
        Some(at) => at.saturating_sub(1),
    };
    let Some(row) = rows.get(to) else { return true };
    if selects {
        if let Some(from) = at.filter(|_| board.selected.get_untracked() == 0).and_then(|at| rows.get(at)) {
            board.select(from_ref(from));
        }
        board.select_up_to(row);
    }
    focus(&row.tick);
    true
}

/// Opens a dialog.
fn open(id: &str) {
    let Some(dialog) = by_id::<HtmlDialogElement>(id) else { return };
    if !dialog.open() {
        set_value(&dialog, "command", "");
        filter(&dialog);
        let _ = dialog.show_modal();
    }
}

/// Shows the commands that have what is typed.
fn filter(palette: &Element) {
    let wanted = value(palette, "command").to_ascii_lowercase();
    let mut is_empty = true;
    for item in all(palette, "li") {
        let is_shown = item.text_content().unwrap_or_default().to_ascii_lowercase().contains(wanted.trim());
        show(&item, is_shown);
        is_empty &= !is_shown;
    }
    if let Some(nothing) = find::<Element>(palette, "p.quiet") {
        show(&nothing, is_empty);
    }
}

/// The colours, now and on every page from now on: the server draws it so that nothing flashes.
fn set_theme(theme: &str) {
    let theme = Some(theme).filter(|theme| *theme != "system");
    if let Some(page) = document().document_element() {
        attribute(&page, "data-theme", theme);
    }
    set_cookie("theme", theme.unwrap_or_default());
}
