//! The notice of a page whose session another tab has ended.

use leptos::prelude::*;

use crate::{components::icon::Icon, storage, strings};

/// Tells that another tab has signed out or signed in as another user, and offers to reload: the server knows what the page
/// is then.
#[island]
pub fn OtherTabNotice(
    /// The user whose page it is.
    user_id: String,
) -> impl IntoView {
    let is_shown = RwSignal::new(false);
    // Effects run in the browser alone.
    Effect::new(move || {
        let _ = StoredValue::new_local(storage::watch_session(user_id.clone(), move |_| is_shown.set(true)));
    });
    view! {
        <div id="other-tabs" role="alert">
            <p class="banner failed" hidden=move || !is_shown.get()>
                {Icon::Warning.draw()} <span>{strings::OTHER_TAB}</span>
                <button on:click=|_| drop(window().location().reload())>{strings::RELOAD}</button>
            </p>
        </div>
    }
}
