//! A labelled field of a form with its error.

use leptos::{html::Input, prelude::*};

use crate::{components::icon::Icon, model::FieldError};

/// A text field: label above, hint below, and in its place the error when there is one. A password can be shown.
#[component]
pub fn Field(
    /// The form member; also the element's id.
    name: &'static str,
    /// What it asks for.
    label: &'static str,
    /// `text`, `email` or `password`.
    kind: &'static str,
    /// What password managers and browsers fill in.
    autocomplete: &'static str,
    /// What it holds at first.
    #[prop(into)]
    value: String,
    /// What to know before typing.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What is wrong with the form; in a page that the server drew, the first field of these has the focus.
    errors: RwSignal<Vec<FieldError>>,
    /// The element.
    node: NodeRef<Input>,
) -> impl IntoView {
    let is_first = errors.read_untracked().first().is_some_and(|error| error.field == name);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described_by = if hint.is_empty() { error_id.clone() } else { format!("{hint_id} {error_id}") };
    let error = Memo::new(move |_| errors.read().iter().find(|error| error.field == name).map(|error| error.message.clone()));
    let is_shown = RwSignal::new(false);
    let toggle = move |_| {
        is_shown.update(|is_shown| *is_shown = !*is_shown);
        if let Some(input) = node.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <div class="with-reveal">
                <input
                    node_ref=node
                    id=name
                    name=name
                    type=move || if is_shown.get() { "text" } else { kind }
                    value=value
                    required=!optional
                    autofocus=is_first
                    autocomplete=autocomplete
                    autocapitalize=(kind != "text").then_some("none")
                    spellcheck=(kind != "text").then_some("false")
                    aria-describedby=described_by
                    aria-invalid=move || error.read().is_some().then_some("true")
                />
                {(kind == "password")
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="reveal"
                                aria-label=move || if is_shown.get() { "Hide the password" } else { "Show the password" }
                                on:click=toggle
                            >
                                {move || if is_shown.get() { "Hide" } else { "Show" }}
                            </button>
                        }
                    })}
            </div>
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=hint_id>
                            {hint}
                        </p>
                    }
                })}
            <p class="error" id=error_id>
                {move || error.get().map(|message| view! { {Icon::Warning.draw()} {message} })}
            </p>
        </div>
    }
}
