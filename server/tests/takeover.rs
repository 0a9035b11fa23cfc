//! An account is not taken over by what was begun before its owner changed the password, ended the sessions, or deleted it.

use std::time::Duration;

use futures_util::future::join;
use reqwest::Method;
use serde_json::{Value, json};
use server::{config::RateLimit, db::Transaction, sql};

use crate::support::{Answer, Letter, PASSWORD, Person, Send as _, Server, eventually};

const NEW: &str = "another good password";

async fn post(person: &Person<'_>, path: &str, body: &Value) -> Answer {
    person.server.request(Method::POST, &format!("/api/auth{path}")).bearer_auth(&person.token).json(body).answer().await
}

async fn user(person: &Person<'_>) -> Value {
    person.server.request(Method::GET, "/api/auth/get-session").bearer_auth(&person.token).answer().await.json["user"].clone()
}

async fn sign_in(server: &Server, password: &str) -> u16 {
    server.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": password })).await.status.as_u16()
}

/// Presses the button of the page that a mailed link opens.
async fn press(server: &Server, letter: &Letter) -> Answer {
    let url = reqwest::Url::parse(letter.link()).unwrap();
    let members: Vec<_> = url.query_pairs().into_owned().collect();
    server.request(Method::POST, url.path()).form(&members).answer().await
}

fn with_subject(letters: Vec<Letter>, subject: &str) -> Letter {
    letters.into_iter().find(|letter| letter.subject == subject).unwrap_or_else(|| panic!("no letter {subject:?}"))
}

#[tokio::test]
async fn a_change_of_the_email_needs_the_password_or_a_sign_in_of_the_last_ten_minutes() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.advance(Duration::from_mins(10));
    let without = json!({ "newEmail": "new@example.com" });
    post(&ada, "/change-email", &without).await.is_problem(403, "SESSION_NOT_FRESH");
    let wrong = json!({ "newEmail": "new@example.com", "password": "wrong password" });
    post(&ada, "/change-email", &wrong).await.is_problem(400, "INVALID_PASSWORD");
    // Renewing a session does not make it young.
    server.advance(Duration::from_hours(25));
    user(&ada).await;
    post(&ada, "/change-email", &without).await.is_problem(403, "SESSION_NOT_FRESH");
    assert!(server.letters_now().is_empty());

    let right = json!({ "newEmail": "new@example.com", "password": PASSWORD });
    assert_eq!(post(&ada, "/change-email", &right).await.status, 200);
    let phone = server.sign_in("ada@example.com").await;
    assert_eq!(post(&phone, "/change-email", &without).await.status, 200);
}

#[tokio::test]
async fn a_pending_change_of_the_email_ends_with_the_password_that_it_was_asked_for_with() {
    for end in [PendingEnd::Reset, PendingEnd::ChangedPassword, PendingEnd::AllSessions, PendingEnd::OtherSessions] {
        let server = Server::start().await;
        let ada = server.person("Ada").await;
        let attacker = server.sign_in("ada@example.com").await;
        assert_eq!(post(&attacker, "/change-email", &json!({ "newEmail": "eve@example.com" })).await.status, 200);
        let link = with_subject(server.letters(2).await, "Confirm your new e-mail");
        server.post("/api/auth/send-verification-email", &json!({ "email": "ada@example.com" })).await;
        let confirm = with_subject(server.letters(3).await, "Confirm your e-mail");
        end.happens(&server, &ada).await;
        assert_eq!(press(&server, &link).await.status, 400, "{end:?}");
        assert_eq!(press(&server, &confirm).await.status, 400, "{end:?}");
        let password = if matches!(end, PendingEnd::Reset | PendingEnd::ChangedPassword) { NEW } else { PASSWORD };
        assert_eq!(sign_in(&server, password).await, 200, "the account is still its owner's: {end:?}");
    }
}

/// What ends a user's pending links.
#[derive(Debug, Clone, Copy)]
enum PendingEnd {
    Reset,
    ChangedPassword,
    AllSessions,
    OtherSessions,
}

impl PendingEnd {
    async fn happens(self, server: &Server, ada: &Person<'_>) {
        let answer = match self {
            Self::Reset => {
                server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
                let token = with_subject(server.letters(4).await, "Set a new password").token();
                server.post("/api/auth/reset-password", &json!({ "token": token, "newPassword": NEW })).await
            }
            Self::ChangedPassword => post(ada, "/change-password", &json!({ "currentPassword": PASSWORD, "newPassword": NEW })).await,
            Self::AllSessions => post(ada, "/revoke-sessions", &json!({})).await,
            Self::OtherSessions => post(ada, "/revoke-other-sessions", &json!({})).await,
        };
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn the_present_address_is_told_when_a_change_is_asked_for_and_can_cancel_it() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert_eq!(post(&ada, "/change-email", &json!({ "newEmail": "eve@example.com" })).await.status, 200);
    let letters = server.letters(2).await;
    let told = with_subject(letters.clone(), "Your e-mail is about to change");
    assert!(told.to == "ada@example.com" && told.text.contains("eve@example.com"), "{told:?}");
    let opened = server.get(told.link().strip_prefix(&server.url).unwrap()).await;
    assert!(opened.status == 200 && opened.text.contains("ada@example.com") && opened.text.contains("Cancel the change"));
    let cancelled = press(&server, &told).await;
    assert!(cancelled.status == 200 && cancelled.text.contains("Your e-mail stays as it is."), "{}", cancelled.text);
    assert_eq!(press(&server, &with_subject(letters, "Confirm your new e-mail")).await.status, 400);
    assert_eq!(press(&server, &told).await.status, 400, "it works once");
    assert_eq!(user(&ada).await["email"], "ada@example.com");
}

#[tokio::test]
async fn a_link_about_the_email_is_no_other_kind_of_link() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    post(&ada, "/change-email", &json!({ "newEmail": "new@example.com" })).await;
    let letters = server.letters(2).await;
    let cancel = with_subject(letters.clone(), "Your e-mail is about to change").token();
    let confirm = with_subject(letters, "Confirm your new e-mail").token();
    let form = async |path: &str, token: &str| server.request(Method::POST, path).form(&[("token", token)]).answer().await.status.as_u16();
    assert_eq!(form("/verify-email", &cancel).await, 400);
    assert_eq!(form("/cancel-email-change", &confirm).await, 400);
    assert_eq!(form("/verify-email", &confirm).await, 200);
    assert_eq!(form("/cancel-email-change", &cancel).await, 400, "it is over");
}

/// A server that does not count tries of a password: it would wait for a transaction of the test before it hashes.
async fn uncounted() -> Server {
    Server::configured(|config| config.rate_limit = RateLimit::Off).await
}

/// What a password reset does on another node: in a transaction that the test ends.
async fn reset_elsewhere(ada: &Person<'_>) -> Transaction {
    let other = json!({ "name": "", "email": "other@example.com", "password": NEW });
    assert_eq!(ada.server.post("/api/auth/sign-up/email", &other).await.status, 200);
    let mut transaction = ada.server.state.db.begin().await.unwrap();
    let sql = "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = 'other@example.com') WHERE id = $1";
    sql!(execute transaction.on(), sql, &ada.id).unwrap();
    sql!(execute transaction.on(), "DELETE FROM sessions WHERE user_id = $1", &ada.id).unwrap();
    transaction
}

/// Sends a request that needs so many hashes, and lets a reset be committed while it is under way.
async fn overtaken_by_a_reset(ada: &Person<'_>, path: &str, body: &Value, hashes: u64) -> Answer {
    let reset = reset_elsewhere(ada).await;
    let before = ada.server.state.passwords.count();
    let overtakes = async {
        eventually(async || ada.server.state.passwords.count() == before + hashes).await;
        reset.commit().await.unwrap();
    };
    join(post(ada, path, body), overtakes).await.0
}

#[tokio::test]
async fn a_password_change_that_was_under_way_does_not_override_a_reset() {
    let server = uncounted().await;
    let ada = server.person("Ada").await;
    let body = json!({ "currentPassword": PASSWORD, "newPassword": "chosen by somebody else" });
    overtaken_by_a_reset(&ada, "/change-password", &body, 2).await.is_problem(401, "UNAUTHORIZED");
    assert_eq!((sign_in(&server, "chosen by somebody else").await, sign_in(&server, NEW).await), (401, 200));
}

#[tokio::test]
async fn a_deletion_that_was_under_way_does_not_override_a_reset() {
    let server = uncounted().await;
    let ada = server.person("Ada").await;
    ada.add("stays").await;
    overtaken_by_a_reset(&ada, "/delete-user", &json!({ "password": PASSWORD }), 1).await.is_problem(401, "UNAUTHORIZED");
    assert_eq!(sign_in(&server, NEW).await, 200);
    let kept: i64 = sql!(scalar server.state.db.read(), "SELECT count(*) FROM tasks").unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_copy_of_this_sessions_token_ends_with_the_other_sessions() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let copy = ada.clone();
    let body = json!({ "currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": true });
    let changed = post(&ada, "/change-password", &body).await;
    let token = changed.json["token"].as_str().unwrap().to_owned();
    copy.get("").await.is_problem(401, "INVALID_TOKEN");
    let by_cookie = server.request(Method::GET, "/api/auth/get-session").header("cookie", &copy.cookie).answer().await;
    assert_eq!(by_cookie.json, Value::Null);
    let here = Person { token, ..ada };
    assert_eq!(here.get("").await.status, 200);
    assert_eq!(user(&here).await["email"], "ada@example.com");
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_cookie_named() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let bob = server.person("Bob").await;
    let over = async |path: &str, cookie: &str, body: &Value| {
        let request = server.request(Method::POST, path).header("cookie", cookie).header("origin", &server.url);
        let answer = request.json(body).answer().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    };
    let as_ada = json!({ "email": "ada@example.com", "password": PASSWORD });
    // Over one's own session, over another user's, and by an account that is new.
    let second = over("/api/auth/sign-in/email", &ada.cookie, &as_ada).await;
    ada.get("").await.is_problem(401, "INVALID_TOKEN");
    over("/api/auth/sign-in/email", &bob.cookie, &as_ada).await;
    bob.get("").await.is_problem(401, "INVALID_TOKEN");
    over("/api/auth/sign-up/email", &second, &json!({ "name": "", "email": "new@example.com", "password": PASSWORD })).await;
    let session = server.request(Method::GET, "/api/auth/get-session").header("cookie", &second).answer().await;
    assert_eq!(session.json, Value::Null);
    // A sign-in that is refused ends nothing.
    let carol = server.person("Carol").await;
    let wrong = json!({ "email": "ada@example.com", "password": "wrong password" });
    let request = server.request(Method::POST, "/api/auth/sign-in/email").header("cookie", &carol.cookie).header("origin", &server.url);
    assert_eq!(request.json(&wrong).answer().await.status, 401);
    assert_eq!(carol.get("").await.status, 200);
}

#[tokio::test]
async fn a_mail_confirms_that_an_account_was_deleted() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    assert_eq!(post(&ada, "/delete-user", &json!({ "password": PASSWORD })).await.status, 200);
    let letter = server.letters(1).await.remove(0);
    assert_eq!((&*letter.to, &*letter.subject), ("ada@example.com", "Your account was deleted"));
}

#[tokio::test]
async fn sign_out_and_deletion_have_the_browser_clear_its_storage() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let form = server.request(Method::POST, "/signout").header("cookie", &ada.cookie).header("origin", &server.url);
    for answer in
        [form.answer().await, post(&ada, "/sign-out", &json!({})).await, post(&bob, "/delete-user", &json!({ "password": PASSWORD })).await]
    {
        assert_eq!(answer.header("clear-site-data"), "\"storage\"", "{}", answer.text);
    }
}
