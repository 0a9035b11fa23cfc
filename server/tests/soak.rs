//! Nothing that was acknowledged is lost: the real program is killed at random moments under writers, and starts again.
//! `SOAK_ROUNDS` says how often (`make soak`: 50); a few suffice to see that the harness bites.

use std::{
    collections::{HashMap, HashSet},
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use crate::support::{PASSWORD, Place, SECRET, Send as _};

const WRITERS: usize = 16;

fn rounds() -> usize {
    std::env::var("SOAK_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3)
}

/// The program on a database; how long it took until it was ready.
async fn start(place: &Place) -> (Child, String, Duration) {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.args(["--listen", "127.0.0.1:0", "--rate-limit", "off", "--data-dir"]).arg(place.folder.path());
    command.env_clear().env("BETTER_AUTH_SECRET", SECRET).env("RUST_LOG", "error");
    if let Some(url) = &place.url {
        command.env("DATABASE_URL", url);
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let url = line.trim().strip_prefix("Holdfast is ready on ").expect("it starts").to_owned();
    let client = reqwest::Client::new();
    while !client.get(format!("{url}/health/ready")).send().await.is_ok_and(|answer| answer.status() == 200) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    (child, url, began.elapsed())
}

/// What the writers know to be saved: a task's title and whether it is completed, by its id; `None` when it was deleted.
type Known = Arc<Mutex<HashMap<String, Option<(String, bool)>>>>;

struct Writer {
    client: reqwest::Client,
    base: String,
    token: String,
    known: Known,
}

impl Writer {
    async fn call(&self, method: reqwest::Method, rest: &str, body: Value) -> Option<Value> {
        let request = self.client.request(method, format!("{}{rest}", self.base)).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.ok()?;
        // Refused is as good as not asked; cut off is unknown.
        if !answer.status().is_success() {
            return None;
        }
        let text = answer.text().await.ok()?;
        Some(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Writes until the program is gone. What was under way then is unknown: its task is forgotten.
    async fn write(&self, number: usize, is_over: &AtomicBool) {
        let mut count = 0;
        while !is_over.load(Ordering::Relaxed) {
            count += 1;
            let title = format!("writer {number} task {count}");
            let Some(task) = self.call(reqwest::Method::POST, "", json!({ "title": title })).await else { continue };
            let id = task["id"].as_str().unwrap().to_owned();
            self.known.lock().unwrap().insert(id.clone(), Some((title.clone(), false)));
            if count % 3 == 0 {
                self.known.lock().unwrap().remove(&id);
                let done = self.call(reqwest::Method::PATCH, &format!("/{id}/complete"), json!({ "completed": true })).await;
                if done.is_some() {
                    self.known.lock().unwrap().insert(id.clone(), Some((title, true)));
                }
            } else if count % 5 == 0 {
                self.known.lock().unwrap().remove(&id);
                if self.call(reqwest::Method::DELETE, &format!("/{id}"), json!({})).await.is_some() {
                    self.known.lock().unwrap().insert(id, None);
                }
            }
        }
    }
}

/// Every task that the program knows.
async fn all(client: &reqwest::Client, base: &str, token: &str) -> HashMap<String, (String, bool)> {
    let mut tasks = HashMap::new();
    let mut next = Some("limit=1000".to_owned());
    while let Some(query) = next {
        let answer = client.get(format!("{base}?{query}")).bearer_auth(token).answer().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        for task in answer.json.as_array().unwrap() {
            let text = |name: &str| task[name].as_str().unwrap().to_owned();
            assert!(tasks.insert(text("id"), (text("title"), task["completed"].as_bool().unwrap())).is_none(), "twice in a list");
        }
        next = answer.header("link").split_once('?').and_then(|(_, rest)| rest.split_once('>')).map(|(query, _)| query.to_owned());
    }
    tasks
}

async fn is_whole(place: &Place) {
    if place.url.is_none() {
        let file = place.folder.path().join("holdfast.db");
        let database = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let says: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&database).await.unwrap();
        assert_eq!(says, "ok");
        let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&database).await.unwrap();
        assert!(orphans.is_empty());
        database.close().await;
    }
}

async fn soak(name: &str, place: Place) {
    let client = reqwest::Client::new();
    let known = Known::default();
    let mut slowest = Duration::ZERO;
    let mut user: Option<(String, String)> = None;
    for round in 0..rounds() {
        let (mut child, url, ready) = start(&place).await;
        slowest = slowest.max(ready);
        let (id, token) = if let Some(user) = user.clone() {
            user
        } else {
            let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
            let made = client.post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
            (made.json["user"]["id"].as_str().unwrap().to_owned(), made.json["token"].as_str().unwrap().to_owned())
        };
        user = Some((id.clone(), token.clone()));
        let base = format!("{url}/api/{id}/tasks");
        check(&known, &all(&client, &base, &token).await, round);

        let is_over = AtomicBool::new(false);
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| Writer { client: client.clone(), base: base.clone(), token: token.clone(), known: known.clone() })
            .collect();
        let writing = futures_util::future::join_all(writers.iter().enumerate().map(|(number, writer)| writer.write(number, &is_over)));
        let wait = Duration::from_millis(rand::rng().random_range(50..400));
        let killing = async {
            tokio::time::sleep(wait).await;
            // SIGKILL: nothing is said, nothing is closed.
            child.start_kill().unwrap();
            child.wait().await.unwrap();
            is_over.store(true, Ordering::Relaxed);
        };
        tokio::join!(writing, killing);
        is_whole(&place).await;
    }
    let (_child, url, _) = start(&place).await;
    let (id, token) = user.unwrap();
    let tasks = all(&client, &format!("{url}/api/{id}/tasks"), &token).await;
    check(&known, &tasks, rounds());
    let known = known.lock().unwrap();
    assert!(known.len() > rounds(), "it wrote too little to prove anything: {}", known.len());
    println!("{name}: {} rounds, {} writes acknowledged and found, ready again after {slowest:?} at the latest", rounds(), known.len());
}

/// Every acknowledged write is there, and nothing is half there.
fn check(known: &Known, tasks: &HashMap<String, (String, bool)>, round: usize) {
    for (id, expected) in known.lock().unwrap().iter() {
        assert_eq!(tasks.get(id), expected.as_ref(), "after round {round}");
    }
    let titles: HashSet<_> = tasks.values().map(|(title, _)| title).collect();
    assert!(titles.iter().all(|title| title.starts_with("writer ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_lose_nothing_on_sqlite() {
    soak("SQLite", Place::on_sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_lose_nothing_on_postgres() {
    soak("PostgreSQL", Place::on_postgres().await).await;
}

/// Three processes on one PostgreSQL: how long until what one revokes is refused by both others. `SOAK_ROUNDS` times four.
#[tokio::test(flavor = "multi_thread")]
async fn revocations_reach_the_other_processes() {
    let place = Place::on_postgres().await;
    let nodes = [start(&place).await, start(&place).await, start(&place).await];
    let urls: Vec<_> = nodes.iter().map(|(_, url, _)| url.as_str()).collect();
    let client = reqwest::Client::new();
    let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
    let made = client.post(format!("{}/api/auth/sign-up/email", urls[0])).json(&who).answer().await;
    let id = made.json["user"]["id"].as_str().unwrap();
    let mut worst = Duration::ZERO;
    let count = rounds() * 4;
    for round in 0..count {
        let signed_in = client.post(format!("{}/api/auth/sign-in/email", urls[round % 3])).json(&who).answer().await;
        let token = signed_in.json["token"].as_str().unwrap();
        let is_refused = async |url: &str| {
            let answer = client.get(format!("{url}/api/{id}/tasks?limit=1")).bearer_auth(token).send().await.unwrap();
            answer.status() == 401
        };
        for url in &urls {
            assert!(!is_refused(url).await);
        }
        let revoker = (round + 1) % 3;
        let out = client.post(format!("{}/api/auth/sign-out", urls[revoker])).bearer_auth(token).json(&json!({})).answer().await;
        assert_eq!(out.status, 200);
        let answered = Instant::now();
        for url in &urls {
            while !is_refused(url).await {
                assert!(answered.elapsed() < Duration::from_secs(20), "it never comes");
            }
        }
        worst = worst.max(answered.elapsed());
    }
    println!("three processes: {count} revocations, refused everywhere after {worst:?} at the latest");
}
