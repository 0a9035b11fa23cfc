//! What Prometheus is told, and where.

use reqwest::{Method, StatusCode};
use server::{identity::hash_queue::Caller, serve_metrics};
use tokio::net::TcpListener;

use crate::support::{Send as _, Server};

async fn metered() -> (Server, String) {
    let server = Server::configured(|config| config.metrics_listen = Some("127.0.0.1:0".parse().unwrap())).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    tokio::spawn(serve_metrics(server.state.clone(), listener));
    (server, url)
}

async fn read(url: &str) -> String {
    let answer = reqwest::Client::new().get(url).answer().await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    assert!(answer.text.ends_with("# EOF\n"));
    answer.text
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status_and_name_nobody() {
    let (server, url) = metered().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    for _ in 0..3 {
        ada.get(&format!("/{id}")).await;
    }
    ada.get("/unknown").await;
    server.get("/made/up").await;
    server.request(Method::from_bytes(b"MADEUP").unwrap(), "/").answer().await;
    let text = read(&url).await;
    for line in [
        r#"holdfast_http_requests_total{method="GET",route="/api/{user_id}/tasks/{id}",status="200"} 3"#,
        r#"holdfast_http_requests_total{method="GET",route="/api/{user_id}/tasks/{id}",status="404"} 1"#,
        r#"holdfast_http_requests_total{method="POST",route="/api/{user_id}/tasks",status="201"} 1"#,
        r#"holdfast_http_requests_total{method="GET",route="-",status="404"} 1"#,
        r#"holdfast_http_request_duration_seconds_count{route="/api/{user_id}/tasks/{id}"} 4"#,
        "holdfast_password_hashes_total 1",
        "holdfast_password_hashes_waiting 0",
        "holdfast_sessions 1",
        "holdfast_mails_waiting 0",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.contains("holdfast_db_connections ") && !text.contains("MADEUP") && !text.contains("made/up"));
    for private in [&*ada.id, &id, "ada@example.com", &ada.token] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn metrics_are_on_their_own_address_alone() {
    let (server, url) = metered().await;
    assert_eq!(server.get("/metrics").await.status, 404);
    let other = url.replace("/metrics", "/health/live");
    assert_eq!(reqwest::Client::new().get(other).answer().await.status, 404);
}

#[tokio::test]
async fn the_rest_is_told_with_the_database_away() {
    let (server, url) = metered().await;
    server.state.db.close().await;
    assert!(read(&url).await.contains("holdfast_sessions -1"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn hashes_are_counted_once_however_many_ask_at_the_same_time() {
    let (server, url) = metered().await;
    for _ in 0..40 {
        server.state.passwords.hash("a password that is hashed", Caller::new([127, 0, 0, 1].into(), false)).await.unwrap();
        let scrapes = (0..12).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { read(&url).await })
        });
        let scrapes: Vec<_> = scrapes.collect();
        for scrape in scrapes {
            let counted = format!("holdfast_password_hashes_total {}\n", server.state.passwords.count());
            assert!(scrape.await.unwrap().contains(&counted), "{counted}");
        }
    }
}
