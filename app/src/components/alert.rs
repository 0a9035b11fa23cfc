//! What is wrong, in its place.

use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    model::{FieldError, Problem},
    strings,
};

/// The message for the field of this name; an empty name is that of the whole form.
pub fn message_for(errors: &[FieldError], field: &str) -> Option<String> {
    errors.iter().find(|error| error.field == field).map(|error| error.message.clone())
}

/// The errors that a form shows for a problem: those of its fields, or one of the whole form, whose field has no name.
pub fn form_errors(problem: &Problem) -> Vec<FieldError> {
    let error = |field: &str, message: &str| vec![FieldError::new(field, &problem.code, message)];
    match problem.code.as_str() {
        "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL" => error("email", strings::EMAIL_TAKEN),
        "INVALID_EMAIL_OR_PASSWORD" => error("", strings::WRONG_CREDENTIALS),
        _ if !problem.errors.is_empty() => problem.errors.clone(),
        _ => error("", strings::problem(problem)),
    }
}

/// The line that says what is wrong with a field; hidden while nothing is.
#[component]
pub fn ErrorLine(
    /// By which the field refers to it.
    #[prop(into)]
    id: String,
    /// What to say, if anything.
    #[prop(into)]
    message: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <p class="error" id=id hidden=move || message.with(Option::is_none)>
            {Icon::Warning.draw()} <span>{move || message.get().unwrap_or_default()}</span>
        </p>
    }
}

/// What is wrong with all of a form: the error whose field has no name. Told at once when it comes.
#[component]
pub fn Alert(
    /// What is wrong with the form.
    #[prop(into)]
    errors: Signal<Vec<FieldError>>,
) -> impl IntoView {
    let message = Signal::derive(move || errors.with(|errors| message_for(errors, "")));
    view! {
        <div role="alert">
            <ErrorLine id="form-error" message />
        </div>
    }
}
