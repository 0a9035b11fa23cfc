//! A change that a browser asks for must come from a page of this site.

use reqwest::Method;
use serde_json::json;

use crate::support::{PASSWORD, Send as _, Server};

const OWN: &str = "{own}";

/// Names and values.
type Headers = &'static [(&'static str, &'static str)];

/// Headers beside the path, and whether the request passes with a cookie and without one.
const TABLE: [(Headers, bool, bool); 17] = [
    (&[], false, true),
    (&[("origin", OWN)], true, true),
    (&[("origin", "https://evil.example")], false, false),
    (&[("origin", "null")], false, false),
    (&[("origin", "")], false, false),
    (&[("origin", "{own}.evil.example")], false, false),
    // Which scheme browsers use cannot be known behind a proxy; `--base-url` says it.
    (&[("origin", "https{own}")], true, true),
    (&[("origin", "http://trusted.example")], true, true),
    (&[("origin", "http://trusted.example:81")], false, false),
    (&[("referer", "{own}/signin?x=1")], true, true),
    (&[("referer", "https://evil.example/{own}")], false, false),
    (&[("origin", "https://evil.example"), ("referer", "{own}/")], false, false),
    (&[("sec-fetch-site", "same-origin")], true, true),
    (&[("sec-fetch-site", "same-site")], false, false),
    (&[("sec-fetch-site", "cross-site")], false, false),
    (&[("origin", OWN), ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")], true, true),
    (&[("origin", OWN), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], false, false),
];

#[tokio::test]
async fn a_change_from_another_sites_page_is_403_and_changes_nothing() {
    let trusted = url::Url::parse("http://trusted.example").unwrap().origin();
    let server = Server::configured(|config| config.trusted_origins = vec![trusted]).await;
    let ada = server.person("Ada").await;
    for path in ["/api/auth/sign-out", "/api/auth/sign-in/email", "/api/auth/sign-up/email"] {
        for (headers, with_cookie, without) in TABLE {
            for (cookie, passes) in [(Some(&ada.cookie), with_cookie), (None, without)] {
                let mut request = server.request(Method::POST, path);
                for (name, value) in headers {
                    request = request
                        .header(*name, value.replace("https{own}", &server.url.replace("http:", "https:")).replace(OWN, &server.url));
                }
                // A cookie of this server's that is none of ours: cookies are what makes a browser.
                if cookie.is_some() {
                    request = request.header("cookie", "theme=dark");
                }
                let answer = request.json(&json!({ "email": "ada@example.com", "password": PASSWORD })).answer().await;
                if passes {
                    assert!(answer.json["code"] != "INVALID_ORIGIN", "{path} {headers:?} {cookie:?}: {}", answer.text);
                } else {
                    answer.is_problem(403, "INVALID_ORIGIN");
                }
            }
        }
    }
    assert_eq!(ada.get("").await.status, 200);
}

#[tokio::test]
async fn neither_method_nor_content_type_gets_a_foreign_page_past_the_guard() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let types = [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
    ];
    let foreign: Vec<Headers> = TABLE.iter().filter(|(_, with_cookie, _)| !with_cookie).map(|(headers, ..)| *headers).collect();
    for headers in foreign {
        for content_type in types {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                for path in ["/api/auth/sign-out", "/api/auth/revoke-sessions", "/api/auth/update-user", "/account", "/signout"] {
                    let mut request = server.request(method.clone(), path).header("cookie", &ada.cookie).body(r#"{"name":"Eve"}"#);
                    for (name, value) in headers {
                        request = request.header(*name, value.replace(OWN, &server.url));
                    }
                    if !content_type.is_empty() {
                        request = request.header("content-type", content_type);
                    }
                    let answer = request.answer().await;
                    // A page has no such method at all, and says so.
                    let is_refused = answer.status == 403 || (answer.status == 405 && !path.starts_with("/api"));
                    assert!(is_refused, "{method} {path} {content_type} {headers:?}: {}", answer.status);
                }
            }
        }
    }
    let session = server.request(Method::GET, "/api/auth/get-session").header("cookie", &ada.cookie).answer().await;
    assert_eq!(session.json["user"]["name"], "Ada");
}

#[tokio::test]
async fn pages_forms_are_guarded_like_the_api() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for path in ["/signin", "/signup", "/signout", "/tasks", "/account", "/forgot-password", "/reset-password"] {
        let evil = server.request(Method::POST, path).header("cookie", &ada.cookie).header("origin", "https://evil.example");
        let answer = evil.form(&[("title", "planted"), ("email", "x@example.com"), ("password", PASSWORD)]).answer().await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"));
    }
    assert!(ada.titles("").await.is_empty());
}

#[tokio::test]
async fn with_a_base_url_the_host_header_counts_for_nothing() {
    let base = url::Url::parse("https://tasks.example").unwrap().origin();
    let server = Server::configured(|config| config.base_url = Some(base)).await;
    let sign_in = |origin: &str| {
        let request = server.request(Method::POST, "/api/auth/sign-in/email").header("origin", origin);
        request.json(&json!({ "email": "x@example.com", "password": PASSWORD })).answer()
    };
    sign_in(&server.url).await.is_problem(403, "INVALID_ORIGIN");
    sign_in("https://tasks.example").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    let made = server.post("/api/auth/sign-up/email", &json!({ "name": "", "email": "x@example.com", "password": PASSWORD })).await;
    let cookie = made.header("set-cookie");
    assert!(cookie.starts_with("__Host-holdfast_session=") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(made.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
}

#[tokio::test]
async fn cors_is_for_configured_origins_alone() {
    let trusted = url::Url::parse("http://trusted.example").unwrap().origin();
    let server = Server::configured(|config| config.trusted_origins = vec![trusted]).await;
    for (origin, allowed) in
        [("http://trusted.example", "http://trusted.example"), ("https://trusted.example", ""), ("http://evil.example", "")]
    {
        for (method, path, headers) in [
            ("POST", "/api/auth/sign-in/email", "authorization,content-type"),
            ("POST", "/api/someone/tasks", "authorization,content-type,idempotency-key"),
            ("GET", "/api/someone/events", "authorization,last-event-id"),
        ] {
            let preflight = server.request(Method::OPTIONS, path).header("origin", origin).header("access-control-request-method", method);
            let answer = preflight.header("access-control-request-headers", headers).answer().await;
            assert_eq!(answer.header("access-control-allow-origin"), allowed, "{origin} {path}");
            let lets_through = answer.header("access-control-allow-headers");
            assert!(headers.split(',').all(|name| lets_through.split(',').any(|other| other == name)), "{path}: {lets_through}");
        }
        let answer = server.request(Method::GET, "/api/auth/ok").header("origin", origin).answer().await;
        assert_eq!(answer.header("access-control-allow-origin"), allowed);
        assert!(answer.header("access-control-expose-headers").contains("set-auth-token"));
    }
    let closed = Server::start().await;
    let answer = closed.request(Method::GET, "/api/auth/ok").header("origin", "http://trusted.example").answer().await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
