//! axum with nothing behind it: what Holdfast could reach at most. It answers with tasks that never change, written as
//! JSON for each request.

use std::io::{self, BufRead as _};

use axum::{Json, Router, routing::get, serve::ListenerExt as _};
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, runtime};

use crate::Result;

/// A task, as Holdfast answers it.
#[derive(Serialize, Deserialize)]
struct Task {
    id: String,
    user_id: String,
    title: String,
    description: Option<String>,
    completed: bool,
    due_date: Option<String>,
    priority: String,
    tags: Vec<String>,
    position: String,
    completed_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// Serves the list and the task that standard input has, a line each; says where on standard output.
pub fn serve() -> Result<()> {
    let mut lines = io::stdin().lock().lines();
    let mut line = || lines.next().unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()));
    let list: &'static [Task] = Box::leak(serde_json::from_str(&line()?)?);
    let task: &'static Task = Box::leak(serde_json::from_str(&line()?)?);
    // As many threads as Holdfast has: one for each core.
    runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let router =
            Router::new().route("/list", get(move || async move { Json(list) })).route("/task", get(move || async move { Json(task) }));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            // As Holdfast does; without it, it is only slower.
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, router).await?)
    })
}
