//! `/forgot-password`: asks for a link by e-mail.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{alert::Alert, field::Field, icon::Icon},
    model::FieldError,
    words,
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
        <Title text=words::page_title(words::FORGOT_PASSWORD) />
        <section class="narrow">
            <h1>{words::FORGOT_PASSWORD}</h1>
            {if is_sent { Either::Left(sent()) } else { Either::Right(form()) }}
            <p class="other"><a href="/signin">{words::BACK_TO_SIGN_IN}</a></p>
        </section>
    }
}
