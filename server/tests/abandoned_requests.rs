//! Clients that leave at any moment: what was committed is published, mailed and revoked all the same.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::join_all;
use serde_json::{Value, json};
use server::sql;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, task::yield_now};

use crate::{
    events::{Stream, listen},
    support::{PASSWORD, Person, Server, eventually},
};

/// How many clients leave.
const CLIENTS: usize = 500;
/// How many of them are there at once.
const AT_ONCE: usize = 10;
/// The longest that one of them stays, in turns of the runtime.
const MOST_TURNS: u32 = 400;

/// A request as bytes.
fn request(server: &Server, token: &str, method: &str, path: &str, body: Option<&Value>) -> Vec<u8> {
    let host = server.url.strip_prefix("http://").unwrap();
    let body = body.map(Value::to_string).unwrap_or_default();
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {}\r\nAuthorization: Bearer {token}\r\n{kind}Content-Length: {length}\r\n\r\n{body}",
        server.url
    )
    .into_bytes()
}

/// Sends a request and leaves without reading the answer: after any of its bytes, but mostly after the last, and after any
/// number of turns; as often by a reset as by an orderly end.
async fn send_and_leave(server: &Server, bytes: &[u8]) {
    let host = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let sent = if rand::random_ratio(1, 10) { rand::random_range(0..bytes.len()) } else { bytes.len() };
    stream.write_all(&bytes[..sent]).await.unwrap();
    for _ in 0..rand::random_range(0..MOST_TURNS) {
        yield_now().await;
    }
    if rand::random() {
        stream.set_zero_linger().unwrap();
    }
}

/// Waits until no request that changes something is being worked on.
async fn all_are_done(server: &Server) {
    eventually(async || server.state.requests.is_empty()).await;
}

/// The latest that a stream told of each task: when it was changed, `None` where it was deleted.
type View = Arc<Mutex<HashMap<String, Option<String>>>>;

fn keep_reading(mut stream: Stream, view: View, is_over: Arc<AtomicBool>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(event) = stream.next().await {
            let id = event.data["id"].as_str().unwrap_or_default().to_owned();
            let changed = event.data["updated_at"].as_str().map(str::to_owned);
            assert!(!event.shown().starts_with("reset"), "the test reads too slowly to tell anything");
            view.lock().unwrap_or_else(PoisonError::into_inner).insert(id, changed);
            if is_over.load(Ordering::Relaxed) {
                break;
            }
        }
    })
}

/// What the database says of each task, as [`View`] has it.
async fn stored(server: &Server, person: &Person<'_>) -> HashMap<String, Option<String>> {
    let mut stored = HashMap::new();
    let mut query = "?limit=1000&sort=created_at".to_owned();
    loop {
        let answer = person.get(&query).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        for task in answer.json.as_array().unwrap() {
            stored.insert(task["id"].as_str().unwrap().to_owned(), Some(task["updated_at"].as_str().unwrap().to_owned()));
        }
        let Some(next) = answer.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        query = next.0.split_once('?').map(|(_, query)| format!("?{query}")).unwrap();
    }
    let deleted: Vec<(String,)> = sql!(all server.state.db.read(), "SELECT id FROM deleted_tasks WHERE user_id = $1", &person.id).unwrap();
    stored.extend(deleted.into_iter().map(|(id,)| (id, None)));
    stored
}

#[tokio::test]
async fn every_change_of_500_clients_that_left_is_published_if_it_was_committed() {
    let server = Server::configured(|config| config.rate_limit = server::config::RateLimit::Off).await;
    listen(&server, 1).await;
    let ada = server.person("Ada").await;
    // A task for each of them, so that its last change is theirs.
    let ids: Vec<String> = {
        let mut ids = Vec::new();
        while ids.len() < CLIENTS {
            ids.extend(join_all((0..20).map(|_| ada.add("before"))).await);
        }
        ids
    };
    for id in ids.iter().skip(4).step_by(5) {
        crate::events::delete(&ada, id).await;
    }
    let (view, is_over) = (View::default(), Arc::new(AtomicBool::new(false)));
    let before = stored(&server, &ada).await;
    *view.lock().unwrap() = before.clone();
    let reader = keep_reading(Stream::of(&ada).await, view.clone(), is_over.clone());

    let tasks = format!("/api/{}/tasks", ada.id);
    let leave = async |(number, id): (usize, &String)| {
        let title = json!({ "title": format!("after {number}") });
        let one = format!("{tasks}/{id}");
        let bytes = match number % 5 {
            0 => request(&server, &ada.token, "POST", &tasks, Some(&title)),
            1 => request(&server, &ada.token, "PUT", &one, Some(&title)),
            2 => request(&server, &ada.token, "PATCH", &format!("{one}/complete"), None),
            3 => request(&server, &ada.token, "DELETE", &one, None),
            _ => request(&server, &ada.token, "POST", &format!("{one}/restore"), None),
        };
        send_and_leave(&server, &bytes).await;
    };
    let numbered: Vec<_> = ids.iter().enumerate().collect();
    for some in numbered.chunks(AT_ONCE) {
        join_all(some.iter().map(|one| leave(*one))).await;
    }
    all_are_done(&server).await;
    let after = stored(&server, &ada).await;
    let changed = after.iter().filter(|(id, changed)| before.get(*id) != Some(*changed)).count();
    println!("{changed} changes of {CLIENTS} clients");
    let missing = || {
        let view = view.lock().unwrap();
        after.iter().filter(|(id, changed)| view.get(*id) != Some(*changed)).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    eventually(async || missing().is_empty() || reader.is_finished()).await;
    assert_eq!(missing(), Vec::<String>::new(), "committed, and never published");
    assert!(changed > CLIENTS / 4, "{changed} changes: they leave too early to show anything");
    is_over.store(true, Ordering::Relaxed);
    reader.abort();
}

#[tokio::test]
async fn a_session_that_a_client_ended_before_it_left_is_refused_at_once() {
    let server = Server::configured(|config| config.rate_limit = server::config::RateLimit::Off).await;
    let ada = server.person("Ada").await;
    let mut devices = Vec::new();
    while devices.len() < 40 {
        devices.extend(join_all((0..8).map(|_| server.sign_in("ada@example.com"))).await);
    }
    for some in devices.chunks(AT_ONCE) {
        join_all(some.iter().map(|device| async {
            let bytes = request(&server, &device.token, "POST", "/api/auth/sign-out", Some(&json!({})));
            send_and_leave(&server, &bytes).await;
        }))
        .await;
    }
    all_are_done(&server).await;
    let rows: Vec<(String,)> = sql!(all server.state.db.read(), "SELECT id FROM sessions WHERE user_id = $1", &ada.id).unwrap();
    let mut refused = 0;
    for device in &devices {
        refused += usize::from(device.get("").await.status == 401);
    }
    // Hers beside those of the devices.
    assert!(rows.len() <= devices.len(), "nobody was signed out");
    assert_eq!(refused, devices.len() + 1 - rows.len(), "as many tokens are refused as sessions were ended");
}

#[tokio::test]
async fn a_password_change_goes_on_after_its_client_left_and_is_mailed_and_ends_the_other_sessions() {
    let server = Server::configured(|config| config.rate_limit = server::config::RateLimit::Off).await;
    let ada = server.person("Ada").await;
    let other = server.sign_in("ada@example.com").await;
    let changes = || {
        let letters = server.letters_now();
        letters.into_iter().filter(|letter| letter.subject.to_lowercase().contains("password")).count()
    };
    let hash =
        async || -> String { sql!(scalar server.state.db.read(), "SELECT password_hash FROM users WHERE id = $1", &ada.id).unwrap() };
    let (mut before, mut committed) = (hash().await, 0);
    for round in 0..12 {
        // The session of the round before has ended, and nobody was told of the one that came after it.
        let ada = server.sign_in("ada@example.com").await;
        let body = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD, "revokeOtherSessions": true });
        let bytes = request(&server, &ada.token, "POST", "/api/auth/change-password", Some(&body));
        let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        // While the old password is checked, or while the new one is hashed.
        let hashes = server.state.passwords.count() + 1 + round % 2;
        eventually(async || server.state.passwords.count() >= hashes).await;
        drop(stream);
        all_are_done(&server).await;
        let after = hash().await;
        committed += usize::from(after != before);
        before = after;
    }
    assert!(committed >= 6, "{committed} of the clients left after their last hash had begun");
    eventually(async || changes() == committed).await;
    assert_eq!(other.get("").await.status, 401);
}
