//! The form for signing in or up.

use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};

use crate::{
    client::{Credentials, authenticate},
    components::{
        alert::{Alert, form_errors},
        field::Field,
    },
    model::{AuthKind, FieldError, validate_email, validate_password},
    strings,
};

/// What can be known to be wrong before anything is sent.
fn validate(kind: AuthKind, credentials: &Credentials) -> Vec<FieldError> {
    let password = match kind {
        AuthKind::SignUp => validate_password(&credentials.password),
        AuthKind::SignIn if credentials.password.is_empty() => Err(FieldError::new("password", "REQUIRED", strings::PASSWORD_MISSING)),
        AuthKind::SignIn => Ok(()),
    };
    validate_email(&credentials.email).err().into_iter().chain(password.err()).collect()
}

/// A real form, which the server answers with a page; with WASM the answer comes without leaving it.
#[island]
pub fn AuthForm(
    /// Whether it signs in or up.
    kind: AuthKind,
    /// Where to go then: a path of this site.
    return_to: String,
    /// The name that was sent.
    name: String,
    /// The e-mail that was sent.
    email: String,
    /// What was wrong with what was sent.
    errors: Vec<FieldError>,
) -> impl IntoView {
    let is_new = kind == AuthKind::SignUp;
    let errors = RwSignal::new(errors);
    let is_busy = RwSignal::new(false);
    let (name_input, email_input, password_input) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());

    // Shows what is wrong. The focus goes to the first field that is, and to the password when it is none of them.
    let refuse = move |found: Vec<FieldError>| {
        let first = match found.first().map(|error| error.field.as_str()) {
            None => None,
            Some("name") => name_input.get_untracked(),
            Some("email") => email_input.get_untracked(),
            Some(_) => password_input.get_untracked(),
        };
        errors.set(found);
        if let Some(input) = first {
            let _ = input.focus();
        }
    };
    let target = return_to.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let value = |input: NodeRef<Input>| input.get_untracked().map(|input| input.value()).unwrap_or_default();
        let credentials = Credentials {
            name: is_new.then(|| value(name_input)),
            email: value(email_input).trim().to_owned(),
            password: value(password_input),
        };
        let found = validate(kind, &credentials);
        let is_valid = found.is_empty();
        refuse(found);
        if !is_valid {
            return;
        }
        is_busy.set(true);
        let target = target.clone();
        spawn_local(async move {
            match authenticate(kind, &credentials).await {
                // The button stays busy until the next page is there.
                Ok(()) => drop(window().location().assign(&target)),
                Err(problem) => {
                    is_busy.set(false);
                    refuse(form_errors(&problem));
                }
            }
        });
    };

    view! {
        <form class="form" id="auth" method="post" action=kind.path() novalidate on:submit=submit>
            <Alert errors />
            <input type="hidden" name="return_to" value=return_to />
            {is_new
                .then(|| {
                    view! {
                        <Field
                            name="name"
                            label=strings::NAME
                            kind="text"
                            autocomplete="name"
                            value=name
                            hint=strings::NAME_HINT
                            optional=true
                            errors
                            input=name_input
                        />
                    }
                })}
            <Field name="email" label=strings::EMAIL kind="email" autocomplete="username" value=email errors input=email_input />
            <Field
                name="password"
                label=strings::PASSWORD
                kind="password"
                autocomplete=if is_new { "new-password" } else { "current-password" }
                hint=if is_new { strings::PASSWORD_HINT } else { "" }
                errors
                input=password_input
            />
            <button class="primary wide" aria-disabled=move || is_busy.get().then_some("true")>
                {move || if is_busy.get() { strings::ONE_MOMENT } else { strings::auth_button(kind) }}
            </button>
        </form>
    }
}
