//! `/signin` and `/signup`.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    islands::auth_form::AuthForm,
    model::{AuthKind, FieldError},
    strings,
};

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

impl Notice {
    const fn text(self) -> &'static str {
        match self {
            Self::Expired => strings::SESSION_ENDED,
            Self::PasswordSet => strings::PASSWORD_IS_SET,
            Self::Deleted => strings::ACCOUNT_DELETED,
        }
    }
}

/// The form, and the way to the other one.
#[component]
pub fn Auth() -> impl IntoView {
    let AuthPage { kind, return_to, notice, name, email, errors } = route_data();
    let link_back = return_to.clone();
    let other_kind = if kind == AuthKind::SignUp { AuthKind::SignIn } else { AuthKind::SignUp };
    let (question, other) = strings::auth_other(kind);
    view! {
        <Title text=strings::page_title(strings::auth_title(kind)) />
        <section class="narrow">
            <h1>{strings::auth_title(kind)}</h1>
            {notice.map(|notice| view! { <p class="banner" role="status">{notice.text()}</p> })}
            <AuthForm kind return_to name email errors />
            {(kind == AuthKind::SignIn).then(|| view! { <p class="other"><a href="/forgot-password">{strings::FORGOT_PASSWORD}</a></p> })}
            <p class="other">{question} " " <a href=format!("{}?return_to={}", other_kind.path(), encode(&link_back))>{other}</a></p>
        </section>
    }
}

/// A path as the value of a query parameter: what would end it is escaped.
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B")
}
