//! Requests whose client leaves before the answer. hyper drops the future of such a request with its connection.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::response::Response;
use tokio::{runtime::Handle, task::futures::TaskLocalFuture};
use tokio_util::{
    sync::CancellationToken,
    task::task_tracker::{TaskTracker, TrackedFuture},
};

tokio::task_local! {
    /// Cancelled when the client of the request that is being worked on has left.
    static CLIENT_LEFT: CancellationToken;
}

/// A request that [`serve`](crate::serve::serve) waits for, and that can find out whether its client has left.
type Tracked<F> = TrackedFuture<TaskLocalFuture<CancellationToken, F>>;

/// A request's future which, when it is dropped before its end, goes on in a task. To begin with a task would cost each request
/// a turn of the scheduler more.
pub struct FinishOnDrop<F: Future<Output = Response> + Send + 'static> {
    /// Until it is over.
    work: Option<Pin<Box<Tracked<F>>>>,
    /// Cancelled when this is dropped.
    client_left: CancellationToken,
    /// For the task: this may be dropped outside of the runtime.
    runtime: Handle,
}

impl<F: Future<Output = Response> + Send + 'static> FinishOnDrop<F> {
    /// `requests` counts it until it is finished.
    pub fn new(work: F, requests: &TaskTracker) -> Self {
        let client_left = CancellationToken::new();
        let work = requests.track_future(CLIENT_LEFT.scope(client_left.clone(), work));
        Self { work: Some(Box::pin(work)), client_left, runtime: Handle::current() }
    }
}

impl<F: Future<Output = Response> + Send + 'static> Future for FinishOnDrop<F> {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        // A future that is over is not polled again.
        let Some(work) = &mut self.work else { return Poll::Pending };
        let response = ready!(work.as_mut().poll(context));
        self.work = None;
        Poll::Ready(response)
    }
}

impl<F: Future<Output = Response> + Send + 'static> Drop for FinishOnDrop<F> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.client_left.cancel();
            drop(self.runtime.spawn(work));
        }
    }
}

/// Waits until the client of this request has left; for ever outside a request, or in one that is dropped with its client.
/// For work that can be abandoned, as waiting for a password hash; never for what follows a commit.
pub async fn client_left() {
    match CLIENT_LEFT.try_with(CancellationToken::clone) {
        Ok(client_left) => client_left.cancelled_owned().await,
        Err(_) => std::future::pending().await,
    }
}
