//! What a browser shows, compiled twice: into the server and into WASM. The shell and the pages that it can hold.
#![recursion_limit = "256"]
#![allow(clippy::needless_pass_by_value, reason = "components and islands own their props")]

pub mod client;
mod components;
pub mod islands;
pub mod model;
mod pages;
pub mod session;
mod time;

use leptos::prelude::*;

use crate::{
    components::header::Header,
    model::FieldError,
    pages::{auth::Auth, home::Home, refusal::Refusal, tasks::Tasks},
};
pub use crate::{islands::auth_form::AuthKind, pages::tasks::TaskPage};

/// A page with all its data: rendering it asks nobody anything.
#[derive(Debug, Clone)]
pub enum Page {
    /// What Holdfast is, for somebody who is signed out.
    Home,
    /// Signing in or up.
    Auth(AuthPage),
    /// Somebody's tasks.
    Tasks(Box<TaskPage>),
    /// Why there is no page.
    Refusal {
        /// The HTTP status.
        status: u16,
        /// What happened.
        message: String,
    },
}

/// What the pages for signing in and up show.
#[derive(Debug, Clone)]
pub struct AuthPage {
    /// Which of the two.
    pub kind: AuthKind,
    /// Where to go then: a path of this site.
    pub return_to: String,
    /// Whether a session ended that the visitor did not end.
    pub is_expired: bool,
    /// The name that was sent.
    pub name: String,
    /// The e-mail that was sent.
    pub email: String,
    /// What was wrong with what was sent; an empty field name means all of it.
    pub errors: Vec<FieldError>,
}

impl Page {
    fn title(&self) -> String {
        match self {
            Self::Home => "Holdfast: a quiet list of what you have to do".into(),
            Self::Auth(page) => format!("{} · Holdfast", page.kind.title()),
            Self::Tasks(page) => pages::tasks::title(page.pending),
            Self::Refusal { status: 404, .. } => "Not found · Holdfast".into(),
            Self::Refusal { .. } => "Not possible now · Holdfast".into(),
        }
    }

    /// Whether the page has islands; one without ships no WASM.
    const fn has_islands(&self) -> bool {
        matches!(self, Self::Auth(_) | Self::Tasks(_))
    }
}

/// The whole document. Its scripts carry the nonce that the server puts into the context.
pub fn shell(options: LeptosOptions, page: Page) -> impl IntoView {
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    let scripts = page.has_islands().then(|| {
        view! {
            <AutoReload options=options.clone() />
            <HydrationScripts options=options islands=true />
        }
    });
    let user = if let Page::Tasks(page) = &page { Some(page.shown_name.clone()) } else { None };
    let title = page.title();
    let body = match page {
        Page::Home => view! { <Home /> }.into_any(),
        Page::Auth(page) => view! { <Auth page /> }.into_any(),
        Page::Tasks(page) => view! { <Tasks page=*page /> }.into_any(),
        Page::Refusal { status, message } => view! { <Refusal status message /> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content="A quiet task list for you and everybody you work with. Nobody sees yours but you." />
                <title>{title}</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet />
                {scripts}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                <Header user />
                <main id="main" tabindex="-1">{body}</main>
            </body>
        </html>
    }
}
