//! What ends the tokens of a user, or of all, ends those too that no session stands behind, and stays so.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::sql;

use crate::support::{Answer, PASSWORD, Person, SECRET, Send as _, Server, jwt};

const NEW: &str = "another good password";

async fn post(person: &Person<'_>, path: &str, body: &Value) -> Answer {
    person.server.request(Method::POST, &format!("/api/auth{path}")).bearer_auth(&person.token).json(body).answer().await
}

/// The same user with a token that another service issued at that time.
fn issued<'a>(person: &Person<'a>, iat: impl Into<Value>) -> Person<'a> {
    let claims = json!({ "sub": person.id, "iat": iat.into(), "exp": person.server.now() + 9_000_000 });
    Person { token: jwt(&claims, SECRET), ..person.clone() }
}

async fn reset(server: &Server) {
    server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    let token = server.letters(1).await[0].token();
    let set = server.post("/api/auth/reset-password", &json!({ "token": token, "newPassword": NEW })).await;
    assert_eq!(set.status, 200, "{}", set.text);
}

#[tokio::test]
async fn a_reset_and_signing_out_everywhere_end_tokens_that_other_services_issued_before() {
    for is_reset in [true, false] {
        let server = Server::start().await;
        let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
        let now = server.now();
        let before = [
            issued(&ada, now),
            issued(&ada, now - 5_000),
            issued(&ada, Value::Null),
            issued(&ada, format!("{now}.25").parse::<f64>().unwrap()),
        ];
        for token in &before {
            assert_eq!(token.get("").await.status, 200);
        }
        let others = issued(&bob, now);
        if is_reset {
            reset(&server).await;
        } else {
            assert_eq!(post(&ada, "/revoke-sessions", &json!({})).await.status, 200);
        }
        // The clock has not moved: what signing in gives in the same second is good.
        let password = if is_reset { NEW } else { PASSWORD };
        let signed_in = server.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": password })).await;
        let ada = Person { token: signed_in.json["token"].as_str().unwrap().to_owned(), ..ada.clone() };
        assert_eq!(ada.get("").await.status, 200);
        server.advance(Duration::from_secs(2));
        assert_eq!(issued(&ada, server.now()).get("").await.status, 200);
        assert_eq!(others.get("").await.status, 200);
        for token in &before {
            token.get("").await.is_problem(401, "INVALID_TOKEN");
        }
        // Nor after a restart, months later.
        server.advance(Duration::from_hours(24 * 100));
        let (id, token) = (ada.id.clone(), before[0].token.clone());
        let server = server.restart().await;
        let list = server.request(Method::GET, &format!("/api/{id}/tasks")).bearer_auth(token);
        list.answer().await.is_problem(401, "INVALID_TOKEN");
    }
}

#[tokio::test]
async fn what_one_process_ends_others_refuse_too() {
    let first = Server::on_postgres().await;
    let second = first.beside().await;
    let ada = first.person("Ada").await;
    let foreign = issued(&ada, first.now());
    let there = Person { server: &second, ..foreign.clone() };
    assert_eq!(there.get("").await.status, 200);
    assert_eq!(post(&ada, "/revoke-sessions", &json!({})).await.status, 200);
    crate::support::eventually(async || there.get("").await.status == 401).await;
    // In the same second, on the node that did not do it.
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let signed_in = second.post("/api/auth/sign-in/email", &body).await;
    let token = signed_in.json["token"].as_str().unwrap().to_owned();
    assert_eq!(Person { token, ..there }.get("").await.status, 200);
}

#[tokio::test]
async fn a_shorter_token_ttl_makes_no_signed_out_token_good_again() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, token) = (ada.id.clone(), ada.token.clone());
    server.advance(Duration::from_hours(25));
    let server = server.restart_configured(|config| config.token_ttl = Duration::from_hours(1)).await;
    let call = async |method: Method, path: &str| server.request(method, path).bearer_auth(&token).answer().await;
    // Renews the session, which is older than a day.
    assert_eq!(call(Method::GET, "/api/auth/get-session").await.status, 200);
    assert_eq!(call(Method::POST, "/api/auth/sign-out").await.status, 200);
    server.advance(Duration::from_hours(2));
    // What is over is forgotten when something else is revoked, and by a restart.
    let bob = server.person("Bob").await;
    post(&bob, "/sign-out", &json!({})).await;
    call(Method::GET, &format!("/api/{id}/tasks")).await.is_problem(401, "INVALID_TOKEN");
    let server = server.restart().await;
    let list = server.request(Method::GET, &format!("/api/{id}/tasks")).bearer_auth(&token);
    list.answer().await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn no_session_outlives_thirty_days_however_often_it_is_renewed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut token = ada.token.clone();
    for day in 2..=29 {
        server.advance(Duration::from_hours(if day == 2 { 48 } else { 24 }));
        let session = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&token).answer().await;
        if let Some(renewed) = session.headers.get("set-auth-token") {
            token = renewed.to_str().unwrap().to_owned();
        }
        assert_eq!(session.json["user"]["id"], ada.id.as_str(), "day {day}");
    }
    server.advance(Duration::from_hours(24));
    let over = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&token).answer().await;
    assert_eq!(over.json, Value::Null);
    Person { token, ..ada }.get("").await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn a_token_that_names_another_users_session_is_refused_everywhere() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let session_of = async |person: &Person<'_>| {
        let answer = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&person.token).answer().await;
        answer.json["session"]["id"].as_str().unwrap().to_owned()
    };
    // An id of before ids told whose they are.
    let old = "oldSessionOfBobWithAnIdOfBefore1";
    let sql = "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at) VALUES ($1, $2, TRUE, $3, $4, $4)";
    let now = server.state.clock.now();
    sql!(execute server.state.db.write(), sql, old, &bob.id, (now + Duration::from_hours(1)).0, now.0).unwrap();
    let token = |sub: &str, sid: &str| jwt(&json!({ "sub": sub, "sid": sid, "iat": server.now(), "exp": server.now() + 600 }), SECRET);
    for sid in [session_of(&bob).await, old.to_owned()] {
        let mixed = Person { token: token(&ada.id, &sid), ..ada.clone() };
        mixed.get("").await.is_problem(401, "INVALID_TOKEN");
        let session = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&mixed.token).answer().await;
        assert_eq!(session.json, Value::Null);
        post(&mixed, "/update-user", &json!({ "name": "Eve" })).await.is_problem(401, "UNAUTHORIZED");
        // Of the one whose session it is, both are good.
        assert_eq!(Person { token: token(&bob.id, &sid), ..bob.clone() }.get("").await.status, 200);
    }
    assert_eq!(Person { token: token(&ada.id, &session_of(&ada).await), ..ada.clone() }.get("").await.status, 200);
}

#[tokio::test]
async fn a_token_that_lives_longer_than_ten_years_is_refused() {
    let server = Server::start().await;
    let year = 365 * 24 * 3600;
    for (exp, status) in [(json!(server.now() + 9 * year), 200), (json!(server.now() + 11 * year), 401), (json!(1e300), 401)] {
        let token = jwt(&json!({ "sub": "u1", "exp": exp }), SECRET);
        assert_eq!(server.request(Method::GET, "/api/u1/tasks").bearer_auth(token).answer().await.status, status, "{exp}");
    }
}

#[tokio::test]
async fn with_an_issuer_and_an_audience_configured_tokens_of_other_services_must_carry_them_and_ours_do() {
    let server = Server::configured(|config| {
        config.jwt_issuer = Some("https://login.example.com".into());
        config.jwt_audience = Some("tasks".into());
    })
    .await;
    let ada = server.person("Ada").await;
    assert_eq!(ada.get("").await.status, 200);
    let claims: Value = {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(ada.token.split('.').nth(1).unwrap()).unwrap()).unwrap()
    };
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("https://login.example.com"), &json!("tasks")));
    let issuer = "https://login.example.com";
    for (claims, status) in [
        (json!({ "iss": issuer, "aud": "tasks" }), 200),
        (json!({ "iss": issuer, "aud": ["mail", "tasks"] }), 200),
        (json!({ "iss": issuer }), 401),
        (json!({ "aud": "tasks" }), 401),
        (json!({ "iss": "https://other.example.com", "aud": "tasks" }), 401),
        (json!({ "iss": issuer, "aud": "mail" }), 401),
        (json!({ "iss": issuer, "aud": [] }), 401),
        (json!({ "iss": [issuer], "aud": "tasks" }), 401),
        (json!({ "iss": 1, "aud": 2, "sid": "elsewhere" }), 401),
    ] {
        let mut claims = claims;
        claims["sub"] = json!("u1");
        claims["exp"] = json!(server.now() + 600);
        let list = server.request(Method::GET, "/api/u1/tasks").bearer_auth(jwt(&claims, SECRET));
        assert_eq!(list.answer().await.status, status, "{claims}");
    }
}
