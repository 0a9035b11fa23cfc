//! Stored hashes: those of earlier systems and of weaker days verify, and are replaced at the next sign-in.

use reqwest::Method;
use serde_json::json;
use server::{identity::hash_queue::Caller, sql};

use crate::support::{PASSWORD, Send as _, Server};

/// Somebody whose hash came from elsewhere.
async fn moved_over(server: &Server, hash: &str) {
    let insert =
        "INSERT INTO users (id, name, email, email_verified, password_hash, created_at, updated_at) VALUES ($1, '', $2, FALSE, $3, 0, 0)";
    sql!(execute server.state.db.write(), insert, "moved", "moved@example.com", hash).unwrap();
}

async fn kept(server: &Server) -> String {
    sql!(scalar server.state.db.read(), "SELECT password_hash FROM users WHERE email = 'moved@example.com'").unwrap()
}

async fn sign_in(server: &Server, password: &str) -> u16 {
    server.post("/api/auth/sign-in/email", &json!({ "email": "moved@example.com", "password": password })).await.status.as_u16()
}

/// Password, what is no password, and the hash that a real library made of the first.
const ELSEWHERE: [(&str, &str, &str, &str); 4] = [
    (
        "better-auth 1.6.0",
        "correct horse battery",
        "correct horse batterY",
        "6de9932ac49f30954b727c8ee4a4ce37:229df39a607efa1c84c1a960b7c52f41400b6675e9e82dd8c12970baa56a71724fcdfb6793272e69a2c275e072bb1dcb68b5d8c0293ba705f7395f722efc32d8",
    ),
    (
        "better-auth 1.6.0, decomposed letters and a ligature",
        "fine d\u{e9}compose\u{301}",
        "fine decompose",
        "647b2d92b6b4b4e44fc89320dce0fb26:a75e3698b6fb1e8f16cbbc6c7dc5dce9b0345ced47404dcde2c52c0deb4c791052e1ec984f7a6d25735a72cf0d9ad36f5d9ed5a5eab2f773ac9a7447c5be54c5",
    ),
    ("bcrypt 2b of Python", "correct horse battery", "correct horse", "$2b$10$zl5kgIAl3dUxtTY5i/1Y9e1qWMEKAdouUCf9QkrL0eR60RMgP/zMS"),
    ("bcrypt 2a of Python", "pässwörd 🔑", "passwörd 🔑", "$2a$10$crww9iXLyjF4G8CpNk9IXONV3VzlFGK1Rv1xGuvkDU0xf4/Jb4kXS"),
];

#[tokio::test]
async fn hashes_of_better_auth_and_bcrypt_verify_and_are_then_replaced() {
    for (library, password, wrong, hash) in ELSEWHERE {
        let server = Server::start().await;
        moved_over(&server, hash).await;
        assert_eq!(sign_in(&server, wrong).await, 401, "{library}");
        assert_eq!(kept(&server).await, hash, "a wrong password replaces nothing");
        assert_eq!(sign_in(&server, password).await, 200, "{library}");
        let replaced = kept(&server).await;
        assert!(replaced.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{library}: {replaced}");
        assert_eq!((sign_in(&server, password).await, sign_in(&server, wrong).await), (200, 401), "{library}");
        assert_eq!(kept(&server).await, replaced, "once");
    }
}

#[tokio::test]
async fn a_weaker_argon2_hash_is_replaced_and_a_stronger_one_stays() {
    let server = Server::configured(|config| config.hash_cost.argon2_passes = 3).await;
    let caller = Caller::new([127, 0, 0, 1].into(), false);
    let weaker = Server::start().await.state.passwords.hash(PASSWORD, caller).await.unwrap();
    moved_over(&server, &weaker).await;
    assert_eq!(sign_in(&server, PASSWORD).await, 200);
    let stronger = kept(&server).await;
    assert!(stronger.starts_with("$argon2id$v=19$m=19456,t=3,p=1$"), "{stronger}");

    let server = Server::start().await;
    moved_over(&server, &stronger).await;
    assert_eq!(sign_in(&server, PASSWORD).await, 200);
    assert_eq!(kept(&server).await, stronger);
}

#[tokio::test]
async fn a_hash_that_nobody_can_read_lets_nobody_in() {
    let server = Server::start().await;
    for hash in ["", "x", ":", "$argon2id$broken", "$2b$10$broken", "salt:zz", "plain password"] {
        sql!(execute server.state.db.write(), "DELETE FROM users").unwrap();
        moved_over(&server, hash).await;
        for password in ["", hash, PASSWORD] {
            assert_ne!(sign_in(&server, password).await, 200, "{hash}");
        }
    }
}

#[tokio::test]
async fn a_malformed_hash_is_a_refused_sign_in_like_that_of_a_stranger_at_the_same_cost() {
    let server = Server::configured(|config| config.rate_limit = server::config::RateLimit::Off).await;
    let sign_in = async |email: &str| {
        let hashes = server.state.passwords.count();
        let answer = server.post("/api/auth/sign-in/email", &json!({ "email": email, "password": PASSWORD })).await;
        answer.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
        (answer.same_for_all(), server.state.passwords.count() - hashes)
    };
    let stranger = sign_in("nobody@example.com").await;
    for hash in [
        "",
        "x",
        ":",
        "salt:zz",
        "plain password",
        "$argon2id$broken",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0",
        "$argon2x$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0",
        // More memory than a machine has, and more rounds than an age.
        "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0",
        "$argon2id$v=19$m=19456,t=4294967295,p=1$c2FsdHNhbHRzYWx0$c2FsdHNhbHRzYWx0",
        "$2b$10$broken",
        "$2b$31$zl5kgIAl3dUxtTY5i/1Y9e1qWMEKAdouUCf9QkrL0eR60RMgP/zMS",
        "$2b$xx$zl5kgIAl3dUxtTY5i/1Y9e1qWMEKAdouUCf9QkrL0eR60RMgP/zMS",
    ] {
        sql!(execute server.state.db.write(), "DELETE FROM users").unwrap();
        moved_over(&server, hash).await;
        assert_eq!(sign_in("moved@example.com").await, stranger, "{hash}");
    }
}

#[tokio::test]
async fn common_and_personal_passwords_are_refused_with_the_reason() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (password, code) in [
        ("Password", "PASSWORD_TOO_COMMON"),
        ("12345678", "PASSWORD_TOO_COMMON"),
        ("New@Example.com", "PASSWORD_TOO_PERSONAL"),
        ("new person", "PASSWORD_TOO_PERSONAL"),
    ] {
        let body = json!({ "name": "New Person", "email": "new@example.com", "password": password });
        let refused = server.post("/api/auth/sign-up/email", &body).await;
        refused.is_problem(400, code);
        assert_eq!(refused.fields(), ["password"]);
    }
    for (password, code) in [("iloveyou", "PASSWORD_TOO_COMMON"), ("ada@example.com", "PASSWORD_TOO_PERSONAL")] {
        let change = server.request(Method::POST, "/api/auth/change-password").bearer_auth(&ada.token);
        change.json(&json!({ "currentPassword": PASSWORD, "newPassword": password })).answer().await.is_problem(400, code);
    }
}
