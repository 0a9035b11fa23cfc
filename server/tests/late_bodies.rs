//! A request whose body arrives when its sender is not signed in any more writes nothing.

use reqwest::Method;
use serde_json::json;
use server::sql;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{PASSWORD, Person, Send as _, Server, eventually};

const TASK: &str = r#"{"title":"late"}"#;

/// A request of which the server has the head and waits for the body.
struct Halfway(TcpStream);

impl Halfway {
    async fn begin(server: &Server, head: &str, length: usize) -> Self {
        let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
        let head = format!("{head}\r\nhost: x\r\ncontent-length: {length}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // hyper says so when the handler asks for the body: who sent the head has been found out then.
        let mut said = [0; 25];
        stream.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self(stream)
    }

    async fn create(person: &Person<'_>) -> Self {
        let Person { server, id, token, .. } = person;
        let head = format!("POST /api/{id}/tasks HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json");
        Self::begin(server, &head, TASK.len()).await
    }

    /// Sends the body; the whole answer.
    async fn finish(mut self, body: &str) -> String {
        self.0.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

async fn count(server: &Server) -> i64 {
    sql!(scalar server.state.db.read(), "SELECT count(*) FROM tasks").unwrap()
}

async fn post(person: &Person<'_>, path: &str, body: serde_json::Value) {
    let request = person.server.request(Method::POST, &format!("/api/auth{path}")).bearer_auth(&person.token);
    assert_eq!(request.json(&body).answer().await.status, 200);
}

#[tokio::test]
async fn a_body_that_arrives_after_its_sender_signed_out_or_was_deleted_writes_nothing() {
    let server = Server::start().await;
    for (name, path, body) in [
        ("Ada", "/sign-out", json!({})),
        ("Bob", "/revoke-sessions", json!({})),
        ("Carol", "/delete-user", json!({ "password": PASSWORD })),
    ] {
        let person = server.person(name).await;
        let halfway = Halfway::create(&person).await;
        post(&person, path, body).await;
        let answer = halfway.finish(TASK).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("INVALID_TOKEN"), "{path}: {answer}");
        assert_eq!(count(&server).await, 0, "{path}");
    }
}

#[tokio::test]
async fn a_change_whose_body_is_late_changes_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("before").await;
    let phone = server.sign_in("ada@example.com").await;
    for (method, rest) in [("PUT", format!("/{id}")), ("PATCH", format!("/{id}/complete"))] {
        let body = r#"{"title":"after","completed":true}"#;
        let laptop = server.sign_in("ada@example.com").await;
        let head = format!(
            "{method} /api/{}/tasks{rest} HTTP/1.1\r\nauthorization: Bearer {}\r\ncontent-type: application/json",
            laptop.id, laptop.token
        );
        let halfway = Halfway::begin(&server, &head, body.len()).await;
        post(&laptop, "/sign-out", json!({})).await;
        let answer = halfway.finish(body).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        let task = phone.get(&format!("/{id}")).await.json;
        assert_eq!((&task["title"], &task["completed"]), (&json!("before"), &json!(false)));
    }
}

#[tokio::test]
async fn the_form_of_the_page_whose_body_is_late_adds_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let form = "title=late";
    let head =
        format!("POST /tasks HTTP/1.1\r\ncookie: {}\r\norigin: http://x\r\ncontent-type: application/x-www-form-urlencoded", ada.cookie);
    let halfway = Halfway::begin(&server, &head, form.len()).await;
    post(&ada, "/sign-out", json!({})).await;
    let answer = halfway.finish(form).await;
    assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: /signin"), "{answer}");
    assert_eq!(count(&server).await, 0);
}

/// The deletion of a user as another process does it: this one has not heard of it.
async fn delete_elsewhere(person: &Person<'_>) -> server::db::Transaction {
    let mut transaction = person.server.state.db.begin().await.unwrap();
    let sql = "UPDATE users SET email = email WHERE id = $1";
    sql!(execute transaction.on(), sql, &person.id).unwrap();
    sql!(execute transaction.on(), "DELETE FROM tasks WHERE user_id = $1", &person.id).unwrap();
    sql!(execute transaction.on(), "DELETE FROM users WHERE id = $1", &person.id).unwrap();
    let sql = "INSERT INTO revocations (subject, until) VALUES ($1, $2)";
    sql!(execute transaction.on(), sql, &person.id, i64::MAX).unwrap();
    transaction
}

#[tokio::test]
async fn a_write_that_waits_for_the_deletion_of_its_user_is_refused_by_the_database() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let deletion = delete_elsewhere(&ada).await;
    // With an idempotency key it is a transaction of its own, without one it shares one with others.
    let plain = ada.request(Method::POST, "").json(&json!({ "title": "late" })).answer();
    let keyed = ada.request(Method::POST, "").header("idempotency-key", "1").json(&json!({ "title": "late" })).answer();
    let of_bob = bob.request(Method::POST, "").json(&json!({ "title": "in time" })).answer();
    let commits = async {
        tokio::task::yield_now().await;
        deletion.commit().await.unwrap();
    };
    let (plain, keyed, of_bob, ()) = tokio::join!(plain, keyed, of_bob, commits);
    for answer in [plain, keyed] {
        answer.is_problem(401, "INVALID_TOKEN");
    }
    assert_eq!(of_bob.status, 201, "a refused write does not take others with it: {}", of_bob.text);
    assert_eq!(count(&server).await, 1);
    let keys: i64 = sql!(scalar server.state.db.read(), "SELECT count(*) FROM idempotency_keys").unwrap();
    assert_eq!(keys, 0);
    eventually(async || ada.get("").await.status == 401).await;
}
