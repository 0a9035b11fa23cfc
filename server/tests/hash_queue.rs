//! When more passwords come than can be hashed: what waits is bounded, and nobody waits behind a stranger's crowd.

use std::net::Ipv4Addr;

use reqwest::Method;
use serde_json::json;
use server::config::RateLimit;
use tokio::task::JoinSet;

use crate::support::{Answer, PASSWORD, Send as _, Server, eventually};

/// A server whose hashes take so long that the time of all else is nothing beside them.
async fn slow(rate_limit: RateLimit) -> Server {
    Server::configured(|config| {
        config.rate_limit = rate_limit;
        config.hash_cost.argon2_passes = 30;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

fn sign_in(server: &Server, from: Ipv4Addr, email: &str, password: &str) -> impl Future<Output = Answer> + Send + use<> {
    let request = server.request(Method::POST, "/api/auth/sign-in/email").header("x-forwarded-for", from.to_string());
    request.json(&json!({ "email": email, "password": password })).answer()
}

fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, u8::try_from(n).unwrap())
}

/// More sign-ins at once than are hashed in a long time; they end when the set is dropped.
fn crowd(server: &Server, addresses: usize, of_each: usize) -> JoinSet<Answer> {
    let mut crowd = JoinSet::new();
    for n in 0..addresses * of_each {
        crowd.spawn(sign_in(server, address(n % addresses), &format!("nobody{n}@example.com"), "wrong password"));
    }
    crowd
}

#[tokio::test]
async fn a_sign_in_from_a_known_device_goes_before_all_that_wait() {
    let server = slow(RateLimit::On).await;
    server.person("Ada").await;
    let crowd = crowd(&server, 45, 5);
    eventually(async || server.state.passwords.waiting() >= 200).await;
    let before = server.state.passwords.count();
    let answer = sign_in(&server, Ipv4Addr::LOCALHOST, "ada@example.com", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let hashed = server.state.passwords.count() - before;
    assert!(hashed <= 12, "{hashed} hashes until it was its turn");
    drop(crowd);
    eventually(async || server.state.passwords.waiting() == 0).await;
}

#[tokio::test]
async fn a_sign_in_from_another_address_waits_for_one_of_each_address_and_not_for_a_crowd() {
    let server = slow(RateLimit::Off).await;
    let crowd = crowd(&server, 2, 100);
    eventually(async || server.state.passwords.waiting() >= 150).await;
    let before = server.state.passwords.count();
    sign_in(&server, address(99), "nobody@example.com", "wrong password").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    let hashed = server.state.passwords.count() - before;
    assert!(hashed <= 15, "{hashed} hashes until it was its turn");
    drop(crowd);
    eventually(async || server.state.passwords.waiting() == 0).await;
}

#[tokio::test]
async fn beyond_its_bound_the_queue_refuses_at_once_and_hashes_nothing() {
    let server = slow(RateLimit::Off).await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let bound = 256.max(128 * cores);
    let mut crowd = crowd(&server, 1, bound + 100);
    let refused = loop {
        let answer = crowd.join_next().await.unwrap().unwrap();
        if answer.status != 401 {
            break answer;
        }
    };
    refused.is_problem(503, "SERVICE_UNAVAILABLE");
    assert!(!refused.header("retry-after").is_empty());
    assert!(server.state.passwords.waiting() <= u64::try_from(bound).unwrap());
    // An address that has nothing in the full queue comes in.
    sign_in(&server, address(99), "nobody@example.com", "wrong password").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    let hashed = server.state.passwords.count();
    assert!(hashed < 100, "{hashed} hashes");
}
