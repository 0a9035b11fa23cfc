//! The pages as the server sends them: whole, guarded, and of use without a script.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use server::config::RateLimit;

use crate::support::{Answer, PASSWORD, Send as _, Server};

async fn open(server: &Server, path: &str, cookie: &str) -> Answer {
    server.request(Method::GET, path).header("cookie", cookie).answer().await
}

#[tokio::test]
async fn a_page_is_packed_for_whoever_asks_here_and_not_for_another_site() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    ada.add("Renew the passport").await;
    let page = |site: &'static str, encodings: &'static str| {
        let request = server.request(Method::GET, "/tasks").header("cookie", &ada.cookie);
        request.header("sec-fetch-site", site).header("accept-encoding", encodings).send()
    };
    for (site, encodings, packed) in [
        ("none", "gzip, br", true),
        ("same-origin", "br", true),
        ("cross-site", "gzip, br", false),
        ("same-site", "br", false),
        ("none", "gzip", false),
        ("none", "br;q=0", false),
    ] {
        let answer = page(site, encodings).await.unwrap();
        assert_eq!(answer.headers().contains_key("content-encoding"), packed, "{site} {encodings}");
        assert_eq!(answer.headers()["vary"], "accept-encoding, sec-fetch-site");
        let bytes = answer.bytes().await.unwrap();
        let mut text = Vec::new();
        if packed {
            brotli::BrotliDecompress(&mut &*bytes, &mut text).unwrap();
        } else {
            text = bytes.to_vec();
        }
        assert!(String::from_utf8(text).unwrap().contains("Renew the passport"));
    }
}

#[tokio::test]
async fn b_24_the_pages_are_html_with_their_content_in_it() {
    let server = Server::start().await;
    for (path, status, words) in [
        ("/", 200, "Create your account"),
        ("/signup", 200, "<h1>Create your account</h1>"),
        ("/signin", 200, "<h1>Sign in</h1>"),
        ("/forgot-password", 200, "<h1>Forgot your password?</h1>"),
        ("/reset-password?token=x", 400, "<h1>Set a new password</h1>"),
        ("/nothing", 404, "There is no page here"),
        ("/tasks/more", 404, "There is no page here"),
    ] {
        let page = server.get(path).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (status, "text/html; charset=utf-8"), "{path}");
        assert!(page.text.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.text.contains(words), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn cookies_of_the_pages_scripts_are_secure_and_bound_to_this_host_on_https() {
    let server = Server::start().await;
    let page = server.get("/signin").await;
    assert!(page.text.contains("__Host-") && page.text.contains("; Secure"), "{}", page.text);
    for (cookie, is_dark) in [("__Host-theme=dark; theme=light", true), ("theme=dark", true), ("__Host-theme=light; theme=dark", false)] {
        let page = server.request(Method::GET, "/signin").header("cookie", cookie).answer().await;
        assert_eq!(page.text.contains("data-theme=\"dark\""), is_dark, "{cookie}");
    }
}

#[tokio::test]
async fn every_page_is_drawn_as_this_browser_wants_it_and_as_usual_where_its_cookies_make_no_sense() {
    let server = Server::start().await;
    for (cookie, attributes) in [
        ("", ""),
        ("density=automatic; theme=system", ""),
        ("density=compact", " data-density=\"compact\""),
        ("theme=light; density=comfortable", " data-theme=\"light\" data-density=\"comfortable\""),
        ("__Host-density=compact; density=comfortable", " data-density=\"compact\""),
        ("theme=\"><script>; density=huge", ""),
    ] {
        for path in ["/", "/signin", "/nothing"] {
            let page = server.request(Method::GET, path).header("cookie", cookie).answer().await;
            assert!(page.text.starts_with(&format!("<!DOCTYPE html><html lang=\"en\"{attributes}>")), "{path} {cookie}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn every_inline_script_carries_the_nonce_of_its_own_page() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut nonces = std::collections::HashSet::new();
    for path in ["/signin", "/signup", "/tasks", "/account", "/forgot-password", "/reset-password", "/nothing", "/"] {
        let page = if ["/tasks", "/account"].contains(&path) { open(&server, path, &ada.cookie).await } else { server.get(path).await };
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'), "{policy}");
        let nonce = policy.split_once("'nonce-").unwrap().1.split_once('\'').unwrap().0;
        assert!(nonces.insert(nonce.to_owned()), "a nonce is used once");
        // A block of data is no script: it is not run, and the policy does not look at it.
        let is_data = |script: &&str| script.starts_with(" type=\"application/json\"");
        for script in page.text.split("<script").skip(1).filter(|script| !is_data(script)) {
            assert!(script.split_once('>').unwrap().0.contains(&format!("nonce=\"{nonce}\"")), "{path}: {script}");
        }
        assert!(!page.text.contains(" style=\"") && !page.text.contains("<style"), "{path}");
        assert!(!page.text.contains(" onclick") && !page.text.contains("javascript:"), "{path}");
    }
}

#[tokio::test]
async fn b_25_a_signed_out_visitor_goes_to_sign_in_and_comes_back_after_it() {
    let server = Server::start().await;
    server.person("Ada").await;
    let away = server.get("/tasks?status=pending").await;
    assert_eq!((away.status.as_u16(), away.header("location")), (303, "/signin?return_to=%2Ftasks%3Fstatus%3Dpending"));
    let page = server.get(away.header("location")).await;
    assert!(page.text.contains("name=\"return_to\" value=\"/tasks?status=pending\""), "{}", page.text);
    let form = [("email", "ada@example.com"), ("password", PASSWORD), ("return_to", "/tasks?status=pending")];
    let back = server.request(Method::POST, "/signin").form(&form).answer().await;
    assert_eq!((back.status.as_u16(), back.header("location")), (303, "/tasks?status=pending"));
    let cookie = back.header("set-cookie").split(';').next().unwrap();
    assert_eq!(open(&server, back.header("location"), cookie).await.status, 200);
}

#[tokio::test]
async fn b_26_a_signed_in_visitor_to_sign_in_sign_up_and_the_front_page_goes_to_the_tasks() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for path in ["/", "/signin", "/signup"] {
        let answer = open(&server, path, &ada.cookie).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/tasks"), "{path}");
    }
    assert_eq!(open(&server, "/signin?return_to=/tasks?status=completed", &ada.cookie).await.header("location"), "/tasks?status=completed");
}

/// What attackers write where a path of this site belongs (OWASP, Unvalidated Redirects and Forwards).
const HOSTILE: [&str; 44] = [
    "",
    " ",
    "tasks",
    "evil.example",
    "https://evil.example",
    "http://evil.example/tasks",
    "HTTPS://EVIL.EXAMPLE",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/tasks",
    "//evil%2eexample",
    "//user@evil.example",
    "//127.0.0.1@evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\u{0}//evil.example",
    "/\u{0}/evil.example",
    "/\u{7f}/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/../..//evil.example",
    "/%2e//evil.example",
    "/tasks/..//evil.example",
    "/./\\evil.example",
    "?//evil.example",
    "#//evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "/tasks\r\nSet-Cookie: evil=1",
];

#[tokio::test]
async fn return_to_takes_paths_of_this_site_alone() {
    let server = Server::configured(|config| config.rate_limit = RateLimit::Off).await;
    let ada = server.person("Ada").await;
    for hostile in HOSTILE {
        let query: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        for page in ["/signin", "/signup"] {
            let answer = open(&server, &format!("{page}?return_to={query}"), &ada.cookie).await;
            assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/tasks"), "{hostile:?}");
        }
        let form = [("email", "ada@example.com"), ("password", PASSWORD), ("return_to", hostile)];
        let after = server.request(Method::POST, "/signin").form(&form).answer().await;
        assert_eq!((after.status.as_u16(), after.header("location")), (303, "/tasks"), "{hostile:?}");
        let form = server.get(&format!("/signin?return_to={query}")).await;
        assert!(form.text.contains("name=\"return_to\" value=\"/tasks\""), "{hostile:?}");
    }
}

#[tokio::test]
async fn b_27_the_tasks_of_a_signed_in_user_are_in_the_html_and_nobody_elses() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    ada.call(Method::POST, "", &json!({ "title": "Mine & <b>only</b> mine", "description": "Kept" })).await;
    ada.call(Method::POST, "", &json!({ "title": "Done already", "completed": true })).await;
    bob.add("Of Bob").await;
    let page = open(&server, "/tasks?status=all", &ada.cookie).await;
    assert_eq!(page.status, 200);
    for words in
        ["Mine &amp; &lt;b&gt;only&lt;/b&gt; mine", "Kept", "Done already", "1 of 2 to do", "<title>(1) Tasks · Holdfast</title>", ">Ada<"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("Of Bob") && !page.text.contains("<b>only"));
    assert!(!page.text.contains(&ada.token), "the token is not in the page");
    let to_do = open(&server, "/tasks", &ada.cookie).await;
    assert!(to_do.text.contains("Kept") && !to_do.text.contains("Done already"), "what is to do is what the list opens with");
    let done = open(&server, "/tasks?status=completed", &ada.cookie).await;
    assert!(done.text.contains("Done already") && !done.text.contains("Kept"));
    assert_eq!(open(&server, "/tasks?status=nonsense", &ada.cookie).await.status, 200);
}

#[tokio::test]
async fn b_28_the_name_is_shown_and_the_address_of_who_has_none() {
    let server = Server::start().await;
    let made = server.post("/api/auth/sign-up/email", &json!({ "name": " ", "email": "nameless@example.com", "password": PASSWORD })).await;
    let cookie = made.header("set-cookie").split(';').next().unwrap();
    assert!(open(&server, "/tasks", cookie).await.text.contains(">nameless@example.com<"));
}

#[tokio::test]
async fn signing_up_in_and_out_works_with_forms_alone() {
    let server = Server::start().await;
    let form = [("name", "Ada"), ("email", " Ada@example.com "), ("password", PASSWORD)];
    let up = server.request(Method::POST, "/signup").form(&form).answer().await;
    assert_eq!((up.status.as_u16(), up.header("location")), (303, "/tasks"));
    let cookie = up.header("set-cookie").split(';').next().unwrap().to_owned();
    let add = server
        .request(Method::POST, "/tasks")
        .header("cookie", &cookie)
        .header("origin", &server.url)
        .form(&[("title", "by form")])
        .answer()
        .await;
    assert_eq!((add.status.as_u16(), add.header("location")), (303, "/tasks"));
    assert!(open(&server, "/tasks", &cookie).await.text.contains("by form"));
    let out = server.request(Method::POST, "/signout").header("cookie", &cookie).header("origin", &server.url).answer().await;
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/signin"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(open(&server, "/tasks", &cookie).await.status, 303);
    let again = server.request(Method::POST, "/signin").form(&form).answer().await;
    assert_eq!(again.status, 303);
}

#[tokio::test]
async fn b_10_a_refused_form_comes_back_with_what_was_typed_but_the_password() {
    let server = Server::start().await;
    server.person("Ada").await;
    for (path, form, status, words) in [
        ("/signin", [("email", "ada@example.com"), ("password", "wrong-password"), ("name", "")], 401, "don’t belong together"),
        ("/signin", [("email", "nobody@example.com"), ("password", "wrong-password"), ("name", "")], 401, "don’t belong together"),
        ("/signin", [("email", "nope"), ("password", "wrong-password"), ("name", "")], 400, "Enter an e-mail address"),
        (
            "/signup",
            [("email", "ada@example.com"), ("password", "wrong-password"), ("name", "Ada & Co")],
            422,
            "That e-mail already has an account",
        ),
        ("/signup", [("email", "eve@example.com"), ("password", "seven-7"), ("name", "Ada & Co")], 400, "Use at least 8 characters"),
        ("/signup", [("email", "<script>"), ("password", "wrong-password"), ("name", "\"><script>")], 400, "Enter an e-mail address"),
    ] {
        let page = server.request(Method::POST, path).form(&form).answer().await;
        assert_eq!(page.status, status, "{path} {form:?}");
        assert!(page.text.contains(words), "{path} {form:?}: {}", page.text);
        assert!(!page.text.contains("wrong-password") && !page.text.contains("seven-7"), "{path}");
        assert!(!page.text.contains("value=\"\"><script>"), "{path}");
        assert!(page.header("set-cookie").is_empty());
    }
    let broken = server.request(Method::POST, "/signin").header("content-type", "application/json").body("{}").answer().await;
    assert_eq!(broken.status, 415);
    let blank = server.request(Method::POST, "/signin").form(&[("x", "y")]).answer().await;
    assert_eq!(blank.status, 400);
}

#[tokio::test]
async fn a_18_whoever_comes_with_an_ended_session_is_told_so() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.advance(Duration::from_hours(7 * 24));
    let away = open(&server, "/tasks", &ada.cookie).await;
    assert_eq!((away.status.as_u16(), away.header("location")), (303, "/signin?return_to=%2Ftasks&expired=1"));
    assert!(server.get(away.header("location")).await.text.contains("Your session has expired"));
    assert!(!server.get("/signin").await.text.contains("expired"));
}

#[tokio::test]
async fn odd_queries_and_bodies_of_pages_are_no_500() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for path in [
        "/signin?return_to=a&return_to=b",
        "/signin?%FF=%00",
        "/signup?expired",
        "/signin?return_to=%00",
        "/%FF",
        "/pkg/../../etc/passwd",
        "/pkg/%2e%2e/Cargo.toml",
        "/favicon.svg/x",
        "//",
        "/tasks?limit=x&cursor=%FF",
    ] {
        let answer = server.get(path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        assert!(!answer.text.contains("[workspace]") && !answer.text.contains("root:"), "{path}");
    }
    let empty = server
        .request(Method::POST, "/tasks")
        .header("cookie", &ada.cookie)
        .header("origin", &server.url)
        .form(&[("title", " ")])
        .answer()
        .await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("Give the task a title"));
}

#[tokio::test]
async fn a_s5_whoever_comes_back_every_few_days_stays_signed_in() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut cookie = ada.cookie.clone();
    assert_eq!(open(&server, "/tasks", &cookie).await.header("set-cookie"), "");
    for _ in 0..4 {
        server.advance(Duration::from_hours(5 * 24));
        let page = open(&server, "/tasks", &cookie).await;
        assert_eq!(page.status, 200);
        assert!(page.header("set-cookie").ends_with("Max-Age=604800"), "{}", page.header("set-cookie"));
        cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
    }
    assert_eq!(open(&server, "/tasks", &ada.cookie).await.status, 303, "the first token has ended long ago");
}
