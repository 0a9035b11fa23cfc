//! What a request costs in things that can be counted: statements, and how the database finds what they ask for. Times are
//! measured by `make bench`.

use std::time::Duration;

use app::model::Timestamp;
use axum::{body::Body, http::Request};
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::sql;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};
use tower::ServiceExt as _;

use crate::{
    command_line::{Running, serve, terminate},
    support::{PASSWORD, Place, Send as _, Server},
};

/// The program, which logs every statement, with somebody signed in.
struct World {
    place: Place,
    running: Running,
    url: String,
    client: reqwest::Client,
    user: String,
    token: String,
    cookie: String,
}

impl World {
    async fn start() -> Self {
        let place = Place::new().await;
        let mut environment = vec![("RUST_LOG", "sqlx::query=debug,server=info"), ("LOG_FORMAT", "json"), ("RATE_LIMIT", "off")];
        environment.extend(place.url.as_deref().map(|url| ("DATABASE_URL", url)));
        let (running, url) = serve(place.folder.path(), &environment).await;
        let client = reqwest::Client::new();
        let who = json!({ "name": "Ada", "email": "ada@example.com", "password": PASSWORD });
        let made = client.post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
        let cookie = made.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (user, token) = (text(&made.json["user"]["id"]), text(&made.json["token"]));
        Self { place, running, url, client, user, token, cookie }
    }

    fn tasks(&self) -> String {
        format!("{}/api/{}/tasks", self.url, self.user)
    }

    /// Sends a request whose statements can be told from others.
    async fn send(&self, request: reqwest::RequestBuilder) {
        let answer = request.bearer_auth(&self.token).answer().await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    }

    /// Ends it; every statement that it ran on tasks, sessions and users, in order.
    async fn statements(self) -> (Place, Vec<String>) {
        // What was done last is logged by now: the log is written before the answer.
        let (status, log) = tokio::time::timeout(Duration::from_secs(30), terminate(self.running)).await.unwrap();
        assert_eq!(status, Some(0));
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let statement = |line: Value| {
            let whole = line["db.statement"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            let sql = if whole.is_empty() { line["summary"].as_str().unwrap_or_default().to_owned() } else { whole };
            // What is put into the index of the search once a second, and what the housekeeping does, is of no request.
            let is_of_a_request = sql.starts_with("REPLACE")
                || sql.contains("MATCH")
                || !["indexed_up_to", "->>", "rank)", "deleted_at <= $1"].iter().any(|words| sql.contains(words));
            (line["target"] == "sqlx::query" && is_of_a_request).then_some(sql)
        };
        (self.place, lines.filter_map(statement).collect())
    }
}

#[tokio::test]
async fn a_request_runs_one_statement_and_the_page_two() {
    let world = World::start().await;
    let (client, tasks) = (&world.client, world.tasks());
    let made = client.post(&tasks).bearer_auth(&world.token).json(&json!({ "title": "first" })).answer().await;
    let one = format!("{tasks}/{}", made.json["id"].as_str().unwrap());
    world.send(client.get(format!("{tasks}?limit=20"))).await;
    world.send(client.get(&one)).await;
    world.send(client.put(&one).json(&json!({ "title": "second" }))).await;
    world.send(client.patch(format!("{one}/complete"))).await;
    let page = client.get(format!("{}/tasks?status=all", world.url)).header("cookie", &world.cookie).answer().await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("second"));
    world.send(client.delete(&one)).await;
    let (place, statements) = world.statements().await;
    let is_postgres = place.url.is_some();
    // Since the first task was made: what the start and the housekeeping do is done.
    let ran = statements
        .iter()
        .skip_while(|sql| !sql.starts_with("INSERT OR FAIL INTO tasks (") && !sql.starts_with("WITH made AS"))
        .filter(|sql| sql.contains("task"));
    let starts: Vec<_> = ran.map(|sql| sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect();
    let expected = [
        // With what it is found by.
        if is_postgres { "WITH made AS" } else { "INSERT OR FAIL" },
        // The list, the task, the change and what it is found by from then on, the toggle.
        "SELECT id, user_id,",
        "SELECT id, user_id,",
        "UPDATE tasks SET",
        if is_postgres { "INSERT INTO task_search" } else { "REPLACE INTO task_search" },
        "UPDATE tasks SET",
        // The page: its tasks, their counts.
        "SELECT id, user_id,",
        "SELECT count(*), count(CASE",
        // The deletion, which can be undone.
        "DELETE FROM tasks",
        "INSERT INTO deleted_tasks",
    ];
    assert_eq!(starts, expected);
    // Whose token it is, nobody asked the database.
    let about_sessions = statements.iter().filter(|sql| sql.starts_with("SELECT") && sql.contains("FROM sessions"));
    assert_eq!(about_sessions.count(), 0, "{statements:?}");
}

#[tokio::test]
async fn tasks_are_not_counted_for_each_new_one() {
    let world = World::start().await;
    for n in 0..50 {
        world.send(world.client.post(world.tasks()).json(&json!({ "title": n.to_string() }))).await;
    }
    let (_, statements) = world.statements().await;
    assert_eq!(statements.iter().filter(|sql| sql.contains("AS counted")).count(), 1);
    assert_eq!(statements.iter().filter(|sql| sql.contains(" INTO tasks (")).count(), 50);
}

#[tokio::test]
async fn a_user_with_room_is_counted_once_for_thousands_of_new_tasks() {
    let server = Server::start().await;
    let quota = &server.state.task_quota;
    let take = async || quota.take(&server.state.db, "ada", Timestamp(0)).await;
    assert!(take().await.is_ok());
    // Without a database, nothing can be counted.
    server.state.db.close().await;
    for n in 1..8_000 {
        assert!(take().await.is_ok(), "{n}");
    }
    assert!(take().await.is_err());
}

#[tokio::test]
async fn nothing_before_an_insert_makes_sqlite_copy_the_pages_that_it_changes() {
    let server = Server::on_sqlite().await;
    let sql = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'tasks' AND sql LIKE '%INSERT ON tasks%'";
    let triggers: Vec<(String,)> = sql!(all server.state.db.read(), sql).unwrap();
    assert!(!triggers.is_empty());
    for (trigger,) in triggers {
        // It takes back the whole statement: what it changed is kept for that.
        assert!(!trigger.contains("RAISE(ABORT"), "{trigger}");
    }
}

#[tokio::test]
async fn a_read_that_turns_out_long_is_begun_anew_where_it_holds_nobody_up() {
    let world = World::start().await;
    let add = async |title: String| world.send(world.client.post(world.tasks()).json(&json!({ "title": title }))).await;
    for hundred in 0..30 {
        join_all((0..100).map(|n| add(format!("Task {}", hundred * 100 + n)))).await;
    }
    let count = async |query: &str| {
        let answer = world.client.get(format!("{}?{query}", world.tasks())).bearer_auth(&world.token).answer().await;
        answer.json.as_array().map(Vec::len)
    };
    assert_eq!(count("limit=20&sort=title").await, Some(20));
    assert_eq!(count("limit=20&tag=none").await, Some(0));
    let (place, statements) = world.statements().await;
    let times = |order: &str| statements.iter().filter(|sql| sql.contains("FROM tasks WHERE") && sql.contains(order)).count();
    assert_eq!(times("ORDER BY title_key"), 1);
    // PostgreSQL's process is its own.
    assert_eq!(times("ORDER BY created_at"), if place.url.is_some() { 1 } else { 2 });
}

#[test]
fn a_list_of_twenty_takes_few_allocations() {
    // All on one thread, the reading of the database too.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(Server::on_sqlite());
    let ada = runtime.block_on(async {
        let ada = server.person("Ada").await;
        for n in 0..20 {
            ada.add(&format!("Task {n}: bring the books back")).await;
        }
        ada
    });
    let router = server::router(&server.state);
    let list = || {
        let path = format!("/api/{}/tasks?limit=20", ada.id);
        let request = Request::get(path).header("authorization", format!("Bearer {}", ada.token)).body(Body::empty()).unwrap();
        let answer = runtime.block_on(router.clone().oneshot(request)).unwrap();
        assert_eq!(answer.status(), 200);
    };
    list();
    let taken = allocation_counter::measure(list).count_total;
    println!("{taken} allocations for a list of twenty");
    assert!(taken > 100, "nothing was counted");
    assert!(taken <= 180, "{taken} allocations for a list of twenty");
}

#[tokio::test]
async fn every_order_and_every_page_is_read_from_an_index_without_a_scan_or_a_sort() {
    let world = World::start().await;
    for title in ["one", "two", "three"] {
        world.send(world.client.post(world.tasks()).json(&json!({ "title": title }))).await;
    }
    for sort in ["created_at", "updated_at", "title", "due_date", "priority", "position"] {
        for order in ["asc", "desc"] {
            let first = world.client.get(format!("{}?limit=1&sort={sort}&order={order}", world.tasks()));
            let first = first.bearer_auth(&world.token).answer().await;
            let link = first.header("link");
            let next = link.strip_prefix('<').and_then(|link| link.split_once('>')).unwrap().0;
            world.send(world.client.get(format!("{}{next}", world.url))).await;
        }
    }
    let (place, statements) = world.statements().await;
    let lists: Vec<_> = statements.into_iter().filter(|sql| sql.contains("ORDER BY") && sql.contains("FROM tasks WHERE user_id")).collect();
    assert_eq!(lists.len(), 24);
    for sql in lists {
        let plan = explain(&place, &sql).await;
        assert!(plan.to_lowercase().contains("index") && plan.contains("user_id"), "{sql}\n{plan}");
        // The page itself is gone through.
        for costly in ["SCAN tasks", "TEMP B-TREE", "Seq Scan", "Sort"] {
            assert!(!plan.contains(costly), "{sql}\n{plan}");
        }
        // After the first page, the index begins where that ended.
        if sql.contains("($3, $4)") {
            let begins = plan.lines().any(|line| line.contains("Index Cond") && line.contains("ROW(") || line.contains(",id)"));
            assert!(begins, "{sql}\n{plan}");
        }
    }
}

#[tokio::test]
async fn a_search_runs_three_statements_at_most_and_reads_from_its_index() {
    let world = World::start().await;
    // More than are looked at before the index is asked, and with different words.
    for round in 0..10 {
        let add = async |n: usize| {
            let title = format!("Task {n}: common{}", if n == 7 { " rare" } else { "" });
            world.send(world.client.post(world.tasks()).json(&json!({ "title": title }))).await;
        };
        join_all((round * 30..(round + 1) * 30).map(add)).await;
    }
    let search = async |query: &str| {
        let answer = world.client.get(format!("{}?{query}", world.tasks())).bearer_auth(&world.token).answer().await;
        (answer.json.as_array().map(Vec::len), answer.header("link").to_owned())
    };
    assert_eq!(search("q=common&limit=20").await.0, Some(20));
    for sort in ["created_at", "updated_at", "title", "due_date", "priority", "position"] {
        for order in ["asc", "desc"] {
            assert_eq!(search(&format!("q=common+rare&limit=20&sort={sort}&order={order}")).await.0, Some(1));
        }
    }
    // All of them are found, and the first page ends before the first rows do.
    let next = search("q=common&limit=270").await.1;
    let next = next.strip_prefix('<').and_then(|link| link.split_once('>')).unwrap().0;
    world.send(world.client.get(format!("{}{next}", world.url))).await;
    let (place, statements) = world.statements().await;
    let is_read = |sql: &&String| {
        !sql.starts_with("--")
            && !sql.contains("AS counted")
            && (sql.contains("FROM task_search WHERE") || sql.contains("FROM tasks WHERE") || sql.contains("AS found"))
    };
    let reads: Vec<_> = statements.iter().filter(is_read).collect();
    let is_known = |sql: &&&String| sql.contains("FROM task_search WHERE");
    let is_found = |sql: &&&String| sql.contains("($10");
    // One for what is found often; three for each of twelve; two for a page longer than what is looked at first, and one for the rest.
    let counts = (reads.len(), reads.iter().filter(is_known).count(), reads.iter().filter(is_found).count());
    assert_eq!(counts, (1 + 36 + 2 + 1, 12, 12), "{reads:#?}");
    for sql in reads.iter().filter(is_known) {
        let plan = explain_known(&place, sql).await;
        let uses = if place.url.is_some() { "Bitmap Index Scan on task_search_by_piece" } else { "task_search VIRTUAL TABLE INDEX" };
        assert!(plan.contains(uses) && !plan.contains("Seq Scan") && !plan.contains("SCAN tasks"), "{sql}\n{plan}");
    }
    for sql in reads.iter().filter(is_found) {
        let plan = explain(&place, sql).await;
        let by_id = if place.url.is_some() { "Index Scan using tasks_pkey" } else { "SEARCH tasks USING INTEGER PRIMARY KEY" };
        assert!(plan.contains(by_id) && !plan.contains("SCAN tasks") && !plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
}

/// The plan of the statement that asks the index.
async fn explain_known(place: &Place, sql: &str) -> String {
    let Some(url) = &place.url else { return explain(place, sql).await };
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off").execute(&mut connection).await.unwrap();
    let prepare = format!("PREPARE known (text) AS {sql}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut connection).await.unwrap();
    let lines = sqlx::raw_sql("EXPLAIN EXECUTE known (NULL)").fetch_all(&mut connection).await.unwrap();
    lines.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_trash_is_one_statement_that_reads_from_its_index() {
    let world = World::start().await;
    for title in ["one", "two"] {
        let made = world.client.post(world.tasks()).bearer_auth(&world.token).json(&json!({ "title": title })).answer().await;
        world.send(world.client.delete(format!("{}/{}", world.tasks(), made.json["id"].as_str().unwrap()))).await;
    }
    world.send(world.client.get(format!("{}/api/{}/trash?limit=1", world.url, world.user))).await;
    let (place, statements) = world.statements().await;
    let reads: Vec<_> = statements.iter().filter(|sql| sql.starts_with("SELECT") && sql.contains("FROM deleted_tasks")).collect();
    assert_eq!(reads.len(), 1, "{reads:#?}");
    let plan = if let Some(url) = &place.url {
        explain_prepared(url, reads[0], "text, bigint, bigint, text, bigint", "'a', 0, 0, '', 20").await.join("\n")
    } else {
        explain(&place, reads[0]).await
    };
    assert!(plan.contains("deleted_tasks_in_trash"), "{plan}");
    for costly in ["SCAN deleted_tasks", "TEMP B-TREE", "Seq Scan", "Sort"] {
        assert!(!plan.contains(costly), "{plan}");
    }
}

/// PostgreSQL's plan that serves any values; a table of three rows would not be worth an index.
async fn explain_prepared(url: &str, sql: &str, types: &str, values: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let setup = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off";
    sqlx::raw_sql(setup).execute(&mut connection).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("PREPARE list ({types}) AS {sql}"))).execute(&mut connection).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE list ({values})"));
    sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn explain(place: &Place, sql: &str) -> String {
    let lines: Vec<String> = if let Some(url) = &place.url {
        let key =
            if ["title_key", "due_key", "position"].iter().any(|key| sql.contains(&format!("ORDER BY {key}"))) { "text" } else { "bigint" };
        let types = format!("text, boolean, {key}, text, bigint, smallint, text, text, text, text");
        explain_prepared(url, sql, &types, "'a', NULL, NULL, NULL, 20, NULL, NULL, NULL, NULL, NULL").await
    } else {
        let file = place.folder.path().join("data").join("holdfast.db");
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap().iter().map(|row| row.get("detail")).collect()
    };
    lines.join("\n")
}
