//! The form for signing in or up. It is a real form, which the server answers with a page; with WASM the answer comes
//! without leaving it.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{Element, Event};

use super::forms::{show_errors, wake_reveals};
use crate::{
    client::{AuthKind, Credentials, authenticate},
    dom::{attribute, by_id, field, find, focus, on, value},
    model::{FieldError, Problem, validate_email, validate_password},
    words,
};

/// What a problem means in this form: its fields' errors, or one of the whole form, whose field has no name.
pub fn form_errors(problem: &Problem) -> Vec<FieldError> {
    let error = |field: &str, message: &str| vec![FieldError::new(field, &problem.code, message)];
    match problem.code.as_str() {
        "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL" => error("email", words::EMAIL_TAKEN),
        "INVALID_EMAIL_OR_PASSWORD" => error("", words::WRONG_CREDENTIALS),
        _ if !problem.errors.is_empty() => problem.errors.clone(),
        _ => error("", &problem.message),
    }
}

/// The form `auth`, whose `data-endpoint` says where it goes.
#[island]
pub fn AuthForm(children: Children) -> impl IntoView {
    Effect::new(|| {
        wake_reveals();
        let Some(form) = by_id::<Element>("auth") else { return };
        let this = form.clone();
        on(&form, "submit", move |event: Event| {
            event.prevent_default();
            submit(&this);
        });
    });
    children()
}

fn submit(form: &Element) {
    let Some(button) = find::<Element>(form, "button.primary") else { return };
    if button.has_attribute("aria-disabled") {
        return;
    }
    let is_new = field(form, "name").is_some();
    let email = value(form, "email").trim().to_owned();
    let password = value(form, "password");
    let mut errors: Vec<_> = validate_email(&email).err().into_iter().collect();
    if is_new {
        errors.extend(validate_password(&password).err());
    } else if password.is_empty() {
        errors.push(FieldError::new("password", "REQUIRED", words::PASSWORD_MISSING));
    }
    refuse(form, &errors);
    if !errors.is_empty() {
        return;
    }
    let kind = if is_new { AuthKind::SignUp } else { AuthKind::SignIn };
    let credentials = Credentials { name: value(form, "name"), email, password };
    let verb = button.text_content().unwrap_or_default();
    attribute(&button, "aria-disabled", Some("true"));
    button.set_text_content(Some(words::ONE_MOMENT));
    let form = form.clone();
    spawn_local(async move {
        match authenticate(kind, &credentials).await {
            // The button stays as it is: the page is on its way out.
            Ok(()) => drop(window().location().assign(&value(&form, "return_to"))),
            Err(problem) => {
                attribute(&button, "aria-disabled", None);
                button.set_text_content(Some(&verb));
                refuse(&form, &form_errors(&problem));
            }
        }
    });
}

/// Shows what is wrong, and puts the focus on the first field that is, else on the password.
fn refuse(form: &Element, errors: &[FieldError]) {
    show_errors(form, errors);
    let Some(first) = errors.first() else { return };
    let name = if first.field.is_empty() { "password" } else { &first.field };
    if let Some(input) = field(form, name) {
        focus(&input);
    }
}
