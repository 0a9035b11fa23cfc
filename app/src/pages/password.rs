//! `/forgot-password` and `/reset-password`: plain forms, as those of the account page.

use leptos::prelude::*;

use crate::{
    components::{alert::Alert, field::Field, icon::Icon},
    islands::forms::Forms,
    model::FieldError,
    words::PASSWORD_HINT,
};

/// What the page for somebody who has forgotten their password shows.
#[derive(Debug, Clone, Default)]
pub struct ForgotPage {
    /// The e-mail that was sent.
    pub email: String,
    /// Whether a link is on its way, if there is such an account.
    pub is_sent: bool,
    /// What was wrong with what was sent.
    pub errors: Vec<FieldError>,
}

/// What the page behind the mailed link shows.
#[derive(Debug, Clone)]
pub struct ResetPage {
    /// The link's token and whose it is; `None` when it is good for nothing.
    pub link: Option<(String, String)>,
    /// What was wrong with what was sent.
    pub errors: Vec<FieldError>,
}

/// Asks for the address to which the link goes.
#[component]
pub fn Forgot(
    /// What to show.
    page: ForgotPage,
) -> impl IntoView {
    let ForgotPage { email, is_sent, errors } = page;
    let form = move || {
        view! {
            <p>"Tell us your e-mail, and we send you a link to set a new one."</p>
            <form class="form" method="post" action="/forgot-password" novalidate>
                <Alert errors=errors.clone() />
                <Field name="email" label="E-mail" kind="email" autocomplete="username" value=email errors />
                <button class="primary wide">"Send the link"</button>
            </form>
        }
    };
    let sent = || {
        view! {
            <p class="banner" role="status">
                {Icon::Check.draw()} <span>"If that e-mail has an account, a link is on its way to it. Open it within an hour."</span>
            </p>
        }
    };
    view! {
        <section class="narrow">
            <h1>"Forgot your password?"</h1>
            {if is_sent { sent().into_any() } else { form().into_any() }}
            <p class="other"><a href="/signin">"Back to sign in"</a></p>
        </section>
    }
}

/// Asks for the new password.
#[component]
pub fn Reset(
    /// What to show.
    page: ResetPage,
) -> impl IntoView {
    let ResetPage { link, errors } = page;
    let form = move |(token, email): (String, String)| {
        view! {
          <Forms>
            <form class="form" method="post" action="/reset-password" novalidate>
                <Alert errors=errors.clone() />
                <input type="hidden" name="token" value=token />
                <input type="text" name="username" autocomplete="username" value=email hidden />
                <Field name="newPassword" label="New password" kind="password" autocomplete="new-password" hint=PASSWORD_HINT errors />
                <p class="hint">"Every device that is signed in will be signed out."</p>
                <button class="primary wide">"Set the password"</button>
            </form>
          </Forms>
        }
    };
    let refusal = || {
        view! {
            <p class="banner failed">{Icon::Warning.draw()} <span>"That link is not valid, or not any more."</span></p>
            <p><a class="button primary" href="/forgot-password">"Send me a new one"</a></p>
        }
    };
    view! {
        <section class="narrow">
            <h1>"Set a new password"</h1>
            {match link {
                Some(link) => form(link).into_any(),
                None => refusal().into_any(),
            }}
        </section>
    }
}
