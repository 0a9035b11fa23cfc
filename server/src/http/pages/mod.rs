//! The pages: each handler gets what it must, then renders it. Forms that come here work without any script.

mod account;
mod email_link;
mod entry;
mod password;
mod tasks;

use std::sync::LazyLock;

use app::{Page, document};
use axum::{
    Router,
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use leptos::{config::LeptosOptions, nonce::Nonce};

use super::{assets, request::preference, return_to, security};
use crate::{
    AppState,
    auth::{self, SignedIn, Visitor, verify_email},
    problem::{Error, Result},
    threads::at_length,
};

static OPTIONS: LazyLock<LeptosOptions> =
    LazyLock::new(|| LeptosOptions::builder().output_name("holdfast").site_pkg_dir(assets::FOLDER).build());

/// Of brotli: more takes longer than it saves.
const QUALITY: i32 = 4;

tokio::task_local! {
    /// The colours that the visitor chose, of the request that is being answered.
    pub static THEME: Option<&'static str>;
}

/// The colours that the request's cookie asks for, unless they are the system's.
pub fn theme(headers: &HeaderMap) -> Option<&'static str> {
    match preference(headers, "theme")? {
        "dark" => Some("dark"),
        "light" => Some("light"),
        _ => None,
    }
}

/// The pages and their forms.
pub fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", get(home))
        .route("/signin", get(entry::sign_in_page).post(entry::sign_in))
        .route("/signup", get(entry::sign_up_page).post(entry::sign_up))
        .route("/signout", post(entry::sign_out))
        .route("/forgot-password", get(password::forgot_page).post(password::forgot))
        .route("/reset-password", get(password::reset_page).post(password::reset))
        .route(verify_email::VERIFY_PATH, get(email_link::confirm_page).post(email_link::confirm))
        .route(verify_email::CANCEL_PATH, get(email_link::cancel_page).post(email_link::cancel))
        // https://w3c.github.io/webappsec-change-password-url/
        .route("/.well-known/change-password", get(async || Redirect::to("/account#password-section")))
        .route("/account", get(account::page).post(account::form))
        .route("/account/data", get(account::data))
        .route("/tasks", get(tasks::page).post(tasks::add))
        .layer(middleware::from_fn_with_state(state.clone(), auth::origin::guard))
        .layer(middleware::from_fn(pack))
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
pub fn error(error: &Error) -> Response {
    render(Page::Refusal { status: error.status().as_u16(), message: error.to_string() })
}

async fn home(visitor: Visitor) -> Response {
    if visitor.proof().is_some() { Redirect::to(return_to::HOME).into_response() } else { render(Page::Home) }
}

/// The whole document of a page, with the policy that goes with it.
pub fn render(page: Page) -> Response {
    let nonce = Nonce::new();
    let policy = security::page_policy(&nonce);
    let theme = THEME.try_with(|theme| *theme).unwrap_or_default();
    let mut response = Html(document(&OPTIONS, page, theme, nonce)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A form again, with what is wrong with what it sent. What went wrong on our side is no form's affair.
fn render_refused(error: Error, page: impl FnOnce(&Error) -> Page) -> Result<Response> {
    if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
        return Err(error);
    }
    if let Some(cause) = error.secret_cause() {
        tracing::error!(cause, "form failed");
    }
    let mut response = render(page(&error));
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
