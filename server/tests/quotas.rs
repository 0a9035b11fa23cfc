//! What one user may have and do, so that the others still can.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::config::{Config, RateLimit};

use crate::support::{Answer, Person, Send as _, Server};

fn tasks(max: u32) -> impl Fn(&mut Config) {
    move |config| config.quotas.max_tasks = max
}

fn writes(per_second: u32, burst: u32) -> impl Fn(&mut Config) {
    move |config| (config.quotas.max_writes_per_second, config.quotas.max_writes_burst) = (per_second, burst)
}

async fn create(who: &Person<'_>, title: &str) -> Answer {
    who.call(Method::POST, "", &json!({ "title": title })).await
}

/// Creates tasks until it is refused; how many were created.
async fn fill(who: &Person<'_>) -> usize {
    for count in 0..1000 {
        let answer = create(who, &count.to_string()).await;
        if answer.status != 201 {
            answer.is_problem(422, "QUOTA_EXCEEDED");
            return count;
        }
    }
    panic!("nothing is refused")
}

#[tokio::test]
async fn a_user_has_so_many_tasks_and_others_have_theirs() {
    let server = Server::configured(tasks(20)).await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    assert_eq!(fill(&ada).await, 20);
    let refused = create(&ada, "one more").await;
    refused.is_problem(422, "QUOTA_EXCEEDED");
    assert!(refused.json["detail"].as_str().unwrap().contains("20"), "{}", refused.text);
    assert_eq!(ada.titles("?limit=1000").await.len(), 20);
    create(&bob, "first").await;
    assert_eq!(bob.titles("").await, ["first"]);
    let page = server.request(Method::POST, "/tasks").header("cookie", &ada.cookie).header("sec-fetch-site", "same-origin");
    let page = page.form(&[("title", "by a form")]).answer().await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("as many tasks as"), "{}", page.text);
}

#[tokio::test]
async fn a_deletion_makes_room_and_what_is_put_back_needs_room() {
    let server = Server::configured(tasks(5)).await;
    let ada = server.person("Ada").await;
    assert_eq!(fill(&ada).await, 5);
    let list = ada.get("").await.json;
    let id = list[0]["id"].as_str().unwrap();
    assert_eq!(ada.request(Method::DELETE, &format!("/{id}")).answer().await.status, 204);
    assert_eq!(create(&ada, "in its place").await.status, 201);
    let restore = async || ada.request(Method::POST, &format!("/{id}/restore")).answer().await;
    restore().await.is_problem(422, "QUOTA_EXCEEDED");
    let other = list[1]["id"].as_str().unwrap();
    assert_eq!(ada.request(Method::DELETE, &format!("/{other}")).answer().await.status, 204);
    assert_eq!(restore().await.status, 200, "it was still to be put back");
    create(&ada, "one more").await.is_problem(422, "QUOTA_EXCEEDED");
}

#[tokio::test]
async fn a_create_that_is_sent_again_is_answered_again_though_there_is_no_room() {
    let server = Server::configured(tasks(3)).await;
    let ada = server.person("Ada").await;
    let send = async |key: &str| {
        let request = ada.request(Method::POST, "").header("idempotency-key", key);
        request.json(&json!({ "title": "once" })).answer().await
    };
    let first = send("a").await;
    assert_eq!(first.status, 201);
    assert_eq!(fill(&ada).await, 2);
    assert_eq!(send("a").await.json, first.json);
    send("b").await.is_problem(422, "QUOTA_EXCEEDED");
}

#[tokio::test]
async fn processes_that_share_a_database_go_little_beyond_the_bound() {
    let server = Server::configured(tasks(64)).await;
    let other = server.beside_configured(tasks(64)).await;
    let ada = server.person("Ada").await;
    let there = Person { server: &other, ..ada.clone() };
    let mut count = 0;
    let (mut this_is_full, mut other_is_full) = (false, false);
    while !(this_is_full && other_is_full) {
        for (who, is_full) in [(&ada, &mut this_is_full), (&there, &mut other_is_full)] {
            let answer = create(who, "x").await;
            *is_full = answer.status == 422;
            count += usize::from(answer.status == 201);
        }
        assert!(count <= 72, "{count}");
    }
    assert!(count >= 64, "{count}");
    // What is deleted there makes room here, a little later.
    let id = there.get("").await.json[0]["id"].as_str().unwrap().to_owned();
    for extra in there.get(&format!("?limit={}", count - 63)).await.json.as_array().unwrap() {
        assert_eq!(there.request(Method::DELETE, &format!("/{}", extra["id"].as_str().unwrap())).answer().await.status, 204);
    }
    assert_eq!(there.get(&format!("/{id}")).await.status, 404);
    server.advance(Duration::from_secs(10));
    assert_eq!(create(&ada, "in its place").await.status, 201);
}

#[tokio::test]
async fn a_user_changes_so_much_a_second_and_others_are_not_held_back() {
    let server = Server::configured(writes(2, 10)).await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let id = ada.add("one").await;
    let calls: [(Method, &str, Value); 5] = [
        (Method::PUT, "", json!({ "title": "two" })),
        (Method::PATCH, "/complete", json!({})),
        (Method::DELETE, "", json!({})),
        (Method::POST, "/restore", json!({})),
        (Method::PUT, "", json!({ "title": "three" })),
    ];
    // With the first one, ten.
    for n in 0..9 {
        let (method, rest, body) = &calls[n % 5];
        assert!(ada.call(method.clone(), &format!("/{id}{rest}"), body).await.status.is_success(), "{n}");
    }
    for (method, rest, body) in &calls {
        let refused = ada.call(method.clone(), &format!("/{id}{rest}"), body).await;
        refused.is_problem(429, "TOO_MANY_REQUESTS");
        assert_eq!(refused.header("retry-after"), "1");
    }
    create(&ada, "more").await.is_problem(429, "TOO_MANY_REQUESTS");
    assert_eq!(ada.get("").await.status, 200, "reading is something else");
    bob.add("his own").await;
    server.advance(Duration::from_secs(1));
    ada.add("two").await;
    ada.add("a second").await;
    create(&ada, "more").await.is_problem(429, "TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn without_rate_limits_writes_are_not_counted() {
    let server = Server::configured(|config| {
        writes(1, 1)(config);
        config.rate_limit = RateLimit::Off;
    })
    .await;
    let ada = server.person("Ada").await;
    for n in 0..5 {
        ada.add(&n.to_string()).await;
    }
}
