//! Where the keyboard's focus is put after an action, and where rows are in the window. The one place that asks the document for
//! elements by their id: a `NodeRef` for each of ten thousand rows would cost a signal each, and one row at a time is meant.

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, FocusOptions, HtmlElement};

use super::types::{Direction, PopoverKind, RowKey};
use crate::model::Section;

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

/// The id of a field of the editor of a row.
pub fn editor_field_id(name: &str, key: RowKey) -> String {
    format!("{name}-{key}")
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

/// The id of the heading of what is done.
pub const DONE_HEADING: &str = "done-heading";

/// The id of the heading of a section.
pub fn heading_id(section: Section) -> String {
    match section {
        Section::Whole => "heading".into(),
        Section::Done => DONE_HEADING.into(),
        Section::Overdue => "overdue".into(),
        Section::Day(day) => format!("day-{day}"),
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
    let area = ids.iter().find_map(|id| document().get_element_by_id(id)).map(|element| area_of(&element)).unwrap_or_default();
    Place { left: area.left, bottom: area.top + area.height, window_width: pixels(window().inner_width()), window_height: window_height() }
}

/// What an element covers of the window, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

fn area_of(element: &Element) -> Area {
    let area = element.get_bounding_client_rect();
    Area { left: area.left(), top: area.top(), width: area.width(), height: area.height() }
}

/// Where a row is.
pub fn row_area(key: RowKey) -> Option<Area> {
    let row = document().get_element_by_id(&row_element_id(key))?.closest("li").ok().flatten()?;
    Some(area_of(&row))
}

/// Where the heading of a section is, if it is shown.
pub fn heading_area(section: Section) -> Option<Area> {
    let heading = document().get_element_by_id(&heading_id(section))?.closest(".part-head").ok().flatten()?;
    Some(area_of(&heading)).filter(|area| area.height > 0.0)
}

pub fn window_height() -> f64 {
    pixels(window().inner_height())
}

fn pixels(size: Result<JsValue, JsValue>) -> f64 {
    size.ok().and_then(|size| size.as_f64()).unwrap_or(0.0)
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
