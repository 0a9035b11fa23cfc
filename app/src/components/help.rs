//! The help on the keys.

use leptos::prelude::*;

use crate::words;

/// What the keys do.
#[component]
pub fn Help() -> impl IntoView {
    view! {
        <dialog id="help" class="help" aria-labelledby="help-heading">
            <h2 id="help-heading">{words::SHORTCUTS}</h2>
            <dl>
                {words::KEYS
                    .iter()
                    .map(|&(keys, meaning)| {
                        view! {
                            <dt>
                                <kbd>{keys}</kbd>
                            </dt>
                            <dd>{meaning}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
            <label class="choice">
                <input type="checkbox" id="keys-on" checked autocomplete="off" />
                {words::KEYS_ON}
            </label>
            <p class="hint">{words::QUICK_HINT}</p>
            <form method="dialog">
                <button>{words::CLOSE}</button>
            </form>
        </dialog>
    }
}
