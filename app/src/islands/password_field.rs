//! A password in a form that the server answers.

use leptos::prelude::*;

use crate::{components::field::Field, model::FieldError};

/// A `Field` for a password, whose button works.
#[island]
pub fn PasswordField(
    /// The form member; also the element's id.
    #[prop(into)]
    name: String,
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// What password managers fill in.
    #[prop(into)]
    autocomplete: String,
    /// What to know before typing; may be empty.
    #[prop(into)]
    hint: String,
    /// What is wrong with the form.
    errors: Vec<FieldError>,
) -> impl IntoView {
    view! { <Field name label kind="password" autocomplete hint errors /> }
}
