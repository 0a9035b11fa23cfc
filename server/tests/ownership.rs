//! Nobody sees, changes or even learns of a task that is not theirs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Server;

#[tokio::test]
async fn b_22_a_task_of_somebody_else_is_404_in_the_bytes_of_one_that_does_not_exist() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let hers = ada.add("hers").await;
    let gone = "01890000-0000-7000-8000-000000000000";
    for (method, rest, body) in [
        (Method::GET, "", Value::Null),
        (Method::PUT, "", json!({ "title": "his" })),
        (Method::DELETE, "", Value::Null),
        (Method::PATCH, "/complete", json!({ "completed": true })),
        (Method::POST, "/restore", Value::Null),
    ] {
        let of_hers = bob.call(method.clone(), &format!("/{hers}{rest}"), &body).await;
        let of_none = bob.call(method.clone(), &format!("/{gone}{rest}"), &body).await;
        of_hers.is_problem(404, "NOT_FOUND");
        assert_eq!(of_hers.same_for_all(), of_none.same_for_all(), "{method}");
    }
    assert_eq!(ada.get(&format!("/{hers}")).await.json["title"], "hers");
}

#[tokio::test]
async fn b_20_each_user_lists_their_own_tasks_alone() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for n in 0..3 {
        ada.add(&format!("ada {n}")).await;
        bob.add(&format!("bob {n}")).await;
    }
    for query in ["", "?status=pending", "?q=o", "?sort=title&order=desc", "?limit=1000"] {
        assert!(ada.titles(query).await.iter().all(|title| title.starts_with("ada")), "{query}");
    }
    assert_eq!(bob.titles("?q=bob").await, ["bob 2", "bob 1", "bob 0"]);
    assert!(bob.titles("?q=ada").await.is_empty());
}

#[tokio::test]
async fn b_21_a_cursor_of_somebody_else_shows_nothing_of_theirs() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for n in 0..3 {
        bob.add(&format!("bob {n}")).await;
        ada.add(&format!("ada {n}")).await;
    }
    let page = ada.get("?limit=1").await;
    let query = page.header("link").split_once('?').unwrap().1.split_once('>').unwrap().0.to_owned();
    assert!(bob.titles(&format!("?{query}")).await.iter().all(|title| title.starts_with("bob")));
}

#[tokio::test]
async fn b_23_owner_id_and_dates_cannot_be_assigned() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let wanted = json!({ "title": "x", "id": "mine", "user_id": bob.id, "created_at": "2000-01-01T00:00:00.000Z", "updated_at": "2000-01-01T00:00:00.000Z", "other": [1] });
    let made = ada.call(Method::POST, "", &wanted).await;
    assert_eq!(made.status, 201);
    let id = made.json["id"].as_str().unwrap();
    let changed = ada.call(Method::PUT, &format!("/{id}"), &wanted).await;
    for answer in [&made, &changed] {
        assert_eq!(answer.json["user_id"], ada.id.as_str());
        assert_eq!(answer.json["id"], id);
        assert_eq!(answer.json["created_at"], made.json["created_at"]);
        assert!(!answer.text.contains("2000-01-01"));
    }
    assert!(bob.titles("").await.is_empty());
}
