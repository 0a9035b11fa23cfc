//! Says on a page without a list of its own that another tab has signed out, or signed somebody else in.

use leptos::prelude::*;

use crate::{components::icon::Icon, session};

/// The banner, once there is something to say.
#[island]
pub fn OtherTabs(
    /// Whose page it is.
    user_id: String,
) -> impl IntoView {
    let is_stale = RwSignal::new(false);
    Effect::new(move |started: Option<()>| {
        if started.is_none() {
            session::watch(user_id.clone(), move |_| is_stale.set(true));
        }
    });
    // The server knows best what the page is now: this one again, somebody else's, or the way to sign in.
    let reload = move |_| drop(window().location().reload());
    view! {
        <div class="notices" role="alert">
            {move || {
                is_stale
                    .get()
                    .then(|| {
                        view! {
                            <p class="banner failed">
                                {Icon::Warning.draw()} <span>"You signed out in another tab, or signed in as somebody else."</span>
                                <button on:click=reload>"Reload"</button>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
