//! What is wrong with all of a form.

use leptos::prelude::*;

use crate::{components::icon::Icon, model::FieldError};

/// The error whose field has no name, if there is one; told at once when it comes.
#[component]
pub fn Alert(
    /// What is wrong with the form.
    errors: RwSignal<Vec<FieldError>>,
) -> impl IntoView {
    let of_all = move || errors.read().iter().find(|error| error.field.is_empty()).map(|error| error.message.clone());
    view! {
        <div role="alert" class="alert">
            {move || of_all().map(|message| view! { <p class="error">{Icon::Warning.draw()} {message}</p> })}
        </div>
    }
}
