//! The button that signs out.

use leptos::prelude::*;

use crate::session;

/// A form that signs out on the server; with WASM, what this browser keeps is forgotten first.
#[island]
pub fn SignOut() -> impl IntoView {
    view! {
        <form method="post" action="/signout" on:submit=|_| session::clear()>
            <button class="link">"Sign out"</button>
        </form>
    }
}
