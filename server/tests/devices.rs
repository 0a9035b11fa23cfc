//! One user's sessions: listed, ended one by one, or all but this.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Send as _, Server};

async fn auth(person: &Person<'_>, method: Method, path: &str, body: &Value) -> Answer {
    person.server.request(method, &format!("/api/auth{path}")).bearer_auth(&person.token).json(body).answer().await
}

async fn sessions(person: &Person<'_>) -> Vec<Value> {
    let answer = auth(person, Method::GET, "/list-sessions", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json.as_array().unwrap().clone()
}

async fn own_id(person: &Person<'_>) -> String {
    auth(person, Method::GET, "/get-session", &Value::Null).await.json["session"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_list_has_every_session_of_the_user_and_no_credential() {
    let server = Server::start().await;
    let laptop = server.person("Ada").await;
    server.advance(Duration::from_secs(1));
    let phone = server.sign_in("ada@example.com").await;
    server.person("Bob").await;
    let list = sessions(&laptop).await;
    let ids: Vec<_> = list.iter().map(|session| session["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, [own_id(&phone).await, own_id(&laptop).await], "the latest first");
    for session in &list {
        assert_eq!(session["token"], session["id"]);
        assert_eq!(session["userId"], laptop.id.as_str());
        let as_token = server.request(Method::GET, "/api/auth/get-session").bearer_auth(session["token"].as_str().unwrap()).answer().await;
        assert_eq!(as_token.json, Value::Null);
    }
    server.advance(Duration::from_hours(7 * 24));
    let later = server.sign_in("ada@example.com").await;
    assert_eq!(sessions(&later).await.len(), 1, "those that have ended are not listed");
}

#[tokio::test]
async fn one_session_is_ended_by_its_id() {
    let server = Server::start().await;
    let (laptop, bob) = (server.person("Ada").await, server.person("Bob").await);
    let phone = server.sign_in("ada@example.com").await;
    let (of_phone, of_bob) = (own_id(&phone).await, own_id(&bob).await);
    for id in [of_bob.as_str(), "unknown", "", of_phone.as_str(), of_phone.as_str()] {
        let ended = auth(&laptop, Method::POST, "/revoke-session", &json!({ "token": id })).await;
        assert_eq!((ended.status.as_u16(), ended.text.as_str()), (200, r#"{"status":true}"#), "{id}");
    }
    phone.get("").await.is_problem(401, "INVALID_TOKEN");
    assert_eq!((laptop.get("").await.status, bob.get("").await.status), (200.try_into().unwrap(), 200.try_into().unwrap()));
}

#[tokio::test]
async fn all_sessions_are_ended_but_this_or_with_this() {
    let server = Server::start().await;
    let (laptop, bob) = (server.person("Ada").await, server.person("Bob").await);
    let (phone, tablet) = (server.sign_in("ada@example.com").await, server.sign_in("ada@example.com").await);
    assert_eq!(auth(&laptop, Method::POST, "/revoke-other-sessions", &json!({})).await.json, json!({ "status": true }));
    for ended in [&phone, &tablet] {
        ended.get("").await.is_problem(401, "INVALID_TOKEN");
    }
    assert_eq!(sessions(&laptop).await.len(), 1);
    let phone = server.sign_in("ada@example.com").await;
    assert_eq!(auth(&laptop, Method::POST, "/revoke-sessions", &json!({})).await.json, json!({ "status": true }));
    for ended in [&phone, &laptop] {
        ended.get("").await.is_problem(401, "INVALID_TOKEN");
    }
    assert_eq!(bob.get("").await.status, 200);
}

#[tokio::test]
async fn signed_out_these_are_401_and_a_bad_body_is_400_first() {
    let server = Server::start().await;
    for (method, path, body) in [
        (Method::GET, "/list-sessions", Value::Null),
        (Method::POST, "/revoke-session", json!({ "token": "x" })),
        (Method::POST, "/revoke-other-sessions", json!({})),
        (Method::POST, "/revoke-sessions", json!({})),
        (Method::POST, "/update-user", json!({ "name": "x" })),
        (Method::POST, "/change-password", json!({ "currentPassword": "x", "newPassword": "long enough" })),
        (Method::POST, "/delete-user", json!({ "password": "x" })),
    ] {
        server.request(method, &format!("/api/auth{path}")).json(&body).answer().await.is_problem(401, "UNAUTHORIZED");
    }
    for (path, body) in [
        ("/revoke-session", json!({})),
        ("/revoke-session", json!({ "token": 1 })),
        ("/update-user", json!({ "name": 1 })),
        ("/change-password", json!({ "newPassword": "long enough" })),
        ("/change-password", json!({ "currentPassword": "x" })),
        ("/delete-user", json!({})),
    ] {
        server.post(&format!("/api/auth{path}"), &body).await.is_problem(400, "VALIDATION_ERROR");
    }
    let short = json!({ "currentPassword": "x", "newPassword": "short" });
    server.post("/api/auth/change-password", &short).await.is_problem(400, "PASSWORD_TOO_SHORT");
}

#[tokio::test]
async fn a_session_older_than_a_day_is_renewed_by_get_session() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let get = || server.request(Method::GET, "/api/auth/get-session").header("cookie", &ada.cookie);
    server.advance(Duration::from_hours(23));
    assert_eq!(get().answer().await.header("set-auth-token"), "");
    server.advance(Duration::from_hours(1));
    let renewed = get().answer().await;
    let token = renewed.header("set-auth-token").to_owned();
    assert_eq!(renewed.json["session"]["expiresAt"], json!(server.state.clock.now() + Duration::from_hours(7 * 24)));
    assert!(renewed.header("set-cookie").contains(&token) && renewed.header("set-cookie").ends_with("Max-Age=604800"));
    let fresh = Person { token, ..ada.clone() };
    assert_eq!(own_id(&fresh).await, own_id(&ada).await);
    assert_eq!(get().answer().await.header("set-auth-token"), "", "once a day");
    server.advance(Duration::from_hours(6 * 24 + 1));
    ada.get("").await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(fresh.get("").await.status, 200);
}
