//! The form for signing in or up. It is a real form, which the server answers with a page; with WASM the answer
//! comes without leaving it.

use leptos::{ev::SubmitEvent, html::Input, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};

use super::password_field::PASSWORD_HINT;
use crate::{
    client,
    components::{alert::Alert, field::Field},
    model::{FieldError, Problem, validate_email, validate_password},
};

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthKind {
    /// For somebody who has an account.
    SignIn,
    /// For somebody who wants one.
    SignUp,
}

impl AuthKind {
    /// The heading of its page.
    pub const fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Sign in",
            Self::SignUp => "Create your account",
        }
    }

    /// The page's path, to which the form is sent.
    pub const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/signin",
            Self::SignUp => "/signup",
        }
    }

    const fn endpoint(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in/email",
            Self::SignUp => "sign-up/email",
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::SignIn => "Sign in",
            Self::SignUp => "Create account",
        }
    }
}

#[derive(Serialize)]
struct Credentials {
    name: String,
    email: String,
    password: String,
}

/// What a problem means in this form: its fields' errors, or one of the whole form, whose field has no name.
pub fn form_errors(problem: &Problem) -> Vec<FieldError> {
    let error = |field: &str, message: &str| vec![FieldError::new(field, &problem.code, message)];
    match problem.code.as_str() {
        "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL" => error("email", "That e-mail already has an account. Sign in instead?"),
        "INVALID_EMAIL_OR_PASSWORD" => error("", "The e-mail and the password don’t belong together. Check both and try again."),
        _ if !problem.errors.is_empty() => problem.errors.clone(),
        _ => error("", &problem.message),
    }
}

/// The form.
#[island]
pub fn AuthForm(
    /// Which one.
    kind: AuthKind,
    /// Where to go then: a path of this site.
    return_to: String,
    /// The name that was sent already.
    name: String,
    /// The e-mail that was sent already.
    email: String,
    /// What was wrong with it.
    errors: Vec<FieldError>,
) -> impl IntoView {
    let is_new = kind == AuthKind::SignUp;
    let errors = RwSignal::new(errors);
    let is_busy = RwSignal::new(false);
    let (name_node, email_node, password_node) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let target = StoredValue::new(return_to.clone());

    // The first field with an error, else the one to type first.
    let show = move |found: Vec<FieldError>| {
        let first = found.first().map(|error| error.field.clone());
        errors.set(found);
        let node = match first.as_deref() {
            Some("name") => name_node,
            Some("password" | "") => password_node,
            _ => email_node,
        };
        if let Some(input) = node.get_untracked() {
            let _ = input.focus();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        let value = |node: NodeRef<Input>| node.get_untracked().map(|input| input.value()).unwrap_or_default();
        let credentials =
            Credentials { name: value(name_node), email: value(email_node).trim().to_owned(), password: value(password_node) };
        let mut found: Vec<_> = validate_email(&credentials.email).err().into_iter().collect();
        if is_new {
            found.extend(validate_password(&credentials.password).err());
        } else if credentials.password.is_empty() {
            found.push(FieldError::new("password", "REQUIRED", "Enter your password."));
        }
        if !found.is_empty() {
            show(found);
            return;
        }
        errors.set(Vec::new());
        is_busy.set(true);
        spawn_local(async move {
            match client::authenticate(kind.endpoint(), &credentials).await {
                // `is_busy` stays: the page is on its way out.
                Ok(_) => {
                    let _ = window().location().assign(&target.get_value());
                }
                Err(problem) => {
                    is_busy.set(false);
                    show(form_errors(&problem));
                }
            }
        });
    };
    view! {
        <form class="form" method="post" action=kind.path() novalidate on:submit=submit>
            <Alert errors />
            <input type="hidden" name="return_to" value=return_to />
            {is_new
                .then(|| {
                    view! {
                        <Field name="name" label="Name" kind="text" autocomplete="name" value=name.clone() hint="What should we call you? You can leave it empty." optional=true errors node=name_node />
                    }
                })}
            <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email errors node=email_node />
            <Field
                name="password"
                label="Password"
                kind="password"
                autocomplete=if is_new { "new-password" } else { "current-password" }
                value=""
                hint=if is_new { PASSWORD_HINT } else { "" }
                errors
                node=password_node
            />
            <button class="primary wide" aria-disabled=move || is_busy.get().then_some("true")>
                {move || if is_busy.get() { "One moment…" } else { kind.verb() }}
            </button>
        </form>
    }
}
