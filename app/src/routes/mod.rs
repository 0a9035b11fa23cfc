//! One file a page: what it shows, its component and its title.

pub mod account;
pub mod auth;
pub mod docs;
pub mod edit_task;
pub mod email_link;
pub mod error_page;
pub mod forgot_password;
pub mod home;
pub mod reset_password;
pub mod tasks;
pub mod trash;

use leptos::{prelude::*, reactive::owner::take_context};

pub use crate::components::alert::form_errors;
use crate::{components::header::Header, islands::sign_out::SignOut, model::Appearance};

/// What the server loads for a route and provides as context, so that rendering asks no database and waits for nothing.
pub trait RouteData: Send + Sync + 'static {
    /// A path that the route has.
    fn path(&self) -> &'static str;

    /// The name or e-mail of the visitor, for the header, where the page is of one who is signed in.
    fn user(&self) -> Option<String> {
        None
    }

    /// Whether the page has islands; one without loads no WASM.
    fn has_islands(&self) -> bool {
        false
    }
}

/// What the document around a page depends on.
#[derive(Debug, Clone, Default)]
pub struct DocumentContext {
    /// What the visitor chose.
    pub appearance: Appearance,
    /// See [`RouteData::user`].
    pub user: Option<String>,
    /// See [`RouteData::has_islands`].
    pub has_islands: bool,
}

/// What the server has provided for this route. It is moved out of the context: a list of tasks is not copied.
fn route_data<T: RouteData>() -> T {
    take_context().expect("the server provides what the route shows")
}

/// The header of every page, with the button that signs out.
#[component]
pub fn PageHeader(
    /// The name or e-mail of the user who is signed in.
    user: Option<String>,
) -> impl IntoView {
    view! {
        <Header user>
            <SignOut />
        </Header>
    }
}
