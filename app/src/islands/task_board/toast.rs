//! What was just done, with the button that takes it back; and the steps that can be taken back.

use leptos::prelude::*;

use super::{
    action::Action,
    state::{Board, Held},
};
use crate::{paths, strings};

#[component]
pub fn Toast() -> impl IntoView {
    let board = expect_context::<Board>();
    // It stays while the pointer or the focus is on it.
    let hold = move |change: fn(&mut Held)| {
        board.toast_held.update_value(change);
        board.hide_toast_later();
    };
    view! {
        <div
            class="toast"
            id="toast"
            hidden=move || board.toast.read().is_none()
            on:mouseenter=move |_| hold(|held| held.by_pointer = true)
            on:mouseleave=move |_| hold(|held| held.by_pointer = false)
            on:focusin=move |_| hold(|held| held.by_focus = true)
            on:focusout=move |_| hold(|held| held.by_focus = false)
        >
            <span>{move || board.toast.get().map(|toast| toast.text)}</span>
            {move || {
                let view = board.toast.get()?.elsewhere?;
                Some(view! { <a href=paths::view(view)>{strings::show_in(view)}</a> })
            }}
            <button
                type="button"
                hidden=move || board.toast.read().as_ref().is_none_or(|toast| !toast.has_undo)
                on:click=move |_| board.dispatch(Action::Undo)
            >
                {strings::UNDO}
            </button>
        </div>
    }
}
