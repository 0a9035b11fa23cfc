//! Tokens of other services that share the secret are as good as ours.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{SECRET, Send as _, Server, jwt, signed};

async fn status(server: &Server, user: &str, token: &str) -> u16 {
    server.request(Method::GET, &format!("/api/{user}/tasks")).bearer_auth(token).answer().await.status.as_u16()
}

#[tokio::test]
async fn a_17_a_token_with_exp_and_a_user_is_enough_whoever_signed_it() {
    let server = Server::start().await;
    let now = server.now();
    let claims: [(&str, Value); 9] = [
        ("the least", json!({ "sub": "u1", "exp": now + 60 })),
        ("PyJWT's float", json!({ "sub": "u1", "exp": format!("{now}.5").parse::<f64>().unwrap() + 60.0 })),
        ("user_id in place of sub", json!({ "user_id": "u1", "exp": now + 60 })),
        ("id in place of sub", json!({ "id": "u1", "exp": now + 60 })),
        ("sub before user_id", json!({ "sub": "u1", "user_id": "u2", "id": 3, "exp": now + 60 })),
        ("audience and issuer", json!({ "sub": "u1", "aud": ["a", "b"], "iss": "https://example.com", "exp": now + 60 })),
        ("a clock 4 s ahead", json!({ "sub": "u1", "iat": now + 4, "nbf": now + 4, "exp": now + 60 })),
        ("members of any type", json!({ "sub": "u1", "name": null, "email": 1, "roles": {}, "exp": now + 60 })),
        ("a session that we don't know", json!({ "sub": "u1", "sid": "elsewhere", "exp": now + 60 })),
    ];
    for (what, claims) in claims {
        assert_eq!(status(&server, "u1", &jwt(&claims, SECRET)).await, 200, "{what}");
    }
}

#[tokio::test]
async fn a_17_headers_of_other_libraries_are_read() {
    let server = Server::start().await;
    let claims = json!({ "sub": "u1", "exp": server.now() + 60 }).to_string();
    for header in [r#"{"alg":"HS256"}"#, r#"{"typ":"at+jwt","alg":"HS256","kid":"1"}"#, "{ \"typ\": \"jwt\",\n\"alg\": \"HS256\" }"] {
        assert_eq!(status(&server, "u1", &signed(header, &claims, SECRET.as_bytes())).await, 200, "{header}");
    }
}

#[tokio::test]
async fn a_n1_user_ids_are_any_text_of_up_to_255_characters() {
    let server = Server::start().await;
    let long = "ü".repeat(255);
    for id in [
        "42",
        "auth0|abc",
        "name@example.com",
        "a/b",
        "a b",
        "Ünïcödé 🦀",
        "%2F",
        "'; DROP TABLE tasks; --",
        "550e8400-e29b-41d4-a716-446655440000",
        &long,
    ] {
        let token = jwt(&json!({ "sub": id, "exp": server.now() + 60 }), SECRET);
        let path = format!("/api/{}/tasks", percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC));
        let made = server.request(Method::POST, &path).bearer_auth(&token).json(&json!({ "title": "mine" })).answer().await;
        assert_eq!(made.status, 201, "{id}: {}", made.text);
        assert_eq!(made.json["user_id"], id);
        let read = server.request(Method::GET, made.header("location")).bearer_auth(&token).answer().await;
        assert_eq!(read.json, made.json, "{id}");
    }
}

#[tokio::test]
async fn a_09_users_of_other_services_see_their_own_tasks_alone() {
    let server = Server::start().await;
    let (one, two) = (server.stranger("one"), server.stranger("two"));
    one.add("of one").await;
    two.add("of two").await;
    assert_eq!(one.titles("").await, ["of one"]);
    assert_eq!(two.titles("").await, ["of two"]);
}
