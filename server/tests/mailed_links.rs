//! Opening a mailed link changes nothing: scanners of mails open them too. The button of its page, or a script's call, does.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Person, Send as _, Server};

async fn is_verified(person: &Person<'_>) -> Value {
    let session = person.server.request(Method::GET, "/api/auth/get-session").bearer_auth(&person.token).answer().await;
    session.json["user"]["emailVerified"].clone()
}

async fn with_headers(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(server.request(method, path), |request, (name, value)| request.header(*name, *value));
    request.answer().await
}

#[tokio::test]
async fn a_mailed_link_that_is_fetched_by_get_or_head_changes_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    server.post("/api/auth/send-verification-email", &json!({ "email": "ada@example.com" })).await;
    let letter = server.letters(1).await.remove(0);
    let page = letter.link().strip_prefix(&server.url).unwrap();
    let endpoint = format!("/api/auth/verify-email?token={}", letter.token());
    let browser = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    let json = ("accept", "application/json");
    for path in [page, &endpoint] {
        for (method, headers) in [
            (Method::GET, vec![]),
            (Method::GET, vec![("accept", "*/*")]),
            (Method::GET, vec![browser, ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")]),
            (Method::GET, vec![json, ("sec-fetch-mode", "navigate")]),
            (Method::GET, vec![json, ("sec-purpose", "prefetch;prerender")]),
            (Method::GET, vec![json, ("purpose", "prefetch")]),
            (Method::GET, vec![browser, ("sec-fetch-mode", "no-cors")]),
            (Method::HEAD, vec![]),
            (Method::HEAD, vec![json]),
            (Method::HEAD, vec![("sec-fetch-mode", "cors")]),
        ] {
            let answer = with_headers(&server, method.clone(), path, &headers).await;
            assert!(answer.status.is_success() || answer.status == 303, "{method} {path} {headers:?}: {}", answer.status);
            assert_eq!(is_verified(&ada).await, false, "{method} {path} {headers:?}");
        }
    }
    // The endpoint leads a browser to the page.
    let led = with_headers(&server, Method::GET, &endpoint, &[browser]).await;
    assert_eq!((led.status.as_u16(), led.header("location")), (303, page));
    let shown = server.get(page).await;
    assert!(shown.text.contains("ada@example.com") && shown.text.contains("<form") && !shown.text.contains(".wasm"), "{}", shown.text);
    assert_eq!(server.request(Method::POST, "/verify-email").form(&[("token", letter.token())]).answer().await.status, 200);
    assert_eq!(is_verified(&ada).await, true);
}

#[tokio::test]
async fn a_script_confirms_an_address_by_the_json_endpoint() {
    let server = Server::start().await;
    for (name, headers) in [
        ("Ada", vec![("accept", "application/json")]),
        ("Bob", vec![("accept", "text/plain, application/json;q=0.9")]),
        // The official client, in a browser and on Node.js.
        ("Carol", vec![("accept", "*/*"), ("sec-fetch-mode", "cors")]),
    ] {
        let person = server.person(name).await;
        let email = format!("{}@example.com", name.to_lowercase());
        server.post("/api/auth/send-verification-email", &json!({ "email": email })).await;
        let sent = async || server.letters_now().into_iter().find(|letter| letter.to == email);
        crate::support::eventually(async || sent().await.is_some()).await;
        let token = sent().await.unwrap().token();
        let path = format!("/api/auth/verify-email?token={token}");
        let answer = with_headers(&server, Method::GET, &path, &headers).await;
        assert_eq!((answer.status.as_u16(), &answer.json), (200, &json!({ "status": true, "user": null })), "{name}");
        assert_eq!(is_verified(&person).await, true, "{name}");
    }
}

#[tokio::test]
async fn a_reset_link_that_is_fetched_uses_nothing_up() {
    let server = Server::start().await;
    server.person("Ada").await;
    server.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    let letter = server.letters(1).await.remove(0);
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let path = letter.link().strip_prefix(&server.url).unwrap();
        assert_eq!(server.request(method, path).answer().await.status, 200);
    }
    let body = json!({ "token": letter.token(), "newPassword": "another good password" });
    assert_eq!(server.post("/api/auth/reset-password", &body).await.status, 200);
}
