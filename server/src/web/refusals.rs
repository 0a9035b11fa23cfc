//! What is answered where no handler answers: an unknown path or method, or a handler that panicked.

use std::{any::Any, future::Future, panic::AssertUnwindSafe};

use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::problem::Error;

/// For the router's own refusals.
pub async fn not_found() -> Error {
    Error::NotFound
}

/// For a known path with another method; the router adds `Allow`.
pub async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}

/// The answer, or a 500 when the handler panics: the connection and the process go on.
pub async fn catch_panic(answer: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|panic| panicked(&*panic))
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(text.unwrap_or("a panic without words")).into_response()
}
