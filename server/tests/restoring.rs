//! A deleted task can be put back for thirty days: by its owner, as it was, and once.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::sql;

use crate::support::{Answer, PASSWORD, Person, Send as _, Server, eventually};

async fn delete(person: &Person<'_>, id: &str) -> Answer {
    person.request(Method::DELETE, &format!("/{id}")).answer().await
}

async fn restore(person: &Person<'_>, id: &str) -> Answer {
    person.request(Method::POST, &format!("/{id}/restore")).answer().await
}

/// How many deleted tasks are kept.
async fn kept(server: &Server) -> i64 {
    sql!(scalar server.state.db.read(), "SELECT count(*) FROM deleted_tasks").unwrap()
}

#[tokio::test]
async fn a_deleted_task_comes_back_byte_for_byte_where_it_stood() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    ada.add("older").await;
    let body = json!({
        "title": "Straße \u{1f468}\u{200d}\u{1f469}", "description": " two\r\n  LINES \\ \"quoted\" ", "completed": true,
        "due_date": "2027-01-31", "priority": "high", "tags": ["Büro", "a_b"],
    });
    let made = ada.call(Method::POST, "", &body).await;
    let id = made.json["id"].as_str().unwrap();
    ada.add("newer").await;
    let before = ada.get("?sort=position").await.json;
    server.advance(Duration::from_hours(1));
    assert_eq!(delete(&ada, id).await.status, 204);
    ada.get(&format!("/{id}")).await.is_problem(404, "NOT_FOUND");
    server.advance(Duration::from_hours(1));

    let back = restore(&ada, id).await;
    let mut expected = made.json.clone();
    expected["updated_at"] = json!(server.state.clock.now().to_string());
    assert_eq!((back.status.as_u16(), &back.json), (200, &expected));
    assert_ne!(back.header("etag"), made.header("etag"), "whoever has it from before sees that something happened");
    let read = ada.get(&format!("/{id}")).await;
    assert_eq!((&read.text, read.header("etag")), (&back.text, back.header("etag")));
    let mut list = before;
    list[1] = expected;
    assert_eq!(ada.get("?sort=position").await.json, list);
    for query in ["?q=STRAßE", "?q=lines", "?tag=büro", "?due=today&today=2027-01-31", "?priority=high", "?status=completed"] {
        assert_eq!(ada.titles(query).await.len(), 1, "it is found again: {query}");
    }
    assert_eq!(kept(&server).await, 0);
}

#[tokio::test]
async fn to_put_back_what_is_there_changes_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (never_deleted, id) = (ada.add("stays").await, ada.add("comes back").await);
    delete(&ada, &id).await;
    let back = restore(&ada, &id).await;
    server.advance(Duration::from_secs(5));
    for id in [&id, &never_deleted] {
        let before = ada.get(&format!("/{id}")).await;
        let again = restore(&ada, id).await;
        assert_eq!((again.status.as_u16(), &again.text, again.header("etag")), (200, &before.text, before.header("etag")));
    }
    assert_eq!(restore(&ada, &id).await.text, back.text);
    for unknown in ["01890000-0000-7000-8000-000000000000", "x", "%00", "%FF"] {
        restore(&ada, unknown).await.is_problem(404, "NOT_FOUND");
    }
    // Each of them within one millisecond, and each another state.
    let mut tags = vec![back.header("etag").to_owned()];
    for _ in 0..3 {
        assert_eq!(delete(&ada, &id).await.status, 204);
        let tag = restore(&ada, &id).await.header("etag").to_owned();
        assert!(!tags.contains(&tag), "{tag} {tags:?}");
        tags.push(tag);
    }
    let old = ada.request(Method::PUT, &format!("/{id}")).header("if-match", &tags[2]).json(&json!({ "title": "x" }));
    old.answer().await.is_problem(412, "PRECONDITION_FAILED");
}

#[tokio::test]
async fn of_twenty_who_put_it_back_at_once_all_see_the_same_task() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("once").await;
    delete(&ada, &id).await;
    let answers = futures_util::future::join_all((0..20).map(|_| restore(&ada, &id))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.text), (200, &answers[0].text));
    }
    assert_eq!(ada.titles("").await, ["once"]);
}

#[tokio::test]
async fn thirty_days_after_it_was_deleted_it_is_gone_and_nothing_of_it_is_kept() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (in_time, too_late) = (ada.add("in time").await, ada.add("too late").await);
    server.advance(Duration::from_secs(1));
    for id in [&in_time, &too_late] {
        assert_eq!(delete(&ada, id).await.status, 204);
    }
    server.advance(Duration::from_hours(30 * 24) - Duration::from_millis(1));
    // No session lives that long.
    let ada = server.sign_in("ada@example.com").await;
    assert_eq!(restore(&ada, &in_time).await.status, 200);
    server.advance(Duration::from_millis(1));
    restore(&ada, &too_late).await.is_problem(404, "NOT_FOUND");
    assert_eq!(kept(&server).await, 1, "it is gone before anybody has cleared up");
    let (id, token, cookie) = (ada.id.clone(), ada.token.clone(), ada.cookie.clone());
    let server = server.restart().await;
    eventually(async || kept(&server).await == 0).await;
    let ada = Person { server: &server, id, token, cookie };
    restore(&ada, &too_late).await.is_problem(404, "NOT_FOUND");
    assert_eq!(ada.titles("").await, ["in time"]);
}

#[tokio::test]
async fn what_was_deleted_before_a_restart_comes_back_after_it() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    delete(&ada, &id).await;
    let (user, token, cookie) = (ada.id.clone(), ada.token.clone(), ada.cookie.clone());
    let server = server.restart().await;
    let ada = Person { server: &server, id: user, token, cookie };
    assert_eq!(restore(&ada, &id).await.status, 200);
    assert_eq!(ada.titles("").await, ["one"]);
}

#[tokio::test]
async fn nobody_puts_back_what_somebody_else_deleted() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let id = ada.add("hers").await;
    delete(&ada, &id).await;
    let of_hers = restore(&bob, &id).await;
    let of_none = restore(&bob, "01890000-0000-7000-8000-000000000000").await;
    of_hers.is_problem(404, "NOT_FOUND");
    assert_eq!(of_hers.same_for_all(), of_none.same_for_all());
    restore(&Person { id: ada.id.clone(), ..bob.clone() }, &id).await.is_problem(403, "FORBIDDEN");
    assert!(bob.titles("").await.is_empty() && ada.titles("").await.is_empty());
    assert_eq!(restore(&ada, &id).await.json["user_id"], ada.id.as_str());
}

#[tokio::test]
async fn with_the_user_goes_what_they_had_deleted() {
    let server = Server::on_postgres().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for person in [&ada, &bob] {
        let id = person.add(&format!("a secret of {}", person.id)).await;
        delete(person, &id).await;
    }
    let has = async |words: &str| {
        let kept = server.everything_kept().await;
        kept.windows(words.len()).any(|window| window == words.as_bytes())
    };
    assert!(has(&format!("a secret of {}", ada.id)).await);
    let gone = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&ada.token).json(&json!({ "password": PASSWORD }));
    assert_eq!(gone.answer().await.status, 200);
    assert!(!has(&format!("a secret of {}", ada.id)).await);
    assert!(has(&format!("a secret of {}", bob.id)).await);
}

#[tokio::test]
async fn a_delete_that_was_refused_leaves_nothing_to_put_back() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    let refused = ada.request(Method::DELETE, &format!("/{id}")).header("if-match", "\"x\"").answer().await;
    refused.is_problem(412, "PRECONDITION_FAILED");
    ada.call(Method::DELETE, "/x", &Value::Null).await.is_problem(404, "NOT_FOUND");
    assert_eq!(kept(&server).await, 0);
    assert_eq!(ada.titles("").await, ["one"]);
}
