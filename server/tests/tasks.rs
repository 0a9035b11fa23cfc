//! The six routes do what the contract says, at each bound and beyond it.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::sql;

use crate::support::{Send as _, Server};

#[tokio::test]
async fn a_12_a_new_task_is_201_with_its_location_and_every_member() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let made = ada.call(Method::POST, "", &json!({ "title": "  Milk  ", "description": " two\n  lines ", "completed": true })).await;
    assert_eq!(made.status, 201);
    let id = made.json["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/{}/tasks/{id}", ada.id));
    let now = server.state.clock.now().to_string();
    assert_eq!(
        made.json,
        json!({
            "id": id, "user_id": ada.id, "title": "Milk", "description": " two\n  lines ", "completed": true, "due_date": null, "priority": "none",
            "tags": [], "position": app::position::of_id(id), "completed_at": now, "created_at": now, "updated_at": now
        })
    );
    assert_eq!(id.len(), 36);
    assert_eq!(&id[14..15], "7", "a UUIDv7");
    assert_eq!(server.request(Method::GET, made.header("location")).bearer_auth(&ada.token).answer().await.json, made.json);
}

#[tokio::test]
async fn a_11_the_list_is_a_json_array_newest_first() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let empty = ada.get("").await;
    assert_eq!((empty.text.as_str(), empty.header("content-type"), empty.header("link")), ("[]", "application/json", ""));
    for n in 0..5 {
        ada.add(&n.to_string()).await;
    }
    assert_eq!(ada.titles("").await, ["4", "3", "2", "1", "0"]);
}

#[tokio::test]
async fn a_14_put_changes_what_it_has_and_keeps_the_rest() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let made = ada.call(Method::POST, "", &json!({ "title": "one", "description": "first" })).await;
    let path = format!("/{}", made.json["id"].as_str().unwrap());
    server.advance(Duration::from_secs(5));
    for (body, title, description, completed) in [
        (json!({ "title": " two " }), "two", json!("first"), false),
        (json!({ "completed": true }), "two", json!("first"), true),
        (json!({ "description": "second" }), "two", json!("second"), true),
        (json!({}), "two", json!("second"), true),
        (json!({ "description": null }), "two", Value::Null, true),
        (json!({ "description": "third", "completed": false }), "two", json!("third"), false),
        (json!({ "description": " \n " }), "two", Value::Null, false),
    ] {
        server.advance(Duration::from_secs(1));
        let changed = ada.call(Method::PUT, &path, &body).await;
        assert_eq!(changed.status, 200, "{body}");
        let shown = (&changed.json["title"], &changed.json["description"], &changed.json["completed"]);
        assert_eq!(shown, (&json!(title), &description, &json!(completed)), "{body}");
        assert_eq!(changed.json["created_at"], made.json["created_at"]);
        assert_eq!(changed.json["updated_at"], server.state.clock.now().to_string());
        assert_eq!(ada.get(&path).await.json, changed.json);
    }
}

#[tokio::test]
async fn a_15_a_deleted_task_is_gone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, _other) = (ada.add("one").await, ada.add("two").await);
    let deleted = ada.request(Method::DELETE, &format!("/{id}")).answer().await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
    ada.request(Method::DELETE, &format!("/{id}")).answer().await.is_problem(404, "NOT_FOUND");
    ada.get(&format!("/{id}")).await.is_problem(404, "NOT_FOUND");
    assert_eq!(ada.titles("").await, ["two"]);
}

#[tokio::test]
async fn a_16_complete_toggles_without_a_body_and_sets_with_one() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let path = format!("/{}/complete", ada.add("one").await);
    for expected in [true, false, true] {
        let toggled = ada.request(Method::PATCH, &path).answer().await;
        assert_eq!((toggled.status.as_u16(), &toggled.json["completed"]), (200, &json!(expected)));
    }
    for wanted in [true, true, false, false] {
        assert_eq!(ada.call(Method::PATCH, &path, &json!({ "completed": wanted })).await.json["completed"], wanted);
    }
    assert_eq!(ada.call(Method::PATCH, &path, &json!({})).await.json["completed"], true);
    let empty = ada.request(Method::PATCH, &path).header("content-type", "application/json").body("");
    assert_eq!(empty.answer().await.json["completed"], false);
    ada.call(Method::PATCH, &path, &json!({ "completed": "yes" })).await.is_problem(400, "INVALID_JSON");
}

#[tokio::test]
async fn a_12_titles_and_descriptions_are_bounded_in_characters() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("stays").await;
    let crab = "🦀";
    let good = [
        json!({ "title": crab.repeat(500) }),
        json!({ "title": format!(" {} ", "x".repeat(500)) }),
        json!({ "title": "x", "description": crab.repeat(5000) }),
        json!({ "title": "x", "description": null }),
        json!({ "title": "x", "description": "  " }),
    ];
    for body in &good {
        let made = ada.call(Method::POST, "", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(ada.call(Method::PUT, &format!("/{}", made.json["id"].as_str().unwrap()), body).await.status, 200);
    }
    let bad = [
        (json!({ "title": crab.repeat(501) }), vec!["title"]),
        (json!({ "title": "" }), vec!["title"]),
        (json!({ "title": " \u{3000}\n" }), vec!["title"]),
        (json!({ "title": "a\0b" }), vec!["title"]),
        (json!({ "title": "x", "description": crab.repeat(5001) }), vec!["description"]),
        (json!({ "title": "x", "description": "\0" }), vec!["description"]),
        (json!({ "title": "", "description": "x".repeat(5001) }), vec!["title", "description"]),
    ];
    for (body, fields) in &bad {
        for (method, path) in [(Method::POST, String::new()), (Method::PUT, format!("/{id}"))] {
            let refused = ada.call(method, &path, body).await;
            refused.is_problem(422, "VALIDATION_ERROR");
            assert_eq!(&refused.fields(), fields);
        }
    }
    let missing = ada.call(Method::POST, "", &json!({ "description": "x" })).await;
    missing.is_problem(422, "VALIDATION_ERROR");
    assert_eq!(missing.fields(), ["title"]);
    assert_eq!(ada.get(&format!("/{id}")).await.json["title"], "stays");
    assert_eq!(ada.titles("?limit=1000").await.len(), good.len() + 1);
}

#[tokio::test]
async fn a_12_a_body_of_the_wrong_type_is_400_and_names_the_member() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("stays").await;
    for (body, field) in [
        (json!({ "title": 1 }), "title"),
        (json!({ "title": null }), "title"),
        (json!({ "title": "x", "description": [] }), "description"),
        (json!({ "title": "x", "completed": "true" }), "completed"),
        (json!([]), "body"),
        (json!("x"), "body"),
    ] {
        for (method, path) in [(Method::POST, String::new()), (Method::PUT, format!("/{id}"))] {
            let refused = ada.call(method, &path, &body).await;
            refused.is_problem(400, "INVALID_JSON");
            assert_eq!(refused.fields(), [field], "{body}");
        }
    }
    for text in ["", "{", "{\"title\":\"x\"} y", "{\"title\":\"\\ud800\"}", "{\"title\":\"x\",\"title\":\"y\"}", "\u{feff}{}"] {
        let refused = ada.request(Method::POST, "").header("content-type", "application/json").body(text).answer().await;
        refused.is_problem(400, "INVALID_JSON");
        assert!(!refused.text.contains("line"), "no parser's words: {}", refused.text);
    }
    let not_utf8 = ada.request(Method::POST, "").header("content-type", "application/json").body(b"{\"title\":\"\xff\"}".to_vec());
    not_utf8.answer().await.is_problem(400, "INVALID_JSON");
    assert_eq!(ada.titles("").await, ["stays"]);
}

#[tokio::test]
async fn a_12_a_body_that_is_not_json_is_415_and_json_has_several_names() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "text/json"] {
        let refused = ada.request(Method::POST, "").header("content-type", media_type).body("{\"title\":\"x\"}").answer().await;
        refused.is_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    ada.request(Method::POST, "").body("{\"title\":\"x\"}").answer().await.is_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    for media_type in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
        let made = ada.request(Method::POST, "").header("content-type", media_type).body("{\"title\":\"x\"}").answer().await;
        assert_eq!(made.status, 201, "{media_type}");
    }
}

#[tokio::test]
async fn a_13_an_id_that_is_none_is_simply_not_found() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("one").await;
    for other in ["1", "%00", "%FF", &id.to_uppercase(), &format!("{id}%20"), &format!("{id}%00"), &format!("{{{id}}}"), &"x".repeat(5000)]
    {
        let path = format!("/{other}");
        ada.get(&path).await.is_problem(404, "NOT_FOUND");
        ada.call(Method::PUT, &path, &json!({ "title": "x" })).await.is_problem(404, "NOT_FOUND");
        ada.request(Method::DELETE, &path).answer().await.is_problem(404, "NOT_FOUND");
        ada.request(Method::PATCH, &format!("{path}/complete")).answer().await.is_problem(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_12_text_comes_back_byte_for_byte() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for text in [
        "e\u{301} stays decomposed, é composed",
        "'; DROP TABLE tasks; --",
        "<script>alert(1)</script>",
        "\u{202e}right to left",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\\u0000 %00 \\u{1}",
        "\u{feff}mark",
    ] {
        let body = json!({ "title": text, "description": format!("{text}\r\n\u{1}\u{7f}\u{2028}.") });
        let made = ada.call(Method::POST, "", &body).await;
        assert_eq!(made.json["title"], text);
        let read = ada.get(&format!("/{}", made.json["id"].as_str().unwrap())).await;
        assert_eq!((&read.json["title"], &read.json["description"]), (&body["title"], &body["description"]));
    }
}

#[tokio::test]
async fn a_title_with_a_line_break_or_a_control_character_is_refused() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("stays").await;
    for (code, bad) in [
        ("LINE_BREAK", ["\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"].as_slice()),
        ("INVALID_CHARACTER", &["\0", "\t", "\u{1}", "\u{1b}", "\u{7f}", "\u{80}", "\u{9f}"]),
    ] {
        for bad in bad {
            for (method, path) in [(Method::POST, String::new()), (Method::PUT, format!("/{id}"))] {
                let refused = ada.call(method, &path, &json!({ "title": format!("two{bad}lines") })).await;
                refused.is_problem(422, "VALIDATION_ERROR");
                assert_eq!((refused.fields(), &refused.json["errors"][0]["code"]), (vec!["title"], &json!(code)), "{bad:?}");
            }
        }
    }
    let around = ada.call(Method::POST, "", &json!({ "title": "\u{2028}\tMilk\r\n" })).await;
    assert_eq!((around.status.as_u16(), &around.json["title"]), (201, &json!("Milk")));
    assert_eq!(ada.titles("").await, ["Milk", "stays"]);
}

/// Titles could have them before they were refused.
#[tokio::test]
async fn a_task_whose_title_has_line_breaks_is_read_and_changed_in_its_other_fields() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("x").await;
    sql!(execute server.state.db.write(), "UPDATE tasks SET title = $1 WHERE id = $2", "two\r\nlines\u{1}", &id).unwrap();
    let path = format!("/{id}");
    assert_eq!(ada.get(&path).await.json["title"], "two\r\nlines\u{1}");
    let changed = ada.call(Method::PUT, &path, &json!({ "priority": "high", "description": "y" })).await;
    assert_eq!((changed.status.as_u16(), &changed.json["title"]), (200, &json!("two\r\nlines\u{1}")));
    let done = ada.call(Method::PATCH, &format!("{path}/complete"), &json!({})).await;
    assert_eq!((&done.json["completed"], &done.json["title"]), (&json!(true), &json!("two\r\nlines\u{1}")));
    assert_eq!(ada.request(Method::DELETE, &path).answer().await.status, 204);
    assert_eq!(ada.request(Method::POST, &format!("{path}/restore")).answer().await.json["title"], "two\r\nlines\u{1}");
    assert_eq!(ada.call(Method::PUT, &path, &json!({ "title": "one line" })).await.json["title"], "one line");
}
