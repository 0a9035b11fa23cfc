//! Signing up and in, as Better Auth's protocol spells it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Send as _, Server};

const SIGN_UP: &str = "/api/auth/sign-up/email";
const SIGN_IN: &str = "/api/auth/sign-in/email";

/// A date with exactly three fractional digits.
fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 24 && text.as_bytes()[19] == b'.' && text.ends_with('Z'))
}

#[tokio::test]
async fn b_05_sign_up_answers_the_token_and_the_user_in_three_places() {
    let server = Server::start().await;
    let answer = server.post(SIGN_UP, &json!({ "name": " Ada ", "email": "Ada@Example.com", "password": PASSWORD })).await;
    assert_eq!(answer.status, 200);
    let token = answer.json["token"].as_str().unwrap();
    let user = &answer.json["user"];
    assert_eq!(
        (&user["name"], &user["email"], &user["emailVerified"], &user["image"]),
        (&json!("Ada"), &json!("ada@example.com"), &json!(false), &Value::Null)
    );
    assert!(is_date(&user["createdAt"]) && is_date(&user["updatedAt"]), "{user}");
    let id = user["id"].as_str().unwrap();
    assert!(id.len() == 32 && id.chars().all(|c| c.is_ascii_alphanumeric()), "{id}");
    assert_eq!(answer.header("set-auth-token"), token);
    let cookie = answer.header("set-cookie");
    assert_eq!(cookie, format!("holdfast_session={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"));
    assert!(!answer.text.contains(PASSWORD) && !answer.text.contains("argon2"));
}

#[tokio::test]
async fn a_01_the_token_carries_user_email_name_session_and_lives_seven_days() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let payload = ada.token.split('.').nth(1).unwrap();
    let claims: Value =
        serde_json::from_slice(&base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap()).unwrap();
    assert_eq!((&claims["sub"], &claims["email"], &claims["name"]), (&json!(ada.id), &json!("ada@example.com"), &json!("Ada")));
    assert_eq!(claims["iat"], server.now());
    assert_eq!(claims["exp"], server.now() + 7 * 24 * 3600);
    assert_eq!(claims["sid"].as_str().unwrap().len(), 32);
    assert_eq!(claims.as_object().unwrap().len(), 6);
}

#[tokio::test]
async fn a_02_the_lifetime_of_tokens_is_configured() {
    let server = Server::configured(|config| config.token_ttl = Duration::from_mins(2)).await;
    let ada = server.person("Ada").await;
    server.advance(Duration::from_secs(119));
    assert_eq!(ada.get("").await.status, 200);
    server.advance(Duration::from_secs(1));
    ada.get("").await.is_problem(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn b_04_an_address_has_one_account_in_any_letter_case() {
    let server = Server::start().await;
    server.person("Ada").await;
    for email in ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@Example.Com"] {
        let again = server.post(SIGN_UP, &json!({ "name": "x", "email": email, "password": "another password" })).await;
        again.is_problem(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL");
    }
    assert_eq!(server.post(SIGN_IN, &json!({ "email": "aDa@example.com", "password": PASSWORD })).await.status, 200);
}

#[tokio::test]
async fn b_02_what_is_wrong_at_sign_up_is_400_with_the_contracts_code() {
    let server = Server::start().await;
    let long = format!("{}@{}.com", "a".repeat(64), "b".repeat(186));
    let cases = [
        (json!({ "email": "a@b.co", "password": PASSWORD }), "VALIDATION_ERROR", "name"),
        (json!({ "name": "a", "password": PASSWORD }), "VALIDATION_ERROR", "email"),
        (json!({ "name": "a", "email": "a@b.co" }), "VALIDATION_ERROR", "password"),
        (json!({ "name": 1, "email": "a@b.co", "password": PASSWORD }), "VALIDATION_ERROR", "name"),
        (json!({ "name": "a", "email": ["a@b.co"], "password": PASSWORD }), "VALIDATION_ERROR", "email"),
        (json!({ "name": "a", "email": "a@b.co", "password": 12_345_678 }), "VALIDATION_ERROR", "password"),
        (json!({ "name": "a", "email": "nope", "password": PASSWORD }), "VALIDATION_ERROR", "email"),
        (json!({ "name": "a", "email": long, "password": PASSWORD }), "VALIDATION_ERROR", "email"),
        (json!({ "name": "a\0", "email": "a@b.co", "password": PASSWORD }), "VALIDATION_ERROR", "name"),
        (json!({ "name": "x".repeat(256), "email": "a@b.co", "password": PASSWORD }), "VALIDATION_ERROR", "name"),
        (json!({ "name": "a", "email": "a@b.co", "password": "seven77" }), "PASSWORD_TOO_SHORT", "password"),
        (json!({ "name": "a", "email": "a@b.co", "password": "" }), "PASSWORD_TOO_SHORT", "password"),
        (json!({ "name": "a", "email": "a@b.co", "password": "🔑".repeat(129) }), "PASSWORD_TOO_LONG", "password"),
        (json!([]), "VALIDATION_ERROR", "body"),
    ];
    for (body, code, field) in cases {
        let refused = server.post(SIGN_UP, &body).await;
        refused.is_problem(400, code);
        assert_eq!(refused.fields(), [field], "{body}");
    }
    for path in [SIGN_UP, SIGN_IN] {
        let broken = server.request(Method::POST, path).header("content-type", "application/json").body("{");
        broken.answer().await.is_problem(400, "VALIDATION_ERROR");
    }
    server.post(SIGN_IN, &json!({ "email": "a@b.co", "password": PASSWORD })).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    assert_eq!(server.state.passwords.count(), 1, "a refused sign-up hashes nothing");
}

#[tokio::test]
async fn b_03_passwords_of_8_and_128_characters_are_taken_and_every_character_counts() {
    let server = Server::start().await;
    for (n, password) in ["🔑".repeat(8), "x".repeat(128), "  spaces stay  ".into(), "\u{fb01}ne words".into()].iter().enumerate() {
        let email = format!("p{n}@example.com");
        let made = server.post(SIGN_UP, &json!({ "name": "", "email": email, "password": password })).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let sign_in = async |password: &str| server.post(SIGN_IN, &json!({ "email": email, "password": password })).await.status.as_u16();
        assert_eq!(sign_in(password).await, 200);
        let mut shorter = password.clone();
        shorter.pop();
        assert_eq!(sign_in(&shorter).await, 401);
        // Longer than any can be, it is refused before it is hashed.
        let longer = if password.chars().count() == 128 { 400 } else { 401 };
        assert_eq!(sign_in(&format!("{password}x")).await, longer);
    }
    let composed = server.post(SIGN_IN, &json!({ "email": "p3@example.com", "password": "fine words" })).await;
    assert_eq!(composed.status, 200, "NFKC: what looks alike when typed is alike");
}

#[tokio::test]
async fn b_07_sign_in_answers_a_new_session() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let answer = server.post(SIGN_IN, &json!({ "email": "ada@example.com", "password": PASSWORD })).await;
    assert_eq!((&answer.json["redirect"], &answer.json["user"]["id"]), (&json!(false), &json!(ada.id)));
    assert_eq!(answer.header("set-auth-token"), answer.json["token"]);
    assert_ne!(answer.json["token"], ada.token);
    assert!(answer.header("set-cookie").ends_with("Max-Age=604800"));
}

#[tokio::test]
async fn b_08_a_wrong_password_and_an_unknown_address_get_the_same_bytes_for_one_hash_each() {
    let server = Server::start().await;
    server.person("Ada").await;
    let bob = server.person("Bob").await;
    let gone = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&bob.token).json(&json!({ "password": PASSWORD }));
    assert_eq!(gone.answer().await.status, 200);
    let mut seen = None;
    for (email, password) in [
        ("ada@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("bob@example.com", PASSWORD),
        ("ada@example.com", ""),
        ("nobody@example.com", ""),
        ("bob@example.com", ""),
    ] {
        let before = server.state.passwords.count();
        let refused = server.post(SIGN_IN, &json!({ "email": email, "password": password })).await;
        refused.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
        assert_eq!(refused.json["message"], "Invalid email or password");
        assert_eq!(server.state.passwords.count() - before, 1, "{email}");
        let mut headers = refused.headers.clone();
        for changing in ["date", "x-request-id"] {
            headers.remove(changing);
        }
        let all = (refused.same_for_all(), headers);
        assert_eq!(seen.get_or_insert(all.clone()), &all, "{email} {password}");
    }
}

#[tokio::test]
async fn b_02_what_is_wrong_at_sign_in_is_400() {
    let server = Server::start().await;
    for (body, code) in [
        (json!({ "email": "nope", "password": PASSWORD }), "INVALID_EMAIL"),
        (json!({ "password": PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "email": "a@b.co" }), "VALIDATION_ERROR"),
        (json!({ "email": "a@b.co", "password": {} }), "VALIDATION_ERROR"),
        (json!({ "email": "a@b.co", "password": "x", "rememberMe": "perhaps" }), "VALIDATION_ERROR"),
    ] {
        server.post(SIGN_IN, &body).await.is_problem(400, code);
    }
    assert_eq!(server.state.passwords.count(), 0);
}

#[tokio::test]
async fn b_05_forms_are_taken_where_json_is() {
    let server = Server::start().await;
    let form = |path, body: &'static str| {
        server.request(Method::POST, path).header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    let made = form(SIGN_UP, "name=Ada+L.&email=ada%40example.com&password=correct+horse+battery").answer().await;
    assert_eq!((made.status.as_u16(), &made.json["user"]["name"]), (200, &json!("Ada L.")));
    let known = form(SIGN_IN, "email=ada%40example.com&password=correct+horse+battery&rememberMe=false").answer().await;
    assert_eq!(known.status, 200);
    assert!(!known.header("set-cookie").contains("Max-Age"));
    form(SIGN_IN, "email=ada%40example.com").answer().await.is_problem(400, "VALIDATION_ERROR");
    server
        .request(Method::POST, SIGN_IN)
        .header("content-type", "text/plain")
        .body("{}")
        .answer()
        .await
        .is_problem(415, "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn b_07_a_session_that_is_not_to_be_remembered_ends_with_the_browser_or_after_a_day() {
    let server = Server::start().await;
    server.person("Ada").await;
    let answer = server.post(SIGN_IN, &json!({ "email": "ada@example.com", "password": PASSWORD, "rememberMe": false })).await;
    assert!(!answer.header("set-cookie").contains("Max-Age") && !answer.header("set-cookie").contains("Expires"));
    let token = answer.json["token"].as_str().unwrap();
    let session = || server.request(Method::GET, "/api/auth/get-session").bearer_auth(token);
    server.advance(Duration::from_hours(23));
    assert_ne!(session().answer().await.json, Value::Null);
    server.advance(Duration::from_hours(1));
    assert_eq!(session().answer().await.json, Value::Null);
}

#[tokio::test]
async fn b_06_passwords_are_kept_as_argon2id_alone() {
    let server = Server::start().await;
    server.person("Ada").await;
    let kept = server.everything_kept().await;
    let has = |needle: &str| kept.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(has("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(!has(PASSWORD));
}

#[tokio::test]
async fn wrong_methods_and_paths_under_api_auth_are_404() {
    let server = Server::start().await;
    assert_eq!(server.get("/api/auth/ok").await.text, r#"{"ok":true}"#);
    for (method, path) in [
        (Method::GET, SIGN_IN),
        (Method::PUT, SIGN_UP),
        (Method::POST, "/api/auth/get-session"),
        (Method::GET, "/api/auth/nothing"),
        (Method::POST, "/api/auth"),
        (Method::GET, "/api/auth/"),
        (Method::GET, "/api/auth/tasks"),
    ] {
        server.request(method, path).answer().await.is_problem(404, "NOT_FOUND");
    }
}
