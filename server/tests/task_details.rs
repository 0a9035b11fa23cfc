//! Day, priority, tags, place and time of completion: what each may be, what a list finds and how it sorts.

use std::time::Duration;

use app::{
    model::{Day, Priority, TAGS_MAX, Task},
    position,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    lists::pages,
    support::{Person, Server},
};

/// Adds a task of these members; its id.
async fn add(person: &Person<'_>, body: Value) -> String {
    let made = person.call(Method::POST, "", &body).await;
    assert_eq!(made.status, 201, "{body}: {}", made.text);
    made.json["id"].as_str().unwrap().to_owned()
}

/// All tasks, whatever the list would leave out.
async fn all(person: &Person<'_>) -> Vec<Task> {
    serde_json::from_value(person.get("?limit=1000").await.json).unwrap()
}

#[tokio::test]
async fn every_member_comes_back_as_it_was_sent() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = json!({ "title": "Tax", "due_date": "2027-01-31", "priority": "high", "tags": ["Home", "büro & co"], "position": "a0" });
    let made = ada.call(Method::POST, "", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = format!("/{}", made.json["id"].as_str().unwrap());
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(made.json[name], *value);
    }
    assert_eq!(ada.get(&path).await.json, made.json);
    assert_eq!(ada.get("").await.json, json!([made.json]));
    let mut expected = made.json;
    for (change, name, shown) in [
        (json!({ "due_date": "2027-02-28" }), "due_date", json!("2027-02-28")),
        (json!({ "priority": "low" }), "priority", json!("low")),
        (json!({ "tags": ["x", " Y "] }), "tags", json!(["x", "Y"])),
        (json!({ "position": "Zz9" }), "position", json!("Zz9")),
        (json!({ "title": "Tax return" }), "title", json!("Tax return")),
        (json!({ "due_date": null }), "due_date", Value::Null),
        (json!({ "priority": "none" }), "priority", json!("none")),
        (json!({ "tags": [] }), "tags", json!([])),
        (json!({}), "title", json!("Tax return")),
    ] {
        server.advance(Duration::from_secs(1));
        expected[name] = shown;
        expected["updated_at"] = json!(server.state.clock.now().to_string());
        let changed = ada.call(Method::PUT, &path, &change).await;
        assert_eq!((changed.status.as_u16(), &changed.json), (200, &expected), "{change}: what is absent stays");
        assert_eq!(ada.get(&path).await.json, expected);
    }
}

#[tokio::test]
async fn each_member_is_taken_up_to_its_bound() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.add("changes").await;
    let many: Vec<_> = (0..TAGS_MAX).map(|n| n.to_string()).collect();
    let doubled: Vec<_> = many[..TAGS_MAX / 2].iter().chain(&many[..TAGS_MAX / 2]).collect();
    for (name, value, shown) in [
        ("due_date", json!("0001-01-01"), json!("0001-01-01")),
        ("due_date", json!("9999-12-31"), json!("9999-12-31")),
        ("due_date", json!("2028-02-29"), json!("2028-02-29")),
        ("priority", json!("none"), json!("none")),
        ("priority", json!("low"), json!("low")),
        ("priority", json!("medium"), json!("medium")),
        ("priority", json!("high"), json!("high")),
        ("tags", json!(many), json!(many)),
        ("tags", json!(doubled), json!(many[..TAGS_MAX / 2])),
        ("tags", json!(["🦀".repeat(50)]), json!(["🦀".repeat(50)])),
        ("tags", json!([format!(" {} ", "x".repeat(50))]), json!(["x".repeat(50)])),
        ("tags", json!(["Home", "HOME", "Büro", "büro", "home "]), json!(["Home", "Büro"])),
        ("tags", json!(["a b", "100%", "a_b", "\\", "\"", "é", "e\u{301}"]), json!(["a b", "100%", "a_b", "\\", "\"", "é", "e\u{301}"])),
        ("position", json!("0"), json!("0")),
        ("position", json!("z".repeat(255)), json!("z".repeat(255))),
    ] {
        for (method, path) in [(Method::POST, String::new()), (Method::PUT, format!("/{id}"))] {
            let answer = ada.call(method, &path, &json!({ "title": "x", name: value })).await;
            assert!(answer.status.is_success(), "{name} {value}: {}", answer.text);
            assert_eq!(answer.json[name], shown);
            assert_eq!(ada.get(&format!("/{}", answer.json["id"].as_str().unwrap())).await.json, answer.json);
        }
    }
    let by_null = ada.call(Method::POST, "", &json!({ "title": "x", "due_date": null, "position": null })).await;
    assert_eq!((by_null.status.as_u16(), &by_null.json["due_date"]), (201, &Value::Null));
    assert_eq!(by_null.json["position"], position::of_id(by_null.json["id"].as_str().unwrap()));
}

#[tokio::test]
async fn what_is_beyond_a_bound_is_422_and_what_has_another_type_is_400() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let body = json!({ "title": "stays", "due_date": "2027-01-31", "priority": "low", "tags": ["x"], "position": "m" });
    let id = add(&ada, body).await;
    let before = ada.get("").await;
    let invalid = [
        ("due_date", json!("2027-02-30")),
        ("due_date", json!("2027-02-29")),
        ("due_date", json!("0000-01-01")),
        ("due_date", json!("10000-01-01")),
        ("due_date", json!("2027-1-1")),
        ("due_date", json!("2027-01-31T24:00:00Z")),
        ("due_date", json!(" 2027-01-31")),
        ("due_date", json!("tomorrow")),
        ("due_date", json!(" ")),
        ("priority", json!("urgent")),
        ("priority", json!("")),
        ("tags", json!((0..=TAGS_MAX).map(|n| n.to_string()).collect::<Vec<_>>())),
        ("tags", json!(["🦀".repeat(51)])),
        ("tags", json!(["fine", "a,b"])),
        ("tags", json!(["a\nb"])),
        ("tags", json!(["a\0b"])),
        ("tags", json!(["\u{7f}"])),
        ("tags", json!(["\u{9f}x"])),
        ("tags", json!([""])),
        ("tags", json!([" \u{3000}"])),
        ("position", json!("")),
        ("position", json!("z".repeat(256))),
        ("position", json!("a-b")),
        ("position", json!(" a")),
        ("position", json!("ä")),
        ("position", json!("a\0")),
    ];
    let mistyped = [
        ("due_date", json!(20_270_131), "due_date"),
        ("due_date", json!(true), "due_date"),
        ("due_date", json!(["2027-01-31"]), "due_date"),
        ("priority", json!(1), "priority"),
        ("tags", json!("x"), "tags"),
        ("tags", json!({ "0": "x" }), "tags"),
        ("tags", json!(["x", 1]), "tags[1]"),
        ("tags", json!([null]), "tags[0]"),
        ("position", json!(1), "position"),
        ("position", json!({}), "position"),
    ];
    for (method, path) in [(Method::POST, String::new()), (Method::PUT, format!("/{id}"))] {
        for (name, value) in &invalid {
            let refused = ada.call(method.clone(), &path, &json!({ "title": "changed", *name: value })).await;
            refused.is_problem(422, "VALIDATION_ERROR");
            assert_eq!(refused.fields(), [*name], "{value}");
            assert!(!refused.text.contains("line"), "no parser's words: {}", refused.text);
        }
        for (name, value, field) in &mistyped {
            let refused = ada.call(method.clone(), &path, &json!({ "title": "changed", *name: value })).await;
            refused.is_problem(400, "INVALID_JSON");
            assert_eq!(refused.fields(), [*field], "{value}");
        }
        let several = ada.call(method, &path, &json!({ "title": "", "tags": [""], "position": "", "due_date": null })).await;
        several.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(several.fields(), ["title", "tags", "position"]);
    }
    let no_place = ada.call(Method::PUT, &format!("/{id}"), &json!({ "position": null })).await;
    no_place.is_problem(400, "INVALID_JSON");
    assert_eq!(no_place.fields(), ["position"]);
    assert_eq!(ada.get("").await.text, before.text, "nothing has changed and nothing has come");
}

#[tokio::test]
async fn a_client_that_knows_three_members_loses_none_of_the_others() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let made = ada.call(Method::POST, "", &json!({ "title": "plain", "description": "d", "completed": false })).await;
    assert_eq!(made.status, 201);
    assert_eq!((&made.json["due_date"], &made.json["priority"], &made.json["tags"]), (&Value::Null, &json!("none"), &json!([])));
    let id = add(&ada, json!({ "title": "rich", "due_date": "2027-01-31", "priority": "high", "tags": ["a", "B"], "position": "k" })).await;
    let path = format!("/{id}");
    let kept = |task: &Value| ["due_date", "priority", "tags", "position", "created_at"].map(|name| task[name].clone());
    let before = kept(&ada.get(&path).await.json);
    for (method, rest, body) in [
        (Method::PUT, "", json!({ "title": "renamed", "description": null, "completed": true })),
        (Method::PUT, "", json!({ "title": "again" })),
        (Method::PATCH, "/complete", json!({ "completed": false })),
        (Method::PATCH, "/complete", json!({})),
    ] {
        let changed = ada.call(method, &format!("{path}{rest}"), &body).await;
        assert_eq!((changed.status.as_u16(), kept(&changed.json)), (200, before.clone()), "{body}");
    }
    assert_eq!(kept(&ada.get(&path).await.json), before);
}

#[tokio::test]
async fn a_task_knows_since_when_it_is_done() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let done = ada.call(Method::POST, "", &json!({ "title": "done", "completed": true })).await;
    assert_eq!(done.json["completed_at"], done.json["created_at"]);
    let id = ada.add("one").await;
    let (path, complete) = (format!("/{id}"), format!("/{id}/complete"));
    let set = |value: bool| json!({ "completed": value });
    let (first, second) = (60, 300);
    for (after, method, path, body, since) in [
        (first, Method::PUT, &path, set(true), Some(first)),
        (120, Method::PUT, &path, set(true), Some(first)),
        (130, Method::PATCH, &complete, set(true), Some(first)),
        (140, Method::PUT, &path, json!({ "title": "renamed" }), Some(first)),
        (200, Method::PUT, &path, set(false), None),
        (210, Method::PUT, &path, set(false), None),
        (second, Method::PATCH, &complete, set(true), Some(second)),
        (400, Method::PATCH, &complete, set(true), Some(second)),
        (500, Method::PATCH, &complete, json!({}), None),
        (600, Method::PATCH, &complete, json!({}), Some(600)),
        (700, Method::PATCH, &complete, set(false), None),
    ] {
        let start: app::model::Timestamp = serde_json::from_value(done.json["created_at"].clone()).unwrap();
        let now = server.state.clock.now();
        server.advance(Duration::from_millis(u64::try_from(start.0 + after * 1000 - now.0).unwrap()));
        let changed = ada.call(method, path, &body).await;
        let expected = since.map(|seconds| app::model::Timestamp(start.0 + seconds * 1000));
        assert_eq!(changed.json["completed_at"], json!(expected), "after {after} s: {body}");
        assert_eq!(changed.json["completed"], since.is_some());
    }
    let made = ada.call(Method::POST, "", &json!({ "title": "x", "completed_at": "2000-01-01T00:00:00.000Z" })).await;
    assert_eq!(made.json["completed_at"], Value::Null, "nobody says when");
}

#[tokio::test]
async fn a_place_or_an_id_of_somebody_elses_task_moves_nothing_of_theirs() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let hers = add(&ada, json!({ "title": "hers", "position": "m", "tags": ["x"] })).await;
    let before = ada.get("").await;
    let theirs = json!({ "title": "his", "id": hers, "user_id": ada.id, "position": "m", "tags": ["x"] });
    let his = add(&bob, theirs.clone()).await;
    assert_ne!(his, hers);
    assert_eq!(bob.call(Method::PUT, &format!("/{his}"), &theirs).await.json["id"], his.as_str());
    bob.call(Method::PUT, &format!("/{hers}"), &theirs).await.is_problem(404, "NOT_FOUND");
    bob.call(Method::DELETE, &format!("/{his}"), &Value::Null).await;
    assert_eq!(bob.call(Method::POST, &format!("/{his}/restore"), &theirs).await.json["user_id"], bob.id.as_str());
    assert_eq!(ada.get("").await.text, before.text);
    for query in ["?tag=x", "?sort=position", "?priority=none", "?due=none"] {
        assert_eq!(ada.titles(query).await, ["hers"], "{query}");
        assert_eq!(bob.titles(query).await, ["his"], "{query}");
    }
}

#[tokio::test]
async fn a_create_that_is_sent_again_with_another_day_is_another() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let create = async |body: Value| {
        let request = ada.request(Method::POST, "").header("idempotency-key", "k").json(&body);
        crate::support::Send::answer(request).await
    };
    let first = create(json!({ "title": "x", "due_date": "2027-01-31", "tags": ["a", "A"], "priority": "low", "position": "m" })).await;
    assert_eq!(first.status, 201);
    let again = create(json!({ "title": " x", "due_date": "2027-01-31", "tags": ["a"], "priority": "low", "position": "m" })).await;
    assert_eq!((again.status.as_u16(), again.text), (201, first.text));
    for other in
        [json!({ "title": "x" }), json!({ "title": "x", "due_date": "2027-02-01", "tags": ["a"], "priority": "low", "position": "m" })]
    {
        create(other).await.is_problem(422, "IDEMPOTENCY_KEY_REUSED");
    }
    assert_eq!(all(&ada).await.len(), 1);
}

#[tokio::test]
async fn a_tag_is_found_whole_and_whatever_its_case() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (title, tags) in [
        ("a", json!(["Home", "work"])),
        ("b", json!(["homework"])),
        ("c", json!(["BÜRO", "ΟΔΟΣ", "home"])),
        ("d", json!(["100%", "a_b", "back\\slash"])),
        ("e", json!([])),
        ("f", json!(["axb", "1000"])),
    ] {
        add(&ada, json!({ "title": title, "tags": tags })).await;
    }
    for (tag, found) in [
        ("home", vec!["c", "a"]),
        ("HOME", vec!["c", "a"]),
        ("%20home%20", vec!["c", "a"]),
        ("work", vec!["a"]),
        ("hom", vec![]),
        ("büro", vec!["c"]),
        ("οδος", vec!["c"]),
        ("ΟΔΟΣ", vec!["c"]),
        ("100%25", vec!["d"]),
        ("%25", vec![]),
        ("a_b", vec!["d"]),
        ("_", vec![]),
        ("back%5Cslash", vec!["d"]),
        ("home%2Cwork", vec![]),
        ("'%20OR%20'1'='1", vec![]),
    ] {
        assert_eq!(ada.titles(&format!("?tag={tag}")).await, found, "{tag}");
    }
    assert_eq!(ada.titles("?tag=home&q=a").await, ["a"]);
}

#[tokio::test]
async fn a_list_holds_what_is_due_as_seen_from_the_day_that_is_said() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for (title, day, completed) in [
        ("long ago", "0001-01-01", false),
        ("yesterday", "2027-02-28", false),
        ("done yesterday", "2027-02-28", true),
        ("today", "2027-03-01", false),
        ("done today", "2027-03-01", true),
        ("tomorrow", "2027-03-02", false),
        ("in six days", "2027-03-07", false),
        ("in a week", "2027-03-08", false),
        ("never", "9999-12-31", true),
    ] {
        add(&ada, json!({ "title": title, "due_date": day, "completed": completed })).await;
    }
    ada.add("some day").await;
    let titles = async |query: &str| {
        let mut titles = ada.titles(&format!("?order=asc&{query}")).await;
        assert_eq!(pages(&ada, &format!("?order=asc&limit=2&{query}")).await.concat(), titles, "{query}");
        titles.sort_unstable();
        titles
    };
    for (due, mut found) in [
        ("overdue", vec!["long ago", "yesterday"]),
        ("today", vec!["today", "done today"]),
        ("by_today", vec!["long ago", "yesterday", "done yesterday", "today", "done today"]),
        ("week", vec!["today", "done today", "tomorrow", "in six days"]),
        ("upcoming", vec!["tomorrow", "in six days", "in a week", "never"]),
        ("none", vec!["some day"]),
    ] {
        found.sort_unstable();
        assert_eq!(titles(&format!("due={due}&today=2027-03-01")).await, found, "{due}");
    }
    for (query, mut found) in [
        ("due=overdue&status=completed&today=2027-03-01", vec![]),
        ("due=overdue&status=pending&today=2027-03-01", vec!["long ago", "yesterday"]),
        ("due=by_today&status=completed&today=2027-03-01", vec!["done yesterday", "done today"]),
        ("due=today&status=pending&today=2027-03-01", vec!["today"]),
        ("due=today&today=2027-03-02", vec!["tomorrow"]),
        ("due=overdue&today=2027-03-02", vec!["long ago", "yesterday", "today"]),
        ("due=upcoming&today=9999-12-30", vec!["never"]),
        ("due=today&today=9999-12-31", vec!["never"]),
        ("due=week&today=9999-12-31", vec!["never"]),
        ("due=by_today&today=0001-01-01", vec!["long ago"]),
        ("due=today&today=0001-01-01", vec!["long ago"]),
    ] {
        found.sort_unstable();
        assert_eq!(titles(query).await, found, "{query}");
    }
}

#[tokio::test]
async fn without_a_day_it_is_utcs_and_a_list_goes_on_with_the_day_on_which_it_began() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let today = Day::of_millis(server.state.clock.now().0);
    for n in 0..3 {
        add(&ada, json!({ "title": format!("today {n}"), "due_date": today })).await;
    }
    add(&ada, json!({ "title": "tomorrow", "due_date": today.plus(1) })).await;
    let first = ada.get("?due=today&limit=2").await;
    assert_eq!(first.json.as_array().unwrap().len(), 2);
    server.advance(Duration::from_hours(24));
    assert_eq!(ada.titles("?due=today").await, ["tomorrow"]);
    assert_eq!(ada.titles("?due=overdue").await, ["today 2", "today 1", "today 0"]);
    let next = first.header("link").split_once('?').unwrap().1.split_once('>').unwrap().0.to_owned();
    assert_eq!(ada.titles(&format!("?{next}")).await, ["today 0"]);
}

#[tokio::test]
async fn every_order_goes_through_all_pages_and_equal_ones_by_age() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let days = [Some("2027-01-31"), None, Some("2026-12-31"), Some("2027-01-31"), None, Some("0001-01-01"), Some("9999-12-31")];
    let priorities = ["none", "high", "low", "medium", "high"];
    // Upper case comes before lower case, byte by byte.
    let positions = ["b", "B", "a", "ab", "Z", "0"];
    for n in 0..21 {
        let body = json!({
            "title": format!("t{n}"), "due_date": days[n % 7], "priority": priorities[n % 5], "position": positions[n % 6],
            "tags": if n % 2 == 0 { vec!["even"] } else { vec![] }, "completed": n % 3 == 0,
        });
        add(&ada, body).await;
    }
    let tasks = all(&ada).await;
    let keyed = |key: fn(&Task) -> String, is_ascending: bool, filter: fn(&Task) -> bool| -> Vec<String> {
        let mut tasks: Vec<_> = tasks.iter().filter(|task| filter(task)).collect();
        tasks.sort_by_key(|task| (key(task), &task.id));
        if !is_ascending {
            tasks.reverse();
        }
        tasks.into_iter().map(|task| task.title.clone()).collect()
    };
    let by_day: fn(&Task) -> String = |task| task.due_date.map_or("without a day comes last".into(), |day| day.to_string());
    let by_priority: fn(&Task) -> String = |task| task.priority.rank().to_string();
    let by_position: fn(&Task) -> String = |task| task.position.clone();
    let every: fn(&Task) -> bool = |_| true;
    for (query, expected) in [
        ("sort=due_date", keyed(by_day, true, every)),
        ("sort=due_date&order=asc", keyed(by_day, true, every)),
        ("sort=due_date&order=desc", keyed(by_day, false, every)),
        ("sort=priority", keyed(by_priority, false, every)),
        ("sort=priority&order=asc", keyed(by_priority, true, every)),
        ("sort=priority&order=desc", keyed(by_priority, false, every)),
        ("sort=position", keyed(by_position, true, every)),
        ("sort=position&order=asc", keyed(by_position, true, every)),
        ("sort=position&order=desc", keyed(by_position, false, every)),
        ("sort=due_date&priority=high", keyed(by_day, true, |task| task.priority == Priority::High)),
        ("sort=position&tag=EVEN", keyed(by_position, true, |task| !task.tags.is_empty())),
        ("sort=priority&due=none", keyed(by_priority, false, |task| task.due_date.is_none())),
        ("sort=priority&status=pending&tag=even", keyed(by_priority, false, |task| !task.completed && !task.tags.is_empty())),
        ("sort=created_at&priority=none&order=asc", keyed(|_| String::new(), true, |task| task.priority == Priority::None)),
        (
            "sort=due_date&due=by_today&today=2027-01-31",
            keyed(by_day, true, |task| task.due_date.is_some_and(|day| *day.to_string() <= *"2027-01-31")),
        ),
    ] {
        assert!(expected.len() > 2, "{query}");
        assert_eq!(ada.titles(&format!("?{query}&limit=1000")).await, expected, "{query}");
        assert_eq!(pages(&ada, &format!("?{query}&limit=2")).await.concat(), expected, "{query}");
    }
    let days: Vec<_> =
        ada.get("?sort=due_date&limit=1000").await.json.as_array().unwrap().iter().map(|task| task["due_date"].clone()).collect();
    assert_eq!((days[0].as_str(), days[14].as_str(), days[15].as_str()), (Some("0001-01-01"), Some("9999-12-31"), None));
}

#[tokio::test]
async fn a_wrong_word_in_a_parameter_is_422_and_named() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for title in ["x", "y"] {
        add(&ada, json!({ "title": title, "due_date": "2027-01-31" })).await;
    }
    let cursor_of = async |query: &str| {
        let link = ada.get(&format!("?limit=1&{query}")).await.header("link").to_owned();
        link.split_once("cursor=").unwrap().1.split_once('>').unwrap().0.to_owned()
    };
    let by_day = cursor_of("sort=due_date").await;
    let forged = |cursor: Value| URL_SAFE_NO_PAD.encode(cursor.to_string());
    let long = "x".repeat(51);
    for (query, field) in [
        ("priority=urgent", "priority"),
        ("priority=", "priority"),
        ("priority=3", "priority"),
        ("due=tomorrow", "due"),
        ("due=", "due"),
        ("due=2027-01-31", "due"),
        ("tag=", "tag"),
        ("tag=%20", "tag"),
        ("tag=%00", "tag"),
        (&format!("tag={long}"), "tag"),
        ("today=2027-02-29", "today"),
        ("today=0000-01-01", "today"),
        ("today=10000-01-01", "today"),
        ("today=", "today"),
        ("today=now", "today"),
        ("sort=due", "sort"),
        ("sort=completed_at", "sort"),
        (&format!("sort=position&cursor={by_day}"), "cursor"),
        (&format!("sort=due_date&order=desc&cursor={by_day}"), "cursor"),
        (&format!("sort=due_date&cursor={}", forged(json!(["due_date", "asc", 5, "x"]))), "cursor"),
        (&format!("sort=position&cursor={}", forged(json!(["position", "asc", null, "x"]))), "cursor"),
        (&format!("sort=priority&cursor={}", forged(json!(["priority", "desc", "high", "x"]))), "cursor"),
        (&format!("sort=due_date&cursor={}", forged(json!(["due_date", "asc", "\0", "x"]))), "cursor"),
        (&format!("sort=due_date&cursor={}", forged(json!(["due_date", "asc", "~", "\0"]))), "cursor"),
    ] {
        let refused = ada.get(&format!("?{query}")).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), [field], "{query}");
    }
    let several = ada.get("?priority=x&due=x&tag=&today=x").await;
    assert_eq!(several.fields(), ["priority", "due", "tag", "today"]);
    assert_eq!(ada.titles(&format!("?sort=due_date&cursor={by_day}")).await, ["y"]);
    let fits = "🦀".repeat(50);
    assert!(ada.titles(&format!("?tag={fits}")).await.is_empty());
    let far = forged(json!(["priority", "desc", i64::MAX, "x"]));
    assert_eq!(ada.titles(&format!("?sort=priority&cursor={far}")).await.len(), 2);
}

#[tokio::test]
async fn tasks_stand_newest_first_until_one_is_moved_and_moving_it_changes_no_other() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    for title in ["1", "2", "3", "4"] {
        ada.add(title).await;
    }
    assert_eq!(ada.titles("?sort=position").await, ["4", "3", "2", "1"]);
    let tasks = ada.get("?sort=position").await.json;
    let place = |at: usize| tasks[at]["position"].as_str().unwrap();
    // Between the first two, to the very top, and to the very end.
    let moves = [
        (3, position::between(place(0), Some(place(1))), ["4", "1", "3", "2"]),
        (2, position::between("", Some(place(0))), ["2", "4", "1", "3"]),
        (0, position::between(place(1), None), ["2", "1", "3", "4"]),
    ];
    for (at, to, order) in moves {
        server.advance(Duration::from_secs(1));
        let answer = ada.call(Method::PUT, &format!("/{}", tasks[at]["id"].as_str().unwrap()), &json!({ "position": to.unwrap() })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(ada.titles("?sort=position").await, order);
    }
    let after = ada.get("?sort=position").await.json;
    let untouched = after.as_array().unwrap().iter().find(|task| task["title"] == "3").unwrap();
    assert_eq!(*untouched, tasks[1]);
    assert_eq!(ada.titles("").await, ["4", "3", "2", "1"], "by age nothing has moved");
    server.advance(Duration::from_secs(1));
    ada.add("5").await;
    assert_eq!(ada.titles("?sort=position").await[1], "5", "a new one stands before all but what was put at the top");
}
