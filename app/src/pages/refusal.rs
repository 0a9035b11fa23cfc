//! The page in place of one that there is not.

use leptos::prelude::*;

use crate::words;

/// What happened, and a way on.
#[component]
pub fn Refusal(
    /// The HTTP status.
    status: u16,
    /// What happened, for a person.
    message: String,
) -> impl IntoView {
    let message = if status == 404 { words::NO_SUCH_PAGE.into() } else { message };
    view! {
        <section class="plain">
            <p class="quiet">{status}</p>
            <h1>{words::refusal(status)}</h1>
            <p>{message}</p>
            <p>
                <a class="button primary" href="/tasks">
                    {words::GO_TO_YOUR_TASKS}
                </a>
            </p>
        </section>
    }
}
