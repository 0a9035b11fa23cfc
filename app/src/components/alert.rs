//! What is wrong, in its place.

use leptos::prelude::*;

use crate::{components::icon::Icon, model::FieldError};

/// The line that says what is wrong with a field; hidden while nothing is.
#[component]
pub fn ErrorLine(
    /// By which the field refers to it.
    #[prop(into)]
    id: String,
    /// What to say, if anything.
    message: Option<String>,
) -> impl IntoView {
    let is_hidden = message.is_none();
    view! {
        <p class="error" id=id hidden=is_hidden>
            {Icon::Warning.draw()} <span>{message}</span>
        </p>
    }
}

/// What is wrong with all of a form: the error whose field has no name. Told at once when it comes.
#[component]
pub fn Alert(
    /// What is wrong with the form.
    errors: Vec<FieldError>,
) -> impl IntoView {
    let message = errors.into_iter().find(|error| error.field.is_empty()).map(|error| error.message);
    view! {
        <div role="alert">
            <ErrorLine id="form-error" message />
        </div>
    }
}
