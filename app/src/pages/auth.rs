//! `/signin` and `/signup`.

use leptos::prelude::*;

use crate::{
    AuthPage,
    islands::auth_form::{AuthForm, AuthKind},
};

/// The form, and the way to the other one.
#[component]
pub fn Auth(
    /// What to show.
    page: AuthPage,
) -> impl IntoView {
    let AuthPage { kind, return_to, is_expired, name, email, errors } = page;
    let link_back = return_to.clone();
    let (question, other, path) = match kind {
        AuthKind::SignIn => ("New here?", "Create an account", "/signup"),
        AuthKind::SignUp => ("Have an account already?", "Sign in", "/signin"),
    };
    view! {
        <section class="narrow">
            <h1>{kind.title()}</h1>
            {is_expired
                .then(|| {
                    view! {
                        <p class="banner" role="status">
                            "Your session has expired. Sign in again to go on where you were."
                        </p>
                    }
                })}
            <AuthForm kind return_to name email errors />
            <p class="other">{question} " " <a href=format!("{path}?return_to={}", encode(&link_back))>{other}</a></p>
        </section>
    }
}

/// A path as the value of a query parameter: what would end it is escaped.
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B")
}
