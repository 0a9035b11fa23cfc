//! `/forgot-password` and `/reset-password`: plain forms, as those of the account page.

use leptos::prelude::*;

use crate::{
    components::{alert::Alert, field::Field, icon::Icon},
    islands::password_field::PasswordField,
    model::FieldError,
    words,
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
            <p>{words::FORGOT_LEAD}</p>
            <form class="form" method="post" action="/forgot-password" novalidate>
                <Alert errors=errors.clone() />
                <Field name="email" label=words::EMAIL kind="email" autocomplete="username" value=email errors />
                <button class="primary wide">{words::SEND_LINK}</button>
            </form>
        }
    };
    let sent = || {
        view! {
            <p class="banner" role="status">
                {Icon::Check.draw()} <span>{words::LINK_SENT}</span>
            </p>
        }
    };
    view! {
        <section class="narrow">
            <h1>{words::FORGOT_PASSWORD}</h1>
            {if is_sent { sent().into_any() } else { form().into_any() }}
            <p class="other"><a href="/signin">{words::BACK_TO_SIGN_IN}</a></p>
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
            <form class="form" method="post" action="/reset-password" novalidate>
                <Alert errors=errors.clone() />
                <input type="hidden" name="token" value=token />
                <input type="text" name="username" autocomplete="username" value=email hidden />
                <PasswordField name="newPassword" label=words::NEW_PASSWORD autocomplete="new-password" hint=words::PASSWORD_HINT errors />
                <p class="hint">{words::SET_PASSWORD_HINT}</p>
                <button class="primary wide">{words::SET_PASSWORD}</button>
            </form>
        }
    };
    let refusal = || {
        view! {
            <p class="banner failed">{Icon::Warning.draw()} <span>{words::LINK_REFUSED}</span></p>
            <p><a class="button primary" href="/forgot-password">{words::SEND_NEW_LINK}</a></p>
        }
    };
    view! {
        <section class="narrow">
            <h1>{words::SET_NEW_PASSWORD}</h1>
            {match link {
                Some(link) => form(link).into_any(),
                None => refusal().into_any(),
            }}
        </section>
    }
}
