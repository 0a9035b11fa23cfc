//! A labelled field of a form with its error.

use leptos::{html::Input, prelude::*};

use crate::{components::icon::Icon, model::FieldError};

/// A text field: label above, hint below, and in its place the error when there is one.
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
    /// What is wrong with the form.
    errors: RwSignal<Vec<FieldError>>,
    /// The element.
    node: NodeRef<Input>,
) -> impl IntoView {
    let error = move || errors.read().iter().find(|error| error.field == name).map(|error| error.message.clone());
    let described_by = if hint.is_empty() { format!("{name}-error") } else { format!("{name}-hint {name}-error") };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                node_ref=node
                id=name
                name=name
                type=kind
                value=value
                required=!optional
                autocomplete=autocomplete
                autocapitalize=(kind != "text").then_some("none")
                spellcheck=(kind != "text").then_some("false")
                aria-describedby=described_by
                aria-invalid=move || error().is_some().then_some("true")
            />
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=format!("{name}-hint")>
                            {hint}
                        </p>
                    }
                })}
            <p class="error" id=format!("{name}-error")>
                {move || error().map(|message| view! { {Icon::Warning.draw()} {message} })}
            </p>
        </div>
    }
}
