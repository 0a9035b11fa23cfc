//! What every request meets: headers, bounds, refusals, and an orderly end.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::config::Limits;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Send as _, Server};

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap()
}

/// Everything that arrives until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // Well below what hyper does by itself, so that our own limits are what ends it.
    let closed = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text)).await;
    let _ = closed.expect("the server keeps the connection");
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own_and_the_security_headers() {
    let server = Server::start().await;
    let mut ids = std::collections::HashSet::new();
    for path in [
        "/",
        "/signin",
        "/signup",
        "/tasks",
        "/nothing",
        "/api/nothing",
        "/api/x/tasks",
        "/health/live",
        "/api/auth/ok",
        "/api/auth/nothing",
    ] {
        let answer = server.get(path).await;
        assert!(ids.insert(answer.header("x-request-id").to_owned()), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{path} {name}");
        }
        let policies: Vec<_> = answer.headers.get_all("content-security-policy").iter().collect();
        assert_eq!(policies.len(), 1, "{path}");
        let directives: Vec<_> = policies[0].to_str().unwrap().split("; ").collect();
        for directive in ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(directives.contains(&directive), "{path}: {directives:?}");
        }
    }
}

#[tokio::test]
async fn every_text_that_is_sent_names_its_character_encoding() {
    let server = Server::configured(|config| config.security_contact = vec!["https://example.com/report".parse().unwrap()]).await;
    let ada = server.person("Ada").await;
    for path in ["/", "/signin", "/nothing", "/.well-known/security.txt", "/api/docs"] {
        let media_type = server.get(path).await.header("content-type").to_owned();
        assert!(media_type.starts_with("text/") && media_type.ends_with("; charset=utf-8"), "{path}: {media_type}");
    }
    let stream = server.request(Method::GET, &format!("/api/{}/events", ada.id)).bearer_auth(&ada.token).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream; charset=utf-8");
}

#[tokio::test]
async fn a_request_id_of_the_clients_is_not_believed() {
    let server = Server::start().await;
    let answer = server.request(Method::GET, "/api/nothing").header("x-request-id", "mine").answer().await;
    assert_ne!(answer.header("x-request-id"), "mine");
}

#[tokio::test]
async fn unknown_paths_are_404_and_known_ones_with_another_method_405_with_allow() {
    let server = Server::start().await;
    for path in ["/api", "/api/", "/api/x", "/api/x/y", "/api/x/tasks/1/2", "/health", "/health/x"] {
        server.get(path).await.is_problem(404, "NOT_FOUND");
    }
    for (method, path, allow) in [
        (Method::PUT, "/api/x/tasks", "GET,HEAD,POST"),
        (Method::POST, "/api/x/tasks/1", "GET,HEAD,PUT,DELETE"),
        (Method::GET, "/api/x/tasks/1/complete", "PATCH"),
        (Method::POST, "/health/live", "GET,HEAD"),
    ] {
        let answer = server.request(method, path).answer().await;
        answer.is_problem(405, "METHOD_NOT_ALLOWED");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    let page = server.request(Method::DELETE, "/signin").answer().await;
    assert_eq!((page.status.as_u16(), page.header("allow")), (405, "GET,HEAD,POST"));
    assert!(page.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn trace_is_answered_nowhere() {
    let server = Server::start().await;
    for path in ["/", "/tasks", "/nothing", "/favicon.svg", "/health/live", "/api/x/tasks", "/api/auth/ok"] {
        let answer = server.request(Method::TRACE, path).header("x-canary", "canary").answer().await;
        assert!([404, 405].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        assert!(!answer.text.contains("canary"), "{path}");
    }
}

#[tokio::test]
async fn a_body_of_64_kib_is_read_and_a_larger_one_is_413() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = |length: usize| {
        let text = format!(r#"{{"title":"x","pad":""}}{}"#, " ".repeat(length - 22));
        ada.request(Method::POST, "").header("content-type", "application/json").body(text)
    };
    assert_eq!(body(64 * 1024).answer().await.status, 201);
    body(64 * 1024 + 1).answer().await.is_problem(413, "PAYLOAD_TOO_LARGE");
    let sign_up = server.request(Method::POST, "/api/auth/sign-up/email").header("content-type", "application/json");
    sign_up.body("x".repeat(64 * 1024 + 1)).answer().await.is_problem(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(ada.titles("").await.len(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408_and_changes_nothing() {
    let server = Server::limited(Limits { body: Duration::from_millis(200), ..Limits::default() }).await;
    let ada = server.person("Ada").await;
    let mut stream = connect(&server).await;
    let head = format!(
        "POST /api/{}/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 100\r\nconnection: close\r\n\r\n{{\"title\"",
        ada.id, ada.token
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    assert!(ada.titles("").await.is_empty());
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let server = Server::limited(Limits { head: Duration::from_millis(200), ..Limits::default() }).await;
    for started in ["", "GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut stream = connect(&server).await;
        stream.write_all(started.as_bytes()).await.unwrap();
        // Ends by itself; a server that waits for ever would hang the test.
        rest(stream).await;
    }
    assert_eq!(server.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn half_a_request_and_nonsense_are_refused_and_disturb_nobody() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for nonsense in [
        "\r\n\r\n\r\n",
        "HELO there\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET  /\r\n\r\n",
        "\u{16}\u{3}\u{1}\0",
        "GET / HTTP/1.1\r\nhost x\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ] {
        let mut stream = connect(&server).await;
        stream.write_all(nonsense.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest(stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.0 400 "), "{nonsense:?}: {answer}");
    }
    let mut half = connect(&server).await;
    let head = format!(
        "POST /api/{}/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{{\"titl",
        ada.id, ada.token
    );
    half.write_all(head.as_bytes()).await.unwrap();
    half.shutdown().await.unwrap();
    rest(half).await;
    assert!(ada.titles("").await.is_empty());
}

#[tokio::test]
async fn a_head_beyond_64_kib_is_refused() {
    let server = Server::start().await;
    let answer =
        server.request(Method::GET, "/api/x/tasks").header("authorization", format!("Bearer {}", "x".repeat(70 * 1024))).send().await;
    assert!(answer.is_err_and(|error| error.is_request()) || server.get("/health/live").await.status == 200);
    assert_eq!(server.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn live_needs_no_database_and_ready_does() {
    let server = Server::start().await;
    for path in ["/health/live", "/health/ready"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, r#"{"status":"ok"}"#));
    }
    server.state.db.close().await;
    assert_eq!(server.get("/health/live").await.status, 200);
    let away = server.get("/health/ready").await;
    away.is_problem(503, "SERVICE_UNAVAILABLE");
    assert_eq!(away.header("retry-after"), "1");
}

#[tokio::test]
async fn with_the_database_away_sign_in_is_503_and_says_so_in_words() {
    let server = Server::start().await;
    server.person("Ada").await;
    server.state.db.close().await;
    let body = json!({ "email": "ada@example.com", "password": "whatever" });
    let away = server.post("/api/auth/sign-in/email", &body).await;
    away.is_problem(503, "SERVICE_UNAVAILABLE");
    assert!(!away.text.to_lowercase().contains("pool") && !away.text.to_lowercase().contains("sql"));
    let page = server.request(Method::POST, "/signin").form(&body).answer().await;
    assert_eq!(page.status, 503);
    assert!(page.text.contains("Try again in a moment") && page.text.contains("value=\"ada@example.com\""), "{}", page.text);
}

#[tokio::test]
async fn the_end_waits_for_requests_under_way_and_takes_no_new_ones() {
    let mut server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, token) = (ada.id.clone(), ada.token.clone());
    let mut stream = connect(&server).await;
    let head = format!(
        "POST /api/{id}/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: 13\r\nexpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The request is under way once the server asks for its body.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.call_stop();
    while TcpStream::connect(server.url.trim_start_matches("http://")).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(br#"{"title":"x"}"#).await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    server.stopped().await;
}
