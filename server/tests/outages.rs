//! The database goes away, says nothing, and comes back: every answer comes in time, and nobody has to restart anything.

use std::{
    process::Stdio,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use server::db::CONNECTIONS;
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::sleep,
};

use crate::support::{Cluster, PASSWORD, SECRET, Send as _, eventually};

/// How long each outage takes: `SOAK_OUTAGE_S` seconds (`make soak`: 20).
fn outage() -> Duration {
    let seconds = std::env::var("SOAK_OUTAGE_S").ok().and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// An answer that takes longer hangs. A limit that a machine under load keeps too: what an answer takes, `make soak` prints.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program on a PostgreSQL of its own, with somebody signed in.
struct World {
    child: Child,
    log: NamedTempFile,
    url: String,
    client: reqwest::Client,
    tasks: String,
    token: String,
}

impl World {
    async fn start(cluster: &Cluster) -> Self {
        // Not a pipe, which would hold the program up once it is full.
        let log = NamedTempFile::new().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_holdfast"))
            .args(["--listen", "127.0.0.1:0", "--rate-limit", "off", "--data-dir", "/nonexistent"])
            .env_clear()
            .envs([("BETTER_AUTH_SECRET", SECRET), ("RUST_LOG", "warn"), ("SMTP_URL", "smtp://127.0.0.1:9")])
            .env("DATABASE_URL", format!("{}/postgres", cluster.url))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
        let url = line.trim().strip_prefix("Holdfast is ready on ").expect("it starts").to_owned();
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
        let made = client.post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
        let tasks = format!("{url}/api/{}/tasks", made.json["user"]["id"].as_str().unwrap());
        Self { child, log, url, client, tasks, token: made.json["token"].as_str().unwrap().to_owned() }
    }

    /// Status of a read and of a write; an answer that does not come in time fails the test.
    async fn try_both(&self) -> (u16, u16) {
        let read = self.client.get(&self.tasks).bearer_auth(&self.token).answer().await;
        let write = self.client.post(&self.tasks).bearer_auth(&self.token).json(&json!({ "title": "x" })).answer().await;
        for answer in [&read, &write] {
            if answer.status == 503 {
                answer.is_problem(503, "SERVICE_UNAVAILABLE");
                assert!(!answer.header("retry-after").is_empty());
            }
        }
        (read.status.as_u16(), write.status.as_u16())
    }

    async fn health(&self, which: &str) -> u16 {
        self.client.get(format!("{}/health/{which}", self.url)).answer().await.status.as_u16()
    }

    /// Open files, and memory in kB.
    fn size(&self) -> (usize, usize) {
        let id = self.child.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        (std::fs::read_dir(format!("/proc/{id}/fd")).unwrap().count(), memory.trim().trim_end_matches(" kB").parse().unwrap())
    }
}

/// An outage under load that begins and ends with an order to the server.
async fn endure(begin: &str, end: &str) {
    let mut cluster = Cluster::start();
    let mut world = World::start(&cluster).await;
    let seen = Mutex::new(std::collections::BTreeSet::new());
    let quiet = world.size();
    // More than the pool holds, before and after.
    let load = async |is_over: &AtomicBool| {
        let one = async || {
            while !is_over.load(Ordering::Relaxed) {
                let (read, write) = world.try_both().await;
                seen.lock().unwrap().extend([read, write]);
            }
        };
        futures_util::future::join_all((0..24).map(|_| one())).await;
    };
    let before = {
        let is_over = AtomicBool::new(false);
        tokio::join!(load(&is_over), async {
            sleep(Duration::from_secs(1)).await;
            is_over.store(true, Ordering::Relaxed);
        });
        world.size()
    };
    assert_eq!(*seen.lock().unwrap(), [200, 201].into());

    let is_over = AtomicBool::new(false);
    tokio::join!(load(&is_over), async {
        cluster.order(begin);
        eventually(async || world.health("ready").await == 503).await;
        assert_eq!(world.health("live").await, 200);
        sleep(outage()).await;
        assert_eq!((world.health("ready").await, world.health("live").await), (503, 200));
        cluster.order(end);
        let back = Instant::now();
        // Nobody restarts anything.
        eventually(async || world.health("ready").await == 200 && world.try_both().await == (200, 201)).await;
        println!("{begin} of PostgreSQL for {:?}: works again after {:?}", outage(), back.elapsed());
        sleep(Duration::from_secs(1)).await;
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(*seen.lock().unwrap(), [200, 201, 503].into());
    // The clients go, with however many connections they had; what stays open is the server's own, a full pool at most.
    world.client = reqwest::Client::new();
    eventually(async || world.size().0 <= quiet.0 + CONNECTIONS as usize).await;
    let after = world.size();
    println!("{begin}: (descriptors, kB) quiet {quiet:?}, loaded {before:?}, after {after:?}");
    assert!(after.1 <= before.1 + 20_000, "memory: {before:?} {after:?}");

    world.child.start_kill().unwrap();
    let log = std::fs::read_to_string(world.log.path()).unwrap();
    assert!(!log.contains("panic"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_stopped_is_503_until_it_is_back() {
    endure("stop", "start").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_frozen_is_503_until_it_thaws() {
    endure("freeze", "thaw").await;
}
