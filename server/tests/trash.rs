//! The trash shows its owner what was deleted, until it is put back, removed for good or too old.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::{config::Config, sql};

use super::events::{Stream, delete, events, listen};
use crate::support::{Answer, Person, Send as _, Server, b64, eventually};

/// A request to the trash, `rest` being what follows `…/trash`.
pub(super) fn request(person: &Person<'_>, method: Method, rest: &str) -> RequestBuilder {
    person.server.request(method, &format!("/api/{}/trash{rest}", person.id)).bearer_auth(&person.token)
}

async fn trash(person: &Person<'_>, rest: &str) -> Answer {
    request(person, Method::GET, rest).answer().await
}

async fn purge(person: &Person<'_>, id: &str) -> Answer {
    request(person, Method::DELETE, &format!("/{id}")).answer().await
}

async fn empty(person: &Person<'_>) -> Answer {
    request(person, Method::DELETE, "").answer().await
}

async fn restore(person: &Person<'_>, id: &str) -> Answer {
    person.request(Method::POST, &format!("/{id}/restore")).answer().await
}

/// The titles in the trash.
async fn titles(person: &Person<'_>) -> Vec<String> {
    let answer = trash(person, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json.as_array().unwrap().iter().map(|trashed| trashed["task"]["title"].as_str().unwrap().to_owned()).collect()
}

/// Adds a task and deletes it; its id.
async fn discard(person: &Person<'_>, title: &str) -> String {
    let id = person.add(title).await;
    delete(person, &id).await;
    id
}

/// How many rows there are of deleted tasks, whether they have a text or not.
async fn rows(server: &Server) -> i64 {
    sql!(scalar server.state.db.read(), "SELECT count(*) FROM deleted_tasks").unwrap()
}

/// The address of the next page, from after `…/trash` on.
fn next(answer: &Answer) -> Option<String> {
    let address = answer.header("link").strip_prefix('<')?.split_once(">; rel=\"next\"")?.0.to_owned();
    address.split_once("/trash").map(|(_, rest)| rest.to_owned())
}

#[tokio::test]
async fn what_was_deleted_is_in_the_trash_as_it_was_with_when_and_until_when() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = json!({
        "title": "Straße \u{1f468}\u{200d}\u{1f469}", "description": " two\r\n  LINES ", "completed": true,
        "due_date": "2027-01-31", "priority": "high", "tags": ["Büro", "a_b"],
    });
    let made = ada.call(Method::POST, "", &body).await.json;
    ada.add("stays").await;
    assert_eq!(trash(&ada, "").await.text, "[]");
    server.advance(Duration::from_mins(1));
    delete(&ada, made["id"].as_str().unwrap()).await;
    let at = server.state.clock.now();
    server.advance(Duration::from_mins(1));
    discard(&ada, "later").await;
    let answer = trash(&ada, "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type"), answer.header("link")), (200, "application/json", ""));
    assert_eq!(answer.json.as_array().unwrap().len(), 2);
    assert_eq!(answer.json[0]["task"]["title"], "later", "the newest deletion comes first");
    let until = at + Duration::from_hours(30 * 24);
    assert_eq!(answer.json[1], json!({ "task": made, "deleted_at": at, "purged_at": until }));

    let tag = answer.header("etag").to_owned();
    let again = async || request(&ada, Method::GET, "").header("if-none-match", &tag).answer().await.status.as_u16();
    assert_eq!(again().await, 304);
    assert_eq!(restore(&ada, made["id"].as_str().unwrap()).await.status, 200);
    assert_eq!(again().await, 200);
    assert_eq!(titles(&ada).await, ["later"]);
}

#[tokio::test]
async fn every_page_of_the_trash_goes_on_where_the_one_before_ended() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut expected = Vec::new();
    for n in 0..7 {
        let title = format!("{n}");
        discard(&ada, &title).await;
        expected.insert(0, title);
        // Of some that were deleted in the same millisecond, the younger one comes first.
        if n % 3 == 0 {
            server.advance(Duration::from_millis(1));
        }
    }
    for limit in [1, 2, 3, 7, 1000] {
        let (mut seen, mut rest) = (Vec::new(), Some(format!("?limit={limit}")));
        while let Some(page) = rest {
            let answer = trash(&ada, &page).await;
            let page = answer.json.as_array().unwrap();
            assert!(!page.is_empty() && page.len() <= limit, "{limit}: {}", answer.text);
            seen.extend(page.iter().map(|trashed| trashed["task"]["title"].as_str().unwrap().to_owned()));
            rest = next(&answer);
        }
        assert_eq!(seen, expected, "{limit}");
    }
    // What goes meanwhile takes nothing with it.
    let first = trash(&ada, "?limit=3").await;
    let last = first.json[2]["task"]["id"].as_str().unwrap().to_owned();
    assert_eq!(purge(&ada, &last).await.status, 204);
    let second = trash(&ada, &next(&first).unwrap()).await;
    assert_eq!(second.json[0]["task"]["title"], expected[3].as_str());
}

#[tokio::test]
async fn a_page_of_long_tasks_ends_before_it_is_too_long_and_all_of_them_are_there() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let description = "\u{1f980}".repeat(5_000);
    join_all((0..60).map(|n| {
        let (ada, description) = (&ada, &description);
        async move {
            let made = ada.call(Method::POST, "", &json!({ "title": n.to_string(), "description": description })).await;
            delete(ada, made.json["id"].as_str().unwrap()).await;
        }
    }))
    .await;
    let (mut count, mut rest) = (0, Some("?limit=1000".to_owned()));
    while let Some(page) = rest {
        let answer = trash(&ada, &page).await;
        assert!(answer.text.len() < 700_000, "{}", answer.text.len());
        count += answer.json.as_array().unwrap().len();
        rest = next(&answer);
    }
    assert_eq!(count, 60);
}

#[tokio::test]
async fn more_than_are_read_at_once_are_one_page_all_the_same() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let mut transaction = server.state.db.begin().await.unwrap();
    let now = server.state.clock.now();
    for number in 0..1_001 {
        let sql = "INSERT INTO deleted_tasks (user_id, id, task, deleted_at) VALUES ($1, $2, $3, $4)";
        let id = format!("{number:08}");
        let task = json!({ "id": id, "user_id": ada.id, "title": id, "description": null, "completed": false, "created_at": now, "updated_at": now });
        sql!(execute transaction.on(), sql, &ada.id, &id, task.to_string(), now.0 - i64::from(number / 3)).unwrap();
    }
    transaction.commit().await.unwrap();
    let page = trash(&ada, "?limit=1000").await;
    assert_eq!(page.json.as_array().unwrap().len(), 1000);
    let rest = trash(&ada, &next(&page).unwrap()).await;
    assert_eq!((rest.json.as_array().unwrap().len(), next(&rest)), (1, None));
    assert_eq!(empty(&ada).await.status, 204);
    assert_eq!(trash(&ada, "").await.text, "[]");
}

#[tokio::test]
async fn a_parameter_that_is_not_what_it_must_be_is_named() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    discard(&ada, "one").await;
    for (query, fields) in [
        ("?limit=0", &["limit"][..]),
        ("?limit=1001", &["limit"]),
        ("?limit=%2B5", &["limit"]),
        ("?limit=x&limit=y", &["limit"]),
        ("?cursor=x", &["cursor"]),
        ("?cursor=", &["cursor"]),
        (&format!("?cursor={}", b64("[1]")), &["cursor"]),
        (&format!("?cursor={}", b64("[1,\"\\u0000\"]")), &["cursor"]),
        (&format!("?limit=-1&cursor={}", b64("{}")), &["limit", "cursor"]),
        (&format!("?{}", "a&".repeat(100)), &["query"]),
    ] {
        let refused = trash(&ada, query).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), fields, "{query}");
    }
    for query in ["?sort=x&other=1", &format!("?cursor={}", b64(format!("[{},\"\"]", i64::MAX)))] {
        assert_eq!(trash(&ada, query).await.json.as_array().unwrap().len(), 1, "{query}");
    }
    let lowest = trash(&ada, &format!("?cursor={}", b64(format!("[{},\"\"]", i64::MIN)))).await;
    assert_eq!((lowest.status.as_u16(), lowest.text.as_str()), (200, "[]"));
}

#[tokio::test]
async fn what_is_removed_for_good_is_in_no_answer_and_no_row_any_more() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let (id, kept) = (discard(&ada, "a secret word").await, discard(&ada, "another").await);
    assert_eq!(purge(&ada, &id).await.status, 204);
    purge(&ada, &id).await.is_problem(404, "NOT_FOUND");
    restore(&ada, &id).await.is_problem(404, "NOT_FOUND");
    ada.get(&format!("/{id}")).await.is_problem(404, "NOT_FOUND");
    let late = ada.request(Method::PUT, &format!("/{id}")).header("if-match", "*").json(&json!({ "title": "x" }));
    late.answer().await.is_problem(404, "NOT_FOUND");
    assert_eq!(titles(&ada).await, ["another"]);
    let data = server.request(Method::GET, "/account/data").header("cookie", &ada.cookie).answer().await;
    assert_eq!(data.json["deletedTasks"].as_array().unwrap().len(), 1, "{}", data.text);
    let texts: Vec<(String,)> =
        sql!(all server.state.db.read(), "SELECT task FROM deleted_tasks WHERE user_id = $1 AND id = $2", &ada.id, &id).unwrap();
    assert_eq!(texts, [(String::new(),)]);
    assert_eq!(restore(&ada, &kept).await.status, 200, "what was not removed comes back");
}

#[tokio::test]
async fn what_is_removed_for_good_leaves_the_file_and_its_log() {
    let server = Server::on_sqlite().await;
    let ada = server.person("Ada").await;
    let is_kept = async |text: &str| server.everything_kept().await.windows(text.len()).any(|window| window == text.as_bytes());
    let id = discard(&ada, "xylophone").await;
    discard(&ada, "glockenspiel").await;
    assert!(is_kept("xylophone").await);
    assert_eq!(purge(&ada, &id).await.status, 204);
    eventually(async || !is_kept("xylophone").await).await;
    assert!(is_kept("glockenspiel").await);
    assert_eq!(empty(&ada).await.status, 204);
    eventually(async || !is_kept("glockenspiel").await).await;
}

#[tokio::test]
async fn the_trash_is_emptied_at_once_and_nobody_elses() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    ada.add("stays").await;
    for n in 0..3 {
        discard(&ada, &n.to_string()).await;
    }
    // One whose last change has a time that is yet to come.
    let id = ada.add("ahead").await;
    for title in ["a", "b", "c"] {
        ada.call(Method::PUT, &format!("/{id}"), &json!({ "title": title })).await;
    }
    delete(&ada, &id).await;
    discard(&bob, "his").await;
    for _ in 0..2 {
        let emptied = empty(&ada).await;
        assert_eq!((emptied.status.as_u16(), emptied.text.as_str()), (204, ""));
        assert!(titles(&ada).await.is_empty());
    }
    assert_eq!((titles(&bob).await, ada.titles("").await), (vec!["his".to_owned()], vec!["stays".to_owned()]));
    discard(&ada, "after").await;
    assert_eq!(titles(&ada).await, ["after"]);
}

#[tokio::test]
async fn nobody_sees_or_removes_what_somebody_else_deleted() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let (first, second) = (discard(&ada, "hers").await, discard(&ada, "hers too").await);
    discard(&bob, "his").await;
    let of_hers = purge(&bob, &first).await;
    let of_none = purge(&bob, "01890000-0000-7000-8000-000000000000").await;
    of_hers.is_problem(404, "NOT_FOUND");
    assert_eq!(of_hers.same_for_all(), of_none.same_for_all());
    for unknown in ["x", "%00", "%FF"] {
        purge(&ada, unknown).await.is_problem(404, "NOT_FOUND");
    }
    let as_her = Person { id: ada.id.clone(), ..bob.clone() };
    for answer in [trash(&as_her, "").await, trash(&as_her, "?cursor=x").await, purge(&as_her, &first).await, empty(&as_her).await] {
        answer.is_problem(403, "FORBIDDEN");
    }
    let with_cookie = server.request(Method::GET, &format!("/api/{}/trash", ada.id)).header("cookie", &ada.cookie).answer().await;
    with_cookie.is_problem(401, "UNAUTHORIZED");
    // A cursor says where, not whose.
    let cursor = next(&trash(&ada, "?limit=1").await).unwrap();
    server.advance(Duration::from_millis(1));
    assert!(!trash(&bob, &cursor).await.text.contains("hers"));
    assert_eq!(titles(&bob).await, ["his"]);
    assert_eq!(titles(&ada).await, ["hers too", "hers"]);
    // A task that is there is not in the trash.
    restore(&ada, &second).await;
    purge(&ada, &second).await.is_problem(404, "NOT_FOUND");
    assert_eq!(ada.titles("").await, ["hers too"]);
}

#[tokio::test]
async fn of_those_who_put_it_back_and_those_who_remove_it_at_once_one_side_wins() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for round in 0..10 {
        let id = discard(&ada, &round.to_string()).await;
        let calls = (0..8).map(async |n| if n % 2 == 0 { purge(&ada, &id).await } else { restore(&ada, &id).await });
        let answers: Vec<_> = join_all(calls).await.into_iter().map(|answer| answer.status.as_u16()).collect();
        let (purged, restored) = (answers.iter().filter(|status| **status == 204).count(), answers.contains(&200));
        let is_there = ada.get(&format!("/{id}")).await.status == 200;
        assert_eq!((purged, restored), (usize::from(!is_there), is_there), "{answers:?}");
        assert!(titles(&ada).await.is_empty());
        if is_there {
            assert_eq!(ada.get(&format!("/{id}")).await.json["title"], round.to_string());
        }
    }
}

#[tokio::test]
async fn a_task_leaves_the_trash_when_its_days_are_over_and_then_the_database() {
    let server = Server::configured(|config: &mut Config| config.trash_days = 2).await;
    let ada = server.person("Ada").await;
    let (purged, old, new) = (ada.add("purged").await, ada.add("old").await, ada.add("new").await);
    server.advance(Duration::from_secs(1));
    for id in [&purged, &old] {
        delete(&ada, id).await;
    }
    assert_eq!(purge(&ada, &purged).await.status, 204);
    server.advance(Duration::from_hours(48) - Duration::from_millis(1));
    delete(&ada, &new).await;
    assert_eq!(titles(&ada).await, ["new", "old"]);
    server.advance(Duration::from_millis(1));
    assert_eq!(titles(&ada).await, ["new"], "before anybody has cleared up");
    purge(&ada, &old).await.is_problem(404, "NOT_FOUND");
    restore(&ada, &old).await.is_problem(404, "NOT_FOUND");
    assert_eq!(rows(&server).await, 3);
    let (id, token, cookie) = (ada.id.clone(), ada.token.clone(), ada.cookie.clone());
    let server = server.restart_configured(|config| config.trash_days = 2).await;
    eventually(async || rows(&server).await == 1).await;
    assert_eq!(titles(&Person { server: &server, id, token, cookie }).await, ["new"]);
}

#[tokio::test]
async fn who_was_away_hears_of_a_deletion_whatever_became_of_it_since() {
    let server = Server::start().await;
    listen(&server, 1).await;
    let ada = server.person("Ada").await;
    let mut ids = Vec::new();
    for title in ["purged", "emptied", "put back"] {
        ids.push(ada.add(title).await);
    }
    server.advance(Duration::from_mins(1));
    let mut watching = Stream::of(&ada).await;
    let then = server.state.clock.now().0;
    server.advance(Duration::from_mins(1));
    for id in &ids {
        delete(&ada, id).await;
        assert_eq!(watching.shows().await, format!("deleted {id}"));
        server.advance(Duration::from_secs(1));
    }
    server.advance(Duration::from_mins(1));
    assert_eq!(purge(&ada, &ids[0]).await.status, 204);
    assert_eq!(restore(&ada, &ids[2]).await.status, 200);
    assert_eq!(empty(&ada).await.status, 204);
    // Whoever watches knows already that they are gone.
    assert_eq!(watching.shows().await, "saved put back");
    let resumed = events(&server, &ada).header("last-event-id", then.to_string());
    let mut resumed = Stream::begin(resumed).await.0;
    for shown in [format!("deleted {}", ids[0]), format!("deleted {}", ids[1]), "saved put back".into()] {
        assert_eq!(resumed.shows().await, shown);
    }
    ada.add("live").await;
    for stream in [&mut watching, &mut resumed] {
        assert_eq!(stream.shows().await, "saved live");
    }
}

#[tokio::test]
async fn a_full_list_takes_nothing_back_and_removing_counts_as_a_change() {
    let server = Server::configured(|config: &mut Config| {
        config.quotas.max_tasks = 1;
        (config.quotas.max_writes_per_second, config.quotas.max_writes_burst) = (1, 7);
    })
    .await;
    let ada = server.person("Ada").await;
    let (first, second) = (discard(&ada, "first").await, discard(&ada, "second").await);
    ada.add("full").await;
    restore(&ada, &first).await.is_problem(422, "QUOTA_EXCEEDED");
    assert_eq!(titles(&ada).await, ["second", "first"]);
    assert_eq!(purge(&ada, &first).await.status, 204);
    for refused in [purge(&ada, &second).await, empty(&ada).await] {
        refused.is_problem(429, "TOO_MANY_REQUESTS");
        assert!(!refused.header("retry-after").is_empty());
    }
    server.advance(Duration::from_secs(1));
    assert_eq!(empty(&ada).await.status, 204);
    assert!(titles(&ada).await.is_empty());
}

#[tokio::test]
async fn other_methods_on_the_trash_are_405() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (method, rest, allowed) in [(Method::POST, "", "GET,HEAD,DELETE"), (Method::GET, "/x", "DELETE"), (Method::PUT, "/x", "DELETE")] {
        let refused = request(&ada, method, rest).json(&Value::Null).answer().await;
        refused.is_problem(405, "METHOD_NOT_ALLOWED");
        assert_eq!(refused.header("allow"), allowed);
    }
}
