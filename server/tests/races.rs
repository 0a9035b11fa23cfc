//! What happens at once happens one after the other.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{PASSWORD, Send as _, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_16_a_hundred_toggles_at_once_lose_none() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("toggled").await;
    let mut calls = JoinSet::new();
    for _ in 0..101 {
        let request = ada.request(Method::PATCH, &format!("/{id}/complete"));
        calls.spawn(async move { request.answer().await });
    }
    let mut shown = HashMap::new();
    for answer in calls.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.text);
        *shown.entry(answer.json["completed"].as_bool().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(shown, HashMap::from([(true, 51), (false, 50)]));
    assert_eq!(ada.get(&format!("/{id}")).await.json["completed"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn b_06_of_twenty_sign_ups_with_one_address_one_wins() {
    let server = Server::start().await;
    let mut calls = JoinSet::new();
    for n in 0..20 {
        let email = if n % 2 == 0 { "ada@example.com" } else { "ADA@Example.COM" };
        let body = json!({ "name": n.to_string(), "email": email, "password": PASSWORD });
        let request = server.request(Method::POST, "/api/auth/sign-up/email").json(&body);
        calls.spawn(async move { request.answer().await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = calls.join_all().await.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 19));
    for answer in lost {
        answer.is_problem(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
    }
    let winner = server.sign_in("ada@example.com").await;
    assert_eq!(won[0].json["user"]["id"], winner.id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_12_tasks_made_at_once_are_all_there_with_ids_of_their_own() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut calls = JoinSet::new();
    for n in 0..100 {
        let request = ada.request(Method::POST, "").json(&json!({ "title": n.to_string() }));
        calls.spawn(async move { request.answer().await });
    }
    let mut ids: Vec<_> = calls.join_all().await.into_iter().map(|answer| answer.json["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    assert_eq!(ada.titles("?limit=1000").await.len(), 100);
}
