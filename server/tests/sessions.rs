//! Sessions: told apart, ended one by one, at once, for good.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, Send as _, Server};

async fn session_of(person: &Person<'_>) -> Value {
    let answer = person.server.request(Method::GET, "/api/auth/get-session").bearer_auth(&person.token).answer().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json
}

async fn sign_out(person: &Person<'_>) {
    let answer = person.server.request(Method::POST, "/api/auth/sign-out").bearer_auth(&person.token).json(&json!({})).answer().await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, r#"{"success":true}"#));
    assert!(answer.header("set-cookie").starts_with("holdfast_session=;") && answer.header("set-cookie").ends_with("Max-Age=0"));
}

#[tokio::test]
async fn b_15_signing_out_ends_this_session_at_once_and_no_other() {
    let server = Server::start().await;
    let laptop = server.person("Ada").await;
    let phone = server.sign_in("ada@example.com").await;
    laptop.add("mine").await;
    sign_out(&laptop).await;
    laptop.get("").await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(session_of(&laptop).await, Value::Null);
    assert_eq!(phone.titles("").await, ["mine"]);
    sign_out(&laptop).await;
    assert_eq!(phone.titles("").await, ["mine"]);
}

#[tokio::test]
async fn b_15_a_session_that_was_ended_stays_ended_after_a_restart() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, token) = (ada.id.clone(), ada.token.clone());
    let other = server.sign_in("ada@example.com").await.token;
    sign_out(&ada).await;
    let server = server.restart().await;
    let list = |token: &str| server.request(Method::GET, &format!("/api/{id}/tasks")).bearer_auth(token);
    list(&token).answer().await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(list(&other).answer().await.status, 200);
}

#[tokio::test]
async fn b_15_a_revoked_token_is_refused_without_asking_the_database() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    sign_out(&ada).await;
    server.state.db.close().await;
    ada.get("").await.is_problem(401, "INVALID_TOKEN");
    bob.request(Method::GET, "").bearer_auth("x").answer().await.is_problem(400, "INVALID_REQUEST");
    let away = bob.get("").await;
    away.is_problem(503, "SERVICE_UNAVAILABLE");
    assert_eq!(away.header("retry-after"), "1");
}

#[tokio::test]
async fn signing_out_signed_out_or_with_nonsense_is_a_success() {
    let server = Server::start().await;
    let plain = server.request(Method::POST, "/api/auth/sign-out").answer().await;
    assert_eq!((plain.status.as_u16(), plain.text.as_str()), (200, r#"{"success":true}"#));
    let nonsense = server.request(Method::POST, "/api/auth/sign-out").bearer_auth("nonsense").json(&json!({})).answer().await;
    assert_eq!(nonsense.status, 200);
}

#[tokio::test]
async fn get_session_tells_session_and_user_or_null() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let answer = session_of(&ada).await;
    let session = &answer["session"];
    assert_eq!((&answer["user"]["id"], &session["userId"], &session["token"]), (&json!(ada.id), &json!(ada.id), &session["id"]));
    assert_eq!(session["ipAddress"], "127.0.0.1");
    let ends = server.state.clock.now() + Duration::from_hours(7 * 24);
    assert_eq!((&session["createdAt"], &session["expiresAt"]), (&json!(server.state.clock.now()), &json!(ends)));
    let by_cookie =
        server.request(Method::GET, "/api/auth/get-session").header("cookie", format!("a=b; {}; c=d", ada.cookie)).answer().await;
    assert_eq!(by_cookie.json, answer);

    for headers in [
        vec![],
        vec![("authorization", "Bearer x")],
        vec![("cookie", "holdfast_session=x")],
        vec![("cookie", "xholdfast_session=x; holdfast_session")],
    ] {
        let mut request = server.request(Method::GET, "/api/auth/get-session");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = request.answer().await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "null"));
    }
    let foreign = server.stranger(&ada.id);
    assert_eq!(session_of(&foreign).await, Value::Null, "a token without a session has none");
}

#[tokio::test]
async fn get_token_makes_a_token_of_the_same_session_that_ends_when_it_does() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.advance(Duration::from_hours(7 * 24 - 1));
    let made = server.request(Method::GET, "/api/auth/token").header("cookie", &ada.cookie).answer().await;
    assert_eq!(made.status, 200);
    let fresh = Person { token: made.json["token"].as_str().unwrap().to_owned(), ..ada.clone() };
    assert_eq!(fresh.get("").await.status, 200);
    assert_eq!(session_of(&fresh).await["session"]["id"], session_of(&ada).await["session"]["id"]);
    server.advance(Duration::from_hours(1));
    fresh.get("").await.is_problem(401, "INVALID_TOKEN");
    let late = server.request(Method::GET, "/api/auth/token").header("cookie", &ada.cookie).answer().await;
    late.is_problem(401, "UNAUTHORIZED");
    server.get("/api/auth/token").await.is_problem(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn b_15_signing_out_ends_the_tokens_that_the_session_made_too() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.advance(Duration::from_mins(1));
    let made = server.request(Method::GET, "/api/auth/token").bearer_auth(&ada.token).answer().await;
    let other = Person { token: made.json["token"].as_str().unwrap().to_owned(), ..ada.clone() };
    assert_ne!(other.token, ada.token);
    sign_out(&ada).await;
    other.get("").await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn the_bearer_header_goes_before_the_cookie() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let both = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&ada.token).header("cookie", &bob.cookie).answer().await;
    assert_eq!(both.json["user"]["id"], ada.id.as_str());
}
