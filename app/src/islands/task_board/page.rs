//! What the list asks of the page beside its own view: each is no state of a signal, and no part of a component.

use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

pub use crate::browser::set_theme;

/// Whether the page is scrolled. Where it is not, the person has not asked for more of the list.
pub fn is_scrolled() -> bool {
    window().scroll_y().unwrap_or(0.0) > 0.0
}

/// Adds or removes a class of the document's element, which no component draws in the browser.
pub fn set_page_class(name: &str, is_set: bool) {
    if let Some(page) = document().document_element() {
        let _ = page.class_list().toggle_with_force(name, is_set);
    }
}

/// Watches an element; stops when it is dropped.
pub struct VisibilityWatch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(js_sys::Array)>,
}

impl Drop for VisibilityWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls back whenever an element comes nearer to what is seen than `margin`.
pub fn watch_visibility(element: &Element, margin: &str, on_near: impl Fn() + 'static) -> Option<VisibilityWatch> {
    let callback = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if entries.iter().any(|entry| entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting()) {
            on_near();
        }
    });
    let init = IntersectionObserverInit::new();
    init.set_root_margin(margin);
    let observer = IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &init).ok()?;
    observer.observe(element);
    Some(VisibilityWatch { observer, _callback: callback })
}

/// The Web Locks of the browser, which `web-sys` has only behind its flag for unstable APIs.
#[wasm_bindgen]
extern "C" {
    /// Fails where there are none: on plain http beyond this machine.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request_lock(name: &str, callback: &JsValue) -> Result<JsValue, JsValue>;
}

/// Calls back once no other tab holds the lock of this name, and holds it as long as the page lives; whether the browser has
/// locks.
pub fn hold_lock(name: &str, on_held: impl FnOnce() + 'static) -> bool {
    let forever = move || {
        on_held();
        js_sys::Promise::new(&mut |_, _| {})
    };
    request_lock(name, &Closure::once_into_js(forever)).is_ok()
}

/// Calls back once no other tab holds the lock of this name, and lets it go.
pub fn when_lock_is_free(name: &str, on_free: impl FnOnce() + 'static) -> bool {
    request_lock(name, &Closure::once_into_js(on_free)).is_ok()
}

/// Keeps a value of the browser, which stays on this thread, for as long as the island lives.
pub fn on_cleanup_local<T: 'static>(value: T) {
    let kept = StoredValue::new_local(Some(value));
    on_cleanup(move || drop(kept.try_update_value(Option::take)));
}
