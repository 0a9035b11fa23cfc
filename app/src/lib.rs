//! What a browser shows, compiled twice: into the server and into WASM. The shell and the pages that it can hold.
#![recursion_limit = "256"]
#![allow(clippy::needless_pass_by_value, reason = "components and islands own their props")]

pub mod client;
mod components;
mod day;
mod dom;
pub mod islands;
pub mod model;
pub mod outbox;
mod pages;
pub mod position;
pub mod quick;
pub mod quick_add;
pub mod session;
mod time;
mod wire;
pub mod words;

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::{
    nonce::{Nonce, use_nonce},
    prelude::*,
};

pub use crate::pages::{
    account::{AccountForm, AccountPage, Device, Done},
    auth::{AuthKind, AuthPage, Notice},
    docs::{DocsOperation, DocsPage},
    email_link::{EmailLink, EmailLinkPage},
    password::{ForgotPage, ResetPage},
    tasks::{Counts, TaskPage},
};
use crate::{
    components::{header::Header, icon::Drawings, same_for_all},
    pages::{
        account::Account,
        auth::Auth,
        docs::Docs,
        email_link::EmailLinkForm,
        home::Home,
        password::{Forgot, Reset},
        refusal::Refusal,
        tasks::Tasks,
    },
};

/// A page with all its data: rendering it asks nobody anything.
#[derive(Debug, Clone)]
pub enum Page {
    /// What Holdfast is, for somebody who is signed out.
    Home,
    /// Signing in or up.
    Auth(AuthPage),
    /// Asking for a new password.
    Forgot(ForgotPage),
    /// Setting it.
    Reset(ResetPage),
    /// What a mailed link about an e-mail does.
    EmailLink(EmailLinkPage),
    /// Somebody's account.
    Account(Box<AccountPage>),
    /// Somebody's tasks.
    Tasks(Box<TaskPage>),
    /// The API.
    Docs(DocsPage),
    /// Why there is no page.
    Refusal {
        /// The HTTP status.
        status: u16,
        /// What happened.
        message: String,
    },
}

impl Page {
    fn title(&self) -> String {
        match self {
            Self::Home => words::HOME_TITLE.into(),
            Self::Auth(page) => words::page_title(words::auth_title(page.kind)),
            Self::Docs(_) => words::page_title(words::THE_API),
            Self::Forgot(_) => words::page_title(words::FORGOT_PASSWORD),
            Self::Reset(_) => words::page_title(words::SET_NEW_PASSWORD),
            Self::EmailLink(page) => words::page_title(page.title()),
            Self::Account(_) => words::page_title(words::YOUR_ACCOUNT),
            Self::Tasks(page) => words::tasks_title(page.counts.pending),
            Self::Refusal { status: 404, .. } => words::page_title(words::NOT_FOUND),
            Self::Refusal { .. } => words::page_title(words::NOT_POSSIBLE),
        }
    }

    /// Whether the page has islands; one without ships no WASM.
    const fn has_islands(&self) -> bool {
        match self {
            Self::Auth(_) | Self::Account(_) | Self::Tasks(_) => true,
            Self::Reset(page) => page.link.is_some(),
            Self::Home | Self::Forgot(_) | Self::EmailLink(_) | Self::Docs(_) | Self::Refusal { .. } => false,
        }
    }
}

/// Tells the server with every page from now on what time it is here, and notes which buttons are pressed before the islands
/// are awake: they press them again then.
const FIRST_SCRIPT: &str = "let[p,s]=location.protocol=='https:'?['__Host-','; Secure']:['',''];\
    document.cookie=`${p}utc_offset=${-new Date().getTimezoneOffset()}; Path=/; SameSite=Lax${s}; Max-Age=31536000`;\
    addEventListener('click',e=>{let b=e.target.closest('[data-do]');b&&!window.awake&&(window.early??=[]).push(b)},true)";

/// The whole document as HTML, with this nonce on its scripts. Nothing on a page waits for anything: there is no stream.
pub fn document(options: &LeptosOptions, page: Page, theme: Option<&'static str>, nonce: Nonce) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(nonce);
        shell(options.clone(), page, theme).to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}

fn shell(options: LeptosOptions, page: Page, theme: Option<&'static str>) -> impl IntoView {
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    let scripts = page.has_islands().then(|| {
        view! {
            <script nonce=use_nonce()>{FIRST_SCRIPT}</script>
            <AutoReload options=options.clone() />
            <HydrationScripts options=options islands=true />
        }
    });
    let user = match &page {
        Page::Tasks(page) => Some(page.shown_name.clone()),
        Page::Account(page) => Some(page.user.shown_name().to_owned()),
        _ => None,
    };
    let title = page.title();
    let body = match page {
        Page::Home => view! { <Home /> }.into_any(),
        Page::Auth(page) => view! { <Auth page /> }.into_any(),
        Page::Docs(page) => view! { <Docs page /> }.into_any(),
        Page::Forgot(page) => view! { <Forgot page /> }.into_any(),
        Page::Reset(page) => view! { <Reset page /> }.into_any(),
        Page::EmailLink(page) => view! { <EmailLinkForm page /> }.into_any(),
        Page::Account(page) => view! { <Account page=*page /> }.into_any(),
        Page::Tasks(page) => view! { <Tasks page=*page /> }.into_any(),
        Page::Refusal { status, message } => view! { <Refusal status message /> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.unwrap_or("light dark") />
                <meta name="description" content=words::SITE_DESCRIPTION />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                {scripts}
            </head>
            <body>
                {same_for_all!(view! { <Drawings /> })}
                <a class="skip" href="#main">{words::SKIP}</a>
                <Header user />
                <main id="main" tabindex="-1">{body}</main>
            </body>
        </html>
    }
}
