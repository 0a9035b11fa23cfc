//! `/forgot-password`: asks for a link by e-mail.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{alert::Alert, field::Field, icon::Icon},
    model::FieldError,
    strings,
};

/// What the page for a user who has forgotten their password shows.
#[derive(Debug, Clone, Default)]
pub struct ForgotPage {
    /// The e-mail that was sent.
    pub email: String,
    /// Whether a link is on its way, if there is such an account.
    pub is_sent: bool,
    /// What was wrong with what was sent.
    pub errors: Vec<FieldError>,
}

impl RouteData for ForgotPage {
    fn path(&self) -> &'static str {
        "/forgot-password"
    }
}

/// Asks for the address to which the link goes.
#[component]
pub fn Forgot() -> impl IntoView {
    let ForgotPage { email, is_sent, errors } = route_data();
    let form = move || {
        view! {
            <p>{strings::FORGOT_LEAD}</p>
            <form class="form" method="post" action="/forgot-password" novalidate>
                <Alert errors=errors.clone() />
                <Field name="email" label=strings::EMAIL kind="email" autocomplete="username" value=email errors />
                <button class="primary wide">{strings::SEND_LINK}</button>
            </form>
        }
    };
    let sent = || {
        view! {
            <p class="banner" role="status">
                {Icon::Check.draw()} <span>{strings::LINK_SENT}</span>
            </p>
        }
    };
    view! {
        <Title text=strings::page_title(strings::FORGOT_PASSWORD) />
        <section class="narrow">
            <h1>{strings::FORGOT_PASSWORD}</h1>
            {if is_sent { Either::Left(sent()) } else { Either::Right(form()) }}
            <p class="other"><a href="/signin">{strings::BACK_TO_SIGN_IN}</a></p>
        </section>
    }
}
