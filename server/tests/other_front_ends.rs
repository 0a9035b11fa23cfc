//! Bodies and queries of the task routes as front ends of the old stack send them: taken over, or refused by name.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, Send as _, Server};

async fn create(person: &Person<'_>, members: Value) -> crate::support::Answer {
    let mut body = json!({ "title": "Milk" });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    person.call(Method::POST, "", &body).await
}

#[tokio::test]
async fn a_due_date_may_come_with_a_time_and_empty_means_none() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    for (sent, kept) in [
        (json!("2026-12-24"), json!("2026-12-24")),
        (json!("2026-12-24T00:30:00+09:00"), json!("2026-12-24")),
        (json!("2026-12-24T23:30:00-08:00"), json!("2026-12-24")),
        (json!("2026-12-24T08:00:00.000Z"), json!("2026-12-24")),
        (json!("2026-12-24T08:00"), json!("2026-12-24")),
        (json!(""), Value::Null),
        (Value::Null, Value::Null),
    ] {
        let made = create(&person, json!({ "due_date": sent })).await;
        assert_eq!((made.status.as_u16(), &made.json["due_date"]), (201, &kept), "{sent}");
        let made = create(&person, json!({ "dueDate": sent })).await;
        assert_eq!((made.status.as_u16(), &made.json["due_date"]), (201, &kept), "dueDate: {sent}");
    }
    for sent in ["tomorrow", "2026-13-01", "2026-12-24T25:00:00Z", "24.12.2026"] {
        let refused = create(&person, json!({ "due_date": sent })).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), ["due_date"], "{sent}");
    }
}

#[tokio::test]
async fn words_may_be_in_any_case_and_null_means_the_default() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    let made = create(&person, json!({ "priority": "HIGH", "tags": null, "completed": null, "description": null })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((&made.json["priority"], &made.json["tags"], &made.json["completed"]), (&json!("high"), &json!([]), &json!(false)));
    let made = create(&person, json!({ "priority": null, "tags": ["a"] })).await;
    assert_eq!(made.json["priority"], "none");
    let id = made.json["id"].as_str().unwrap();
    let changed = person.call(Method::PUT, &format!("/{id}"), &json!({ "priority": "Medium", "tags": null })).await;
    assert_eq!((&changed.json["priority"], &changed.json["tags"]), (&json!("medium"), &json!([])), "{}", changed.text);
    let refused = create(&person, json!({ "priority": "urgent" })).await;
    refused.is_problem(422, "VALIDATION_ERROR");
    assert_eq!(refused.fields(), ["priority"]);
}

#[tokio::test]
async fn done_has_other_names_too() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    for (members, completed) in [
        (json!({ "is_completed": true }), true),
        (json!({ "isCompleted": true }), true),
        (json!({ "status": "completed" }), true),
        (json!({ "status": "DONE" }), true),
        (json!({ "status": "todo" }), false),
        (json!({ "status": "incomplete" }), false),
        (json!({ "status": "pending", "completed": false }), false),
        (json!({ "is_completed": null }), false),
    ] {
        let made = create(&person, members.clone()).await;
        assert_eq!((made.status.as_u16(), &made.json["completed"]), (201, &json!(completed)), "{members}");
        let id = made.json["id"].as_str().unwrap();
        let changed = person.call(Method::PUT, &format!("/{id}"), &json!({ "is_completed": !completed })).await;
        assert_eq!(changed.json["completed"], !completed, "{members}");
    }
    for (members, field) in [
        (json!({ "completed": true, "is_completed": false }), "is_completed"),
        (json!({ "completed": true, "status": "pending" }), "status"),
        (json!({ "status": "in_progress" }), "status"),
        (json!({ "status": "all" }), "status"),
        (json!({ "due_date": "2026-12-24", "dueDate": "2026-12-25" }), "dueDate"),
    ] {
        let refused = create(&person, members.clone()).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), [field], "{members}");
    }
    create(&person, json!({ "is_completed": "yes" })).await.is_problem(400, "INVALID_JSON");
}

#[tokio::test]
async fn completing_sets_by_any_of_these_names_and_toggles_without() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    let id = person.add("Milk").await;
    let complete = async |body: Value| person.call(Method::PATCH, &format!("/{id}/complete"), &body).await;
    for body in [json!({ "is_completed": true }), json!({ "isCompleted": true }), json!({ "status": "done" }), json!({ "completed": true })]
    {
        for _ in 0..2 {
            assert_eq!(complete(body.clone()).await.json["completed"], true, "{body}");
        }
    }
    assert_eq!(complete(json!({ "is_completed": false })).await.json["completed"], false);
    assert_eq!(complete(json!({})).await.json["completed"], true);
    complete(json!({ "completed": true, "is_completed": false })).await.is_problem(422, "VALIDATION_ERROR");
    complete(json!({ "is_completed": null })).await.is_problem(400, "INVALID_JSON");
    assert_eq!(person.get(&format!("/{id}")).await.json["completed"], true, "what is refused changes nothing");
}

#[tokio::test]
async fn lists_are_asked_for_in_other_words_too() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    for (title, members) in [
        ("Apples", json!({ "priority": "high", "completed": true })),
        ("Bread", json!({ "priority": "low", "tags": ["all"] })),
        ("Cheese", json!({ "priority": "high" })),
    ] {
        let mut body = json!({ "title": title });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(person.call(Method::POST, "", &body).await.status, 201);
    }
    for (query, titles) in [
        ("?search=bread", &["Bread"][..]),
        ("?completed=true", &["Apples"]),
        ("?completed=False&sort_by=title", &["Bread", "Cheese"]),
        ("?is_completed=1", &["Apples"]),
        ("?status=incomplete&sort_by=title", &["Bread", "Cheese"]),
        ("?status=todo&sort_by=title&sort_order=DESC", &["Cheese", "Bread"]),
        ("?status=ALL&priority=all&due=all&completed=all&sort_by=title", &["Apples", "Bread", "Cheese"]),
        ("?priority=HIGH&sort=title", &["Apples", "Cheese"]),
        ("?tag=all", &["Bread"]),
        ("?sort=title&offset=1", &["Bread", "Cheese"]),
        ("?sort=title&skip=1&limit=1", &["Bread"]),
        ("?sort=title&offset=0&limit=1", &["Apples"]),
        ("?sort=title&offset=3", &[]),
    ] {
        assert_eq!(person.titles(query).await, titles, "{query}");
    }
    for (query, field) in [
        ("?completed=yes", "completed"),
        ("?sort_by=color", "sort_by"),
        ("?sort_order=up", "sort_order"),
        ("?offset=-1", "offset"),
        ("?skip=1000001", "skip"),
        ("?q=a&offset=1001", "offset"),
        ("?status=open", "status"),
        ("?envelope=please", "envelope"),
    ] {
        let refused = person.get(query).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), [field], "{query}");
    }
}

#[tokio::test]
async fn an_envelope_has_the_total_and_its_next_page_goes_on_by_offset() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    for n in 0..5 {
        person.add(&format!("Task {n}")).await;
    }
    assert!(person.get("?limit=2").await.json.is_array(), "the answer stays a bare array");
    let page = person.get("?envelope=true&limit=2&sort=title").await;
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!((&page.json["total"], &page.json["limit"], &page.json["offset"]), (&json!(5), &json!(2), &json!(0)));
    let mut titles = Vec::new();
    let mut next = Some("?envelope=true&limit=2&sort=title".to_owned());
    while let Some(query) = next.take() {
        let page = person.get(&query).await;
        titles.extend(page.json["tasks"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()));
        assert_eq!(page.json["total"], 5);
        next = page.header("link").strip_prefix('<').map(|link| link[link.find('?').unwrap()..link.find('>').unwrap()].to_owned());
    }
    assert_eq!(titles, ["Task 0", "Task 1", "Task 2", "Task 3", "Task 4"]);
    let asked = person.request(Method::GET, "?limit=1").header("accept", "application/vnd.holdfast.page+json").answer().await;
    assert_eq!(asked.header("content-type"), "application/vnd.holdfast.page+json");
    assert_eq!((&asked.json["total"], asked.header("vary")), (&json!(5), "accept"));
    assert_eq!(person.get("?envelope=true&search=task&status=completed").await.json["total"], 0);
    assert_eq!(person.get("?envelope=true&search=task&limit=1").await.json["total"], 5);
    let cursor = person.get("?limit=2").await;
    let link = cursor.header("link");
    let query = &link[link.find('?').unwrap()..link.find('>').unwrap()];
    person.get(&format!("{query}&envelope=true")).await.is_problem(422, "VALIDATION_ERROR");
    person.get(&format!("{query}&offset=1")).await.is_problem(422, "VALIDATION_ERROR");
}

#[tokio::test]
async fn offsets_step_over_as_many_tasks_as_they_say_in_every_order() {
    let server = Server::start().await;
    let person = server.stranger("u1");
    for n in 0..12 {
        let priority = ["low", "high"][n % 2];
        let body = json!({ "title": format!("Task {n}"), "priority": priority, "due_date": format!("2026-12-{:02}", n / 3 + 1) });
        assert_eq!(person.call(Method::POST, "", &body).await.status, 201);
    }
    for sort in ["created_at", "updated_at", "title", "due_date", "priority", "position"] {
        for more in ["", "&q=task", "&status=pending", "&priority=high"] {
            let all = person.titles(&format!("?sort={sort}{more}")).await;
            for offset in [1, 3, 7, 11] {
                let rest = person.titles(&format!("?sort={sort}{more}&offset={offset}")).await;
                assert_eq!(rest, all[offset.min(all.len())..], "{sort}{more} from {offset}");
            }
        }
    }
}

#[tokio::test]
async fn a_slash_at_the_end_means_the_same_route() {
    let server = Server::start().await;
    let person = server.person("Ada").await;
    let made = person.call(Method::POST, "/", &json!({ "title": "Milk" })).await;
    assert_eq!(made.status, 201);
    let id = made.json["id"].as_str().unwrap();
    assert_eq!(person.get("/").await.json[0]["id"], id);
    assert_eq!(person.get("/?limit=1").await.json[0]["id"], id);
    assert_eq!(person.get(&format!("/{id}/")).await.json["title"], "Milk");
    assert_eq!(person.call(Method::PATCH, &format!("/{id}/complete/"), &json!({})).await.json["completed"], true);
    assert_eq!(person.request(Method::DELETE, &format!("/{id}/")).answer().await.status, 204);
    server.get(&format!("/api/{}/tasks/", person.id)).await.is_problem(401, "UNAUTHORIZED");
    assert_eq!(server.get("/api/auth/get-session/").await.status, 200);
}
