//! What a request costs in things that can be counted: statements, and how the database finds what they ask for. Times are
//! measured by `make bench`.

use std::time::Duration;

use axum::{body::Body, http::Request};
use futures_util::future::join_all;
use serde_json::{Value, json};
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
            (line["target"] == "sqlx::query").then_some(sql)
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
    let page = client.get(format!("{}/tasks", world.url)).header("cookie", &world.cookie).answer().await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("second"));
    world.send(client.delete(&one)).await;
    let (_, statements) = world.statements().await;
    // Since the first task was made: what the start and the housekeeping do is done.
    let ran = statements.iter().skip_while(|sql| !sql.starts_with("INSERT INTO tasks")).filter(|sql| sql.contains("tasks"));
    let starts: Vec<_> = ran.map(|sql| sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect();
    let expected = [
        "INSERT INTO tasks",
        // The list, the task, the change, the toggle.
        "SELECT id, user_id,",
        "SELECT id, user_id,",
        "UPDATE tasks SET",
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
    assert_eq!(statements.iter().filter(|sql| sql.starts_with("INSERT INTO tasks")).count(), 50);
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
    assert_eq!(count("limit=20&q=Task+1234").await, Some(1));
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
        if sql.contains("($4, $5)") {
            let begins = plan.lines().any(|line| line.contains("Index Cond") && line.contains("ROW(") || line.contains(",id)"));
            assert!(begins, "{sql}\n{plan}");
        }
    }
}

async fn explain(place: &Place, sql: &str) -> String {
    let lines: Vec<String> = if let Some(url) = &place.url {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let key =
            if ["title_key", "due_key", "position"].iter().any(|key| sql.contains(&format!("ORDER BY {key}"))) { "text" } else { "bigint" };
        // The plan that serves any values; a table of three rows would not be worth an index.
        let setup = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off";
        sqlx::raw_sql(setup).execute(&mut connection).await.unwrap();
        let types = format!("text, boolean, text, {key}, text, bigint, smallint, text, text, text");
        let prepare = format!("PREPARE list ({types}) AS {sql}");
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut connection).await.unwrap();
        let explain = "EXPLAIN EXECUTE list ('a', NULL, NULL, NULL, NULL, 20, NULL, NULL, NULL, NULL)";
        sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap().iter().map(|row| row.get(0)).collect()
    } else {
        let file = place.folder.path().join("data").join("holdfast.db");
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap().iter().map(|row| row.get("detail")).collect()
    };
    lines.join("\n")
}
