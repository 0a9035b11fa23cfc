//! The button that signs out.

use leptos::prelude::*;
use web_sys::{Element, Event};

use crate::{
    dom::{by_id, on},
    session,
};

/// A form that signs out on the server; with WASM, what this browser keeps is forgotten first.
#[island]
pub fn SignOut(children: Children) -> impl IntoView {
    Effect::new(|| {
        if let Some(form) = by_id::<Element>("sign-out") {
            on(&form, "submit", |_: Event| session::clear());
        }
    });
    children()
}
