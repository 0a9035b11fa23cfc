//! Renders what a route of [`App`](app::App) shows, and the answers that pages share.

use std::{future::ready, pin::Pin, str::FromStr, sync::LazyLock};

use app::{
    model::{Appearance, Density, Theme},
    routes::{DocumentContext, RouteData, error_page::ErrorData},
    shell,
};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRef, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use futures_util::{Stream, stream};
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
    nonce::use_nonce,
    prelude::RenderHtml as _,
};
use leptos_axum::{ResponseOptions, handle_response_inner};

use crate::{
    accounts::SignedIn,
    identity::{session_cookie, state::IdentityState},
    problem::{Error, Result},
    tasks::TasksState,
    web::{assets, cookies::preference, security_headers},
};

static OPTIONS: LazyLock<LeptosOptions> =
    LazyLock::new(|| LeptosOptions::builder().output_name("holdfast").site_pkg_dir(assets::FOLDER).build());

impl FromRef<TasksState> for LeptosOptions {
    fn from_ref(_: &TasksState) -> Self {
        OPTIONS.clone()
    }
}

tokio::task_local! {
    /// The appearance that the visitor chose, for the request under way.
    pub static APPEARANCE: Appearance;
}

/// The appearance in the request's cookies; the default for malformed ones.
pub fn appearance(headers: &HeaderMap) -> Appearance {
    fn chosen<T: FromStr + Default>(headers: &HeaderMap, name: &str) -> T {
        preference(headers, name).and_then(|word| word.parse().ok()).unwrap_or_default()
    }
    Appearance { theme: chosen(headers, Theme::COOKIE), density: chosen(headers, Density::COOKIE) }
}

/// The page of an error. The caller sets its status.
pub async fn error(error: &Error) -> Response {
    render(ErrorData { status: error.status().as_u16(), message: error.to_string() }).await
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
    if let Ok(policy) = HeaderValue::from_str(&security_headers::page_policy(&nonce)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// A form again with its errors. A 500 is passed on instead: the form is not at fault.
pub async fn render_refused<D: RouteData>(error: Error, data: impl FnOnce(&Error) -> D) -> Result<Response> {
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

/// 303, with the cookie of a new token.
pub fn redirect_with(state: &IdentityState, signed_in: &SignedIn, target: &str) -> Response {
    let response = with_cookie(session_cookie::set(&state.config, &signed_in.token, signed_in.keep), Redirect::to(target).into_response());
    with_cookie(signed_in.device.as_deref().and_then(|id| state.device_cookies.set(&state.config, id)), response)
}

pub fn with_cookie(cookie: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// 303 to the sign-in page, from where the visitor comes back to `here`.
pub fn to_sign_in(state: &IdentityState, headers: &HeaderMap, here: &str, query: Option<&str>) -> Response {
    let here = query.map_or_else(|| here.to_owned(), |query| format!("{here}?{query}"));
    let path = "/signin?".to_owned();
    let start = path.len();
    let mut target = url::form_urlencoded::Serializer::for_suffix(path, start);
    target.append_pair("return_to", &here);
    // A cookie without a valid token: the session has ended.
    if session_cookie::is_there(&state.config, headers) {
        target.append_pair("expired", "1");
    }
    Redirect::to(&target.finish()).into_response()
}
