//! The forms of tasks, sent by a browser without a script: ticking, deleting and editing.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::{config::Config, sql};

use super::events::{Stream, listen};
use crate::support::{Answer, Person, Send as _, Server};

const LIST: &str = "/tasks?status=pending";

/// A form as a browser sends it, but for the cookie.
pub(super) fn form(server: &Server, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    server.request(Method::POST, path).header("origin", &server.url).form(fields)
}

pub(super) async fn send(person: &Person<'_>, path: &str, fields: &[(&str, &str)]) -> Answer {
    form(person.server, path, fields).header("cookie", &person.cookie).answer().await
}

pub(super) async fn open(person: &Person<'_>, path: &str) -> Answer {
    person.server.request(Method::GET, path).header("cookie", &person.cookie).answer().await
}

#[track_caller]
pub(super) fn leads_to(answer: &Answer, path: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, path), "{}", answer.text);
}

/// The value of a form's field.
fn value<'a>(page: &'a Answer, name: &str) -> &'a str {
    let input = page.text.split("<input").find(|input| input.contains(&format!("name=\"{name}\""))).expect("a field of that name");
    input.split_once("value=\"").unwrap().1.split_once('"').unwrap().0
}

/// Each form, with what it sends.
fn forms(id: &str, base: &str) -> [(String, Vec<(&'static str, String)>); 3] {
    let edit = [("title", "Changed"), ("description", "By a form"), ("due_date", "2027-01-31"), ("priority", "high"), ("tags", "a, b")];
    let edit = edit.map(|(name, value)| (name, value.to_owned()));
    [
        (format!("/tasks/{id}/complete"), vec![("completed", "true".into())]),
        (format!("/tasks/{id}"), [&edit[..], &[("base", base.to_owned())]].concat()),
        (format!("/tasks/{id}/delete"), Vec::new()),
    ]
}

async fn add(person: &Person<'_>) -> (String, Value) {
    let id = person.add("As it was").await;
    let task = person.get(&format!("/{id}")).await.json;
    (id, task)
}

#[tokio::test]
async fn a_task_is_ticked_off_and_taken_back_by_a_form_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, _) = add(&ada).await;
    for completed in [true, true, false] {
        let fields = [("completed", if completed { "true" } else { "false" }), ("return_to", LIST)];
        leads_to(&send(&ada, &format!("/tasks/{id}/complete"), &fields).await, LIST);
        assert_eq!(ada.get(&format!("/{id}")).await.json["completed"], completed);
    }
}

#[tokio::test]
async fn a_task_is_deleted_by_a_form_alone_and_can_be_put_back() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    leads_to(&send(&ada, &format!("/tasks/{id}/delete"), &[("return_to", LIST)]).await, LIST);
    ada.get(&format!("/{id}")).await.is_problem(404, "NOT_FOUND");
    let again = send(&ada, &format!("/tasks/{id}/delete"), &[]).await;
    assert_eq!(again.status, 404);
    let restored = ada.call(Method::POST, &format!("/{id}/restore"), &json!({})).await;
    assert_eq!(restored.json["title"], task["title"]);
}

#[tokio::test]
async fn a_task_is_edited_on_a_page_of_its_own_without_a_script() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = json!({
        "title": "Paint & <b>paper</b>", "description": "\nfirst\nsecond", "due_date": "2027-01-31", "priority": "low", "tags": ["home", "garden"],
    });
    let id = ada.call(Method::POST, "", &body).await.json["id"].as_str().unwrap().to_owned();
    let page = open(&ada, &format!("/tasks/{id}/edit?return_to=%2Ftasks%3Fstatus%3Dpending")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("<title>Edit the task · Holdfast</title>") && page.text.contains(">Ada<"), "{}", page.text);
    assert!(page.text.contains(&format!("<form method=\"post\" action=\"/tasks/{id}\"")), "{}", page.text);
    assert!(!page.text.contains("<script"), "{}", page.text);
    for (name, wanted) in [
        ("title", "Paint &amp; &lt;b&gt;paper&lt;/b&gt;"),
        ("due_date", "2027-01-31"),
        ("tags", "home, garden"),
        ("return_to", LIST),
        ("base", ada.get(&format!("/{id}")).await.json["updated_at"].as_str().unwrap()),
    ] {
        assert_eq!(value(&page, name), wanted, "{name}: {}", page.text);
    }
    // The first line feed is what a parser leaves out.
    assert!(page.text.contains(">\n\nfirst\nsecond</textarea>"), "{}", page.text);
    assert!(page.text.contains("<option value=\"low\" selected>"), "{}", page.text);
    let fields = [
        ("title", " Paint "),
        ("description", "one\r\ntwo"),
        ("due_date", ""),
        ("priority", "high"),
        ("tags", "Garden, , shed"),
        ("base", value(&page, "base")),
        ("return_to", value(&page, "return_to")),
    ];
    leads_to(&send(&ada, &format!("/tasks/{id}"), &fields).await, LIST);
    let task = ada.get(&format!("/{id}")).await.json;
    let members = ["title", "description", "due_date", "priority", "tags"].map(|name| task[name].clone());
    assert_eq!(members, [json!("Paint"), json!("one\ntwo"), Value::Null, json!("high"), json!(["Garden", "shed"])]);
    assert_eq!(ada.titles("?q=paint").await, ["Paint"], "the search knows it");
}

#[tokio::test]
async fn a_form_that_changes_nothing_writes_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = json!({ "title": "Lines", "description": "one\r\ntwo\nthree" });
    let task = ada.call(Method::POST, "", &body).await.json;
    let path = format!("/tasks/{}", task["id"].as_str().unwrap());
    let fields = [("title", "Lines "), ("description", "one\r\ntwo\r\nthree"), ("base", task["updated_at"].as_str().unwrap())];
    leads_to(&send(&ada, &path, &fields).await, "/tasks");
    assert_eq!(ada.get(&format!("/{}", task["id"].as_str().unwrap())).await.json, task);
}

/// A browser takes line breaks out of what a field of one line holds.
#[tokio::test]
async fn a_title_that_had_line_breaks_before_they_were_refused_stays_unless_the_form_changes_it() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("x").await;
    let path = format!("/tasks/{id}");
    sql!(execute server.state.db.write(), "UPDATE tasks SET title = $1 WHERE id = $2", "two\r\nlines", &id).unwrap();
    for (typed, kept) in [("two lines", "two\r\nlines"), ("three\tlines", "three lines")] {
        let page = open(&ada, &format!("{path}/edit")).await;
        assert_eq!(value(&page, "title"), "two lines");
        let fields = [("title", typed), ("description", "y"), ("priority", "high"), ("base", value(&page, "base"))];
        leads_to(&send(&ada, &path, &fields).await, "/tasks");
        let task = ada.get(&format!("/{id}")).await.json;
        assert_eq!((&task["title"], &task["priority"]), (&json!(kept), &json!("high")));
    }
}

#[tokio::test]
async fn a_form_of_a_task_leads_back_to_paths_of_this_site_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    let base = task["updated_at"].as_str().unwrap();
    for hostile in ["//evil.example", "https://evil.example/tasks", "/\\evil.example", "javascript:alert(1)", ""] {
        let query: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        let page = open(&ada, &format!("/tasks/{id}/edit?return_to={query}")).await;
        assert_eq!(value(&page, "return_to"), "/tasks", "{hostile}");
        leads_to(&send(&ada, &format!("/tasks/{id}"), &[("base", base), ("return_to", hostile)]).await, "/tasks");
        leads_to(&send(&ada, &format!("/tasks/{id}/complete"), &[("completed", "false"), ("return_to", hostile)]).await, "/tasks");
    }
}

#[tokio::test]
async fn a_form_of_a_task_from_another_origin_is_refused() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    for (path, fields) in forms(&id, task["updated_at"].as_str().unwrap()) {
        for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
            let request = server.request(Method::POST, &path).header("cookie", &ada.cookie).header(header.0, header.1).form(&fields);
            let answer = request.answer().await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (403, "text/html; charset=utf-8"), "{path} {header:?}");
        }
        let answer = server.request(Method::POST, &path).header("cookie", &ada.cookie).form(&fields).answer().await;
        assert_eq!(answer.status, 403, "{path} without a word of where it comes from");
    }
    assert_eq!(ada.get(&format!("/{id}")).await.json, task);
}

#[tokio::test]
async fn a_form_of_somebody_elses_task_is_404() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let (id, task) = add(&ada).await;
    let answer = open(&bob, &format!("/tasks/{id}/edit")).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.contains("There is no page here") && !answer.text.contains("As it was"), "{}", answer.text);
    for id in [id.as_str(), "nothing", "%00", "%FF"] {
        for (path, fields) in forms(id, task["updated_at"].as_str().unwrap()) {
            let answer = form(&server, &path, &[]).form(&fields).header("cookie", &bob.cookie).answer().await;
            assert_eq!(answer.status, 404, "{path}");
            assert!(!answer.text.contains("As it was"), "{path}");
        }
    }
    assert_eq!(ada.get(&format!("/{id}")).await.json, task);
}

#[tokio::test]
async fn a_form_of_a_task_takes_the_cookie_and_not_a_bearer_token() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    for (path, mut fields) in forms(&id, task["updated_at"].as_str().unwrap()) {
        fields.push(("return_to", LIST.into()));
        let with_bearer = form(&server, &path, &[]).form(&fields).bearer_auth(&ada.token).answer().await;
        leads_to(&with_bearer, "/signin?return_to=%2Ftasks%3Fstatus%3Dpending");
        let with_neither = form(&server, &path, &[]).form(&fields).answer().await;
        leads_to(&with_neither, "/signin?return_to=%2Ftasks%3Fstatus%3Dpending");
        let with_forged = form(&server, &path, &[]).form(&fields).header("cookie", "holdfast_session=x").answer().await;
        leads_to(&with_forged, "/signin?return_to=%2Ftasks%3Fstatus%3Dpending&expired=1");
    }
    assert_eq!(ada.get(&format!("/{id}")).await.json, task);
    let away = server.get(&format!("/tasks/{id}/edit?return_to=/tasks")).await;
    leads_to(&away, &format!("/signin?return_to=%2Ftasks%2F{id}%2Fedit%3Freturn_to%3D%2Ftasks"));
}

#[tokio::test]
async fn a_form_of_a_task_with_bad_values_changes_nothing_and_says_why() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    let base = task["updated_at"].as_str().unwrap();
    let long = "x".repeat(501);
    for (name, bad, words) in [
        ("title", " ", "Give the task a title."),
        ("title", &long, "The title can have at most 500 characters."),
        ("title", "a\0b", "The title must not contain a NUL character."),
        ("description", "a\0b", "The description must not contain a NUL character."),
        ("due_date", "2027-02-30", "2027-01-31"),
        ("due_date", "tomorrow", "2027-01-31"),
        ("priority", "urgent", "The priority is none, low, medium or high."),
        ("tags", "a\nb", "A tag must not contain a comma or a control character."),
    ] {
        let fields = [("description", "Typed & kept"), (name, bad), ("base", base), ("return_to", LIST)];
        let page = send(&ada, &format!("/tasks/{id}"), &fields).await;
        assert_eq!(page.status, 422, "{name}: {}", page.text);
        let (before, after) = page.text.split_once(words).unwrap_or_else(|| panic!("{name} {bad:?}: {}", page.text));
        assert!(before.contains(&format!("id=\"{name}-error\"")) && after.contains("</form>"), "{name}: {}", page.text);
        assert!(page.text.contains("aria-invalid=\"true\""), "{name}: {}", page.text);
        assert!(name == "description" || page.text.contains(">\nTyped &amp; kept</textarea>"), "{}", page.text);
        assert_eq!((value(&page, "base"), value(&page, "return_to")), (base, LIST));
        assert!(page.text.contains("<title>Edit the task · Holdfast</title>"));
    }
    for base in [&[][..], &[("base", "yesterday")]] {
        let page = send(&ada, &format!("/tasks/{id}"), &[&[("title", "Other")], base].concat()).await;
        assert_eq!(page.status, 422, "{base:?}");
        assert!(page.text.contains("The form does not say which state of the task it changes."), "{}", page.text);
    }
    for fields in [&[][..], &[("completed", "")], &[("completed", "yes")]] {
        assert_eq!(send(&ada, &format!("/tasks/{id}/complete"), fields).await.status, 422, "{fields:?}");
    }
    let json = server.request(Method::POST, &format!("/tasks/{id}")).header("cookie", &ada.cookie).header("origin", &server.url);
    assert_eq!(json.json(&json!({ "title": "Other", "base": base })).answer().await.status, 415);
    assert_eq!(ada.get(&format!("/{id}")).await.json, task);
}

#[tokio::test]
async fn a_task_that_changed_while_its_form_was_open_is_shown_beside_what_was_typed() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    let other =
        json!({ "title": "Changed <elsewhere>", "description": "Theirs", "priority": "high", "tags": ["new"], "due_date": "2020-01-31" });
    ada.call(Method::PUT, &format!("/{id}"), &other).await;
    let now = ada.get(&format!("/{id}")).await.json;
    let fields = [("title", "Mine"), ("description", "Typed"), ("base", task["updated_at"].as_str().unwrap()), ("return_to", LIST)];
    let page = send(&ada, &format!("/tasks/{id}"), &fields).await;
    assert_eq!(page.status, 412);
    for words in
        ["changed this task meanwhile", "Changed &lt;elsewhere&gt;", "Theirs", "High · Overdue: 31 Jan 2020 · #new", ">\nTyped</textarea>"]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert_eq!((value(&page, "title"), value(&page, "base")), ("Mine", now["updated_at"].as_str().unwrap()));
    assert_eq!(ada.get(&format!("/{id}")).await.json, now, "nothing is overwritten unseen");
    // Sent once more, it is meant.
    let fields = [("title", "Mine"), ("description", "Typed"), ("base", value(&page, "base")), ("return_to", LIST)];
    leads_to(&send(&ada, &format!("/tasks/{id}"), &fields).await, LIST);
    let saved = ada.get(&format!("/{id}")).await.json;
    assert_eq!((&saved["title"], &saved["priority"]), (&json!("Mine"), &json!("high")));
    // The same form a second time finds what it wanted.
    leads_to(&send(&ada, &format!("/tasks/{id}"), &fields).await, LIST);
    assert_eq!(ada.get(&format!("/{id}")).await.json, saved);
}

#[tokio::test]
async fn who_watches_sees_what_forms_change() {
    let server = Server::start().await;
    listen(&server, 1).await;
    let ada = server.person("Ada").await;
    let (id, task) = add(&ada).await;
    let mut stream = Stream::of(&ada).await;
    for (path, mut fields) in forms(&id, task["updated_at"].as_str().unwrap()) {
        // The tick moved the task on.
        let base = ada.get(&format!("/{id}")).await.json["updated_at"].as_str().unwrap().to_owned();
        fields.retain(|(name, _)| *name != "base");
        fields.push(("base", base));
        let answer = form(&server, &path, &[]).form(&fields).header("cookie", &ada.cookie).answer().await;
        leads_to(&answer, "/tasks");
    }
    let mut shown = Vec::new();
    for _ in 0..3 {
        shown.push(stream.next().await.unwrap().shown());
    }
    assert_eq!(shown, ["saved As it was".to_owned(), "saved Changed".to_owned(), format!("deleted {id}")]);
}

#[tokio::test]
async fn forms_of_tasks_count_as_the_other_changes_do() {
    let burst = |config: &mut Config| (config.quotas.max_writes_per_second, config.quotas.max_writes_burst) = (1, 3);
    let server = Server::configured(burst).await;
    let ada = server.person("Ada").await;
    let (id, _) = add(&ada).await;
    for completed in ["true", "false"] {
        leads_to(&send(&ada, &format!("/tasks/{id}/complete"), &[("completed", completed)]).await, "/tasks");
    }
    let now = ada.get(&format!("/{id}")).await.json;
    for (path, fields) in forms(&id, now["updated_at"].as_str().unwrap()) {
        let answer = form(&server, &path, &[]).form(&fields).header("cookie", &ada.cookie).answer().await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (429, "text/html; charset=utf-8"), "{path}");
        assert!(!answer.header("retry-after").is_empty());
        assert!(!path.ends_with(&id) || answer.text.contains("value=\"Changed\""), "what was typed is in the form: {}", answer.text);
    }
    assert_eq!(ada.get(&format!("/{id}")).await.json, now);
}
