//! A labelled field of a form with its error.

use leptos::prelude::*;

use crate::{components::alert::ErrorLine, model::FieldError, words};

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
    #[prop(into, optional)]
    value: String,
    /// What to know before typing.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// What is wrong with the form; the first field of these has the focus.
    errors: Vec<FieldError>,
) -> impl IntoView {
    let is_first = errors.first().is_some_and(|error| error.field == name);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described_by = if hint.is_empty() { error_id.clone() } else { format!("{hint_id} {error_id}") };
    let message = errors.into_iter().find(|error| error.field == name).map(|error| error.message);
    let is_words = kind == "text";
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <div class="with-reveal">
                <input
                    id=name
                    name=name
                    type=kind
                    value=value
                    required=!optional
                    autofocus=is_first
                    autocomplete=autocomplete
                    autocapitalize=(!is_words).then_some("none")
                    spellcheck=(!is_words).then_some("false")
                    aria-describedby=described_by
                    aria-invalid=message.is_some().then_some("true")
                />
                {(kind == "password")
                    .then(|| {
                        view! {
                            <button type="button" class="reveal" aria-label=words::SHOW_PASSWORD>
                                {words::SHOW}
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
            <ErrorLine id=error_id message />
        </div>
    }
}
