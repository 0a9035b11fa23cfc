//! Changing and deleting an account.

use reqwest::Method;
use serde_json::{Value, json};
use server::sql;

use crate::support::{Answer, PASSWORD, Person, Send as _, Server};

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

#[tokio::test]
async fn update_user_changes_what_it_has() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (body, name, image) in [
        (json!({ "name": " Ada L. " }), "Ada L.", Value::Null),
        (json!({ "image": "https://example.com/a.png" }), "Ada L.", json!("https://example.com/a.png")),
        (json!({ "name": "Ada", "image": null }), "Ada", Value::Null),
        (json!({ "name": "Ada", "emailVerified": true, "id": "x" }), "Ada", Value::Null),
    ] {
        assert_eq!(post(&ada, "/update-user", &body).await.json, json!({ "status": true }), "{body}");
        let user = user(&ada).await;
        assert_eq!((&user["name"], &user["image"]), (&json!(name), &image), "{body}");
        assert_eq!((&user["email"], &user["emailVerified"]), (&json!("ada@example.com"), &json!(false)));
    }
    for body in [json!({ "name": "x".repeat(256) }), json!({ "name": "a\0" }), json!({ "image": "x".repeat(2049) })] {
        post(&ada, "/update-user", &body).await.is_problem(400, "VALIDATION_ERROR");
    }
    assert_eq!(user(&ada).await["name"], "Ada");
}

#[tokio::test]
async fn change_password_needs_the_current_one_and_leaves_the_sessions() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let phone = server.sign_in("ada@example.com").await;
    post(&ada, "/change-password", &json!({ "currentPassword": "wrong one", "newPassword": NEW }))
        .await
        .is_problem(400, "INVALID_PASSWORD");
    for (new, code) in [("seven-7", "PASSWORD_TOO_SHORT"), (&"x".repeat(129), "PASSWORD_TOO_LONG")] {
        post(&ada, "/change-password", &json!({ "currentPassword": PASSWORD, "newPassword": new })).await.is_problem(400, code);
    }
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (200, 401));
    let changed = post(&ada, "/change-password", &json!({ "currentPassword": PASSWORD, "newPassword": NEW })).await;
    assert_eq!((changed.status.as_u16(), &changed.json["token"], &changed.json["user"]["id"]), (200, &Value::Null, &json!(ada.id)));
    assert_eq!((sign_in(&server, PASSWORD).await, sign_in(&server, NEW).await), (401, 200));
    assert_eq!((ada.get("").await.status.as_u16(), phone.get("").await.status.as_u16()), (200, 200));
}

#[tokio::test]
async fn change_password_ends_the_other_sessions_when_asked_to() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let phone = server.sign_in("ada@example.com").await;
    let body = json!({ "currentPassword": PASSWORD, "newPassword": NEW, "revokeOtherSessions": true });
    let changed = post(&ada, "/change-password", &body).await;
    let token = changed.json["token"].as_str().unwrap().to_owned();
    assert_eq!(changed.header("set-auth-token"), token);
    assert!(changed.header("set-cookie").contains(&token));
    phone.get("").await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(Person { token, ..ada }.get("").await.status, 200);
}

#[tokio::test]
async fn delete_user_leaves_not_a_row_and_no_token_that_works() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let phone = server.sign_in("ada@example.com").await;
    let foreign = server.stranger(&ada.id);
    ada.add("gone soon").await;
    let deleted = ada.add("deleted").await;
    assert_eq!(ada.request(Method::DELETE, &format!("/{deleted}")).answer().await.status, 204);
    bob.add("stays").await;
    post(&ada, "/delete-user", &json!({ "password": "wrong one" })).await.is_problem(400, "INVALID_PASSWORD");
    assert_eq!(ada.titles("").await, ["gone soon"]);
    let deleted = post(&ada, "/delete-user", &json!({ "password": PASSWORD })).await;
    assert_eq!(deleted.json, json!({ "success": true, "message": "User deleted" }));
    assert!(deleted.header("set-cookie").contains("Max-Age=0"));
    for person in [&ada, &phone, &foreign] {
        person.get("").await.is_problem(401, "INVALID_TOKEN");
    }
    assert_eq!(sign_in(&server, PASSWORD).await, 401);
    assert_eq!(bob.titles("").await, ["stays"]);
    for (table, column) in [
        ("users", "id"),
        ("sessions", "user_id"),
        ("tasks", "user_id"),
        ("deleted_tasks", "user_id"),
        ("mail_tokens", "user_id"),
        ("idempotency_keys", "user_id"),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE {column} = '{}'", ada.id);
        let rows: i64 = sql!(scalar server.state.db.read(), sqlx::AssertSqlSafe(sql.clone())).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let (id, token) = (foreign.id.clone(), foreign.token.clone());
    let server = server.restart().await;
    server.request(Method::GET, &format!("/api/{id}/tasks")).bearer_auth(token).answer().await.is_problem(401, "INVALID_TOKEN");
    assert_eq!(
        server.post("/api/auth/sign-up/email", &json!({ "name": "", "email": "ada@example.com", "password": NEW })).await.status,
        200
    );
}

#[tokio::test]
async fn a_picture_is_an_https_address_or_a_data_image_and_nothing_else() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let change = async |image: &str| {
        let request = server.request(Method::POST, "/api/auth/update-user").bearer_auth(&ada.token);
        request.json(&json!({ "image": image })).answer().await
    };
    for image in ["https://pictures.example/a%20b.png?size=2#x", "data:image/png;base64,iVBORw0KGgo=", "data:image/svg+xml,%3Csvg/%3E", ""]
    {
        let answer = change(image).await;
        assert_eq!(answer.status, 200, "{image}: {}", answer.text);
    }
    let long = format!("data:image/png;base64,{}", "A".repeat(4096));
    for image in [
        "http://pictures.example/a.png",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/",
        "https://",
        "https://a b",
        "https://a\"onerror=alert(1)",
        "https://ä.example/",
        " https://pictures.example/a.png",
        "https://pictures.example/\u{0}",
        "//pictures.example/a.png",
        "picture.png",
        &long,
    ] {
        let answer = change(image).await;
        assert_eq!((answer.status.as_u16(), answer.fields()), (400, vec!["image"]), "{image}: {}", answer.text);
    }
}
