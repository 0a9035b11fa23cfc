//! What plain forms get from a script: passwords that can be shown, errors in their places, and a word when another tab
//! has signed out.

use leptos::prelude::*;
use web_sys::{Element, Event, HtmlInputElement};

use crate::{
    dom::{all, attribute, by_id, class, data, field, find, focus, on, set_text, show},
    model::FieldError,
    session, words,
};

/// The forms of a page that the server answers.
#[island]
pub fn Forms(children: Children) -> impl IntoView {
    Effect::new(|| {
        wake_reveals();
        watch_other_tabs();
    });
    children()
}

/// Lets every password of the page be shown.
pub fn wake_reveals() {
    for button in document().document_element().iter().flat_map(|page| all(page, ".reveal")) {
        let Some(input) = button.parent_element().and_then(|around| find::<HtmlInputElement>(&around, "input")) else { continue };
        let this = button.clone();
        on(&button, "click", move |_: Event| {
            let is_shown = input.type_() == "password";
            input.set_type(if is_shown { "text" } else { "password" });
            this.set_text_content(Some(if is_shown { words::HIDE } else { words::SHOW }));
            attribute(&this, "aria-label", Some(if is_shown { words::HIDE_PASSWORD } else { words::SHOW_PASSWORD }));
            focus(&input);
        });
        // It was of no use before.
        class(&button, "awake", true);
    }
}

/// Shows the line `other-tabs` once another tab has signed out, or signed somebody else in.
fn watch_other_tabs() {
    let Some(notice) = by_id::<Element>("other-tabs") else { return };
    let Some(line) = find::<Element>(&notice, "p") else { return };
    if let Some(button) = find::<Element>(&notice, "button") {
        // The server knows best what the page is now: this one again, somebody else's, or the way to sign in.
        on(&button, "click", |_: Event| drop(window().location().reload()));
    }
    session::watch(data(&notice, "data-user"), move |_| show(&line, true));
}

/// Puts errors in their places, and the focus on the first field that has one; without any, clears them.
pub fn show_errors(form: &Element, errors: &[FieldError]) {
    for line in all(form, ".error") {
        let name = line.id();
        let name = name.strip_suffix("-error").unwrap_or_default();
        let error = errors.iter().find(|error| if error.field.is_empty() { name == "form" } else { error.field == name });
        // An alert is told when its words come: first the place, then the words.
        show(&line, error.is_some());
        set_text(&line, "span", error.map_or("", |error| &error.message));
        if let Some(input) = field(form, name) {
            attribute(&input, "aria-invalid", error.map(|_| "true"));
        }
    }
}
