//! The line at the top of every page.

use leptos::prelude::*;

use crate::strings;

/// The name of the product, and of who is signed in.
#[component]
pub fn Header(
    /// The name or e-mail of who is signed in.
    user: Option<String>,
    /// What stands after the name of who is signed in.
    children: Children,
) -> impl IntoView {
    let home = if user.is_some() { "/tasks" } else { "/" };
    view! {
        <header class="top">
            <a class="brand" href=home>
                <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
                    <path d="M12 3v18M5.5 13.5a6.5 6.5 0 0 0 13 0M8.5 8h7" />
                </svg>
                {strings::BRAND}
            </a>
            {user
                .map(|name| {
                    view! {
                        <div class="who">
                            <a class="who-name" href="/account" aria-label=strings::account_of(&name)>
                                <bdi>{name.clone()}</bdi>
                            </a>
                            {children()}
                        </div>
                    }
                })}
        </header>
    }
}
