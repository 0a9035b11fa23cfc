//! On a phone: the views under the thumb, and the button that adds.

use leptos::prelude::*;

use super::{action::Action, focus::ADD_FIELD, state::Board};
use crate::{components::icon::Icon, model::View, paths, strings};

#[component]
pub fn BottomBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let views = [(View::Today, Icon::Today), (View::Upcoming, Icon::Calendar)];
    view! {
        <nav class="bottom-bar" aria-label=strings::BOTTOM_BAR>
            {views
                .map(|(view, icon)| {
                    let is_shown = move || (View::of(&board.query.read()) == view).then_some("page");
                    view! {
                        <a href=paths::view(view) aria-current=is_shown>
                            {icon.draw()}
                            <span>{strings::view_name(view)}</span>
                        </a>
                    }
                })
                .collect_view()}
            // The browser opens what it names, also without a script.
            <button type="button" popovertarget="views">
                {Icon::Browse.draw()}
                <span>{strings::BROWSE}</span>
            </button>
            <button type="button" on:click=move |_| board.dispatch(Action::FocusSearch)>
                {Icon::Search.draw()}
                <span>{strings::SEARCH}</span>
            </button>
        </nav>
        <a
            class="round-add"
            href=format!("#{ADD_FIELD}")
            aria-label=strings::ADD_A_TASK
            on:click=move |event| {
                event.prevent_default();
                board.dispatch(Action::FocusAddLine);
            }
        >
            {Icon::Plus.draw()}
        </a>
    }
}
