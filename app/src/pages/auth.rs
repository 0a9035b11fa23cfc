//! `/signin` and `/signup`.

use leptos::prelude::*;

use crate::{
    components::{alert::Alert, field::Field},
    islands::auth_form::AuthForm,
    model::FieldError,
    words::PASSWORD_HINT,
};

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// What the pages for signing in and up show.
#[derive(Debug, Clone)]
pub struct AuthPage {
    /// Which of the two.
    pub kind: AuthKind,
    /// Where to go then: a path of this site.
    pub return_to: String,
    /// Why the visitor is here, when there is something to say about it.
    pub notice: Option<Notice>,
    /// The name that was sent.
    pub name: String,
    /// The e-mail that was sent.
    pub email: String,
    /// What was wrong with what was sent; an empty field name means all of it.
    pub errors: Vec<FieldError>,
}

/// What has happened before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A session ended that the visitor did not end.
    Expired,
    /// They have a new password.
    PasswordSet,
    /// They have deleted their account.
    Deleted,
}

impl Notice {
    const fn words(self) -> &'static str {
        match self {
            Self::Expired => "Your session has expired. Sign in again to go on where you were.",
            Self::PasswordSet => "Your new password is set. Sign in with it.",
            Self::Deleted => "Your account and everything in it is gone.",
        }
    }
}

/// The form, and the way to the other one.
#[component]
pub fn Auth(
    /// What to show.
    page: AuthPage,
) -> impl IntoView {
    let AuthPage { kind, return_to, notice, name, email, errors } = page;
    let link_back = return_to.clone();
    let is_new = kind == AuthKind::SignUp;
    let (question, other, path) = match kind {
        AuthKind::SignIn => ("New here?", "Create an account", "/signup"),
        AuthKind::SignUp => ("Have an account already?", "Sign in", "/signin"),
    };
    view! {
        <section class="narrow">
            <h1>{kind.title()}</h1>
            {notice.map(|notice| view! { <p class="banner" role="status">{notice.words()}</p> })}
            <AuthForm>
                <form class="form" id="auth" method="post" action=kind.path() data-endpoint=kind.endpoint() novalidate>
                    <Alert errors=errors.clone() />
                    <input type="hidden" name="return_to" value=return_to />
                    {is_new
                        .then(|| {
                            view! {
                                <Field name="name" label="Name" kind="text" autocomplete="name" value=name hint="What should we call you? You can leave it empty." optional=true errors=errors.clone() />
                            }
                        })}
                    <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email errors=errors.clone() />
                    <Field
                        name="password"
                        label="Password"
                        kind="password"
                        autocomplete=if is_new { "new-password" } else { "current-password" }
                        hint=if is_new { PASSWORD_HINT } else { "" }
                        errors
                    />
                    <button class="primary wide">{kind.verb()}</button>
                </form>
            </AuthForm>
            {(kind == AuthKind::SignIn).then(|| view! { <p class="other"><a href="/forgot-password">"Forgot your password?"</a></p> })}
            <p class="other">{question} " " <a href=format!("{path}?return_to={}", encode(&link_back))>{other}</a></p>
        </section>
    }
}

/// A path as the value of a query parameter: what would end it is escaped.
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B")
}
