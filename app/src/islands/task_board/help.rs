//! What the keys do, and whether they do anything.

use leptos::{ev, html, prelude::*};

use super::{shortcuts::KEYS_OFF, state::Board};
use crate::{storage, strings};

#[component]
pub fn Help() -> impl IntoView {
    let board = expect_context::<Board>();
    let dialog = NodeRef::<html::Dialog>::new();
    let is_on = RwSignal::new(true);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (board.is_help_open.get(), dialog.open()) {
            (true, false) => {
                is_on.set(storage::setting(KEYS_OFF).is_none());
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            id="help"
            class="help"
            aria-labelledby="help-heading"
            node_ref=dialog
            // Escape: at once, since the event of the end comes later, when the dialog may be open again.
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                board.is_help_open.set(false);
            }
            on:close=move |_| {
                if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
                    board.is_help_open.set(false);
                }
            }
        >
            <h2 id="help-heading">{strings::SHORTCUTS}</h2>
            <dl>
                {strings::KEYS
                    .map(|(keys, meaning)| {
                        view! {
                            <dt>
                                <kbd>{keys}</kbd>
                            </dt>
                            <dd>{meaning}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <p class="hint">{strings::QUICK_HINT}</p>
            // The first that a key presses closes: Space after `?` must not switch the keys off.
            <form method="dialog">
                <button autofocus>{strings::CLOSE}</button>
            </form>
            <label class="choice">
                <input
                    id="keys-on"
                    type="checkbox"
                    prop:checked=move || is_on.get()
                    on:change:target=move |event| {
                        is_on.set(event.target().checked());
                        storage::keep_setting(KEYS_OFF, (!event.target().checked()).then_some("1"));
                    }
                />
                {strings::KEYS_ON}
            </label>
        </dialog>
    }
}
