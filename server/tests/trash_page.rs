//! The page of the trash and its forms, sent by a browser without a script.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use server::config::Config;

use super::{
    events::delete,
    task_forms::{form, leads_to, open, send},
};
use crate::support::{Answer, Person, Send as _, Server};

const FORMS: [&str; 4] = ["/trash/{id}/restore", "/trash/{id}/delete", "/trash/restore", "/trash/empty"];

async fn discard(person: &Person<'_>, title: &str) -> String {
    let id = person.add(title).await;
    delete(person, &id).await;
    id
}

async fn in_trash(person: &Person<'_>) -> usize {
    let request = person.server.request(Method::GET, &format!("/api/{}/trash?limit=1000", person.id)).bearer_auth(&person.token);
    request.answer().await.json.as_array().unwrap().len()
}

/// Follows the answer to a form.
async fn follow(person: &Person<'_>, answer: &Answer) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text);
    open(person, answer.header("location")).await
}

#[tokio::test]
async fn what_was_deleted_is_on_a_page_that_needs_no_script() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let page = open(&ada, "/trash").await;
    assert_eq!(page.status, 200);
    for words in
        ["<title>Trash · Holdfast</title>", ">Ada<", "The trash is empty. What you delete stays here for 30 days.", "href=\"/tasks\""]
    {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("<form method=\"post\" action=\"/trash"), "{}", page.text);
    let body =
        json!({ "title": "Paint & <b>paper</b>", "due_date": "2020-01-31", "priority": "high", "tags": ["<home>"], "completed": true });
    let made = ada.call(Method::POST, "", &body).await.json;
    let id = made["id"].as_str().unwrap();
    delete(&ada, id).await;
    let page = open(&ada, "/trash").await;
    for words in [
        "Paint &amp; &lt;b&gt;paper&lt;/b&gt;",
        "Completed",
        "High",
        "31 Jan 2020",
        "#<!>&lt;home&gt;",
        "Deleted today, kept until ",
        &format!("action=\"/trash/{id}/restore\""),
        &format!("action=\"/trash/{id}/delete\""),
        "action=\"/trash/restore\"",
        "action=\"/trash/empty\"",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert!(!page.text.contains("Overdue") && !page.text.contains("<script"), "{}", page.text);
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(open(&ada, "/tasks").await.text.contains("href=\"/trash\""), "the way to it");
}

#[tokio::test]
async fn days_are_those_where_the_browser_is() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    discard(&ada, "one").await;
    // 26 hours apart, at least one of them has another day than UTC.
    let mut seen = Vec::new();
    for offset in ["-720", "840"] {
        let cookie = format!("{}; utc_offset={offset}", ada.cookie);
        let page = server.request(Method::GET, "/trash").header("cookie", cookie).answer().await;
        assert!(page.text.contains("Deleted today"), "{}", page.text);
        seen.push(page.text.split_once("kept until ").unwrap().1.split_once('<').unwrap().0.to_owned());
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_task_is_put_back_by_a_form_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, _) = (discard(&ada, "Milk & honey").await, discard(&ada, "other").await);
    let answer = send(&ada, &format!("/trash/{id}/restore"), &[]).await;
    leads_to(&answer, &format!("/trash?done=put-back&task={id}"));
    let page = follow(&ada, &answer).await;
    assert!(page.text.contains("Put back: Milk &amp; honey") && page.text.contains(&format!("/tasks/{id}/edit")), "{}", page.text);
    assert_eq!((ada.titles("").await, in_trash(&ada).await), (vec!["Milk & honey".to_owned()], 1));
    // Sent once more, it finds what it wanted.
    leads_to(&send(&ada, &format!("/trash/{id}/restore"), &[]).await, &format!("/trash?done=put-back&task={id}"));
    assert_eq!(open(&ada, "/trash?done=put-back&task=nothing").await.status, 200);
    assert_eq!(open(&ada, "/trash?done=put-back&task=%00").await.status, 200);
}

#[tokio::test]
async fn a_task_is_removed_for_good_and_the_trash_emptied_by_forms_alone() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = discard(&ada, "one").await;
    for n in 0..3 {
        discard(&ada, &n.to_string()).await;
    }
    let answer = send(&ada, &format!("/trash/{id}/delete"), &[]).await;
    leads_to(&answer, "/trash?done=purged");
    assert!(follow(&ada, &answer).await.text.contains("It is gone for good."));
    assert_eq!(in_trash(&ada).await, 3);
    assert_eq!(send(&ada, &format!("/trash/{id}/delete"), &[]).await.status, 404);
    let answer = send(&ada, "/trash/empty", &[]).await;
    leads_to(&answer, "/trash?done=emptied");
    let page = follow(&ada, &answer).await;
    assert!(page.text.contains("Everything that was here is gone for good.") && page.text.contains("The trash is empty."), "{}", page.text);
    assert_eq!(in_trash(&ada).await, 0);
}

#[tokio::test]
async fn everything_is_put_back_by_a_form_alone_as_far_as_there_is_room() {
    let server = Server::configured(|config: &mut Config| config.quotas.max_tasks = 120).await;
    let ada = server.person("Ada").await;
    for _ in 0..12 {
        join_all((0..10).map(|n| discard(&ada, if n == 0 { "first" } else { "more" }))).await;
    }
    let answer = send(&ada, "/trash/restore", &[]).await;
    leads_to(&answer, "/trash?done=all-put-back");
    assert!(follow(&ada, &answer).await.text.contains("Everything is back among your tasks."));
    assert_eq!((in_trash(&ada).await, ada.titles("?limit=1000").await.len()), (0, 120));
    let full = ada.get("?limit=1").await.json[0]["id"].as_str().unwrap().to_owned();
    delete(&ada, &full).await;
    ada.add("in its place").await;
    let refused = send(&ada, "/trash/restore", &[]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("120") && refused.text.contains("role=\"alert\""), "{}", refused.text);
    assert!(refused.text.contains(&full), "it is still there: {}", refused.text);
}

#[tokio::test]
async fn a_long_trash_has_pages_and_a_form_leads_back_to_its_own() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for n in 0..51 {
        server.advance(Duration::from_millis(10));
        discard(&ada, &format!("task {n};")).await;
    }
    let first = open(&ada, "/trash").await;
    assert!(first.text.contains("task 50;") && first.text.contains("task 1;") && !first.text.contains("task 0;"));
    let cursor = first.text.split_once("href=\"/trash?cursor=").unwrap().1.split_once('"').unwrap().0.to_owned();
    let second = open(&ada, &format!("/trash?cursor={cursor}")).await;
    assert!(
        second.text.contains("task 0;") && !second.text.contains("task 1;") && second.text.contains("href=\"/trash\""),
        "{}",
        second.text
    );
    assert!(second.text.contains(&format!("name=\"cursor\" value=\"{cursor}\"")), "{}", second.text);
    let id = second.text.split_once("action=\"/trash/0").unwrap().1.split_once('/').unwrap().0;
    let answer = send(&ada, &format!("/trash/0{id}/delete"), &[("cursor", &cursor)]).await;
    leads_to(&answer, &format!("/trash?done=purged&cursor={cursor}"));
    // Nothing is left there: what is shown is the first page.
    let page = follow(&ada, &answer).await;
    assert!(page.text.contains("It is gone for good.") && page.text.contains("task 50;"), "{}", page.text);
    // What is no cursor of the trash leads to its beginning.
    for cursor in ["x", "", "\u{1f980}\"><b>"] {
        let query: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        assert!(open(&ada, &format!("/trash?cursor={query}")).await.text.contains("task 50;"), "{cursor}");
    }
    let id = discard(&ada, "last").await;
    leads_to(&send(&ada, &format!("/trash/{id}/delete"), &[("cursor", "x&y=\"")]).await, "/trash?done=purged");
}

#[tokio::test]
async fn a_form_of_the_trash_from_another_origin_or_without_the_cookie_does_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = discard(&ada, "one").await;
    for path in FORMS.map(|path| path.replace("{id}", &id)) {
        for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
            let request = server.request(Method::POST, &path).header("cookie", &ada.cookie).header(header.0, header.1);
            let answer = request.form(&[("cursor", "")]).answer().await;
            assert_eq!((answer.status.as_u16(), answer.header("content-type")), (403, "text/html; charset=utf-8"), "{path} {header:?}");
        }
        let answer = server.request(Method::POST, &path).header("cookie", &ada.cookie).form(&[("cursor", "")]).answer().await;
        assert_eq!(answer.status, 403, "{path} without a word of where it comes from");
        let with_bearer = form(&server, &path, &[("cursor", "")]).bearer_auth(&ada.token).answer().await;
        leads_to(&with_bearer, "/signin?return_to=%2Ftrash");
        // By its address alone nothing is done.
        assert!(matches!(open(&ada, &path).await.status.as_u16(), 404 | 405), "{path}");
    }
    leads_to(&server.get("/trash?cursor=x").await, "/signin?return_to=%2Ftrash%3Fcursor%3Dx");
    assert_eq!((in_trash(&ada).await, ada.titles("").await.len()), (1, 0));
}

#[tokio::test]
async fn nobody_puts_back_or_removes_by_a_form_what_somebody_else_deleted() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let id = discard(&ada, "hers").await;
    discard(&bob, "his").await;
    assert!(!open(&bob, "/trash").await.text.contains("hers"));
    for id in [id.as_str(), "nothing", "%00", "%FF"] {
        for what in ["restore", "delete"] {
            let answer = send(&bob, &format!("/trash/{id}/{what}"), &[]).await;
            assert_eq!(answer.status, 404, "{id} {what}");
            assert!(!answer.text.contains("hers"));
        }
    }
    leads_to(&send(&bob, "/trash/empty", &[]).await, "/trash?done=emptied");
    assert_eq!((in_trash(&ada).await, in_trash(&bob).await), (1, 0));
    assert!(!open(&bob, &format!("/trash?done=put-back&task={id}")).await.text.contains("hers"));
}

#[tokio::test]
async fn forms_of_the_trash_count_as_the_other_changes_do() {
    let burst = |config: &mut Config| (config.quotas.max_writes_per_second, config.quotas.max_writes_burst) = (1, 3);
    let server = Server::configured(burst).await;
    let ada = server.person("Ada").await;
    let id = discard(&ada, "one").await;
    leads_to(&send(&ada, &format!("/trash/{id}/restore"), &[]).await, &format!("/trash?done=put-back&task={id}"));
    server.advance(Duration::from_secs(1));
    delete(&ada, &id).await;
    for path in FORMS.map(|path| path.replace("{id}", &id)) {
        let answer = send(&ada, &path, &[]).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (429, "text/html; charset=utf-8"), "{path}");
        assert!(!answer.header("retry-after").is_empty() && answer.text.contains("role=\"alert\""), "{path}: {}", answer.text);
    }
    assert_eq!(in_trash(&ada).await, 1);
}
