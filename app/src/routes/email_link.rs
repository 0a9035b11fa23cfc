//! `/verify-email` and `/cancel-email-change`: plain forms with one button.

use leptos::{either::EitherOf4, prelude::*};
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{components::icon::Icon, strings};

/// What the page behind a mailed link about an e-mail shows.
#[derive(Debug, Clone)]
pub enum EmailLinkPage {
    /// What the link does, and a button that does it.
    Ask(EmailLink),
    /// It is done.
    Confirmed,
    /// The change is cancelled.
    Cancelled,
    /// The link is good for nothing.
    Refused,
}

/// What a mailed link does.
#[derive(Debug, Clone)]
pub enum EmailLink {
    /// Confirms the account's address.
    Confirm {
        /// Of the link.
        token: String,
        /// The address.
        email: String,
        /// Where to go on.
        callback_url: Option<String>,
    },
    /// Gives the account a new address.
    Change {
        /// Of the link.
        token: String,
        /// The new address.
        email: String,
        /// Where to go on.
        callback_url: Option<String>,
    },
    /// Cancels a change of the address.
    CancelChange {
        /// Of the link.
        token: String,
        /// The address that stays.
        email: String,
    },
}

impl EmailLinkPage {
    /// The heading and title of the page.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Ask(EmailLink::CancelChange { .. }) | Self::Cancelled => strings::CANCEL_EMAIL_CHANGE,
            Self::Ask(_) | Self::Confirmed | Self::Refused => strings::CONFIRM_YOUR_EMAIL,
        }
    }
}

impl RouteData for EmailLinkPage {
    fn path(&self) -> &'static str {
        match self {
            Self::Ask(EmailLink::CancelChange { .. }) | Self::Cancelled => "/cancel-email-change",
            Self::Ask(_) | Self::Confirmed | Self::Refused => "/verify-email",
        }
    }
}

/// Says what the link does, and does it when the button is pressed.
#[component]
pub fn EmailLinkForm() -> impl IntoView {
    let page: EmailLinkPage = route_data();
    let title = page.title();
    let body = match page {
        EmailLinkPage::Ask(link) => EitherOf4::A(view! { <AskForm link /> }),
        EmailLinkPage::Confirmed => EitherOf4::B(view! {
            <p class="banner" role="status">{Icon::Check.draw()} <span>{strings::EMAIL_CONFIRMED}</span></p>
            <p><a class="button primary" href="/tasks">{strings::GO_TO_YOUR_TASKS}</a></p>
        }),
        EmailLinkPage::Cancelled => EitherOf4::C(view! {
            <p class="banner" role="status">{Icon::Check.draw()} <span>{strings::EMAIL_CHANGE_CANCELLED}</span></p>
            <p><a class="button primary" href="/forgot-password">{strings::SET_NEW_PASSWORD}</a></p>
        }),
        EmailLinkPage::Refused => EitherOf4::D(view! {
            <p class="banner failed">{Icon::Warning.draw()} <span>{strings::LINK_REFUSED}</span></p>
            <p><a class="button primary" href="/account">{strings::YOUR_ACCOUNT}</a></p>
        }),
    };
    view! {
        <Title text=strings::page_title(title) />
        <section class="narrow">
            <h1>{title}</h1>
            {body}
        </section>
    }
}

#[component]
fn AskForm(
    /// What the link does.
    link: EmailLink,
) -> impl IntoView {
    let (action, lead, button, token, callback_url) = match link {
        EmailLink::Confirm { token, email, callback_url } => {
            ("/verify-email", strings::confirm_lead(&email), strings::CONFIRM_THIS_EMAIL, token, callback_url)
        }
        EmailLink::Change { token, email, callback_url } => {
            ("/verify-email", strings::change_lead(&email), strings::USE_THIS_EMAIL, token, callback_url)
        }
        EmailLink::CancelChange { token, email } => {
            ("/cancel-email-change", strings::cancel_lead(&email), strings::KEEP_MY_EMAIL, token, None)
        }
    };
    view! {
        <form class="form" method="post" action=action>
            <p>{lead}</p>
            <input type="hidden" name="token" value=token />
            {callback_url.map(|url| view! { <input type="hidden" name="callbackURL" value=url /> })}
            <button class="primary wide">{button}</button>
        </form>
    }
}
