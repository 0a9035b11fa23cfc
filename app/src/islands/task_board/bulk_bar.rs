//! What can be done with all tasks that are selected.

use leptos::prelude::*;

use super::{
    action::Action,
    focus::BULK_DATE,
    page::set_page_class,
    state::Board,
    types::{PopoverKind, Target},
};
use crate::{
    model::{Priority, TAG_MAX},
    strings,
};

#[component]
pub fn BulkBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let tag = RwSignal::new(String::new());
    // The page keeps room for the bar below its end.
    Effect::new(move |_| set_page_class("selecting", board.selected.get() > 0));
    view! {
        <div class="bulk" id="bulk" role="toolbar" aria-label=strings::SELECTED_TASKS hidden=move || board.selected.get() == 0>
            <span class="bulk-count">{move || strings::selected_count(board.selected.get())}</span>
            <span id="is-selected" hidden>
                {strings::IS_SELECTED}
            </span>
            <button type="button" on:click=move |_| board.dispatch(Action::Complete(Target::Chosen))>
                {strings::COMPLETE}
            </button>
            <button
                type="button"
                id=BULK_DATE
                on:click=move |_| board.dispatch(Action::OpenPopover(PopoverKind::Date, Target::Chosen))
            >
                {strings::DATE}
            </button>
            <label>
                <span class="visually-hidden">{strings::PRIORITY}</span>
                <select
                    prop:value=""
                    on:change:target=move |event| {
                        if let Ok(priority) = event.target().value().parse() {
                            board.dispatch(Action::Prioritize(Target::Chosen, priority));
                        }
                        event.target().set_value("");
                    }
                >
                    <option value="">{strings::PRIORITY}</option>
                    {Priority::EACH
                        .iter()
                        .rev()
                        .map(|&priority| view! { <option value=priority.as_str()>{strings::priority(priority)}</option> })
                        .collect_view()}
                </select>
            </label>
            <form
                class="bulk-tag"
                id="bulk-tag"
                on:submit=move |event| {
                    event.prevent_default();
                    if board.add_tag(&board.chosen(), tag.get_untracked().trim().trim_start_matches('#')) {
                        tag.set(String::new());
                    }
                }
            >
                <label>
                    <span class="visually-hidden">{strings::ADD_TAG}</span>
                    <input
                        name="tag"
                        maxlength=(TAG_MAX + 1).to_string()
                        autocomplete="off"
                        placeholder=strings::ADD_TAG
                        dir="auto"
                        prop:value=move || tag.get()
                        on:input=move |event| tag.set(event_target_value(&event))
                    />
                </label>
            </form>
            <button type="button" on:click=move |_| board.dispatch(Action::Delete(Target::Chosen))>
                {strings::DELETE}
            </button>
            <button type="button" class="link" on:click=move |_| board.dispatch(Action::ClearSelection)>
                {strings::CLEAR}
            </button>
        </div>
    }
}
