//! The page in place of one that does not exist or cannot be shown.

use leptos::{prelude::*, reactive::owner::take_context};
use leptos_meta::Title;

use super::RouteData;
use crate::strings;

/// Why there is no page.
#[derive(Debug, Clone)]
pub struct ErrorData {
    /// The HTTP status.
    pub status: u16,
    /// What happened, for a person.
    pub message: String,
}

impl RouteData for ErrorData {
    fn path(&self) -> &'static str {
        // No route has it: the router shows its fallback.
        "/error"
    }
}

/// What happened, and a way on: the fallback of the router.
#[component]
pub fn ErrorPage() -> impl IntoView {
    let ErrorData { status, message } = take_context().unwrap_or(ErrorData { status: 404, message: String::new() });
    let title = if status == 404 { strings::NOT_FOUND } else { strings::NOT_POSSIBLE };
    let message = if status == 404 { strings::NO_SUCH_PAGE.into() } else { message };
    view! {
        <Title text=strings::page_title(title) />
        <section class="plain">
            <p class="quiet">{status}</p>
            <h1>{strings::error_heading(status)}</h1>
            <p>{message}</p>
            <p>
                <a class="button primary" href="/tasks">
                    {strings::GO_TO_YOUR_TASKS}
                </a>
            </p>
        </section>
    }
}
