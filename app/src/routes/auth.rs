//! `/signin` and `/signup`.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{alert::Alert, field::Field},
    islands::auth_form::AuthForm,
    model::FieldError,
    words,
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

impl RouteData for AuthPage {
    fn path(&self) -> &'static str {
        self.kind.path()
    }

    fn has_islands(&self) -> bool {
        true
    }
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

/// The form, and the way to the other one.
#[component]
pub fn Auth() -> impl IntoView {
    let AuthPage { kind, return_to, notice, name, email, errors } = route_data();
    let link_back = return_to.clone();
    let is_new = kind == AuthKind::SignUp;
    let other_kind = if is_new { AuthKind::SignIn } else { AuthKind::SignUp };
    let (question, other) = words::auth_other(kind);
    view! {
        <Title text=words::page_title(words::auth_title(kind)) />
        <section class="narrow">
            <h1>{words::auth_title(kind)}</h1>
            {notice.map(|notice| view! { <p class="banner" role="status">{words::notice(notice)}</p> })}
            <AuthForm>
                <form class="form" id="auth" method="post" action=kind.path() data-endpoint=kind.endpoint() novalidate>
                    <Alert errors=errors.clone() />
                    <input type="hidden" name="return_to" value=return_to />
                    {is_new
                        .then(|| {
                            view! {
                                <Field name="name" label=words::NAME kind="text" autocomplete="name" value=name hint=words::NAME_HINT optional=true errors=errors.clone() />
                            }
                        })}
                    <Field name="email" label=words::EMAIL kind="email" autocomplete="username" value=email errors=errors.clone() />
                    <Field
                        name="password"
                        label=words::PASSWORD
                        kind="password"
                        autocomplete=if is_new { "new-password" } else { "current-password" }
                        hint=if is_new { words::PASSWORD_HINT } else { "" }
                        errors
                    />
                    <button class="primary wide">{words::auth_button(kind)}</button>
                </form>
            </AuthForm>
            {(kind == AuthKind::SignIn).then(|| view! { <p class="other"><a href="/forgot-password">{words::FORGOT_PASSWORD}</a></p> })}
            <p class="other">{question} " " <a href=format!("{}?return_to={}", other_kind.path(), encode(&link_back))>{other}</a></p>
        </section>
    }
}

/// A path as the value of a query parameter: what would end it is escaped.
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B")
}
