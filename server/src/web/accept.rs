//! The accept loop: limits on each connection, and an orderly end. Not `axum::serve`, which has no timeout for reading a head.

use std::{future::Future, net::SocketAddr, pin::pin, time::Duration};

use axum::{Router, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use tower_http::normalize_path::NormalizePath;

use super::{
    connections::{Connections, Open},
    write_timeout::WriteTimeout,
};
use crate::config::Limits;

/// Largest request head in bytes: one token of 8 KiB in the header and one in the cookie, with room to spare.
const MAX_HEAD: usize = 64 * 1024;

/// Serves connections until `stop` is ready, then finishes the requests under way. At the limit of connections, new ones wait in
/// the listener's backlog.
pub async fn accept(listener: TcpListener, router: Router, limits: Limits, bounds: &Connections, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    let mut room = None;
    loop {
        if room.is_none() {
            room = tokio::select! {
                room = bounds.room() => room,
                () = &mut stop => break,
            };
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // A connection beyond the limit of its address is closed here, before anything is read from it.
                if let Some(open) = room.take().and_then(|room| bounds.open_from(peer.ip(), room)) {
                    connect(stream, peer, open, router.clone(), limits, &connections);
                }
            }
            Err(error) => {
                // Out of file descriptors, or the client has left: pause, then accept the next one.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

fn connect(stream: TcpStream, peer: SocketAddr, open: Open, router: Router, limits: Limits, connections: &GracefulShutdown) {
    // Without Nagle's algorithm, small answers are sent at once.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        // A slash at the end of an address means nothing. Here, before the routing: a router around the router would cost more.
        NormalizePath::trim_trailing_slash(router.clone()).oneshot(request.map(axum::body::Body::new))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(WriteTimeout::new(stream, limits.write)), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%peer, %error, "connection ended");
        }
        drop(open);
    });
}
