//! Proving that an address is one's own, and changing it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Letter, PASSWORD, Person, Send as _, Server};

async fn user(person: &Person<'_>) -> Value {
    person.server.request(Method::GET, "/api/auth/get-session").bearer_auth(&person.token).answer().await.json["user"].clone()
}

async fn send(server: &Server, email: &str) -> Answer {
    server.post("/api/auth/send-verification-email", &json!({ "email": email })).await
}

async fn change(person: &Person<'_>, body: &Value) -> Answer {
    person.server.request(Method::POST, "/api/auth/change-email").bearer_auth(&person.token).json(body).answer().await
}

/// Opens the page of a mailed link and presses its button.
async fn follow(server: &Server, link: &str) -> Answer {
    let url = reqwest::Url::parse(link).unwrap();
    assert!(link.starts_with(&server.url), "a link to this site");
    let members: Vec<_> = url.query_pairs().into_owned().collect();
    server.request(Method::POST, url.path()).form(&members).answer().await
}

/// As the official client does it.
async fn verify(server: &Server, token: &str) -> Answer {
    let path = format!("/api/auth/verify-email?token={token}");
    server.request(Method::GET, &path).header("accept", "application/json").answer().await
}

/// The letter that goes to this address.
fn to(letters: Vec<Letter>, address: &str) -> Letter {
    letters.into_iter().find(|letter| letter.to == address).unwrap_or_else(|| panic!("no letter to {address}"))
}

#[tokio::test]
async fn a_mailed_link_proves_the_address_once_and_signs_nobody_in() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert_eq!(send(&server, "ada@example.com").await.json, json!({ "status": true }));
    let letter = server.letters(1).await.remove(0);
    assert_eq!(letter.to, "ada@example.com");
    assert_eq!(user(&ada).await["emailVerified"], false);
    let done = follow(&server, letter.link()).await;
    assert_eq!(done.status, 200);
    assert!(done.text.contains("Your e-mail is confirmed."));
    assert!(done.headers.get("set-cookie").is_none() && done.headers.get("set-auth-token").is_none());
    assert_eq!(user(&ada).await["emailVerified"], true);
    assert_eq!(follow(&server, letter.link()).await.status, 400);
    verify(&server, &letter.token()).await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn who_has_no_account_or_is_proven_gets_no_mail_and_the_same_answer() {
    let mut server = Server::start().await;
    server.person("Ada").await;
    let first = send(&server, "ada@example.com").await;
    let letter = server.letters(1).await.remove(0);
    follow(&server, letter.link()).await;
    assert_eq!(send(&server, "ada@example.com").await.text, first.text);
    assert_eq!(send(&server, "nobody@example.com").await.text, first.text);
    server.stop().await;
    assert_eq!(server.letters_now().len(), 1);
}

#[tokio::test]
async fn an_hour_is_enough() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    send(&server, "ada@example.com").await;
    let letter = server.letters(1).await.remove(0);
    server.advance(Duration::from_hours(1));
    assert_eq!(follow(&server, letter.link()).await.status, 400);
    verify(&server, &letter.token()).await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(user(&ada).await["emailVerified"], false);
}

#[tokio::test]
async fn a_link_leads_on_to_a_trusted_page_and_tells_it_of_a_failure() {
    let server = Server::start().await;
    server.person("Ada").await;
    let body = json!({ "email": "ada@example.com", "callbackURL": "https://evil.example/" });
    server.post("/api/auth/send-verification-email", &body).await.is_problem(403, "INVALID_CALLBACK_URL");
    let body = json!({ "email": "ada@example.com", "callbackURL": "/account?a=1" });
    assert_eq!(server.post("/api/auth/send-verification-email", &body).await.status, 200);
    let letter = server.letters(1).await.remove(0);
    for target in ["/account?a=1", "/account?a=1&error=INVALID_TOKEN"] {
        let answer = follow(&server, letter.link()).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, target));
    }
    let hostile = format!("/api/auth/verify-email?token={}&callbackURL=https://evil.example", letter.token());
    server.get(&hostile).await.is_problem(403, "INVALID_CALLBACK_URL");
    server.get("/api/auth/verify-email").await.is_problem(400, "VALIDATION_ERROR");
    assert_eq!(server.get("/verify-email?token=x&callbackURL=https://evil.example").await.status, 403);
}

#[tokio::test]
async fn a_new_address_is_the_accounts_once_its_link_was_followed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert_eq!(change(&ada, &json!({ "newEmail": "Lovelace@Example.com" })).await.json, json!({ "status": true }));
    let letter = to(server.letters(2).await, "lovelace@example.com");
    assert_eq!(letter.subject, "Confirm your new e-mail");
    assert_eq!(user(&ada).await["email"], "ada@example.com");

    assert_eq!(follow(&server, letter.link()).await.status, 200);
    let changed = user(&ada).await;
    assert_eq!((&changed["email"], &changed["emailVerified"]), (&json!("lovelace@example.com"), &json!(true)));
    let letters = server.letters(3).await;
    let note = letters.iter().find(|letter| letter.subject == "Your e-mail was changed").expect("a note to the old address");
    assert!(note.to == "ada@example.com" && note.text.contains("lovelace@example.com"), "{note:?}");
    let sign_in = |email: &str| json!({ "email": email, "password": PASSWORD });
    assert_eq!(server.post("/api/auth/sign-in/email", &sign_in("ada@example.com")).await.status, 401);
    assert_eq!(server.post("/api/auth/sign-in/email", &sign_in("lovelace@example.com")).await.status, 200);
    verify(&server, &letter.token()).await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn an_address_with_an_account_is_not_taken_and_nobody_learns_of_it() {
    let mut server = Server::start().await;
    let ada = server.person("Ada").await;
    let free = change(&ada, &json!({ "newEmail": "new@example.com" })).await;
    let letter = to(server.letters(2).await, "new@example.com");
    server.person("Bob").await;
    assert_eq!(change(&ada, &json!({ "newEmail": "bob@example.com" })).await.text, free.text);
    // The present address is told in both cases.
    server.letters(3).await;

    // Somebody takes the address between the letter and the click.
    let body = json!({ "name": "New", "email": "new@example.com", "password": PASSWORD });
    assert_eq!(server.post("/api/auth/sign-up/email", &body).await.status, 200);
    verify(&server, &letter.token()).await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(user(&ada).await["email"], "ada@example.com");
    server.stop().await;
    assert!(server.letters_now().iter().all(|letter| letter.to != "bob@example.com"));
}

#[tokio::test]
async fn what_is_wrong_with_the_new_address_is_said_before_who_asks() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for body in [json!({}), json!({ "newEmail": "nope" }), json!({ "newEmail": 1 })] {
        let answer = server.post("/api/auth/change-email", &body).await;
        answer.is_problem(400, "VALIDATION_ERROR");
        assert_eq!(answer.fields(), ["newEmail"], "{body}");
    }
    server.post("/api/auth/change-email", &json!({ "newEmail": "new@example.com" })).await.is_problem(401, "UNAUTHORIZED");
    let body = json!({ "newEmail": "new@example.com", "callbackURL": "https://evil.example" });
    change(&ada, &body).await.is_problem(403, "INVALID_CALLBACK_URL");
}

#[tokio::test]
async fn a_link_to_the_old_address_opens_nothing_after_a_change() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    let reset = server.letters(1).await.remove(0);
    send(&server, "ada@example.com").await;
    let old = server.letters(2).await.into_iter().find(|letter| letter.subject == "Confirm your e-mail").unwrap();
    change(&ada, &json!({ "newEmail": "new@example.com" })).await;
    let new = to(server.letters(4).await, "new@example.com");
    follow(&server, new.link()).await;
    let body = json!({ "token": reset.token(), "newPassword": "another good password" });
    server.post("/api/auth/reset-password", &body).await.is_problem(400, "INVALID_TOKEN");
    follow(&server, old.link()).await;
    assert_eq!(user(&ada).await["email"], "new@example.com");
}

#[tokio::test]
async fn a_token_for_one_thing_is_none_for_another() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    let reset = server.letters(1).await[0].token();
    send(&server, "ada@example.com").await;
    let confirm = server.letters(2).await.into_iter().find(|letter| letter.subject == "Confirm your e-mail").unwrap().token();
    let cookie = ada.cookie.split_once('=').unwrap().1.to_owned();
    let set = async |token: &str| {
        server.post("/api/auth/reset-password", &json!({ "token": token, "newPassword": "another good password" })).await
    };

    for no_reset_token in [&confirm, &ada.token, &cookie] {
        set(no_reset_token).await.is_problem(400, "INVALID_TOKEN");
    }
    for no_link in [&reset, &ada.token, &cookie] {
        verify(&server, no_link).await.is_problem(401, "INVALID_TOKEN");
    }
    for no_jwt in [&reset, &confirm] {
        let path = format!("/api/{}/tasks", ada.id);
        server.request(Method::GET, &path).bearer_auth(no_jwt).answer().await.is_problem(401, "INVALID_TOKEN");
        let name = ada.cookie.split_once('=').unwrap().0;
        let request = server.request(Method::GET, "/api/auth/get-session").header("cookie", format!("{name}={no_jwt}"));
        assert_eq!(request.answer().await.json, Value::Null);
    }
    // None of the tries has used one up.
    assert_eq!((verify(&server, &confirm).await.status.as_u16(), set(&reset).await.status.as_u16()), (200, 200));
}
