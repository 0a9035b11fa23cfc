//! Who tries too often is held back, and nobody else.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::config::RateLimit;

use crate::support::{Answer, PASSWORD, Send as _, Server};

/// A server that believes the test when it says where a request comes from.
async fn behind_a_proxy() -> Server {
    Server::configured(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]).await
}

async fn sign_in(server: &Server, from: &str, email: &str, password: &str) -> Answer {
    let request = server.request(Method::POST, "/api/auth/sign-in/email").header("x-forwarded-for", from);
    request.json(&json!({ "email": email, "password": password })).answer().await
}

fn is_held_back(answer: &Answer) -> u64 {
    answer.is_problem(429, "TOO_MANY_REQUESTS");
    assert_eq!(answer.header("retry-after"), answer.header("x-retry-after"));
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn ten_wrong_passwords_in_a_row_are_enough_and_waiting_helps() {
    let server = Server::start().await;
    server.person("Ada").await;
    for (email, code) in [("ada@example.com", 200), ("nobody@example.com", 401)] {
        for _ in 0..10 {
            sign_in(&server, "", email, "wrong password").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
        }
        let hashes = server.state.passwords.count();
        let wait = is_held_back(&sign_in(&server, "", email, PASSWORD).await);
        assert_eq!(server.state.passwords.count(), hashes, "held back before anything is hashed");
        server.advance(Duration::from_secs(wait));
        assert_eq!(sign_in(&server, "", email, PASSWORD).await.status, code);
    }
}

#[tokio::test]
async fn known_and_unknown_accounts_are_held_back_in_the_same_bytes() {
    let server = behind_a_proxy().await;
    server.person("Ada").await;
    let mut answers = Vec::new();
    for (from, email) in [("192.0.2.1", "ada@example.com"), ("192.0.2.2", "nobody@example.com")] {
        for _ in 0..10 {
            sign_in(&server, from, email, "wrong password").await;
        }
        answers.push(sign_in(&server, from, email, "wrong password").await.same_for_all());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_is_held_back_whatever_it_calls_itself() {
    let server = Server::start().await;
    for n in 0..30 {
        let answer = sign_in(&server, &format!("192.0.2.{n}"), &format!("p{n}@example.com"), PASSWORD).await;
        answer.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    let wait = is_held_back(&sign_in(&server, "192.0.2.99", "another@example.com", PASSWORD).await);
    let sign_up = json!({ "name": "", "email": "new@example.com", "password": PASSWORD });
    is_held_back(&server.post("/api/auth/sign-up/email", &sign_up).await);
    let form = server.request(Method::POST, "/signin").form(&[("email", "a@example.com"), ("password", PASSWORD)]).answer().await;
    assert_eq!(form.status, 429);
    assert!(form.text.contains("That was too often") && !form.header("retry-after").is_empty());
    assert_eq!(server.get("/api/auth/get-session").await.status, 200);
    server.advance(Duration::from_secs(wait));
    assert_eq!(server.post("/api/auth/sign-up/email", &sign_up).await.status, 200);
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_count_as_one() {
    let server = behind_a_proxy().await;
    for n in 0..30 {
        sign_in(&server, &format!("2001:db8:1:2::{n:x}"), &format!("p{n}@example.com"), PASSWORD)
            .await
            .is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    is_held_back(&sign_in(&server, "2001:db8:1:2:ffff::1", "x@example.com", PASSWORD).await);
    sign_in(&server, "2001:db8:1:3::1", "x@example.com", PASSWORD).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    sign_in(&server, "::ffff:192.0.2.1", "x@example.com", PASSWORD).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
}

#[tokio::test]
async fn only_what_our_proxies_add_to_x_forwarded_for_is_believed() {
    let server = behind_a_proxy().await;
    let ada = server.person("Ada").await;
    for (forwarded, seen) in [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("nonsense, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, 127.0.0.1", "192.0.2.7"),
        ("192.0.2.7, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ] {
        let token = sign_in(&server, forwarded, "ada@example.com", PASSWORD).await.json["token"].as_str().unwrap().to_owned();
        let session = server.request(Method::GET, "/api/auth/get-session").bearer_auth(token).answer().await;
        assert_eq!(session.json["session"]["ipAddress"], seen, "{forwarded}");
    }
    drop(ada);
    let open = Server::start().await;
    let bob = open.person("Bob").await;
    let token = sign_in(&open, "192.0.2.7", "bob@example.com", PASSWORD).await.json["token"].as_str().unwrap().to_owned();
    let session = open.request(Method::GET, "/api/auth/get-session").bearer_auth(token).answer().await;
    assert_eq!(session.json["session"]["ipAddress"], "127.0.0.1", "{}", bob.id);
}

#[tokio::test]
async fn nobody_locks_somebody_else_out() {
    let server = behind_a_proxy().await;
    server.person("Ada").await;
    // Ada's own address is that of her sign-up, 127.0.0.1.
    for n in 0..10 {
        sign_in(&server, &format!("192.0.2.{n}"), "ada@example.com", "wrong password").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    is_held_back(&sign_in(&server, "198.51.100.1", "ada@example.com", PASSWORD).await);
    assert_eq!(sign_in(&server, "", "ada@example.com", PASSWORD).await.status, 200, "from where she is signed in");
    assert_eq!(sign_in(&server, "198.51.100.1", "ada@example.com", PASSWORD).await.status, 200, "and then from anywhere");
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let server = Server::configured(|config| config.rate_limit = RateLimit::Off).await;
    for _ in 0..40 {
        sign_in(&server, "", "nobody@example.com", PASSWORD).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
}
