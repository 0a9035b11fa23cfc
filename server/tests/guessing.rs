//! Nobody guesses a password for long, and nobody is held back by somebody else who does.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use server::{config::Config, sql};

use crate::support::{Answer, PASSWORD, Person, Send as _, Server};

const EMAIL: &str = "ada@example.com";
const WRONG: &str = "wrong password";

/// Believes the test when it says where a request comes from, and hashes quickly.
fn quick(config: &mut Config) {
    config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    (config.hash_cost.argon2_memory, config.hash_cost.argon2_passes) = (64, 1);
}

/// A browser, or what passes for one.
#[derive(Clone, Default)]
struct Browser {
    address: String,
    /// Its `Cookie` header.
    cookies: String,
}

impl Browser {
    fn at(address: &str) -> Self {
        Self { address: address.to_owned(), ..Self::default() }
    }

    async fn post(&self, server: &Server, path: &str, body: &Value) -> Answer {
        let request = server.request(Method::POST, &format!("/api/auth/{path}")).header("x-forwarded-for", &self.address);
        request.header("sec-fetch-site", "same-origin").header("cookie", &self.cookies).json(body).answer().await
    }

    async fn sign_in(&self, server: &Server, email: &str, password: &str) -> Answer {
        self.post(server, "sign-in/email", &json!({ "email": email, "password": password })).await
    }

    /// Signs in and keeps the cookie of the device alone, as when the session has ended.
    async fn becomes_known(&mut self, server: &Server, email: &str) -> String {
        let answer = self.sign_in(server, email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let cookie = device_cookie(&answer).unwrap_or_else(|| panic!("{:?}", answer.headers));
        cookie.split(';').next().unwrap().clone_into(&mut self.cookies);
        cookie
    }
}

fn device_cookie(answer: &Answer) -> Option<String> {
    let mut cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    cookies.find(|cookie| cookie.starts_with("holdfast_device="))
}

/// An address that nobody has used.
fn stranger(n: usize) -> Browser {
    Browser::at(&format!("198.18.{}.{}", n / 250, n % 250))
}

fn is_final(answer: &Answer) -> bool {
    answer.status == 429 && answer.json["message"].as_str().unwrap().contains("set a new password")
}

/// Guesses from ever other addresses, waiting as it is told to, until no more is looked at. What it was told, without what
/// tells one request from another.
async fn guess_to_the_end(server: &Server, email: &str, first: usize) -> Vec<(u16, String, Value)> {
    let mut told = Vec::new();
    for n in first.. {
        let answer = stranger(n).sign_in(server, email, WRONG).await;
        told.push((answer.status.as_u16(), answer.header("retry-after").to_owned(), answer.same_for_all()));
        if is_final(&answer) {
            break;
        }
        assert!(told.len() < 300, "it goes on and on");
        if answer.status == 429 {
            server.advance(Duration::from_secs(answer.header("retry-after").parse().unwrap()));
        }
    }
    told
}

async fn rows(server: &Server, table: &str) -> i64 {
    sql!(scalar server.state.db.read(), sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).unwrap()
}

#[tokio::test]
async fn unknown_devices_have_a_hundred_wrong_passwords_ever_slower_and_the_owner_gets_one_mail() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    let mut own = Browser::at("192.0.2.1");
    own.becomes_known(&server, EMAIL).await;
    let told = guess_to_the_end(&server, EMAIL, 0).await;
    assert_eq!(told.iter().filter(|(status, ..)| *status == 401).count(), 100);
    assert!(told[..10].iter().all(|(status, ..)| *status == 401), "nine pause nobody");
    let waits: Vec<u64> = told.iter().filter(|(status, ..)| *status == 429).map(|(_, wait, _)| wait.parse().unwrap()).collect();
    assert_eq!(waits.len(), 91);
    assert!(waits.is_sorted() && waits[0] == 12 && waits[89] == 12 * 90, "{waits:?}");

    let begun = server.state.passwords.count();
    assert!(is_final(&stranger(1000).sign_in(&server, EMAIL, PASSWORD).await), "nor is the right one looked at");
    server.advance(Duration::from_hours(24 * 30));
    assert!(is_final(&stranger(1001).sign_in(&server, EMAIL, PASSWORD).await), "waiting does not help");
    assert_eq!(server.state.passwords.count(), begun);
    let letter = server.letters(1).await.remove(0);
    assert_eq!((&*letter.to, &*letter.subject), (EMAIL, "Wrong passwords for your account"));
    assert!(letter.text.contains("/forgot-password"));

    // As for somebody who has no account.
    assert_eq!(guess_to_the_end(&server, "nobody@example.com", 2000).await, told);

    assert_eq!(own.sign_in(&server, EMAIL, PASSWORD).await.status, 200, "on a device of one's own");
    assert_eq!(stranger(1002).sign_in(&server, EMAIL, PASSWORD).await.status, 200, "and then anywhere");
    assert_eq!(server.letters_now().len(), 1);
}

#[tokio::test]
async fn of_many_guesses_at_once_ten_are_looked_at() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    for (email, first) in [(EMAIL, 0), ("nobody@example.com", 100)] {
        let before = server.state.passwords.count();
        let answers =
            join_all((first..first + 60).map(async |n: usize| stranger(n).sign_in(&server, email, WRONG).await.status.as_u16())).await;
        assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
        assert_eq!(server.state.passwords.count() - before, 10);
    }
}

#[tokio::test]
async fn a_new_password_by_mail_ends_it() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    guess_to_the_end(&server, EMAIL, 0).await;
    server.letters(1).await;
    stranger(500).post(&server, "request-password-reset", &json!({ "email": EMAIL })).await;
    let token = server.letters(2).await.iter().find(|letter| letter.subject == "Set a new password").unwrap().token();
    let new = json!({ "token": token, "newPassword": "another good password" });
    assert_eq!(stranger(501).post(&server, "reset-password", &new).await.status, 200);
    assert_eq!(stranger(502).sign_in(&server, EMAIL, "another good password").await.status, 200);
}

#[tokio::test]
async fn guesses_are_counted_by_all_processes_together_and_after_a_restart() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    let other = server.beside_configured(quick).await;
    for n in 0..10 {
        let node = if n % 2 == 0 { &server } else { &other };
        stranger(n).sign_in(node, EMAIL, WRONG).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    stranger(20).sign_in(&other, EMAIL, PASSWORD).await.is_problem(429, "TOO_MANY_REQUESTS");
    drop(other);
    let restarted = server.beside_configured(quick).await;
    stranger(21).sign_in(&restarted, EMAIL, PASSWORD).await.is_problem(429, "TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn a_known_device_is_not_held_back_by_a_neighbour_at_its_own_address() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    let mut own = Browser::at("192.0.2.1");
    own.becomes_known(&server, EMAIL).await;
    // Whoever is at the same address counts for it, and uses up what an address has.
    let neighbour = Browser::at("192.0.2.1");
    loop {
        let answer = neighbour.sign_in(&server, EMAIL, WRONG).await;
        if answer.status == 429 {
            break;
        }
    }
    for n in 0..60 {
        neighbour.sign_in(&server, &format!("p{n}@example.com"), WRONG).await;
    }
    neighbour.sign_in(&server, EMAIL, PASSWORD).await.is_problem(429, "TOO_MANY_REQUESTS");
    assert_eq!(own.sign_in(&server, EMAIL, PASSWORD).await.status, 200);
    // Its cookie is good for nobody else's account.
    server.person("Bob").await;
    own.sign_in(&server, "bob@example.com", PASSWORD).await.is_problem(429, "TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn a_known_device_does_not_guess_for_ever_either() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    let mut stolen = Browser::at("192.0.2.1");
    stolen.becomes_known(&server, EMAIL).await;
    let mut looked_at = 0;
    for n in 0.. {
        stolen.address = stranger(n).address;
        let answer = stolen.sign_in(&server, EMAIL, WRONG).await;
        if is_final(&answer) {
            break;
        }
        looked_at += usize::from(answer.status == 401);
        assert!(looked_at <= 100);
        server.advance(Duration::from_mins(20));
    }
    assert_eq!(looked_at, 100);
    assert_eq!(stranger(900).sign_in(&server, EMAIL, PASSWORD).await.status, 200, "others are not concerned");
    assert_eq!(server.letters_now().len(), 0);
}

#[tokio::test]
async fn the_cookie_of_a_device_is_signed_private_and_given_to_browsers_alone() {
    let server = Server::configured(quick).await;
    let ada = server.person("Ada").await;
    let program = server.post("/api/auth/sign-in/email", &json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(device_cookie(&program), None, "a program keeps no cookies");
    let mut own = Browser::at("192.0.2.1");
    let cookie = own.becomes_known(&server, EMAIL).await;
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000"), "{cookie}");
    assert_eq!(own.clone().becomes_known(&server, EMAIL).await, cookie, "the same device again");
    assert_eq!(rows(&server, "known_devices").await, 1);

    // Made up, or of another key: as good as none.
    let id = own.cookies.split_once('=').unwrap().1.split_once('.').unwrap().0.to_owned();
    for forged in [format!("{id}."), id.clone(), format!("{id}.AAAA"), own.cookies.split_once('=').unwrap().1.replacen('.', "x.", 1)] {
        let mut forger = Browser { address: "198.51.100.1".into(), cookies: format!("holdfast_device={forged}") };
        assert_ne!(forger.becomes_known(&server, EMAIL).await, cookie);
    }
    // The page's form gives one too.
    let form = server.request(Method::POST, "/signin").header("sec-fetch-site", "same-origin").header("x-forwarded-for", "192.0.2.9");
    assert!(device_cookie(&form.form(&[("email", EMAIL), ("password", PASSWORD)]).answer().await).is_some());

    for _ in 0..30 {
        server.advance(Duration::from_mins(1));
        Browser::at("192.0.2.1").becomes_known(&server, EMAIL).await;
    }
    assert_eq!(rows(&server, "known_devices").await, 20, "the latest twenty");
    let gone = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&ada.token).header("cookie", &own.cookies);
    let gone = gone.header("sec-fetch-site", "same-origin").json(&json!({ "password": PASSWORD })).answer().await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert!(device_cookie(&gone).is_some_and(|cookie| cookie.contains("Max-Age=0")));
    assert_eq!((rows(&server, "known_devices").await, rows(&server, "guesses").await), (0, 0));
}

#[tokio::test]
async fn a_reset_and_the_end_of_all_sessions_make_devices_unknown() {
    let server = Server::configured(quick).await;
    let ada = server.person("Ada").await;
    let mut own = Browser::at("192.0.2.1");
    own.becomes_known(&server, EMAIL).await;
    Browser::at("192.0.2.2").becomes_known(&server, EMAIL).await;
    let call = async |path: &str| {
        let request = server.request(Method::POST, &format!("/api/auth/{path}")).bearer_auth(&ada.token).header("cookie", &own.cookies);
        request.header("sec-fetch-site", "same-origin").json(&json!({})).answer().await
    };
    assert_eq!(call("revoke-other-sessions").await.status, 200);
    assert_eq!(rows(&server, "known_devices").await, 1, "this one");
    assert_eq!(call("revoke-sessions").await.status, 200);
    assert_eq!(rows(&server, "known_devices").await, 0);
    own.becomes_known(&server, EMAIL).await;
    server.post("/api/auth/request-password-reset", &json!({ "email": EMAIL })).await;
    let new = json!({ "token": server.letters(1).await[0].token(), "newPassword": "another good password" });
    assert_eq!(server.post("/api/auth/reset-password", &new).await.status, 200);
    assert_eq!(rows(&server, "known_devices").await, 0);
}

#[tokio::test]
async fn a_stolen_session_does_not_guess_the_password_for_ever() {
    let server = Server::configured(quick).await;
    let stolen = server.person("Ada").await;
    let own = server.sign_in(EMAIL).await;
    let confirm = async |who: &Person<'_>, password: &str| {
        let body = json!({ "currentPassword": password, "newPassword": "another good password" });
        server.request(Method::POST, "/api/auth/change-password").bearer_auth(&who.token).json(&body).answer().await
    };
    let before = server.state.passwords.count();
    for tries in 0.. {
        let answer = confirm(&stolen, WRONG).await;
        if is_final(&answer) {
            break;
        }
        assert!(tries < 300, "it goes on and on");
        server.advance(Duration::from_mins(20));
    }
    assert_eq!(server.state.passwords.count() - before, 100);
    assert_eq!(confirm(&own, PASSWORD).await.status, 200, "another session is not held back");
    assert_eq!(server.letters(1).await[0].subject, "Your password was changed");
}

#[tokio::test]
async fn made_up_emails_are_kept_nowhere_and_fill_no_table() {
    let server = Server::configured(quick).await;
    for n in 0..60 {
        stranger(n).sign_in(&server, &format!("made-up-{n}@example.com"), WRONG).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    let accounts: Vec<(String,)> = sql!(all server.state.db.read(), "SELECT account FROM guesses").unwrap();
    assert!(!accounts.is_empty());
    for (account,) in accounts {
        assert!(account.strip_prefix("none ").is_some_and(|bucket| u16::from_str_radix(bucket, 16).is_ok()), "{account}");
    }
}

#[tokio::test]
async fn nobody_uses_up_the_reset_mails_of_somebody_else_and_nobody_is_flooded() {
    let server = Server::configured(quick).await;
    server.person("Ada").await;
    for n in 0..60 {
        for email in [EMAIL, "nobody@example.com"] {
            let answer = stranger(n).post(&server, "request-password-reset", &json!({ "email": email })).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        // Mails of another kind do not take the place of those.
        stranger(n).post(&server, "send-verification-email", &json!({ "email": EMAIL })).await;
        server.advance(Duration::from_mins(1));
    }
    // Five at once, and one each twelve minutes, of each kind.
    let letters = server.letters(18).await;
    let resets: Vec<_> = letters.iter().filter(|letter| letter.subject == "Set a new password").collect();
    assert_eq!(resets.len(), 9);
    // The owner asks, and is answered as ever; one of the links is good.
    assert_eq!(Browser::at("192.0.2.1").post(&server, "request-password-reset", &json!({ "email": EMAIL })).await.status, 200);
    let mut statuses = Vec::new();
    for letter in resets {
        let body = json!({ "token": letter.token(), "newPassword": "another good password" });
        statuses.push(Browser::at("192.0.2.1").post(&server, "reset-password", &body).await.status.as_u16());
    }
    assert!(statuses.contains(&200), "{statuses:?}");
    // Who asks from one address too often is told so.
    let one = stranger(1000);
    let mut last = 200;
    for n in 0..31 {
        last = one.post(&server, "request-password-reset", &json!({ "email": format!("p{n}@example.com") })).await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_user_has_five_mails_an_hour_sent_to_addresses_that_are_not_theirs() {
    let server = Server::configured(quick).await;
    let ada = server.person("Ada").await;
    let change = async |n: usize| {
        let request = server.request(Method::POST, "/api/auth/change-email").bearer_auth(&ada.token);
        let body = json!({ "newEmail": format!("new{n}@example.com"), "password": PASSWORD });
        request.header("x-forwarded-for", stranger(n).address).json(&body).answer().await
    };
    for n in 0..5 {
        assert_eq!(change(n).await.status, 200);
    }
    change(5).await.is_problem(429, "TOO_MANY_REQUESTS");
    server.advance(Duration::from_mins(13));
    assert_eq!(change(6).await.status, 200);
    change(7).await.is_problem(429, "TOO_MANY_REQUESTS");
}
