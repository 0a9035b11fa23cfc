//! What a browser shows, compiled twice: into the server and into WASM.
#![recursion_limit = "256"]
#![allow(clippy::needless_pass_by_value, reason = "components and islands own their props")]

mod browser;
pub mod client;
mod components;
mod day;
pub mod islands;
pub mod model;
pub mod outbox;
mod paths;
pub mod position;
pub mod quick_add;
pub mod rich_text;
pub mod routes;
pub mod storage;
pub mod strings;
mod time;

use leptos::{either::Either, html, prelude::*};
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};

use crate::{
    components::{icon::Drawings, scripts::Scripts, static_view},
    model::{Appearance, Theme},
    routes::{
        DocumentContext, PageHeader, account::Account, auth::Auth, docs::Docs, edit_task::EditTask, email_link::EmailLinkForm,
        error_page::ErrorPage, forgot_password::Forgot, home::Home, reset_password::Reset, tasks::TasksRoute, trash::Trash,
    },
};

/// `--surface` of the style in sRGB, which is all that the systems around a page understand.
const LIGHT_SURFACE: &str = "#fbfaf7";
/// The same in the dark.
const DARK_SURFACE: &str = "#0f1513";

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let DocumentContext { appearance: Appearance { theme, density }, has_islands, .. } = use_context().unwrap_or_default();
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.chosen() data-density=density.chosen()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.chosen().unwrap_or("light dark") />
                <meta name="description" content=strings::SITE_DESCRIPTION />
                {colours_around(theme)}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <link rel="stylesheet" href=stylesheet />
                <MetaTags />
                {has_islands.then(|| view! { <Scripts options /> })}
            </head>
            <body>
                {static_view!(view! { <Drawings /> })}
                <a class="skip" href="#main">{strings::SKIP}</a>
                <App />
            </body>
        </html>
    }
}

/// What a browser or a phone draws around the page has the colour of the page. (`view!` knows no `media` of this element.)
fn colours_around(theme: Theme) -> impl IntoView {
    let one = |colour: &'static str| html::meta().name("theme-color").content(colour);
    match theme {
        Theme::System => Either::Left((
            one(LIGHT_SURFACE).attr("media", "(prefers-color-scheme: light)"),
            one(DARK_SURFACE).attr("media", "(prefers-color-scheme: dark)"),
        )),
        Theme::Light => Either::Right(one(LIGHT_SURFACE)),
        Theme::Dark => Either::Right(one(DARK_SURFACE)),
    }
}

/// The pages. With islands, the router works on the server alone: a browser follows links by itself.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let DocumentContext { user, .. } = use_context().unwrap_or_default();
    view! {
        <PageHeader user />
        <main id="main" tabindex="-1">
            <Router>
                <FlatRoutes fallback=ErrorPage>
                    <Route path=path!("/") view=Home />
                    <Route path=path!("/signin") view=Auth />
                    <Route path=path!("/signup") view=Auth />
                    <Route path=path!("/forgot-password") view=Forgot />
                    <Route path=path!("/reset-password") view=Reset />
                    <Route path=path!("/verify-email") view=EmailLinkForm />
                    <Route path=path!("/cancel-email-change") view=EmailLinkForm />
                    <Route path=path!("/account") view=Account />
                    <Route path=path!("/tasks") view=TasksRoute />
                    <Route path=path!("/tasks/:id/edit") view=EditTask />
                    <Route path=path!("/trash") view=Trash />
                    <Route path=path!("/api/docs") view=Docs />
                </FlatRoutes>
            </Router>
        </main>
    }
    // Erased: else the server's crate would compile every page once more.
    .into_any()
}
