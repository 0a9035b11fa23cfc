//! `/reset-password`: what the mailed link opens.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{alert::Alert, icon::Icon},
    islands::password_field::PasswordField,
    model::FieldError,
    strings,
};

/// What the page behind the mailed link shows.
#[derive(Debug, Clone)]
pub struct ResetPage {
    /// The link's token and whose it is; `None` when it is good for nothing.
    pub link: Option<(String, String)>,
    /// What was wrong with what was sent.
    pub errors: Vec<FieldError>,
}

impl RouteData for ResetPage {
    fn path(&self) -> &'static str {
        "/reset-password"
    }

    fn has_islands(&self) -> bool {
        self.link.is_some()
    }
}

/// Asks for the new password.
#[component]
pub fn Reset() -> impl IntoView {
    let ResetPage { link, errors } = route_data();
    let form = move |(token, email): (String, String)| {
        view! {
            <form class="form" method="post" action="/reset-password" novalidate>
                <Alert errors=errors.clone() />
                <input type="hidden" name="token" value=token />
                <input type="text" name="username" autocomplete="username" value=email hidden />
                <PasswordField name="newPassword" label=strings::NEW_PASSWORD autocomplete="new-password" hint=strings::PASSWORD_HINT errors />
                <p class="hint">{strings::SET_PASSWORD_HINT}</p>
                <button class="primary wide">{strings::SET_PASSWORD}</button>
            </form>
        }
    };
    let refusal = || {
        view! {
            <p class="banner failed">{Icon::Warning.draw()} <span>{strings::LINK_REFUSED}</span></p>
            <p><a class="button primary" href="/forgot-password">{strings::SEND_NEW_LINK}</a></p>
        }
    };
    view! {
        <Title text=strings::page_title(strings::SET_NEW_PASSWORD) />
        <section class="narrow">
            <h1>{strings::SET_NEW_PASSWORD}</h1>
            {match link {
                Some(link) => Either::Left(form(link)),
                None => Either::Right(refusal()),
            }}
        </section>
    }
}
