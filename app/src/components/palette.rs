//! The command palette, which `islands::board::keys` wakes.

use leptos::prelude::*;

use crate::words;

/// Every command, found by typing.
#[component]
pub fn Palette() -> impl IntoView {
    view! {
        <dialog id="palette" class="palette" aria-label=words::COMMANDS>
            <input name="command" aria-label=words::FIND_COMMAND placeholder=words::FIND_COMMAND autocomplete="off" />
            <ul>
                {words::COMMAND_LIST
                    .iter()
                    .map(|&(action, name, key)| {
                        view! {
                            <li>
                                <button data-do=action>
                                    <span>{name}</span>
                                    {(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
                                </button>
                            </li>
                        }
                    })
                    .collect_view()}
                {words::VIEWS
                    .map(|(view, href)| {
                        view! {
                            <li>
                                <a href=href>{words::go_to(view)}</a>
                            </li>
                        }
                    })
                    .collect_view()}
                <li>
                    <a href="/account">{words::YOUR_ACCOUNT}</a>
                </li>
            </ul>
            <p class="quiet" hidden>{words::NO_COMMAND}</p>
        </dialog>
    }
}
