//! A password in a plain form, which the visitor can have shown.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{components::field::Field, model::FieldError};

/// What to know before choosing a password.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few words are easier to remember than symbols.";

/// Which password is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// The one that is to be replaced.
    Current,
    /// The one that is to be from now on.
    New,
    /// The one that proves that it is really they.
    Again,
}

/// The field.
#[island]
pub fn PasswordField(
    /// Which one.
    asked: Asked,
    /// What is wrong with the form.
    errors: Vec<FieldError>,
) -> impl IntoView {
    let (name, label, autocomplete, hint) = match asked {
        Asked::Current => ("currentPassword", "Current password", "current-password", ""),
        Asked::New => ("newPassword", "New password", "new-password", PASSWORD_HINT),
        Asked::Again => ("password", "Your password", "current-password", ""),
    };
    view! { <Field name label kind="password" autocomplete value="" hint errors=RwSignal::new(errors) node=NodeRef::new() /> }
}
