//! What front ends that were written for Better Auth rely on, beyond its official client: names of cookies, headers, bytes.

use reqwest::Method;
use serde_json::json;
use server::config::cookies::{AuthCookie, SameSite};

use crate::support::{PASSWORD, Send as _, Server};

fn origin(text: &str) -> url::Origin {
    url::Url::parse(text).unwrap().origin()
}

#[tokio::test]
async fn the_session_cookie_has_the_name_that_the_middleware_of_such_a_front_end_looks_for() {
    for (base_url, name) in
        [("http://127.0.0.1:3000", "better-auth.session_token"), ("https://tasks.example", "__Secure-better-auth.session_token")]
    {
        let server = Server::configured(|config| {
            config.base_url = Some(origin(base_url));
            config.cookies.auth_cookie = AuthCookie::BetterAuth;
        })
        .await;
        let ada = server.person("Ada").await;
        assert!(ada.cookie.starts_with(&format!("{name}=")), "{}", ada.cookie);
        let session = server.request(Method::GET, "/api/auth/get-session").header("cookie", &ada.cookie).answer().await;
        assert_eq!(session.json["user"]["name"], "Ada");
        let other = ada.cookie.replace(name, "holdfast_session");
        let session = server.request(Method::GET, "/api/auth/get-session").header("cookie", other).answer().await;
        assert_eq!(session.text, "null");
    }
}

#[tokio::test]
async fn for_front_ends_on_another_site_the_cookies_say_so_and_are_secure() {
    let server = Server::configured(|config| {
        config.base_url = Some(origin("https://tasks.example"));
        config.cookies.cookie_same_site = SameSite::None;
    })
    .await;
    let body = json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD });
    let request = server.request(Method::POST, "/api/auth/sign-up/email").header("origin", "https://tasks.example");
    let answer = request.json(&body).answer().await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2, "the session and the device");
    for cookie in cookies {
        assert!(cookie.contains("; SameSite=None; Secure") && cookie.contains("; HttpOnly"), "{cookie}");
    }
    // Such a cookie comes with requests of every page: the origin decides.
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    let evil = server.request(Method::POST, "/api/auth/sign-out").header("cookie", cookie).header("origin", "https://evil.example");
    evil.json(&json!({})).answer().await.is_problem(403, "INVALID_ORIGIN");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_bytes() {
    let server = Server::start().await;
    server.person("Ada").await;
    let wrong = server.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": "wrong password" })).await;
    let unknown = server.post("/api/auth/sign-in/email", &json!({ "email": "bob@example.com", "password": "wrong password" })).await;
    wrong.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    assert_eq!(wrong.text, unknown.text);
    assert_ne!(wrong.header("x-request-id"), unknown.header("x-request-id"));
    let outside = server.get("/api/ada/tasks").await;
    assert_eq!(outside.json["request_id"], outside.header("x-request-id"));
}

#[tokio::test]
async fn a_trusted_page_can_read_every_answer_under_api_refusals_too() {
    let server = Server::configured(|config| config.trusted_origins = vec![origin("http://trusted.example")]).await;
    for (method, path, status) in [
        (Method::GET, "/api/auth/ok", 200),
        (Method::GET, "/api/auth/nothing-like-this", 404),
        (Method::POST, "/api/auth/sign-in/email", 415),
        (Method::GET, "/api/nothing-like-this", 404),
        (Method::GET, "/api/ada/nothing/like/this", 404),
        (Method::POST, "/api/nothing-like-this", 404),
        (Method::GET, "/api/ada/tasks", 401),
        (Method::POST, "/api/openapi.json", 405),
    ] {
        let answer = server.request(method, path).header("origin", "http://trusted.example").body("x").answer().await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "http://trusted.example", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "true", "{path}");
    }
}
