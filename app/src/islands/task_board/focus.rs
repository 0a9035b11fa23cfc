//! Where the keyboard's focus is put after an action. The one place that asks the document for elements by their id: a
//! `NodeRef` for each of ten thousand rows would cost a signal each, and the focus moves to one row at a time.

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::JsCast as _;
use web_sys::{FocusOptions, HtmlElement};

use super::{action::Direction, row::RowKey};

/// The id of the add line's field.
pub const ADD_FIELD: &str = "new-title";
/// The id of the search field.
pub const SEARCH_FIELD: &str = "search";

/// The id of the box that completes the task of a row.
pub fn row_element_id(key: RowKey) -> String {
    format!("row-{key}")
}

/// The id of the button that opens a row for editing.
pub fn edit_button_id(key: RowKey) -> String {
    format!("edit-{key}")
}

/// The ids of the buttons of an open row that move it.
pub fn move_button_id(key: RowKey, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("up-{key}"),
        Direction::Down => format!("down-{key}"),
    }
}

/// Puts the focus on an element once what was changed is drawn: after the effects, and before the next key is read.
pub fn focus_soon(id: String) {
    spawn_local(async move {
        tick().await;
        focus_now(&id);
    });
}

/// Puts the focus on an element that is there already.
pub fn focus_now(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Puts the focus on an element without scrolling to it.
pub fn focus_in_place(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// Whether nothing of the page has the focus, so that it can be given without stealing it.
pub fn is_free() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY" || element.id() == "main")
}

/// Whether an element within the one of this id has the focus.
pub fn is_within(id: &str) -> bool {
    let container = document().get_element_by_id(id);
    container.is_some_and(|container| document().active_element().is_some_and(|active| container.contains(Some(&active))))
}
