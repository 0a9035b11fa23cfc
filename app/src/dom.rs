//! The few things that islands ask of the page. What they touch was drawn by the server: an island finds it, listens to it
//! and changes it; new rows are copies of a `<template>` that the server drew with the same component.

pub use crate::browser::{has_keyboard, now, set_cookie, utc_offset};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlTemplateElement};

/// The element of this id.
pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The first element within that the selector means.
pub fn find<T: JsCast>(within: &Element, selector: &str) -> Option<T> {
    within.query_selector(selector).ok()??.dyn_into().ok()
}

/// Every element within that the selector means.
pub fn all(within: &Element, selector: &str) -> Vec<Element> {
    let Ok(list) = within.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)?.dyn_into().ok()).collect()
}

/// The element itself, or the nearest around it, that the selector means.
pub fn around<T: JsCast>(event: &Event, selector: &str) -> Option<T> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()??.dyn_into().ok()
}

/// Listens, for as long as the page lives.
pub fn on<E: JsCast + 'static>(target: &EventTarget, event: &str, mut heard: impl FnMut(E) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| heard(event.unchecked_into()));
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Does something after a while, in milliseconds.
pub fn after(millis: i32, then: impl FnOnce() + 'static) -> JsValue {
    call(&window(), "setTimeout", &[&Closure::once_into_js(then), &millis.into()]).unwrap_or_default()
}

/// Does not, after all, what `after` was told.
pub fn cancel(timer: &JsValue) {
    call(&window(), "clearTimeout", &[timer]);
}

/// Sets an attribute, or takes it away.
pub fn attribute(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Shows or hides.
pub fn show(element: &Element, is_shown: bool) {
    attribute(element, "hidden", (!is_shown).then_some(""));
}

/// Sets or takes away a class.
pub fn class(element: &Element, name: &str, is_set: bool) {
    let _ = element.class_list().toggle_with_force(name, is_set);
}

/// What an attribute says; empty when it is not there.
pub fn data(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

/// The text of the first element within that the selector means.
pub fn set_text(within: &Element, selector: &str, text: &str) {
    if let Some(element) = find::<Element>(within, selector) {
        element.set_text_content(Some(text));
    }
}

/// Puts the focus there.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Puts the focus on the element of this id.
pub fn focus_id(id: &str) {
    if let Some(element) = by_id::<Element>(id) {
        focus(&element);
    }
}

/// The field within of this name.
pub fn field(within: &Element, name: &str) -> Option<Element> {
    find(within, &format!("[name={name}]"))
}

/// What is typed into the field within of this name.
pub fn value(within: &Element, name: &str) -> String {
    field(within, name).map(|element| js_text(&element, "value")).unwrap_or_default()
}

/// Writes into the field within of this name.
pub fn set_value(within: &Element, name: &str, text: &str) {
    if let Some(element) = field(within, name) {
        let _ = js_sys::Reflect::set(&element, &"value".into(), &text.into());
    }
}

/// A copy of what is in a template.
pub fn copy(template: &str) -> Option<Element> {
    let template: HtmlTemplateElement = by_id(template)?;
    template.content().first_element_child()?.clone_node_with_deep(true).ok()?.dyn_into().ok()
}

/// The element that has the focus.
pub fn active() -> Option<Element> {
    document().active_element()
}

/// A member of a JavaScript object that is a text; empty when it is none.
pub fn js_text(object: &JsValue, name: &str) -> String {
    member(object, name).as_string().unwrap_or_default()
}

/// A member of a JavaScript object; `undefined` when there is none.
pub fn member(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or_default()
}

/// Calls a method that the browser may not have.
pub fn call(object: &JsValue, method: &str, arguments: &[&JsValue]) -> Option<JsValue> {
    let function: js_sys::Function = member(object, method).dyn_into().ok()?;
    let list = js_sys::Array::new();
    for argument in arguments {
        list.push(argument);
    }
    function.apply(object, &list).ok()
}
