//! Each request gets an id, one line in the log, and an answer in the form that its reader expects.

use std::{
    any::Any,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Instant,
};

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::{pages, security};
use crate::{AppState, auth::identity::Claim, problem::Error};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What is asked for by `GET` and changes something: a link in a mail is followed, a session is renewed.
const CHANGING_READS: [&str; 2] = ["/api/auth/verify-email", "/api/auth/get-session"];

tokio::task_local! {
    /// Cancelled when the client of the request that is being worked on has left.
    static CLIENT_LEFT: CancellationToken;
}

/// What every request passes. One layer: each costs every request some allocations.
///
/// A client that leaves takes the future of its connection with it. A request that may change something does not end with
/// that: what is left of it is then run in a task of its own, which the end of the program waits for, so that what follows a
/// commit (events, mails, revocations) is done whenever the commit was. A read whose client has left ends at once.
pub async fn pass(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !may_change_something(&request) {
        return answer(&state, request, next).await;
    }
    let client_left = CancellationToken::new();
    let work = state.clone();
    let work = async move {
        // A handler's own panic is answered in there.
        let outcome = AssertUnwindSafe(answer(&work, request, next)).catch_unwind().await;
        outcome.unwrap_or_else(|panic| panicked(&*panic))
    };
    let work = state.requests.track_future(CLIENT_LEFT.scope(client_left.clone(), work));
    FinishedAnyway { work: Some(Box::pin(work)), client_left, runtime: Handle::current() }.await
}

/// A request's future which, when it is dropped before its end, goes on in a task. To begin with a task would cost each request
/// a turn of the scheduler more.
struct FinishedAnyway<F: Future<Output = Response> + Send + 'static> {
    /// Until it is over.
    work: Option<Pin<Box<F>>>,
    /// Cancelled when this is dropped.
    client_left: CancellationToken,
    /// For the task: this may be dropped outside of the runtime.
    runtime: Handle,
}

impl<F: Future<Output = Response> + Send + 'static> Future for FinishedAnyway<F> {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        // A future that is over is not polled again.
        let Some(work) = &mut self.work else { return Poll::Pending };
        let response = ready!(work.as_mut().poll(context));
        self.work = None;
        Poll::Ready(response)
    }
}

impl<F: Future<Output = Response> + Send + 'static> Drop for FinishedAnyway<F> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.client_left.cancel();
            drop(self.runtime.spawn(work));
        }
    }
}

/// Whether a request of this method and path may change something; of what is read, few do.
fn may_change_something(request: &Request) -> bool {
    !request.method().is_safe() || CHANGING_READS.contains(&request.uri().path())
}

/// Waits until the client of this request has left; for ever where there is no request, or one that ends with its client.
/// For what is not worth finishing then; nothing after a commit may be given up for it.
pub async fn client_left() {
    match CLIENT_LEFT.try_with(CancellationToken::clone) {
        Ok(client_left) => client_left.cancelled_owned().await,
        Err(_) => std::future::pending().await,
    }
}

async fn answer(state: &AppState, request: Request, next: Next) -> Response {
    let appearance = pages::appearance(request.headers());
    // Around all else, since the pages in place of errors are written there.
    let mut response = pages::APPEARANCE.scope(appearance, trace(state, request, next)).await;
    security::add_headers(&state.config, response.headers_mut());
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

    let claim = Claim::of(state, &request);

    let mut response = unambiguous(request, next).await;
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
    // A refusal is told with who was refused, for those who look for attacks; of others' requests the log does not say whose.
    let is_refusal = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    let address = claim.address().filter(|_| is_refusal);
    let user_id = if is_refusal { claim.proven_user(state) } else { None };
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

/// Refuses a head by which a proxy in front may have seen another request, or another end of it (RFC 9112, sections 3.2,
/// 6.1 and 6.3). What cannot be read at all is refused before it comes here.
async fn unambiguous(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let count = |name| headers.get_all(name).iter().count();
    let has_length = count(header::CONTENT_LENGTH) > 0;
    let encodings: Vec<_> = headers.get_all(header::TRANSFER_ENCODING).iter().collect();
    let is_framed_once = match encodings.as_slice() {
        [] => true,
        [one] => !has_length && one.as_bytes().eq_ignore_ascii_case(b"chunked"),
        _ => false,
    };
    if !is_framed_once || count(header::HOST) > 1 {
        return Error::Ambiguous.into_response();
    }
    let is_chunked = !encodings.is_empty();
    // A handler that panics is a 500 like any other, and the rest goes on.
    let outcome = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = outcome.unwrap_or_else(|panic| panicked(&*panic));
    if is_chunked {
        // hyper reads a request that has a length too as chunked and takes the length out of sight: allowed, if it is the
        // connection's last.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn write_error(error: &Error, response: Response, path: &str, id: &str) -> Response {
    let (parts, _) = response.into_parts();
    let is_for_programs =
        ["/api", "/health"].iter().any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let mut written = if is_for_programs {
        let mut written = Json(error.document(id)).into_response();
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

/// For the router's own refusals.
pub async fn not_found() -> Error {
    Error::NotFound
}

/// For a known path with another method; the router adds `Allow`.
pub async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(text.unwrap_or("a panic without words")).into_response()
}

/// What a cookie says that the page's scripts set: on https they use the prefix that binds it to this host.
pub fn preference<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookie(headers, &format!("__Host-{name}")).or_else(|| cookie(headers, name))
}

/// What the request's cookie of this name says.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
