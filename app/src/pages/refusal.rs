//! The page in place of one that there is not.

use leptos::prelude::*;

/// What happened, and a way on.
#[component]
pub fn Refusal(
    /// The HTTP status.
    status: u16,
    /// What happened, for a person.
    message: String,
) -> impl IntoView {
    let heading = match status {
        404 => "There is no page here",
        400..500 => "That can’t be done",
        _ => "Holdfast can’t answer now",
    };
    let message = if status == 404 { "The address may be mistyped, or the page is gone.".into() } else { message };
    view! {
        <section class="plain">
            <p class="quiet">{status}</p>
            <h1>{heading}</h1>
            <p>{message}</p>
            <p>
                <a class="button primary" href="/tasks">
                    "Go to your tasks"
                </a>
            </p>
        </section>
    }
}
