//! Each request gets an id, one line in the log, and an answer in the form that its reader expects.

use std::time::Instant;

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    identity::extract::PresentedCredentials,
    pages,
    problem::Error,
    state::AppState,
    web::{client_left::FinishOnDrop, refusals::catch_panic, security_headers, smuggling::reject_smuggling},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `GET` endpoints that change something: a mailed link is followed, a session is renewed.
const CHANGING_READS: [&str; 2] = ["/api/auth/verify-email", "/api/auth/get-session"];

/// What every request passes. One layer: each costs every request some allocations.
///
/// A client that leaves takes the future of its connection with it. A request that may change something does not end with
/// that: what is left of it is then run in a task of its own, which the shutdown waits for, so that what follows a commit
/// (events, mails, revocations) is done whenever the commit was. A read whose client has left ends at once.
pub async fn root_middleware(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !may_change_something(&request) {
        return answer(&state, request, next).await;
    }
    let work = state.clone();
    let work = async move { catch_panic(answer(&work, request, next)).await };
    FinishOnDrop::new(work, &state.requests).await
}

/// Whether a request of this method and path may change something.
fn may_change_something(request: &Request) -> bool {
    !request.method().is_safe() || CHANGING_READS.contains(&request.uri().path())
}

async fn answer(state: &AppState, request: Request, next: Next) -> Response {
    let appearance = pages::appearance(request.headers());
    // Set around everything: error pages are rendered in there.
    let mut response = pages::APPEARANCE.scope(appearance, trace(state, request, next)).await;
    security_headers::add_headers(&state.config, response.headers_mut());
    response
}

/// Request id, log line, and the bodies of errors.
async fn trace(state: &AppState, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = format!("{:032x}", rand::random::<u128>());
    let method = request.method().clone();
    // The path without the query: search words, cursors and mailed tokens stay out of the log.
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());

    let claim = PresentedCredentials::of(state, &request);

    let mut response = reject_smuggling(request, next).await;
    if let Some(error) = response.extensions_mut().remove::<Error>() {
        if let Some(cause) = error.secret_cause() {
            tracing::error!(request_id = %id, cause, "request failed");
        }
        response = write_error(&error, response, &path, &id).await;
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let took = started.elapsed();
    if let Some(metrics) = &state.metrics {
        metrics.note(&method, route.as_deref(), response.status(), took);
    }
    // The address and user are logged for refusals alone, to find attacks; other lines have no personal data.
    let is_refusal = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    let address = claim.address().filter(|_| is_refusal);
    let user_id = if is_refusal { claim.valid_user_id(state) } else { None };
    tracing::info!(
        request_id = %id,
        %method,
        route = route.as_deref().unwrap_or("-"),
        status = response.status().as_u16(),
        ms = took.as_secs_f64() * 1000.0,
        address = address.map(display),
        user_id,
        "request"
    );
    response
}

async fn write_error(error: &Error, response: Response, path: &str, id: &str) -> Response {
    let (parts, _) = response.into_parts();
    let is_under = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut written = if is_under("/api") || is_under("/health") {
        // Under `/api/auth` nothing in the bytes of a refusal may tell two of them apart.
        let mut written = Json(error.document(if is_under("/api/auth") { "" } else { id })).into_response();
        written.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        written
    } else {
        pages::error(error).await
    };
    *written.status_mut() = parts.status;
    for (name, value) in &parts.headers {
        if *name != header::CONTENT_LENGTH {
            written.headers_mut().append(name, value.clone());
        }
    }
    written
}
