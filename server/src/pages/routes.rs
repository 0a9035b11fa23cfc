//! The routes of the pages, which are those of [`App`], and of their forms.

use app::{App, routes::home::HomePage};
use axum::{
    Router,
    extract::{FromRef as _, MatchedPath, Request, State},
    handler::Handler as _,
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use leptos_axum::{LeptosRoutes as _, generate_route_list};

use super::{account, edit_task, email_link, entry, import_tasks, password, render::render, tasks, trash};
use crate::{
    accounts::verify_email,
    identity::extract::Visitor,
    openapi,
    problem::Error,
    shared_state::SharedState,
    tasks::TasksState,
    web::{compress::compress, origin, refusals::not_found, return_to},
};

/// The pages that [`App`] has, and their forms.
pub fn routes(state: &TasksState) -> Router<TasksState> {
    Router::new()
        .leptos_routes_with_handler(generate_route_list(App), page)
        .route("/signin", post(entry::sign_in))
        .route("/signup", post(entry::sign_up))
        .route("/signout", post(entry::sign_out))
        .route("/forgot-password", post(password::forgot))
        .route("/reset-password", post(password::reset))
        .route(verify_email::VERIFY_PATH, post(email_link::confirm))
        .route(verify_email::CANCEL_PATH, post(email_link::cancel))
        // https://w3c.github.io/webappsec-change-password-url/
        .route("/.well-known/change-password", get(async || Redirect::to("/account#password-section")))
        .route("/account", post(account::form))
        .route("/account/data", get(account::data))
        .route("/account/import", post(import_tasks::upload))
        .route("/tasks", post(tasks::add))
        .route("/tasks/{id}", get(not_found).post(edit_task::save))
        .route("/tasks/{id}/complete", post(tasks::complete))
        .route("/tasks/{id}/delete", post(tasks::delete))
        .route("/trash/restore", post(trash::restore_all))
        .route("/trash/empty", post(trash::empty))
        .route("/trash/{id}/restore", post(trash::restore))
        .route("/trash/{id}/delete", post(trash::delete))
        .layer(middleware::from_fn_with_state(SharedState::from_ref(state), origin::guard))
        .layer(middleware::from_fn(compress))
}

/// Loads what the route shows and renders it.
async fn page(State(state): State<TasksState>, path: MatchedPath, request: Request) -> Response {
    match path.as_str() {
        "/" => home.call(request, state).await,
        "/signin" => entry::sign_in_page.call(request, state).await,
        "/signup" => entry::sign_up_page.call(request, state).await,
        "/forgot-password" => password::forgot_page.call(request, state).await,
        "/reset-password" => password::reset_page.call(request, state).await,
        verify_email::VERIFY_PATH => email_link::confirm_page.call(request, state).await,
        verify_email::CANCEL_PATH => email_link::cancel_page.call(request, state).await,
        "/account" => account::page.call(request, state).await,
        "/tasks" => tasks::page.call(request, state).await,
        "/tasks/{id}/edit" => edit_task::page.call(request, state).await,
        "/trash" => trash::page.call(request, state).await,
        "/api/docs" => render(openapi::docs()).await,
        path => Error::internal(format!("nothing loads what {path} shows")).into_response(),
    }
}

async fn home(visitor: Visitor) -> Response {
    if visitor.claims().is_some() { Redirect::to(return_to::HOME).into_response() } else { render(HomePage).await }
}
