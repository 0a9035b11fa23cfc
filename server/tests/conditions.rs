//! Conditional requests and idempotency keys: nothing is read twice, overwritten unseen, or made twice.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Send as _, Server};

async fn with(person: &Person<'_>, method: Method, rest: &str, header: (&str, &str), body: Option<Value>) -> Answer {
    let request = person.request(method, rest).header(header.0, header.1);
    match body {
        Some(body) => request.json(&body),
        None => request,
    }
    .answer()
    .await
}

#[tokio::test]
async fn a_task_has_a_strong_tag_that_every_change_moves_on() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let made = ada.call(Method::POST, "", &json!({ "title": "one" })).await;
    let path = format!("/{}", made.json["id"].as_str().unwrap());
    let mut tags = vec![made.header("etag").to_owned()];
    assert_eq!(ada.get(&path).await.header("etag"), tags[0]);
    // All within one millisecond of the server's clock.
    for (method, rest, body) in [
        (Method::PUT, "", json!({ "title": "two" })),
        (Method::PUT, "", json!({ "title": "one" })),
        (Method::PATCH, "/complete", json!({ "completed": true })),
        (Method::PATCH, "/complete", json!({ "completed": false })),
    ] {
        let changed = ada.call(method, &format!("{path}{rest}"), &body).await;
        let tag = changed.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && !tags.contains(&tag), "{tag}: {tags:?}");
        assert_eq!(ada.get(&path).await.header("etag"), tag);
        tags.push(tag);
    }
}

#[tokio::test]
async fn who_has_it_already_gets_304_and_no_body() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    for path in [format!("/{id}"), String::new(), "?limit=1&sort=title".to_owned()] {
        let first = ada.get(&path).await;
        let tag = first.header("etag").to_owned();
        for held in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = with(&ada, Method::GET, &path, ("if-none-match", &held), None).await;
            assert_eq!((again.status.as_u16(), &*again.text, again.header("etag")), (304, "", &*tag), "{path} {held}");
        }
        for other in ["\"x\"", "", "x", "\"\"", &tag.replace('"', "")] {
            let again = with(&ada, Method::GET, &path, ("if-none-match", other), None).await;
            assert_eq!((again.status.as_u16(), again.text), (200, first.text.clone()), "{path} {other}");
        }
    }
    let before = ada.get("").await.header("etag").to_owned();
    ada.add("two").await;
    assert_eq!(with(&ada, Method::GET, "", ("if-none-match", &before), None).await.status, 200);
}

#[tokio::test]
async fn a_lists_tag_tells_that_more_follows() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    ada.add("a").await;
    let alone = ada.get("?sort=title&limit=1").await;
    ada.add("b").await;
    let followed = with(&ada, Method::GET, "?sort=title&limit=1", ("if-none-match", alone.header("etag")), None).await;
    assert_eq!((followed.status.as_u16(), followed.text), (200, alone.text));
}

#[tokio::test]
async fn a_change_meant_for_what_it_was_before_is_412_and_changes_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    let path = format!("/{id}");
    let old = ada.get(&path).await.header("etag").to_owned();
    server.advance(Duration::from_secs(1));
    let changed = ada.call(Method::PUT, &path, &json!({ "title": "of the other device" })).await;
    let complete = format!("{path}/complete");
    let calls = [(Method::PUT, &path, Some(json!({ "title": "mine" }))), (Method::PATCH, &complete, None), (Method::DELETE, &path, None)];
    for (method, path, body) in calls.clone() {
        for wanted in [&*old, "\"x\"", "", &format!("W/{}", changed.header("etag"))] {
            let refused = with(&ada, method.clone(), path, ("if-match", wanted), body.clone()).await;
            refused.is_problem(412, "PRECONDITION_FAILED");
        }
    }
    assert_eq!(ada.get(&path).await.json, changed.json);
    let mut tag = changed.header("etag").to_owned();
    for (method, path, body) in calls {
        let done = with(&ada, method, path, ("if-match", &format!("\"x\", {tag}")), body).await;
        assert!(done.status.is_success(), "{}", done.text);
        tag = done.header("etag").to_owned();
    }
    assert!(ada.titles("").await.is_empty());
    with(&ada, Method::PUT, &path, ("if-match", "*"), Some(json!({ "title": "x" }))).await.is_problem(404, "NOT_FOUND");
}

#[tokio::test]
async fn of_twenty_changes_at_once_of_the_same_task_as_seen_one_wins() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let path = format!("/{}", ada.add("one").await);
    let tag = ada.get(&path).await.header("etag").to_owned();
    let change = |number: usize| {
        let (ada, path, tag) = (&ada, &path, &tag);
        async move {
            with(ada, Method::PUT, path, ("if-match", tag), Some(json!({ "title": format!("change {number}") }))).await.status.as_u16()
        }
    };
    let mut statuses = futures_util::future::join_all((0..20).map(change)).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[19]), (200, 412, 412));
}

#[tokio::test]
async fn a_create_that_is_sent_again_answers_the_same_and_makes_no_second_task() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let create =
        async |person: &Person<'_>, key: &str, body: Value| with(person, Method::POST, "", ("idempotency-key", key), Some(body)).await;
    let first = create(&ada, "k1", json!({ "title": " one " })).await;
    assert_eq!(first.status, 201);
    ada.call(Method::PUT, &format!("/{}", first.json["id"].as_str().unwrap()), &json!({ "title": "changed since" })).await;
    let again = create(&ada, "k1", json!({ "title": "one" })).await;
    assert_eq!(
        (again.status, &again.text, again.header("location"), again.header("etag")),
        (first.status, &first.text, first.header("location"), first.header("etag"))
    );
    create(&ada, "k1", json!({ "title": "two" })).await.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(ada.titles("").await, ["changed since"]);
    // Somebody else's key is another one, and so is another key.
    assert_eq!(create(&bob, "k1", json!({ "title": "two" })).await.status, 201);
    assert_eq!(create(&ada, "k2", json!({ "title": "one" })).await.status, 201);
    assert_eq!(ada.titles("").await.len(), 2);

    server.advance(Duration::from_hours(24));
    assert_ne!(create(&ada, "k1", json!({ "title": "two" })).await.json["id"], first.json["id"], "a day later it is a new one");
    for bad in ["", &"x".repeat(256), "ä"] {
        create(&ada, bad, json!({ "title": "x" })).await.is_problem(422, "VALIDATION_ERROR");
    }
    // A create that was refused used nothing up.
    create(&ada, "k3", json!({ "title": "" })).await.is_problem(422, "VALIDATION_ERROR");
    assert_eq!(create(&ada, "k3", json!({ "title": "right" })).await.status, 201);
}

#[tokio::test]
async fn of_twenty_creates_at_once_with_one_key_one_task_comes() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let create = |_| with(&ada, Method::POST, "", ("idempotency-key", "same"), Some(json!({ "title": "once" })));
    let answers = futures_util::future::join_all((0..20).map(create)).await;
    assert!(answers.iter().all(|answer| answer.status == 201 && answer.text == answers[0].text));
    assert_eq!(ada.titles("").await, ["once"]);
}
