//! What the world does to a server: full disks, crowds, slow and hostile sockets, and the end.

use std::{
    process::Stdio,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use server::{db::Db, sql};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::Command,
    time::timeout,
};

use crate::{
    command_line::serve,
    support::{PASSWORD, SECRET, Send as _, Server, eventually},
};

/// Sets something on both connections that write: that of grouped writes, and that of all others.
async fn set_on_writers(server: &Server, setting: &str) {
    let Db::Sqlite { group, .. } = &server.state.db else { panic!("not SQLite") };
    let sql = format!("PRAGMA {setting}");
    sql!(execute server.state.db.write(), sqlx::AssertSqlSafe(sql.clone())).unwrap();
    group.write(move |writer| writer.execute(&sql, &[])).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_507_while_reads_go_on_and_it_recovers() {
    let server = Server::on_sqlite().await;
    let ada = server.person("Ada").await;
    let id = ada.add("kept").await;
    let pages: i64 = sql!(scalar server.state.db.write(), "PRAGMA page_count").unwrap();
    set_on_writers(&server, &format!("max_page_count = {pages}")).await;
    let large = json!({ "title": "large", "description": "x".repeat(5000) });
    eventually(async || ada.call(Method::POST, "", &large).await.status == 507).await;
    let full = ada.call(Method::POST, "", &large).await;
    full.is_problem(507, "STORAGE_FULL");
    assert!(!full.text.contains("disk") && !full.text.to_lowercase().contains("sqlite"));
    let before = ada.titles("").await;
    assert!(before.contains(&"kept".to_owned()));
    assert_eq!(ada.get(&format!("/{id}")).await.status, 200);
    assert_eq!(server.request(Method::GET, "/tasks").header("cookie", &ada.cookie).answer().await.status, 200);
    set_on_writers(&server, "max_page_count = 1000000").await;
    assert_eq!(ada.call(Method::POST, "", &large).await.status, 201);
    assert_eq!(ada.titles("").await.len(), before.len() + 1, "nothing came twice or half");
}

#[tokio::test]
async fn of_those_who_fill_the_disk_at_once_the_acknowledged_are_there_and_nobody_else() {
    let server = Server::on_sqlite().await;
    let ada = server.person("Ada").await;
    let pages: i64 = sql!(scalar server.state.db.write(), "PRAGMA page_count").unwrap();
    set_on_writers(&server, &format!("max_page_count = {}", pages + 20)).await;
    let write = async |n: usize| {
        let task = json!({ "title": format!("{n}"), "description": "x".repeat(5000) });
        (n.to_string(), ada.call(Method::POST, "", &task).await.status.as_u16())
    };
    // One alone finds room. Of those who come together, it depends on who shares a transaction with whom.
    let (first, status) = write(48).await;
    assert_eq!(status, 201);
    let mut acknowledged = vec![first];
    let mut refused = 0;
    for (title, status) in join_all((0..48).map(write)).await {
        match status {
            201 => acknowledged.push(title),
            // Whose own statement found no room, and who was in a transaction with them.
            507 | 503 => refused += 1,
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0, "{acknowledged:?}");
    let sorted = |mut titles: Vec<String>| {
        titles.sort();
        titles
    };
    assert_eq!(sorted(ada.titles("").await), sorted(acknowledged));
    set_on_writers(&server, "max_page_count = 1000000").await;
    ada.add("again").await;
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_503_while_reads_go_on_and_it_recovers() {
    let server = Server::on_sqlite().await;
    let ada = server.person("Ada").await;
    ada.add("kept").await;
    set_on_writers(&server, "query_only = ON").await;
    let refused = ada.call(Method::POST, "", &json!({ "title": "x" })).await;
    refused.is_problem(503, "SERVICE_UNAVAILABLE");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(ada.titles("").await, ["kept"]);
    // The connection of grouped writes could not begin, and was opened anew.
    sql!(execute server.state.db.write(), "PRAGMA query_only = OFF").unwrap();
    ada.add("again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_writers_and_as_many_readers_never_find_it_busy() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let write = async || {
        for _ in 0..5 {
            ada.add("written").await;
        }
    };
    let read = async || {
        for _ in 0..10 {
            assert_eq!(ada.get("?limit=20").await.status, 200);
        }
    };
    let writers = join_all((0..64).map(|_| write()));
    let readers = join_all((0..64).map(|_| read()));
    tokio::join!(writers, readers);
    assert_eq!(ada.titles("?limit=1000").await.len(), 320);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_no_answer_is_cut_and_the_program_goes() {
    let folder = TempDir::new().unwrap();
    let (mut running, url) = serve(folder.path(), &[("BETTER_AUTH_SECRET", SECRET)]).await;
    let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
    let made = reqwest::Client::new().post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
    let tasks = format!("{url}/api/{}/tasks", made.json["user"]["id"].as_str().unwrap());
    let token = made.json["token"].as_str().unwrap();
    let (answered, is_called) = (AtomicUsize::new(0), AtomicBool::new(false));
    let one = async || {
        // A connection for each: that one was there before the end says nothing of the next.
        loop {
            let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
            let sent = client.post(&tasks).bearer_auth(token).json(&json!({ "title": "x" })).send().await;
            match sent {
                Ok(answer) => {
                    assert_eq!(answer.status(), 201);
                    answer.text().await.expect("an answer that began is finished");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => {
                    assert!(is_called.load(Ordering::Relaxed), "{error:?}");
                    return;
                }
            }
        }
    };
    let load = join_all((0..16).map(|_| one()));
    let end = async {
        eventually(async || answered.load(Ordering::Relaxed) > 200).await;
        is_called.store(true, Ordering::Relaxed);
        let id = running.child.id().unwrap().to_string();
        let called = Instant::now();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        let status = timeout(Duration::from_secs(20), running.child.wait()).await.expect("it goes").unwrap();
        println!("SIGTERM under load: gone after {:?}", called.elapsed());
        status
    };
    let ((), status) = tokio::join!(async { drop(load.await) }, end);
    assert!(status.success());
    // Every acknowledged task is there, and no more than one for each connection beside.
    let count = Command::new(env!("CARGO_BIN_EXE_holdfast"))
        .current_dir(folder.path())
        .args(["user", "list"])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let list = String::from_utf8(count.stdout).unwrap();
    let kept: usize = list.trim().rsplit('\t').next().unwrap().parse().unwrap();
    let answered = answered.load(Ordering::Relaxed);
    assert!((answered..=answered + 16).contains(&kept), "{answered} answered, {kept} kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_slow_sockets_are_nothing_to_somebody_else() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let address = server.url.strip_prefix("http://").unwrap();
    let mut sockets = Vec::new();
    for number in 0..1000 {
        let mut socket = TcpStream::connect(address).await.expect("room for another socket");
        match number % 3 {
            // Says nothing.
            0 => {}
            // Says it letter by letter.
            1 => socket.write_all(b"G").await.unwrap(),
            // Has been answered, and idles.
            _ => {
                socket.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
                assert!(socket.read(&mut [0; 4096]).await.unwrap() > 0);
            }
        }
        sockets.push(socket);
    }
    for round in 0..20_u8 {
        for socket in sockets.iter_mut().skip(1).step_by(3) {
            socket.write_all(&[b"ET / HTTP/1.1\r\nhost: x"[usize::from(round)]]).await.unwrap();
        }
        ada.add(&format!("round {round}")).await;
    }
    assert_eq!(ada.titles("").await.len(), 20);
}

/// A request that two servers in a row could read as different ones (RFC 9112, sections 6.3 and 11.2).
#[tokio::test]
async fn what_could_be_read_in_two_ways_is_the_last_of_its_connection() {
    let server = Server::start().await;
    let address = server.url.strip_prefix("http://").unwrap();
    let smuggled = "GET /health/live HTTP/1.1\r\nhost: smuggled\r\n\r\n";
    for (head, status) in [
        // Read by the one of the two that RFC 9112 gives precedence to.
        ("content-length: 4\r\ntransfer-encoding: chunked", 200),
        ("transfer-encoding: chunked\r\ncontent-length: 4", 200),
        ("content-length: 4\r\ncontent-length: 5", 400),
        ("content-length: 4, 5", 400),
        ("content-length: +4", 400),
        ("content-length: 0x4", 400),
        ("content-length : 4", 400),
        ("transfer-encoding : chunked", 400),
        ("transfer-encoding: xchunked", 400),
        ("transfer-encoding: chunked, identity", 400),
        ("transfer-encoding: chunked\r\ntransfer-encoding: identity", 400),
        ("transfer-encoding: \u{b}chunked", 400),
        ("transfer-encoding: \"chunked\"", 400),
        ("x: y\r\n folded: z\r\ncontent-length: 4", 400),
        ("x\0: y", 400),
        ("host: y", 400),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("POST /api/auth/sign-out HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n0\r\n\r\n{smuggled}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.expect("it is closed").unwrap_or_default();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head:?}: {answer}");
    }
    assert_eq!(server.get("/health/live").await.status, 200);
}
