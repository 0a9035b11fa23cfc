//! Several processes on one PostgreSQL: what one does holds for all.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::{db::On, sql};
use sqlx::PgPool;

use crate::support::{Answer, PASSWORD, Person, Send as _, Server, eventually};

/// Three servers that share a database and nothing else.
async fn three() -> [Server; 3] {
    let first = Server::on_postgres().await;
    let (second, third) = (first.beside().await, first.beside().await);
    [first, second, third]
}

fn pool(server: &Server) -> &PgPool {
    let On::Postgres(pool) = server.state.db.read() else { panic!("no PostgreSQL") };
    pool
}

/// The task API of any node with a token.
async fn tasks(node: &Server, person: &Person<'_>) -> u16 {
    node.request(Method::GET, &format!("/api/{}/tasks", person.id)).bearer_auth(&person.token).answer().await.status.as_u16()
}

async fn sign_out(node: &Server, person: &Person<'_>) {
    let request = node.request(Method::POST, "/api/auth/sign-out").bearer_auth(&person.token).json(&json!({}));
    assert_eq!(request.answer().await.status, 200);
}

#[tokio::test]
async fn a_session_of_one_node_is_good_on_all() {
    let nodes = three().await;
    let ada = nodes[0].person("Ada").await;
    for node in &nodes {
        assert_eq!(tasks(node, &ada).await, 200);
        let session = node.request(Method::GET, "/api/auth/get-session").bearer_auth(&ada.token).answer().await;
        assert_eq!(session.json["user"]["email"], "ada@example.com");
    }
}

#[tokio::test]
async fn a_session_revoked_on_one_node_is_refused_on_the_others() {
    let nodes = three().await;
    let ada = nodes[0].person("Ada").await;
    let phone = nodes[1].sign_in("ada@example.com").await;
    sign_out(&nodes[2], &ada).await;
    for node in &nodes {
        eventually(async || tasks(node, &ada).await == 401).await;
        assert_eq!(tasks(node, &phone).await, 200);
    }
}

#[tokio::test]
async fn a_deleted_user_is_refused_on_every_node() {
    let nodes = three().await;
    let ada = nodes[0].person("Ada").await;
    let gone = nodes[0].request(Method::POST, "/api/auth/delete-user").bearer_auth(&ada.token).json(&json!({ "password": PASSWORD }));
    assert_eq!(gone.answer().await.status, 200);
    for node in &nodes {
        eventually(async || tasks(node, &ada).await == 401).await;
    }
}

#[tokio::test]
async fn a_revocation_is_learned_though_the_notifications_were_cut() {
    let nodes = three().await;
    let listeners = async || -> i64 {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        sqlx::query_scalar(sql).fetch_one(pool(&nodes[0])).await.unwrap()
    };
    eventually(async || listeners().await == 3).await;
    for round in 0..3 {
        let person = nodes[0].person(&format!("P{round}")).await;
        let cut =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        let _: i64 = sqlx::query_scalar(cut).fetch_one(pool(&nodes[0])).await.unwrap();
        sign_out(&nodes[0], &person).await;
        for node in &nodes {
            eventually(async || tasks(node, &person).await == 401).await;
        }
    }
    // They listen again.
    eventually(async || listeners().await == 3).await;
}

#[tokio::test]
async fn a_notification_that_any_role_can_send_revokes_nothing() {
    let nodes = three().await;
    let (ada, bob) = (nodes[0].person("Ada").await, nodes[0].person("Bob").await);
    let session = nodes[0].request(Method::GET, "/api/auth/get-session").bearer_auth(&ada.token).answer().await;
    let session_id = session.json["session"]["id"].as_str().unwrap().to_owned();
    for subject in [&ada.id, &session_id, ""] {
        let forged = format!("{} {subject}", i64::MAX);
        sqlx::query("SELECT pg_notify('holdfast_revocations', $1)").bind(forged).execute(pool(&nodes[0])).await.unwrap();
    }
    // One that is real comes after them.
    sign_out(&nodes[1], &bob).await;
    for node in &nodes {
        eventually(async || tasks(node, &bob).await == 401).await;
        assert_eq!(tasks(node, &ada).await, 200);
    }
}

#[tokio::test]
async fn tries_count_whichever_node_they_reach() {
    let nodes = three().await;
    nodes[0].person("Ada").await;
    let sign_in = async |node: &Server| -> Answer {
        node.post("/api/auth/sign-in/email", &json!({ "email": "ada@example.com", "password": "wrong password" })).await
    };
    for at in 0..10 {
        sign_in(&nodes[at % 3]).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    }
    for node in &nodes {
        let refused = sign_in(node).await;
        refused.is_problem(429, "TOO_MANY_REQUESTS");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=13).contains(&wait), "{wait}");
    }
    nodes[0].advance(Duration::from_secs(13));
    sign_in(&nodes[1]).await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    sign_in(&nodes[2]).await.is_problem(429, "TOO_MANY_REQUESTS");
}

#[tokio::test]
async fn ten_nodes_that_start_together_migrate_once() {
    let place = Server::place_on_postgres().await;
    let nodes = futures_util::future::join_all((0..10).map(|_| Server::at(&place))).await;
    let applied: i64 = sql!(scalar nodes[0].state.db.read(), "SELECT count(*) FROM _sqlx_migrations").unwrap();
    let distinct: i64 = sql!(scalar nodes[0].state.db.read(), "SELECT count(DISTINCT version) FROM _sqlx_migrations").unwrap();
    assert!(applied > 0 && applied == distinct);
    for node in &nodes {
        assert_eq!(node.get("/health/ready").await.status, 200);
    }
}

#[tokio::test]
async fn what_is_over_is_removed_once_an_hour_by_one_of_them() {
    let node = Server::on_postgres().await;
    node.person("Ada").await;
    node.post("/api/auth/request-password-reset", &json!({ "email": "ada@example.com" })).await;
    node.letters(1).await;
    let bob = node.person("Bob").await;
    sign_out(&node, &bob).await;
    node.advance(Duration::from_hours(8 * 24));
    let others = [node.beside().await, node.beside().await];
    let count = async |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(pool(&node)).await.unwrap()
    };
    for table in ["sessions", "revocations", "mail_tokens", "tries"] {
        eventually(async || count(table).await == 0).await;
    }
    assert_eq!((count("users").await, count("jobs").await), (2, 1));
    drop(others);
}

/// Without what each has of its own for the search: a full-text table that knows tasks by number, and a table of arrays.
/// Tables with their columns, each as `table.column type null default key`, and indexes with their columns.
type Schema = std::collections::BTreeSet<String>;

async fn schema_of_postgres(pool: &PgPool) -> Schema {
    let columns = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations' AND table_name NOT LIKE 'task_search%'";
    let indexes = "SELECT t.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.at) || ')' || CASE WHEN i.indisunique THEN ' unique' ELSE '' END
                   FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
                   CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, at)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
                   WHERE t.relname <> '_sqlx_migrations' AND t.relname NOT LIKE 'task_search%' GROUP BY i.indexrelid, t.relname, i.indisunique";
    let mut schema = Schema::new();
    for sql in [columns, indexes] {
        schema.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(pool).await.unwrap());
    }
    schema
}

async fn schema_of_sqlite(pool: &sqlx::SqlitePool) -> Schema {
    // `xinfo` names generated columns too.
    let columns = "SELECT m.name || '.' || c.name || ' ' || lower(c.type) || ' ' || CASE WHEN c.\"notnull\" THEN 'NO' ELSE 'YES' END
                   FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'
                   AND m.name NOT LIKE 'task_search%' AND m.name || c.name <> 'tasksnumber'";
    let indexes = "SELECT m.name || ' (' || (SELECT group_concat(i.name, ', ') FROM pragma_index_info(l.name) i) || ')' || CASE WHEN l.\"unique\" THEN ' unique' ELSE '' END
                   FROM sqlite_master m JOIN pragma_index_list(m.name) l WHERE m.type = 'table' AND m.name <> '_sqlx_migrations'
                   AND m.name NOT LIKE 'task_search%'";
    let mut schema = Schema::new();
    for sql in [columns, indexes] {
        schema.extend(sqlx::query_scalar::<_, String>(sql).fetch_all(pool).await.unwrap());
    }
    schema
}

#[tokio::test]
async fn the_migrations_of_both_databases_end_in_one_schema() {
    let (postgres, sqlite) = (Server::on_postgres().await, Server::on_sqlite().await);
    let On::Sqlite(file) = sqlite.state.db.read() else { panic!("no SQLite") };
    let (ours, theirs) = (schema_of_postgres(pool(&postgres)).await, schema_of_sqlite(file).await);
    assert!(ours.contains("tasks.title_key text NO") && ours.contains("tasks (user_id, created_at, id)"), "{ours:#?}");
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn an_order_by_text_is_the_same_on_both() {
    let mut orders = Vec::new();
    for server in [Server::on_postgres().await, Server::on_sqlite().await] {
        let ada = server.person("Ada").await;
        for title in ["b", "B", "a", "Ä", "ä", "_", "1", "é", "🦀", "Z", "z a", "z-a", "za"] {
            ada.add(title).await;
        }
        orders.push((ada.titles("?sort=title&limit=3").await, ada.titles("?sort=title&order=desc").await, ada.titles("?q=Ä").await));
    }
    assert_eq!(orders[0], orders[1]);
}

#[tokio::test]
async fn json_of_both_is_the_same() {
    let mut shapes = Vec::new();
    for server in [Server::on_postgres().await, Server::on_sqlite().await] {
        let ada = server.person("Ada").await;
        let made = ada.call(Method::POST, "", &json!({ "title": "  crab 🦀 ", "description": "two\nlines", "completed": true })).await;
        let mut task = made.json.clone();
        for own in ["id", "user_id", "position", "completed_at", "created_at", "updated_at"] {
            assert!(task[own].is_string());
            task[own] = Value::Null;
        }
        shapes.push((made.status, task));
    }
    assert_eq!(shapes[0], shapes[1]);
}

/// The smallest load balancer: asks each node twenty times a second whether it is ready, and sends requests to one that is.
struct Balancer {
    nodes: std::sync::Mutex<Vec<(String, bool)>>,
}

impl Balancer {
    async fn watch(&self) {
        loop {
            let urls: Vec<_> = self.nodes.lock().unwrap().iter().map(|(url, _)| url.clone()).collect();
            for url in urls {
                let is_ready = reqwest::get(format!("{url}/health/ready")).await.is_ok_and(|answer| answer.status() == 200);
                self.nodes.lock().unwrap().iter_mut().filter(|(other, _)| *other == url).for_each(|(_, ready)| *ready = is_ready);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A node that is ready, each in turn.
    fn pick(&self, turn: usize) -> Option<String> {
        let nodes = self.nodes.lock().unwrap();
        let ready: Vec<_> = nodes.iter().filter(|(_, ready)| *ready).collect();
        (!ready.is_empty()).then(|| ready[turn % ready.len()].0.clone())
    }

    fn add(&self, url: &str) {
        self.nodes.lock().unwrap().push((url.to_owned(), false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_under_load_fails_no_request() {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    let place = Server::place_on_postgres().await;
    let start = async || Server::at_draining(&place, Duration::from_millis(500)).await;
    let mut nodes = vec![start().await, start().await];
    let (id, token) = {
        let ada = nodes[0].person("Ada").await;
        (ada.id.clone(), ada.token.clone())
    };
    let balancer = Balancer { nodes: std::sync::Mutex::default() };
    for node in &nodes {
        balancer.add(&node.url);
    }
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let load = async |number: usize| {
        let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let mut turn = number;
        while !is_over.load(Ordering::Relaxed) {
            turn += 1;
            let Some(url) = balancer.pick(turn) else {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            };
            let request = client.post(format!("{url}/api/{id}/tasks")).bearer_auth(&token).json(&json!({ "title": "x" }));
            let answer = request.send().await.expect("no request fails");
            assert_eq!(answer.status(), 201);
            answered.fetch_add(1, Ordering::Relaxed);
        }
    };
    let restart = async {
        eventually(async || answered.load(Ordering::Relaxed) > 20).await;
        for _ in 0..2 {
            let mut old = nodes.remove(0);
            old.stop().await;
            let new = start().await;
            balancer.add(&new.url);
            nodes.push(new);
            eventually(async || balancer.nodes.lock().unwrap().iter().filter(|(_, ready)| *ready).count() == 2).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let loads = futures_util::future::join_all((0..8).map(load));
    tokio::select! {
        () = balancer.watch() => {}
        _ = async { tokio::join!(loads, restart) } => {}
    }
    let kept: i64 = sql!(scalar nodes[0].state.db.read(), "SELECT count(*) FROM tasks").unwrap();
    assert_eq!(usize::try_from(kept).unwrap(), answered.load(Ordering::Relaxed));
}
