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

#[tokio::test]
async fn a_callback_of_a_trusted_page_is_answered_and_every_other_one_refused() {
    let server = Server::configured(|config| config.trusted_origins = vec![origin("https://app.example")]).await;
    server.person("Ada").await;
    let sign_in = async |callback: &str| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": callback });
        server.post("/api/auth/sign-in/email", &body).await
    };
    for good in ["/welcome?a=1", "https://app.example/welcome", &format!("{}/welcome", server.url)] {
        let answer = sign_in(good).await;
        assert_eq!((answer.status.as_u16(), &answer.json["redirect"]), (200, &json!(true)), "{good}");
        assert_eq!((answer.json["url"].as_str().unwrap(), answer.header("location")), (good, good));
    }
    let none = sign_in("").await;
    assert_eq!((&none.json["redirect"], none.json.get("url"), none.header("location")), (&json!(false), None, ""));
    for (number, bad) in
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "welcome", "/%2fevil.example"]
            .into_iter()
            .enumerate()
    {
        sign_in(bad).await.is_problem(403, "INVALID_CALLBACK_URL");
        let body = json!({ "name": "Bob", "email": format!("bob{number}@example.com"), "password": PASSWORD, "callbackURL": bad });
        server.post("/api/auth/sign-up/email", &body).await.is_problem(403, "INVALID_CALLBACK_URL");
        server.post("/api/auth/sign-in/email", &body).await.is_problem(403, "INVALID_CALLBACK_URL");
    }
}

#[tokio::test]
async fn a_picture_and_a_short_session_can_be_wanted_at_sign_up() {
    let server = Server::start().await;
    let sign_up = async |name: &str, rest: serde_json::Value| {
        let mut body = json!({ "name": name, "email": format!("{name}@example.com"), "password": PASSWORD });
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        server.post("/api/auth/sign-up/email", &body).await
    };
    let ada = sign_up("ada", json!({ "image": "https://example.com/ada.png" })).await;
    assert_eq!(ada.json["user"]["image"], "https://example.com/ada.png");
    assert!(ada.header("set-cookie").contains("Max-Age=604800"), "{}", ada.header("set-cookie"));
    let bob = sign_up("bob", json!({ "rememberMe": false, "image": "" })).await;
    assert!(!bob.header("set-cookie").contains("Max-Age") && bob.json["user"]["image"].is_null(), "{}", bob.text);
    sign_up("eve", json!({ "image": "javascript:alert(1)" })).await.is_problem(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn the_one_way_to_sign_in_is_listed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.get("/api/auth/list-accounts").await.is_problem(401, "UNAUTHORIZED");
    let accounts = server.request(Method::GET, "/api/auth/list-accounts").header("cookie", &ada.cookie).answer().await.json;
    let account = &accounts[0];
    assert_eq!((accounts.as_array().unwrap().len(), &account["providerId"], &account["scopes"]), (1, &json!("credential"), &json!([])));
    assert_eq!((account["userId"].as_str(), account["accountId"].as_str()), (Some(&*ada.id), Some(&*ada.id)));
}

#[tokio::test]
async fn an_update_changes_no_e_mail_and_needs_something_to_change() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let update = async |body: serde_json::Value| {
        server.request(Method::POST, "/api/auth/update-user").bearer_auth(&ada.token).json(&body).answer().await
    };
    update(json!({ "email": "other@example.com", "name": "Eve" })).await.is_problem(400, "EMAIL_CAN_NOT_BE_UPDATED");
    for nothing in [json!({}), json!({ "nickname": "x" }), json!({ "email": "" })] {
        update(nothing).await.is_problem(400, "VALIDATION_ERROR");
    }
    let session = server.request(Method::GET, "/api/auth/get-session").bearer_auth(&ada.token).answer().await;
    assert_eq!((&session.json["user"]["name"], &session.json["user"]["email"]), (&json!("Ada"), &json!("ada@example.com")));
}

#[tokio::test]
async fn who_is_signed_in_is_told_why_no_mail_goes_out() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let send = async |email: &str| {
        let request = server.request(Method::POST, "/api/auth/send-verification-email").bearer_auth(&ada.token);
        request.json(&json!({ "email": email })).answer().await
    };
    send("bob@example.com").await.is_problem(400, "EMAIL_MISMATCH");
    assert_eq!(send("ADA@example.com").await.status, 200);
    let letter = server.letters(1).await.remove(0);
    let verified = server.request(Method::GET, &format!("/api/auth/verify-email?token={}", letter.token()));
    assert_eq!(verified.header("accept", "application/json").answer().await.status, 200);
    send("ada@example.com").await.is_problem(400, "EMAIL_ALREADY_VERIFIED");
    // A stranger learns nothing.
    let stranger = server.post("/api/auth/send-verification-email", &json!({ "email": "ada@example.com" })).await;
    assert_eq!(stranger.json, json!({ "status": true }));
    let same = server.request(Method::POST, "/api/auth/change-email").bearer_auth(&ada.token);
    let same = same.json(&json!({ "newEmail": "Ada@Example.com" })).answer().await;
    same.is_problem(400, "VALIDATION_ERROR");
    assert_eq!(same.fields(), ["newEmail"]);
    server.letters(1).await;
}

#[tokio::test]
async fn a_password_that_is_longer_than_any_is_refused_before_it_is_hashed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let long = "x".repeat(129);
    for email in ["ada@example.com", "nobody@example.com"] {
        let body = json!({ "email": email, "password": long });
        server.post("/api/auth/sign-in/email", &body).await.is_problem(400, "PASSWORD_TOO_LONG");
    }
    for (path, body) in [
        ("change-password", json!({ "currentPassword": long, "newPassword": "another good password" })),
        ("delete-user", json!({ "password": long })),
    ] {
        let request = server.request(Method::POST, &format!("/api/auth/{path}")).bearer_auth(&ada.token);
        request.json(&body).answer().await.is_problem(400, "PASSWORD_TOO_LONG");
    }
}

#[tokio::test]
async fn a_token_without_a_cookie_passes_whatever_its_origin_but_begins_no_session() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let call = async |path: &str, cookie: Option<&str>| {
        let request = server.request(Method::POST, path).bearer_auth(&ada.token).header("origin", "https://evil.example");
        let request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
        request.json(&json!({ "name": "Countess", "email": "new@example.com", "password": PASSWORD })).answer().await
    };
    for path in ["/api/auth/sign-up/email", "/api/auth/sign-in/email"] {
        call(path, None).await.is_problem(403, "INVALID_ORIGIN");
    }
    call("/api/auth/update-user", Some(&ada.cookie)).await.is_problem(403, "INVALID_ORIGIN");
    let request = server.request(Method::POST, "/api/auth/update-user").bearer_auth(&ada.token).header("origin", "https://evil.example");
    let updated = request.json(&json!({ "name": "Countess" })).answer().await;
    assert_eq!((updated.status.as_u16(), updated.header("access-control-allow-origin")), (200, ""));
}

#[tokio::test]
async fn the_cookie_of_an_ended_session_is_removed_when_it_is_asked_for() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let get = async || server.request(Method::GET, "/api/auth/get-session").header("cookie", &ada.cookie).answer().await;
    assert_eq!(get().await.header("set-cookie"), "");
    server.request(Method::POST, "/api/auth/revoke-sessions").bearer_auth(&ada.token).json(&json!({})).answer().await;
    let ended = get().await;
    assert_eq!(ended.text, "null");
    assert!(ended.header("set-cookie").starts_with("holdfast_session=;") && ended.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(server.get("/api/auth/get-session").await.header("set-cookie"), "");
    // A header that is wrong says nothing about the cookie beside it.
    let beside = server.request(Method::GET, "/api/auth/get-session").bearer_auth("made.up.token").header("cookie", &ada.cookie);
    assert_eq!(beside.answer().await.header("set-cookie"), "");
}

#[tokio::test]
async fn errors_lead_on_to_a_page_of_this_site() {
    let server = Server::start().await;
    for (query, target) in
        [("?error=INVALID_TOKEN", "/?error=INVALID_TOKEN"), ("", "/?error=UNKNOWN"), ("?error=%3Cscript%3E", "/?error=UNKNOWN")]
    {
        let answer = server.get(&format!("/api/auth/error{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, target));
    }
}

#[tokio::test]
async fn a_post_without_a_body_is_told_which_members_are_missing() {
    let server = Server::start().await;
    let answer = server.request(Method::POST, "/api/auth/sign-in/email").answer().await;
    answer.is_problem(400, "VALIDATION_ERROR");
    assert_eq!(answer.fields(), ["email"]);
}
