//! `q`: what it finds, from an index, at the cost of the user who asks.

use std::{collections::BTreeSet, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use server::{
    db::{Db, On},
    problem::{Error, Result},
    sql,
    tasks::{fill_search, tidy_search},
};
use sqlx::AssertSqlSafe;

use crate::{
    lists::pages,
    support::{PASSWORD, Person, Send as _, Server, eventually},
};

/// More than are looked at before the index is asked.
const SOME: usize = 300;
/// More than are looked at before the index is asked, however many of them are found.
const MANY: usize = 5_000;

/// Makes tasks, oldest first, as a version without an index would have: `title` is SQL of the number `n`, which begins with 1.
async fn fill(server: &Server, person: &Person<'_>, count: usize, title: &str) {
    let user = &person.id;
    let sql = format!(
        "INSERT INTO tasks (id, user_id, title, title_key, completed, priority, position, created_at, updated_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT 'z{user}' || (10000 + n), '{user}', {title}, lower({title}), n % 3 = 0, n % 4, 'A' || (20000 - n), n / 2, 90000 - n / 3
         FROM numbers"
    );
    sql!(execute server.state.db.write(), AssertSqlSafe(sql)).unwrap();
    if matches!(server.state.db, Db::Postgres { .. }) {
        // They come after all that were made through the API, which are in the index already.
        sql!(execute server.state.db.write(), "UPDATE task_search_state SET up_to = $1, is_done = FALSE", format!("z{user}")).unwrap();
    }
    fill_search(&server.state.db).await.unwrap();
}

/// A query string of these parameters.
fn query(parameters: &[(&str, &str)]) -> String {
    format!("?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish())
}

/// How many tasks the index has.
async fn indexed(db: &Db) -> i64 {
    fill_search(db).await.unwrap();
    let sql = match db.read() {
        On::Sqlite(_) => "SELECT count(*) FROM task_search_docsize",
        On::Postgres(_) => "SELECT count(*) FROM task_search",
    };
    sql!(scalar db.read(), sql).unwrap()
}

#[tokio::test]
async fn every_word_is_found_in_title_description_or_tags_whatever_its_case_and_accents() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for task in [
        json!({ "title": "Größe der Straße", "description": "Zähler ablesen", "tags": ["Büro"] }),
        json!({ "title": "İstanbul'da çay" }),
        json!({ "title": "买牛奶和面包", "tags": ["購物"] }),
        json!({ "title": "ซื้อนมสด" }),
        json!({ "title": "대한국민" }),
        json!({ "title": "🥛 100% _now_", "description": "say \"a* NEAR -b\" OR 'x'" }),
        json!({ "title": "Φίλος Ёлка" }),
    ] {
        ada.call(Method::POST, "", &task).await;
    }
    bob.add("Größe").await;
    let expected = |found: &[&str]| found.iter().map(|&title| title.to_owned()).collect::<Vec<_>>();
    // Found among a few, and, once there are many, by the index.
    for round in 0..2 {
        for (search, found) in [
            ("grosse strasse", vec!["Größe der Straße"]),
            ("STRASSE zahler buro", vec!["Größe der Straße"]),
            ("blesen üro", vec!["Größe der Straße"]),
            ("straße nothing", vec![]),
            ("istanbul cay", vec!["İstanbul'da çay"]),
            ("ISTANBUL'DA", vec!["İstanbul'da çay"]),
            ("牛奶", vec!["买牛奶和面包"]),
            ("包 購", vec!["买牛奶和面包"]),
            ("面包牛奶", vec![]),
            ("นม", vec!["ซื้อนมสด"]),
            ("한국", vec!["대한국민"]),
            ("🥛", vec!["🥛 100% _now_"]),
            ("100%", vec!["🥛 100% _now_"]),
            ("_now_", vec!["🥛 100% _now_"]),
            ("\"a* -b\"", vec!["🥛 100% _now_"]),
            ("a* near OR 'x'", vec!["🥛 100% _now_"]),
            ("a\" OR \"b", vec![]),
            ("ocai", vec![]),
            ("ΦΙΛΟΣ елка", vec!["Φίλος Ёлка"]),
            ("gr", vec!["Größe der Straße"]),
            ("ro", vec![]),
            ("d", vec!["Größe der Straße", "İstanbul'da çay"]),
        ] {
            let request = ada.request(Method::GET, &query(&[("q", search), ("order", "asc")]));
            let answer = request.answer().await;
            let titles: Vec<_> = answer.json.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
            assert_eq!(titles, expected(&found), "{search:?}, round {round}");
        }
        if round == 0 {
            fill(&server, &ada, SOME, "'filler'").await;
        }
    }
}

#[tokio::test]
async fn a_search_has_at_most_ten_words_and_two_hundred_characters() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let search = async |text: &str| ada.get(&query(&[("q", text)])).await;
    for good in [&["a"; 10].join(" "), &"ä".repeat(200), &["ab"; 67].join("")] {
        assert_eq!(search(good).await.status, 200, "{good}");
    }
    for bad in [&["a"; 11].join(" "), &"ä".repeat(201), &" ".repeat(201), &"\u{fdfa}".repeat(4), "a\0"] {
        let refused = search(bad).await;
        refused.is_problem(422, "VALIDATION_ERROR");
        assert_eq!(refused.fields(), ["q"], "{bad}");
    }
}

#[tokio::test]
async fn many_tasks_are_searched_in_every_order_page_by_page() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let title = "CASE WHEN n = 7 THEN 'rare ' ELSE '' END || CASE WHEN n % 50 = 0 THEN 'fifty ' ELSE '' END
                 || CASE WHEN n < 100 THEN 'old ' ELSE '' END || 'common ' || n";
    fill(&server, &ada, MANY, title).await;
    fill(&server, &bob, SOME, "'rare common fifty old'").await;
    let title_of = |n: usize| {
        let word = |is_there: bool, word: &'static str| if is_there { word } else { "" };
        format!("{}{}{}common {n}", word(n == 7, "rare "), word(n.is_multiple_of(50), "fifty "), word(n < 100, "old "))
    };
    for (search, limit, is_found) in [
        ("common rare", 10, &(|n: usize| n == 7) as &dyn Fn(usize) -> bool),
        ("common FIFTY", 40, &|n| n % 50 == 0),
        ("old common", 30, &|n| n < 100),
        ("fif old", 1000, &|n| n == 50),
        ("comm", 1000, &|_| true),
        ("common none", 10, &|_| false),
        ("c 49", 100, &|n| n.to_string().starts_with("49")),
        ("ommon 499", 100, &|n| n.to_string().contains("499")),
    ] {
        let expected: BTreeSet<_> = (1..=MANY).filter(|n| is_found(*n)).map(title_of).collect();
        for sort in ["created_at", "updated_at", "title", "due_date", "priority", "position"] {
            for order in ["asc", "desc"] {
                let query = format!("sort={sort}&order={order}&limit={limit}");
                let found = pages(&ada, &format!("?{query}&q={}", search.replace(' ', "+"))).await;
                assert_eq!(found.len(), expected.len().div_ceil(limit).max(1), "{search} {query}");
                let found = found.concat();
                assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected, "{search} {query}");
                assert_eq!(found.len(), expected.len(), "{search} {query}");
                if sort == "position" {
                    let number = |title: &str| title.rsplit(' ').next().unwrap().parse::<usize>().unwrap();
                    let is_before = |a: &String, b: &String| (number(a) > number(b)) == (order == "asc");
                    assert!(found.is_sorted_by(is_before), "{search} {query}: {found:?}");
                }
            }
        }
    }
    assert_eq!(ada.titles("?q=fifty&status=completed&priority=low&limit=1000").await.len(), (1..=100).filter(|n| n * 50 % 12 == 9).count());
}

#[tokio::test]
async fn the_index_follows_every_change() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let id = ada.call(Method::POST, "", &json!({ "title": "Needle", "tags": ["sewing"] })).await.json["id"].as_str().unwrap().to_owned();
    let request = ada.request(Method::POST, "").header("idempotency-key", "1").json(&json!({ "title": "Thread" }));
    assert_eq!(request.answer().await.status, 201);
    fill(&server, &ada, SOME, "'filler'").await;
    let count = i64::try_from(SOME).unwrap() + 2;
    let finds = async |search: &str| ada.titles(&format!("?order=desc&q={search}")).await;
    assert_eq!(
        (finds("needl").await, finds("thread").await, finds("sewing").await.len()),
        (vec!["Needle".into()], vec!["Thread".into()], 1)
    );
    let path = format!("/{id}");
    ada.call(Method::PUT, &path, &json!({ "title": "Pin" })).await;
    assert_eq!((finds("needl").await.len(), finds("pin+sewing").await), (0, vec!["Pin".into()]));
    ada.call(Method::PUT, &path, &json!({ "description": "made of steel" })).await;
    ada.call(Method::PUT, &path, &json!({ "tags": [] })).await;
    ada.call(Method::PUT, &path, &json!({ "completed": true })).await;
    ada.call(Method::PATCH, &format!("{path}/complete"), &json!({})).await;
    assert_eq!((finds("sewing").await.len(), finds("steel+pin").await), (0, vec!["Pin".into()]));
    assert_eq!(indexed(&server.state.db).await, count);
    ada.request(Method::DELETE, &path).answer().await;
    assert_eq!((finds("steel").await.len(), indexed(&server.state.db).await), (0, count - 1));
    ada.request(Method::POST, &format!("{path}/restore")).answer().await;
    assert_eq!((finds("steel").await, indexed(&server.state.db).await), (vec!["Pin".into()], count));
}

#[tokio::test]
async fn nothing_of_a_deleted_user_stays_in_the_index() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    fill(&server, &ada, SOME, "'secret ' || n").await;
    let request = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&ada.token).json(&json!({ "password": PASSWORD }));
    assert_eq!(request.answer().await.status, 200);
    assert_eq!(indexed(&server.state.db).await, 0);
    if matches!(server.state.db, Db::Sqlite { .. }) {
        tidy_search(&server.state.db).await.unwrap();
        // What is left says that there is nothing.
        let left: i64 = sql!(scalar server.state.db.read(), "SELECT count(*) FROM task_search_data WHERE id > 10").unwrap();
        assert_eq!(left, 0);
    }
    bob.add("Milk").await;
    assert_eq!((bob.titles("?q=milk").await.len(), indexed(&server.state.db).await), (1, 1));
}

#[tokio::test]
async fn a_start_puts_what_is_missing_into_the_index() {
    let server = Server::start().await;
    {
        let ada = server.person("Ada").await;
        fill(&server, &ada, 1_200, "'task ' || n").await;
    }
    let db = &server.state.db;
    // As if the start had been cut off after the first 700.
    let statements = match db {
        Db::Sqlite { .. } => ["DELETE FROM task_search WHERE rowid > 700", "UPDATE task_search_state SET indexed_up_to = 700"],
        Db::Postgres { .. } => [
            "DELETE FROM task_search WHERE right(task_id, 5) > '10700'",
            "UPDATE task_search_state SET is_done = FALSE, up_to = (SELECT id FROM tasks ORDER BY id LIMIT 1 OFFSET 699)",
        ],
    };
    for sql in statements {
        sql!(execute db.write(), sql).unwrap();
    }
    let sql = match db {
        Db::Sqlite { .. } => "SELECT count(*) FROM task_search_docsize",
        Db::Postgres { .. } => "SELECT count(*) FROM task_search",
    };
    let left: i64 = sql!(scalar db.read(), sql).unwrap();
    assert_eq!(left, 700);
    let server = server.restart().await;
    let indexed: i64 = sql!(scalar server.state.db.read(), sql).unwrap();
    assert_eq!(indexed, 1_200);
    let ada = server.sign_in("ada@example.com").await;
    assert_eq!(ada.titles("?q=task+1200").await, ["task 1200"]);
    assert_eq!(ada.titles("?q=task+3").await.len(), 100, "3, 3x and 3xx are 111, on pages of 100");
}

#[tokio::test]
async fn what_the_index_does_not_have_yet_is_found_too() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let newest = ada.add("Needle in Ada's haystack").await;
    bob.add("Needle").await;
    fill(&server, &ada, SOME, "'filler'").await;
    if matches!(server.state.db, Db::Sqlite { .. }) {
        // As it is for up to a second after a task was made.
        sql!(execute server.state.db.write(), "DELETE FROM task_search").unwrap();
        sql!(execute server.state.db.write(), "UPDATE task_search_state SET indexed_up_to = 0").unwrap();
    }
    let finds = async |search: &str| ada.titles(&format!("?order=desc&sort=title&q={search}")).await;
    assert_eq!(finds("needle").await, ["Needle in Ada's haystack"]);
    ada.call(Method::PUT, &format!("/{newest}"), &json!({ "title": "Pin in a haystack" })).await;
    assert_eq!((finds("needle").await.len(), finds("pin").await.len()), (0, 1));
    fill_search(&server.state.db).await.unwrap();
    assert_eq!((finds("needle").await.len(), finds("pin+hay").await.len()), (0, 1));
    // The number of a task that is gone may be given to a new one, which is not in the index then.
    let last = ada.add("last").await;
    assert_eq!(indexed(&server.state.db).await, i64::try_from(SOME).unwrap() + 3);
    ada.request(Method::DELETE, &format!("/{last}")).answer().await;
    ada.add("yarn").await;
    assert_eq!((finds("last").await.len(), finds("yarn").await), (0, vec!["yarn".to_owned()]));
    assert_eq!(indexed(&server.state.db).await, i64::try_from(SOME).unwrap() + 3);
    assert_eq!(finds("yarn").await, ["yarn"]);
}

/// A read that does not end by itself.
async fn endless(db: Db, user: &'static str) -> Result<Vec<(i64,)>> {
    let sql = match &db {
        Db::Sqlite { .. } => "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0",
        Db::Postgres { .. } => "SELECT 1::BIGINT FROM pg_sleep(3600)",
    };
    sql!(long all &db, for user, sql)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_read_ends_when_its_request_is_gone_or_at_its_deadline() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let db = &server.state.db;
    let in_use = || {
        let (open, idle) = db.connections();
        usize::try_from(open).unwrap() - idle
    };
    ada.add("Milk").await;
    eventually(async || in_use() == 0).await;
    let abandoned = [tokio::spawn(endless(db.clone(), "ada")), tokio::spawn(endless(db.clone(), "ada"))];
    eventually(async || in_use() == 2).await;
    for read in abandoned {
        read.abort();
    }
    eventually(async || in_use() == 0).await;
    let outcome = endless(db.clone(), "ada").await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    eventually(async || in_use() == 0).await;
    assert_eq!(ada.titles("?q=milk").await, ["Milk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_reads_of_one_user_are_few_and_hold_up_nobody_else() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    fill(&server, &ada, SOME, "'filler ' || n").await;
    fill(&server, &bob, SOME, "'filler ' || n").await;
    let long_reads = server.state.db.long_reads();
    let held = [long_reads.begin(&ada.id).await.unwrap(), long_reads.begin(&ada.id).await.unwrap()];
    // Twenty at once: each waits for a while, and is told to come back.
    let search = async || ada.get("?q=filler+299&order=desc").await;
    let refused = futures_util::future::join_all((0..20).map(|_| async { ada.get("?q=none").await })).await;
    for refused in refused {
        refused.is_problem(429, "TOO_MANY_REQUESTS");
        assert!(!refused.header("retry-after").is_empty());
    }
    assert_eq!(bob.titles("?q=none").await, Vec::<String>::new());
    assert_eq!(bob.titles("?q=filler+7").await.len(), 11);
    assert_eq!(ada.get("?limit=5").await.json.as_array().map(Vec::len), Some(5), "what is short goes on");
    let waiting = tokio::time::timeout(Duration::from_mins(1), search());
    let (waited, ()) = tokio::join!(waiting, async { drop(held) });
    assert_eq!(waited.unwrap().json[0]["title"], Value::from("filler 299"));
}
