//! A labelled field of a form with its error.

use leptos::{html::Input, prelude::*};

use crate::{
    components::alert::{ErrorLine, message_for},
    model::FieldError,
    strings,
};

/// A text field: label above, hint below, and the error below that when there is one. What is typed stays in the input, which
/// is read when it is needed: text from before the page was hydrated is not lost.
///
/// A password has a button that shows it, which works in islands alone: elsewhere, use the island `PasswordField`.
#[component]
pub fn Field(
    /// The form member; also the element's id.
    #[prop(into)]
    name: String,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// `text`, `email` or `password`.
    kind: &'static str,
    /// What password managers and browsers fill in.
    #[prop(into)]
    autocomplete: String,
    /// What it holds at first.
    #[prop(into, optional)]
    value: String,
    /// What to know before typing.
    #[prop(into, optional)]
    hint: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What is wrong with the form; the first field of the errors that it begins with has the focus.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
    /// The input.
    #[prop(optional)]
    input: NodeRef<Input>,
) -> impl IntoView {
    let is_first = errors.with_untracked(|errors| errors.first().is_some_and(|error| error.field == name));
    let message = Signal::derive({
        let name = name.clone();
        move || errors.with(|errors| message_for(errors, &name))
    });
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described_by = if hint.is_empty() { error_id.clone() } else { format!("{hint_id} {error_id}") };
    let is_words = kind == "text";
    let is_revealed = RwSignal::new(false);
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <div class="with-reveal">
                <input
                    id=name.clone()
                    name=name
                    type=move || if is_revealed.get() { "text" } else { kind }
                    value=value
                    required=!optional
                    autofocus=is_first
                    autocomplete=autocomplete
                    autocapitalize=(!is_words).then_some("none")
                    spellcheck=(!is_words).then_some("false")
                    aria-describedby=described_by
                    aria-invalid=move || message.with(Option::is_some).then_some("true")
                    node_ref=input
                />
                {(kind == "password").then(|| view! { <RevealButton is_revealed input /> })}
            </div>
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=hint_id>
                            {hint}
                        </p>
                    }
                })}
            <ErrorLine id=error_id message />
        </div>
    }
}

/// Shows a password, and hides it again. Not visible before it works.
#[component]
fn RevealButton(is_revealed: RwSignal<bool>, input: NodeRef<Input>) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move || is_hydrated.set(true));
    let toggle = move |_| {
        is_revealed.update(|is_revealed| *is_revealed = !*is_revealed);
        if let Some(input) = input.get_untracked() {
            let _ = input.focus();
        }
    };
    view! {
        <button
            type="button"
            class="reveal"
            class:hydrated=is_hydrated
            aria-label=move || if is_revealed.get() { strings::HIDE_PASSWORD } else { strings::SHOW_PASSWORD }
            on:click=toggle
        >
            {move || if is_revealed.get() { strings::HIDE } else { strings::SHOW }}
        </button>
    }
}
