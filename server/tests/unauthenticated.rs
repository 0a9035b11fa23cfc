//! Every task route refuses whoever has not proven who they are, in the same words.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, SECRET, Send as _, Server, jwt, signed};

/// Every route of a user, with a body where it takes one; `{id}` is a task of theirs.
const ROUTES: [(&str, &str, bool); 11] = [
    ("GET", "/tasks", false),
    ("POST", "/tasks", true),
    ("GET", "/tasks/{id}", false),
    ("PUT", "/tasks/{id}", true),
    ("DELETE", "/tasks/{id}", false),
    ("PATCH", "/tasks/{id}/complete", false),
    ("POST", "/tasks/{id}/restore", false),
    ("GET", "/events", false),
    ("GET", "/trash", false),
    ("DELETE", "/trash", false),
    ("DELETE", "/trash/{id}", false),
];

async fn on_every_route(server: &Server, user: &str, id: &str, authorization: Option<&str>) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (method, rest, has_body) in ROUTES {
        let path = format!("/api/{user}{}", rest.replace("{id}", id));
        let mut request = server.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if has_body {
            request = request.json(&json!({ "title": "taken over" }));
        }
        answers.push(request.answer().await);
    }
    answers
}

#[tokio::test]
async fn a_06_no_token_is_401_with_the_bare_challenge() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("mine").await;
    for answer in on_every_route(&server, &ada.id, &id, None).await {
        answer.is_problem(401, "UNAUTHORIZED");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="holdfast""#);
    }
    assert_eq!(ada.titles("").await, ["mine"]);
}

#[tokio::test]
async fn a_07_garbage_expired_tampered_and_wrongly_signed_tokens_are_401_alike() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("mine").await;
    let now = server.now();
    let claims = json!({ "sub": ada.id, "exp": now + 60 });
    let (body, tag) = ada.token.rsplit_once('.').unwrap();
    let flipped = if tag.starts_with('A') { 'B' } else { 'A' };
    let tokens = [
        ("garbage", "garbage".to_owned()),
        ("expired", jwt(&json!({ "sub": ada.id, "exp": now - 1 }), SECRET)),
        ("tampered", format!("{body}.{flipped}{}", &tag[1..])),
        ("another algorithm", signed(r#"{"alg":"HS512","typ":"JWT"}"#, &claims.to_string(), SECRET.as_bytes())),
        ("another secret", jwt(&claims, "another secret that is long enough, too")),
    ];
    let mut seen = None;
    for (what, token) in tokens {
        for answer in on_every_route(&server, &ada.id, &id, Some(&format!("Bearer {token}"))).await {
            answer.is_problem(401, "INVALID_TOKEN");
            assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="holdfast", error="invalid_token""#, "{what}");
            let body = answer.same_for_all();
            assert_eq!(seen.get_or_insert(body.clone()), &body, "{what} is told apart");
        }
    }
    assert_eq!(ada.titles("").await, ["mine"]);
}

#[tokio::test]
async fn a_10_other_users_path_is_forbidden() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let id = ada.add("mine").await;
    for task in [id.as_str(), "no-such-task", "00000000-0000-7000-8000-000000000000"] {
        for answer in on_every_route(&server, &ada.id, task, Some(&format!("Bearer {}", bob.token))).await {
            answer.is_problem(403, "FORBIDDEN");
            assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="holdfast", error="insufficient_scope""#);
        }
    }
    assert_eq!(ada.titles("").await, ["mine"]);
    assert!(bob.titles("").await.is_empty());
}

#[tokio::test]
async fn a_09_the_paths_user_is_checked_before_the_task_and_the_body() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let request = server.request(Method::PUT, &format!("/api/{}/tasks/%00", ada.id)).bearer_auth(&bob.token);
    request.header("content-type", "text/plain").body("{").answer().await.is_problem(403, "FORBIDDEN");
    let broken = server.request(Method::GET, "/api/%FF%FE/tasks").bearer_auth(&bob.token);
    broken.answer().await.is_problem(403, "FORBIDDEN");
}

#[tokio::test]
async fn a_08_a_malformed_authorization_header_is_400() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let token = &ada.token;
    for malformed in [
        "Bearer".to_owned(),
        "Bearer ".into(),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token}\tx"),
    ] {
        for answer in on_every_route(&server, &ada.id, "x", Some(&malformed)).await {
            answer.is_problem(400, "INVALID_REQUEST");
            assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="holdfast", error="invalid_request""#);
        }
    }
    let twice = ada.request(Method::GET, "").header("authorization", format!("Bearer {token}"));
    twice.answer().await.is_problem(400, "INVALID_REQUEST");
}

#[tokio::test]
async fn b_16_the_scheme_is_read_in_any_case_and_another_scheme_names_nobody() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let list =
        |authorization: String| server.request(Method::GET, &format!("/api/{}/tasks", ada.id)).header("authorization", authorization);
    for scheme in ["bearer", "BEARER", "Bearer"] {
        assert_eq!(list(format!("{scheme} {}", ada.token)).answer().await.status, 200);
    }
    let basic = list("Basic YWRhOnNlY3JldA==".into()).answer().await;
    basic.is_problem(401, "UNAUTHORIZED");
    assert_eq!(basic.header("www-authenticate"), r#"Bearer realm="holdfast""#);
}

#[tokio::test]
async fn b_17_a_cookie_opens_no_task_route() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (method, rest, _) in ROUTES {
        let path = format!("/api/{}{}", ada.id, rest.replace("{id}", &ada.add("mine").await));
        let request = server.request(Method::from_bytes(method.as_bytes()).unwrap(), &path).header("cookie", &ada.cookie);
        request.answer().await.is_problem(401, "UNAUTHORIZED");
    }
}

#[tokio::test]
async fn a_18_a_token_ends_at_the_second_that_it_names() {
    let server = Server::start().await;
    let token = jwt(&json!({ "sub": "ada", "exp": server.now() + 10 }), SECRET);
    let list = || server.request(Method::GET, "/api/ada/tasks").bearer_auth(&token);
    server.advance(std::time::Duration::from_secs(9));
    assert_eq!(list().answer().await.status, 200);
    server.advance(std::time::Duration::from_secs(1));
    list().answer().await.is_problem(401, "INVALID_TOKEN");
}
