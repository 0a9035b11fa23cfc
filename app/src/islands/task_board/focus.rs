//! Where the keyboard's focus is put after an action. The one place that asks the document for elements by their id: a
//! `NodeRef` for each of ten thousand rows would cost a signal each, and the focus moves to one row at a time.

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{FocusOptions, HtmlElement};

use super::{action::Direction, popover::PopoverKind, row::RowKey};

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

/// The id of what shows a member of a task in its row, and opens the popover that changes it.
pub fn popover_button_id(kind: PopoverKind, key: RowKey) -> String {
    match kind {
        PopoverKind::Date => format!("due-{key}"),
        PopoverKind::Priority => format!("priority-{key}"),
        PopoverKind::Tags => format!("tags-{key}"),
    }
}

/// The id of the button that sets the date of all tasks that are selected.
pub const BULK_DATE: &str = "bulk-date";

/// The ids of the elements that a popover belongs to: of a row, or of those that are selected. The first that is there counts.
pub fn anchor_ids(kind: PopoverKind, key: Option<RowKey>) -> Vec<String> {
    match key {
        Some(key) => vec![popover_button_id(kind, key), row_element_id(key)],
        None => vec![BULK_DATE.to_owned()],
    }
}

/// Where an element is in the window, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub left: f64,
    pub bottom: f64,
    pub window_width: f64,
    pub window_height: f64,
}

/// Where the first of these elements is that is there.
pub fn place_of(ids: &[String]) -> Place {
    let area = ids.iter().find_map(|id| document().get_element_by_id(id)).map(|element| element.get_bounding_client_rect());
    let size = |size: Result<JsValue, JsValue>| size.ok().and_then(|size| size.as_f64()).unwrap_or(0.0);
    Place {
        left: area.as_ref().map_or(0.0, |area| area.left()),
        bottom: area.as_ref().map_or(0.0, |area| area.bottom()),
        window_width: size(window().inner_width()),
        window_height: size(window().inner_height()),
    }
}

/// Puts the focus on the first of these elements that is there once what was changed is drawn.
pub fn focus_first_soon(ids: Vec<String>) {
    spawn_local(async move {
        tick().await;
        if let Some(id) = ids.iter().find(|id| document().get_element_by_id(id).is_some()) {
            focus_in_place(id);
        }
    });
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
