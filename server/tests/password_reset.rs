//! A new password for somebody who has forgotten the old one.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::sql;

use crate::support::{Answer, PASSWORD, Send as _, Server};

const NEW: &str = "another good password";

async fn ask(server: &Server, email: &str) -> Answer {
    server.post("/api/auth/request-password-reset", &json!({ "email": email })).await
}

async fn reset(server: &Server, token: &str, password: &str) -> Answer {
    server.post("/api/auth/reset-password", &json!({ "token": token, "newPassword": password })).await
}

async fn sign_in(server: &Server, password: &str) -> u16 {
    server.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": password })).await.status.as_u16()
}

async fn token(server: &Server) -> String {
    assert_eq!(ask(server, "ada@example.com").await.status, 200);
    server.letters(1).await[0].token()
}

#[tokio::test]
async fn a_mailed_link_sets_a_password_once_and_ends_every_session() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let bob = server.person("Bob").await;
    assert_eq!(ask(&server, " Ada@Example.com").await.fields(), ["email"]);
    assert_eq!(ask(&server, "Ada@Example.com").await.status, 200);
    let letter = server.letters(1).await.remove(0);
    assert_eq!((&*letter.to, &*letter.subject), ("ada@example.com", "Set a new password"));
    assert_eq!(letter.link(), format!("{}/reset-password?token={}", server.url, letter.token()));

    let done = reset(&server, &letter.token(), NEW).await;
    assert_eq!((done.status.as_u16(), &done.json), (200, &json!({ "status": true })));
    assert!(done.headers.get("set-cookie").is_none(), "it signs nobody in");
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (401, 200));
    ada.get("").await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(bob.get("").await.status, 200);

    reset(&server, &letter.token(), "a third good password").await.is_problem(400, "INVALID_TOKEN");
    assert_eq!(sign_in(&server, NEW).await, 200);
    let letters = server.letters(2).await;
    assert!(letters.iter().any(|letter| letter.to == "ada@example.com" && letter.subject == "Your password was changed"));
}

#[tokio::test]
async fn of_two_that_use_a_link_at_once_one_wins() {
    let server = Server::start().await;
    server.person("Ada").await;
    let token = token(&server).await;
    let (one, two) = tokio::join!(reset(&server, &token, "the first password"), reset(&server, &token, "the second password"));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let (first, second) = (sign_in(&server, "the first password").await, sign_in(&server, "the second password").await);
    assert_eq!((first, second), (one.status.as_u16(), two.status.as_u16()).into_signed_in());
}

trait IntoSignedIn {
    fn into_signed_in(self) -> (u16, u16);
}

impl IntoSignedIn for (u16, u16) {
    /// The status of signing in with a password that was set or was not.
    fn into_signed_in(self) -> (u16, u16) {
        let of = |status| if status == 200 { 200 } else { 401 };
        (of(self.0), of(self.1))
    }
}

#[tokio::test]
async fn a_link_is_good_for_an_hour() {
    let server = Server::start().await;
    server.person("Ada").await;
    let token = token(&server).await;
    server.advance(Duration::from_hours(1));
    reset(&server, &token, NEW).await.is_problem(400, "INVALID_TOKEN");
    assert_eq!(sign_in(&server, PASSWORD).await, 200);
}

#[tokio::test]
async fn a_link_is_good_until_the_hour_is_over_and_after_a_bad_try() {
    let server = Server::start().await;
    server.person("Ada").await;
    let token = token(&server).await;
    server.advance(Duration::from_secs(3599));
    reset(&server, &token, "short").await.is_problem(400, "PASSWORD_TOO_SHORT");
    reset(&server, &token, "password1").await.is_problem(400, "PASSWORD_TOO_COMMON");
    reset(&server, &token, "ada@example.com").await.is_problem(400, "PASSWORD_TOO_PERSONAL");
    assert_eq!(reset(&server, &token, NEW).await.status, 200);
}

#[tokio::test]
async fn using_one_link_ends_the_others() {
    let server = Server::start().await;
    server.person("Ada").await;
    for _ in 0..2 {
        ask(&server, "ada@example.com").await;
    }
    let letters = server.letters(2).await;
    assert_eq!(reset(&server, &letters[0].token(), NEW).await.status, 200);
    reset(&server, &letters[1].token(), "a third good password").await.is_problem(400, "INVALID_TOKEN");
}

#[tokio::test]
async fn whether_there_is_an_account_shows_in_nothing_but_its_mail() {
    let mut server = Server::start().await;
    server.person("Ada").await;
    let answers = [ask(&server, "ada@example.com").await, ask(&server, "nobody@example.com").await];
    assert_eq!(answers[0].text, answers[1].text);
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&answers[0]), names(&answers[1]));
    // Stopping waits for the mails.
    server.stop().await;
    let to: Vec<_> = server.letters_now().into_iter().map(|letter| letter.to).collect();
    assert_eq!(to, ["ada@example.com"]);
}

#[tokio::test]
async fn the_database_holds_no_token() {
    let server = Server::start().await;
    server.person("Ada").await;
    let token = token(&server).await;
    let rows: Vec<(String, String)> = sqlx_rows(&server).await;
    assert_eq!(rows.len(), 1);
    assert!(rows.iter().all(|(hash, purpose)| *hash != token && hash.len() == 64 && purpose == "reset"));
}

async fn sqlx_rows(server: &Server) -> Vec<(String, String)> {
    sql!(all server.state.db.read(), "SELECT hash, purpose FROM mail_tokens").unwrap()
}

#[tokio::test]
async fn a_link_leads_to_a_trusted_page_alone() {
    let server = Server::configured(|config| config.trusted_origins = vec![url("https://app.example")]).await;
    server.person("Ada").await;
    for target in [
        "https://evil.example/",
        "//evil.example",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "javascript:alert(1)",
        "tasks",
    ] {
        let body = json!({ "email": "ada@example.com", "redirectTo": target });
        server.post("/api/auth/request-password-reset", &body).await.is_problem(403, "INVALID_REDIRECT_URL");
    }
    let body = json!({ "email": "ada@example.com", "redirectTo": "https://app.example/new\r\n\n?a=1#x" });
    assert_eq!(server.post("/api/auth/request-password-reset", &body).await.status, 200);
    let letter = server.letters(1).await.remove(0);
    // By way of this site, which tells the page whether the link is good still.
    let path = letter.link().strip_prefix(&server.url).unwrap();
    let token = path.strip_prefix("/api/auth/reset-password/").unwrap().split('?').next().unwrap();
    for _ in 0..2 {
        let opened = server.get(path).await;
        assert_eq!((opened.status.as_u16(), opened.header("location")), (303, &*format!("https://app.example/new?a=1&token={token}#x")));
    }
    let set = server.post(&format!("/api/auth/reset-password?token={token}"), &json!({ "newPassword": NEW })).await;
    assert_eq!((set.status.as_u16(), &set.json), (200, &json!({ "status": true })));
    assert_eq!(server.get(path).await.header("location"), "https://app.example/new?a=1&error=INVALID_TOKEN#x");
    let hostile = format!("/api/auth/reset-password/{token}?callbackURL=https://evil.example");
    server.get(&hostile).await.is_problem(403, "INVALID_CALLBACK_URL");
    let own = server.get("/api/auth/reset-password/made-up").await;
    assert_eq!(own.header("location"), "/reset-password?token=made-up");
}

fn url(text: &str) -> url::Origin {
    url::Url::parse(text).unwrap().origin()
}

#[tokio::test]
async fn a_host_header_does_not_choose_where_a_link_leads() {
    let server = Server::start().await;
    server.person("Ada").await;
    let request = server.request(Method::POST, "/api/auth/request-password-reset").header("host", "evil.example");
    request.header("x-forwarded-host", "evil.example").json(&json!({ "email": "ada@example.com" })).answer().await;
    let letter = server.letters(1).await.remove(0);
    assert!(letter.link().starts_with(&format!("{}/reset-password?", server.url)), "{}", letter.link());
}

#[tokio::test]
async fn what_is_missing_or_made_up_is_refused() {
    let server = Server::start().await;
    for (path, body, status, code) in [
        ("request-password-reset", json!({}), 400, "VALIDATION_ERROR"),
        ("request-password-reset", json!({ "email": 1 }), 400, "VALIDATION_ERROR"),
        ("reset-password", json!({ "newPassword": NEW }), 400, "INVALID_TOKEN"),
        ("reset-password", json!({ "token": "x" }), 400, "VALIDATION_ERROR"),
        ("reset-password", json!({ "token": "x", "newPassword": NEW }), 400, "INVALID_TOKEN"),
        ("reset-password", json!({ "token": Value::String("x".repeat(9000)), "newPassword": NEW }), 400, "INVALID_TOKEN"),
    ] {
        server.post(&format!("/api/auth/{path}"), &body).await.is_problem(status, code);
    }
}

#[tokio::test]
async fn one_address_gets_five_mails_in_a_row_from_whomever_and_no_answer_tells() {
    let mut server = Server::start().await;
    server.person("Ada").await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(ask(&server, "ada@example.com").await.text);
        answers.push(ask(&server, "nobody@example.com").await.text);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.contains("on its way")), "{answers:?}");
    server.letters(5).await;
    server.advance(Duration::from_mins(12));
    ask(&server, "ada@example.com").await;
    server.stop().await;
    assert_eq!(server.letters_now().len(), 6);
}
