//! The pages: each handler gets what it must, then renders it. Forms that come here work without any script.

use std::sync::LazyLock;

use app::{AuthKind, AuthPage, Page, TaskPage, islands::auth_form::form_errors, model::NewTask, shell};
use axum::{
    Router,
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use leptos::{config::LeptosOptions, nonce::Nonce, prelude::provide_context};
use serde::Deserialize;

use super::{
    assets,
    body::{self, Form},
    return_to, security,
};
use crate::{
    AppState,
    auth::{self, Client, SignedIn, Visitor},
    problem::{Error, Result},
    tasks::{self, ListParams},
};

static OPTIONS: LazyLock<LeptosOptions> =
    LazyLock::new(|| LeptosOptions::builder().output_name("holdfast").site_pkg_dir(assets::FOLDER).build());

/// Gives Leptos the runtime that it renders on; safe to call again.
pub fn init() {
    // Refused only when it has been done already.
    let _ = any_spawner::Executor::init_tokio();
}

/// The pages and their forms.
pub fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/", get(home))
        .route("/signin", get(sign_in_page).post(sign_in))
        .route("/signup", get(sign_up_page).post(sign_up))
        .route("/signout", post(sign_out))
        .route("/tasks", get(task_page).post(add_task))
        .layer(middleware::from_fn_with_state(state.clone(), auth::origin::guard))
}

/// The page in place of one that cannot be shown. Its status is set by who asks for it.
pub async fn error(error: &Error) -> Response {
    render(Page::Refusal { status: error.status().as_u16(), message: error.to_string() }).await
}

async fn render(page: Page) -> Response {
    let nonce = Nonce::new();
    let policy = security::page_policy(&nonce);
    let context = move || provide_context(nonce.clone());
    let render = leptos_axum::render_app_async_with_context(context, move || shell(OPTIONS.clone(), page.clone()));
    let mut response = render(Request::new(Body::empty())).await;
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn home(visitor: Visitor) -> Response {
    if visitor.0.is_some() { Redirect::to(return_to::HOME).into_response() } else { render(Page::Home).await }
}

/// What a form for signing in or up sends.
#[derive(Deserialize)]
struct Credentials {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    return_to: Option<String>,
}

/// What the address of the two pages may say.
#[derive(Deserialize)]
struct AuthQuery {
    return_to: Option<String>,
    expired: Option<String>,
}

async fn sign_in_page(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response> {
    auth_page(AuthKind::SignIn, &visitor, query.as_deref()).await
}

async fn sign_up_page(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response> {
    auth_page(AuthKind::SignUp, &visitor, query.as_deref()).await
}

async fn auth_page(kind: AuthKind, visitor: &Visitor, query: Option<&str>) -> Result<Response> {
    let query: AuthQuery = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let return_to = return_to::path(query.return_to.as_deref());
    if visitor.0.is_some() {
        return Ok(Redirect::to(&return_to).into_response());
    }
    let is_expired = query.expired.is_some();
    Ok(render(Page::Auth(AuthPage { kind, return_to, is_expired, name: String::new(), email: String::new(), errors: Vec::new() })).await)
}

async fn sign_in(State(state): State<AppState>, client: Client, Form(form): Form<Credentials>) -> Result<Response> {
    let outcome = auth::sign_in(&state, form.email.trim(), &form.password, true, &client).await;
    after_form(&state, AuthKind::SignIn, form, outcome).await
}

async fn sign_up(State(state): State<AppState>, client: Client, Form(form): Form<Credentials>) -> Result<Response> {
    let new = auth::NewAccount { name: form.name.clone(), email: form.email.trim().to_owned(), password: form.password.clone() };
    let outcome = auth::sign_up(&state, new, &client).await;
    after_form(&state, AuthKind::SignUp, form, outcome).await
}

/// On to where the visitor wanted to go, or the form again with what is wrong with it; never the password.
async fn after_form(state: &AppState, kind: AuthKind, form: Credentials, outcome: Result<SignedIn>) -> Result<Response> {
    let return_to = return_to::path(form.return_to.as_deref());
    match outcome {
        Ok(signed_in) => {
            let cookie = auth::set_cookie(&state.config, &signed_in.token, signed_in.keep);
            let headers: HeaderMap = cookie.map(|cookie| (header::SET_COOKIE, cookie)).into_iter().collect();
            Ok((headers, Redirect::to(&return_to)).into_response())
        }
        Err(error @ Error::Internal(_)) => Err(error),
        Err(error) => {
            if let Some(cause) = error.secret_cause() {
                tracing::error!(cause, "form failed");
            }
            let errors = form_errors(&error.document(""));
            let page = AuthPage { kind, return_to, is_expired: false, name: form.name, email: form.email, errors };
            let mut response = render(Page::Auth(page)).await;
            *response.status_mut() = error.status();
            response.headers_mut().extend(error.headers());
            Ok(response)
        }
    }
}

async fn sign_out(State(state): State<AppState>, visitor: Visitor) -> Result<Response> {
    auth::sign_out(&state, &visitor).await?;
    let headers: HeaderMap = auth::clear_cookie(&state.config).map(|cookie| (header::SET_COOKIE, cookie)).into_iter().collect();
    Ok((headers, Redirect::to("/signin")).into_response())
}

async fn task_page(State(state): State<AppState>, visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let renewed = auth::renew(&state, &visitor).await?;
    let Some(proof) = visitor.0 else { return Ok(to_sign_in(&state, &headers, query.as_deref())) };
    // A filter that the page does not have shows everything, rather than an error for a mistyped address.
    let params = ListParams::parse(query.as_deref().unwrap_or_default()).unwrap_or_default();
    let params = ListParams { filter: tasks::Filter { status: params.filter.status, search: None }, ..ListParams::default() };
    let (tasks, has_more) = tasks::list(&state.db, &proof.user_id, &params).await?;
    let counts = tasks::counts(&state.db, &proof.user_id).await?;
    let page = TaskPage {
        next: tasks.last().filter(|_| has_more).map(|last| params.next_query(last)),
        shown_name: [proof.name, proof.email, proof.user_id.clone()].into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default(),
        user_id: proof.user_id,
        status: params.filter.status,
        tasks,
        pending: counts.pending,
        total: counts.total,
    };
    let mut response = render(Page::Tasks(Box::new(page))).await;
    if let Some(cookie) = renewed.and_then(|signed_in| auth::set_cookie(&state.config, &signed_in.token, signed_in.keep)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// 303 to the sign-in page, from where the visitor comes back to this one.
fn to_sign_in(state: &AppState, headers: &HeaderMap, query: Option<&str>) -> Response {
    let here = query.map_or_else(|| return_to::HOME.to_owned(), |query| format!("{}?{query}", return_to::HOME));
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

#[derive(Deserialize)]
struct AddTask {
    #[serde(default)]
    title: String,
}

/// The add line of a page whose WASM is not there yet.
async fn add_task(State(state): State<AppState>, visitor: Visitor, headers: HeaderMap, Form(form): Form<AddTask>) -> Result<Response> {
    let Some(proof) = visitor.0 else { return Ok(to_sign_in(&state, &headers, None)) };
    let task = NewTask { title: form.title, ..NewTask::default() }.validate().map_err(Error::Invalid)?;
    tasks::insert(&state.db, &proof.user_id, &task, state.clock.now()).await?;
    Ok(Redirect::to(return_to::HOME).into_response())
}
