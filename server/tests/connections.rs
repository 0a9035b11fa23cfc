//! What connections may cost: how many there are at once, in all and of one address, and what one holds that is never read.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use server::{
    config::{Config, Limits},
    sql,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use crate::support::{Person, Server, eventually};

const REQUEST: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";

fn bounds(all: u32, of_one_address: u32) -> impl FnOnce(&mut Config) {
    move |config| {
        config.max_connections = all;
        config.max_connections_per_address = of_one_address;
    }
}

/// A connection from this address of the machine itself.
async fn connect(server: &Server, from: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let address: SocketAddr = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(address).await.unwrap()
}

/// Whether a request is answered on it; if not, it was closed.
async fn is_answered(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 4096];
    // Refused where the other end is closed already.
    let _ = stream.write_all(REQUEST).await;
    timeout(Duration::from_mins(1), stream.read(&mut answer)).await.expect("an answer or the end").is_ok_and(|read| read > 0)
}

#[tokio::test]
async fn an_address_that_has_its_connections_gets_no_more_and_others_do() {
    let server = Server::configured(bounds(100, 3)).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&server, "127.0.0.1").await;
        assert!(is_answered(&mut stream).await);
        held.push(stream);
    }
    assert!(!is_answered(&mut connect(&server, "127.0.0.1").await).await);
    assert!(is_answered(&mut connect(&server, "127.0.0.2").await).await);
    held.pop();
    eventually(async || is_answered(&mut connect(&server, "127.0.0.1").await).await).await;
}

#[tokio::test]
async fn a_trusted_proxy_has_the_connections_of_many() {
    let server = Server::configured(|config| {
        bounds(100, 3)(config);
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..10 {
        let mut stream = connect(&server, "127.0.0.1").await;
        assert!(is_answered(&mut stream).await);
        held.push(stream);
    }
}

#[tokio::test]
async fn beyond_all_connections_the_next_waits_until_one_ends() {
    let server = Server::configured(bounds(4, 3)).await;
    let mut held = Vec::new();
    for from in ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2"] {
        let mut stream = connect(&server, from).await;
        assert!(is_answered(&mut stream).await);
        held.push(stream);
    }
    let mut next = connect(&server, "127.0.0.3").await;
    next.write_all(REQUEST).await.unwrap();
    assert!(timeout(Duration::from_millis(200), next.read(&mut [0; 64])).await.is_err(), "it is not served yet");
    assert_eq!(server.state.connections.open(), 4);
    held.pop();
    assert!(timeout(Duration::from_mins(1), next.read(&mut [0; 64])).await.expect("it is served").unwrap() > 0);
}

#[tokio::test]
async fn a_page_that_is_read_in_parts_has_every_task_once() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut transaction = server.state.db.begin().await.unwrap();
    for n in 0..1100 {
        sql!(
            execute transaction.on(),
            "INSERT INTO tasks (id, user_id, title, title_key, completed, created_at, updated_at) VALUES ($1, $2, $1, $1, FALSE, $3, $3)",
            format!("{n:05}"),
            &ada.id,
            i64::from(n / 7)
        )
        .unwrap();
    }
    transaction.commit().await.unwrap();
    let all: Vec<_> = (0..1100).map(|n| format!("{n:05}")).collect();
    for (limit, pages) in [(250, 5), (251, 5), (600, 2), (1000, 2)] {
        let (mut query, mut titles, mut count) = (format!("?sort=created_at&order=asc&limit={limit}"), Vec::new(), 0);
        loop {
            let page = ada.get(&query).await;
            count += 1;
            titles.extend(page.json.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()));
            let Some((_, next)) = page.header("link").split_once('?') else { break };
            query = format!("?{}", next.split_once('>').unwrap().0);
        }
        assert_eq!((count, &titles), (pages, &all), "{limit}");
    }
}

/// Adds tasks with as much text as a task can have.
async fn add_long_tasks(ada: &Person<'_>, count: usize) {
    let long = "\u{1f980}".repeat(5000);
    join_all((0..count).map(async |n: usize| {
        let task = json!({ "title": n.to_string(), "description": long });
        assert_eq!(ada.call(Method::POST, "", &task).await.status, 201);
    }))
    .await;
}

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_dropped() {
    let server = Server::limited(Limits { write: Duration::from_millis(500), ..Limits::default() }).await;
    let ada = server.person("Ada").await;
    add_long_tasks(&ada, 40).await;
    let list = format!("GET /api/{}/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", ada.id, ada.token);
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut client = connect(&server, "127.0.0.2").await;
        // More than the system's buffers hold.
        client.write_all(list.repeat(100).as_bytes()).await.unwrap();
        clients.push(client);
    }
    eventually(async || server.state.connections.open() == 0).await;
    for client in &mut clients {
        let mut received = Vec::new();
        // Reset, perhaps: what was not read by then is gone.
        let _ = client.read_to_end(&mut received).await;
        assert!(received.len() < 50 * 500 * 1024, "{} bytes", received.len());
    }
    assert_eq!(ada.get("?limit=1").await.status, 200);
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_its_whole_answer() {
    let server = Server::limited(Limits { write: Duration::from_secs(2), ..Limits::default() }).await;
    let ada = server.person("Ada").await;
    add_long_tasks(&ada, 10).await;
    let head = format!("GET /api/{}/tasks HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n", ada.id, ada.token);
    let mut client = connect(&server, "127.0.0.1").await;
    client.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut part = vec![0; 8192];
    loop {
        let read = client.read(&mut part).await.unwrap();
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&part[..read]);
        tokio::task::yield_now().await;
    }
    let answer = String::from_utf8(answer).unwrap();
    let tasks: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn a_page_of_long_tasks_ends_early_and_every_task_is_on_some_page() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    add_long_tasks(&ada, 100).await;
    for n in 0..20 {
        ada.add(&format!("short {n}")).await;
    }
    let (mut query, mut pages, mut count) = ("?limit=1000".to_owned(), 0, 0);
    loop {
        let page = ada.get(&query).await;
        assert!(page.text.len() <= 600 * 1024, "{} bytes", page.text.len());
        pages += 1;
        count += page.json.as_array().unwrap().len();
        let Some((_, next)) = page.header("link").split_once('?') else { break };
        query = format!("?{}", next.split_once('>').unwrap().0);
    }
    assert_eq!(count, 120);
    assert!((4..=5).contains(&pages), "{pages}");
    let page = server.request(Method::GET, "/tasks?limit=1000").header("cookie", &ada.cookie).send().await.unwrap().text().await.unwrap();
    assert!(page.len() <= 3 * 1024 * 1024, "{} bytes", page.len());
}
