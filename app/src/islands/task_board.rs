//! The list of tasks.

use leptos::prelude::*;

use super::board;

/// Everything of the page `/tasks`.
#[island]
pub fn TaskBoard(children: Children) -> impl IntoView {
    // Effects run in the browser alone.
    Effect::new(|| {
        let _ = board::wake();
    });
    children()
}
