//! The pages, whose routes are those of [`App`]: each handler loads what its route shows, then renders that. The forms that are
//! sent here work without any script.

mod account;
mod edit_task;
mod email_link;
mod entry;
mod password;
mod tasks;
mod trash;

use std::{future::ready, pin::Pin, str::FromStr, sync::LazyLock};

use app::{
    App,
    model::{Appearance, Density, Theme},
    routes::{DocumentContext, RouteData, error_page::ErrorData, home::HomePage},
    shell,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{FromRef, MatchedPath, Request, State},
    handler::Handler as _,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use futures_util::{Stream, stream};
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
    nonce::use_nonce,
    prelude::RenderHtml as _,
};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list, handle_response_inner};

use super::{
    assets, openapi,
    request::{not_found, preference},
    return_to, security,
};
use crate::{
    AppState,
    auth::{self, SignedIn, Visitor, verify_email},
    problem::{Error, Result},
    threads::at_length,
};

static OPTIONS: LazyLock<LeptosOptions> =
    LazyLock::new(|| LeptosOptions::builder().output_name("holdfast").site_pkg_dir(assets::FOLDER).build());

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(_: &AppState) -> Self {
        OPTIONS.clone()
    }
}

/// Of brotli: more takes longer than it saves.
const QUALITY: i32 = 4;

tokio::task_local! {
    /// What the visitor chose, of the request that is being answered.
    pub static APPEARANCE: Appearance;
}

/// What the request's cookies ask for; where they make no sense, what is usual.
pub fn appearance(headers: &HeaderMap) -> Appearance {
    fn chosen<T: FromStr + Default>(headers: &HeaderMap, name: &str) -> T {
        preference(headers, name).and_then(|word| word.parse().ok()).unwrap_or_default()
    }
    Appearance { theme: chosen(headers, Theme::COOKIE), density: chosen(headers, Density::COOKIE) }
}

/// The pages that [`App`] has, and their forms.
pub fn routes(state: &AppState) -> Router<AppState> {
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
        .route("/tasks", post(tasks::add))
        .route("/tasks/{id}", get(not_found).post(edit_task::save))
        .route("/tasks/{id}/complete", post(tasks::complete))
        .route("/tasks/{id}/delete", post(tasks::delete))
        .route("/trash/restore", post(trash::restore_all))
        .route("/trash/empty", post(trash::empty))
        .route("/trash/{id}/restore", post(trash::restore))
        .route("/trash/{id}/delete", post(trash::delete))
        .layer(middleware::from_fn_with_state(state.clone(), auth::origin::guard))
        .layer(middleware::from_fn(pack))
}

/// Loads what the route shows and renders it.
async fn page(State(state): State<AppState>, path: MatchedPath, request: Request) -> Response {
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

/// Packs pages with brotli: over a slow line a list is there in a fifth of the time. Not what another site leads to: it could
/// have the same page asked for again and again, and guess from its length what is in it (BREACH).
async fn pack(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    let is_wanted = assets::accepts_brotli(request.headers()) && matches!(site, Some("same-origin" | "none"));
    let mut response = next.run(request).await;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding, sec-fetch-site"));
    if !is_wanted {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(html) = to_bytes(body, usize::MAX).await else { return Error::internal("a page without its text").into_response() };
    let mut packed = Vec::with_capacity(html.len() / 4);
    let params = brotli::enc::BrotliEncoderParams { quality: QUALITY, ..Default::default() };
    if at_length(|| brotli::BrotliCompress(&mut &*html, &mut packed, &params)).is_err() {
        return Response::from_parts(parts, html.into());
    }
    parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    Response::from_parts(parts, packed.into())
}

/// The page in place of one that cannot be shown. Its status is set by who asks for it.
pub async fn error(error: &Error) -> Response {
    render(ErrorData { status: error.status().as_u16(), message: error.to_string() }).await
}

async fn home(visitor: Visitor) -> Response {
    if visitor.proof().is_some() { Redirect::to(return_to::HOME).into_response() } else { render(HomePage).await }
}

/// The route that shows this, as a whole document, whatever was asked for: a form that is refused comes again in the answer
/// to its `POST`. Not by `leptos_routes_with_context`, which answers `GET` alone, streams, and ends each page, those without
/// scripts too, with a script for resources: these pages have none.
pub async fn render(data: impl RouteData) -> Response {
    let appearance = APPEARANCE.try_with(|appearance| *appearance).unwrap_or_default();
    let request = match Request::get(data.path()).body(Body::empty()) {
        Ok(request) => request,
        Err(error) => return Error::internal(error).into_response(),
    };
    let document = move || {
        provide_context(DocumentContext { appearance, user: data.user(), has_islands: data.has_islands() });
        provide_context(data);
        shell(OPTIONS.clone())
    };
    let response = handle_response_inner(send_policy, document, request, |document, _, _| {
        let html = document.to_html();
        Box::pin(ready(Box::pin(stream::once(ready(html))) as Pin<Box<dyn Stream<Item = String> + Send>>))
    });
    let (parts, body) = response.await.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(html) => Response::from_parts(parts, html.into()),
        Err(error) => Error::internal(error).into_response(),
    }
}

/// The policy that goes with a page: it names the nonce that Leptos puts on the page's scripts.
fn send_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    if let Ok(policy) = HeaderValue::from_str(&security::page_policy(&nonce)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// A form again, with what is wrong with what it sent. What went wrong on our side is no form's affair.
async fn render_refused<D: RouteData>(error: Error, data: impl FnOnce(&Error) -> D) -> Result<Response> {
    if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return Err(error);
    }
    if let Some(cause) = error.secret_cause() {
        tracing::error!(cause, "form failed");
    }
    let mut response = render(data(&error)).await;
    *response.status_mut() = error.status();
    response.headers_mut().extend(error.headers());
    Ok(response)
}

/// 303, with the cookie of somebody who has just been given a token.
fn redirect_with(state: &AppState, signed_in: &SignedIn, target: &str) -> Response {
    let response = with_cookie(auth::set_cookie(&state.config, &signed_in.token, signed_in.keep), Redirect::to(target).into_response());
    with_cookie(signed_in.device.as_deref().and_then(|id| state.device_cookies.set(&state.config, id)), response)
}

fn with_cookie(cookie: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// 303 to the sign-in page, from where the visitor comes back to `here`.
fn to_sign_in(state: &AppState, headers: &HeaderMap, here: &str, query: Option<&str>) -> Response {
    let here = query.map_or_else(|| here.to_owned(), |query| format!("{here}?{query}"));
    let path = "/signin?".to_owned();
    let start = path.len();
    let mut target = url::form_urlencoded::Serializer::for_suffix(path, start);
    target.append_pair("return_to", &here);
    // A cookie that proves nothing any more is a session that has ended.
    if auth::has_cookie(&state.config, headers) {
        target.append_pair("expired", "1");
    }
    Redirect::to(&target.finish()).into_response()
}
