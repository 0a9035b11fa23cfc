//! The servers that are measured: each a process of its own on a free port of this machine, gone when it is dropped.

use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    Bench, Result,
    client::ask,
    requests::{get, list_path},
};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    child: Child,
    group: u32,
    log: Option<PathBuf>,
    /// Where it listens.
    pub address: SocketAddr,
}

/// What a process holds in memory, in MB.
pub struct Memory {
    /// Now.
    pub now: f64,
    /// The most there ever was.
    pub peak: f64,
}

impl Server {
    /// Holdfast on this database.
    pub async fn holdfast(bench: &Bench, database: &Path) -> Result<Self> {
        let mut server = Self::spawn(bench.serve(database, 0)?.into(), "holdfast", any_port())?;
        server.log = Some(log_of(database)?);
        let line = server.line().await?;
        server.address =
            line.rsplit('/').next().and_then(|address| address.trim().parse().ok()).ok_or("holdfast does not say where it is")?;
        Ok(server)
    }

    /// The peer on its database, started as its documentation does: one process, as Holdfast is one.
    pub async fn peer(bench: &Bench, database: &Path) -> Result<Self> {
        let address = free_port()?;
        let log = log_of(database)?;
        let mut command = Command::new(peer_program("uvicorn")?);
        command
            .args(["main:app", "--no-access-log", "--port", &address.port().to_string(), "--workers", "1"])
            .current_dir("server/benches/peer")
            .env("DATABASE", std::path::absolute(database)?)
            .env("BETTER_AUTH_SECRET", &bench.secret.0)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stderr(File::create(&log)?);
        let server = Self::spawn(command, "the peer", address)?;
        let begun = Instant::now();
        // It says so once it listens.
        while !fs::read_to_string(&log)?.contains("Uvicorn running on") {
            if begun.elapsed() > PATIENCE {
                let log = fs::read_to_string(&log)?;
                return Err(format!("the peer does not start: {}", log.lines().last().unwrap_or("it does not say why")).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        ask(address, &bench.secret.get(0, &list_path(0))).await?.expect(200)?;
        Ok(server)
    }

    /// Next.js with the page of the tasks in this file, a production build: one process.
    pub async fn next_js(tasks: &Path) -> Result<Self> {
        const FOLDER: &str = "server/benches/nextjs";
        if !Path::new(FOLDER).join(".next/BUILD_ID").exists() {
            return Err("the Next.js page is not built: `make bench` does it".into());
        }
        let address = free_port()?;
        let log = tasks.with_file_name("next-log");
        let mut command = Command::new("node");
        command
            .args(["node_modules/next/dist/bin/next", "start", "--hostname", "127.0.0.1", "--port", &address.port().to_string()])
            .current_dir(FOLDER)
            .env("TASKS_FILE", std::path::absolute(tasks)?)
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .stderr(File::create(&log)?);
        let server = Self::spawn(command, "Next.js", address)?;
        let begun = Instant::now();
        while ask(address, &get("/tasks", "")).await.is_err() {
            if begun.elapsed() > PATIENCE {
                let log = fs::read_to_string(&log)?;
                return Err(format!("Next.js does not start: {}", log.lines().last().unwrap_or("it does not say why")).into());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    /// axum alone, which answers `/list` and `/task` with these JSON texts of Holdfast's.
    pub async fn bare(list: &[u8], task: &[u8]) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").stdin(Stdio::piped());
        let mut server = Self::spawn(command, "the bare server", any_port())?;
        let mut stdin = server.child.stdin.take().ok_or("the bare server reads nothing")?;
        stdin.write_all(&[list, b"\n", task, b"\n"].concat()).await?;
        drop(stdin);
        server.address = server.line().await?.trim().parse().map_err(|_| "the bare server does not say where it is")?;
        let reply = ask(server.address, &get("/list", "")).await?.expect(200)?;
        if reply.body.len() != list.len() {
            return Err(format!("the bare server's list has {} bytes, and Holdfast's {}", reply.body.len(), list.len()).into());
        }
        Ok(server)
    }

    fn spawn(mut command: Command, name: &str, address: SocketAddr) -> Result<Self> {
        // In a group of its own, with which it ends.
        let child = command.stdout(Stdio::piped()).process_group(0).kill_on_drop(true).spawn();
        let child = child.map_err(|error| format!("{name} cannot be started: {error}"))?;
        let group = child.id().ok_or_else(|| format!("{name} is gone already"))?;
        Ok(Self { child, group, log: None, address })
    }

    /// The first line that it writes.
    async fn line(&mut self) -> Result<String> {
        let stdout = self.child.stdout.as_mut().ok_or("the server writes nothing")?;
        let mut line = String::new();
        timeout(PATIENCE, BufReader::new(stdout).read_line(&mut line)).await.map_err(|_| "the server does not start")??;
        if line.is_empty() {
            let log = self.log.as_ref().and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default();
            return Err(format!("the server ends at once: {}", log.lines().last().unwrap_or("it does not say why")).into());
        }
        Ok(line)
    }

    /// What it holds in memory.
    pub fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.group)).map_err(|error| format!("the server is gone: {error}"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().ok()?;
            Some(kibibytes * 1024.0 / 1e6)
        };
        let found = field("VmRSS").zip(field("VmHWM")).map(|(now, peak)| Memory { now, peak });
        Ok(found.ok_or("the system does not say what a process holds in memory")?)
    }
}

impl Drop for Server {
    /// The peer has processes of its own: the whole group ends.
    fn drop(&mut self) {
        let kill = format!("kill -KILL -{}", self.group);
        if let Err(error) = std::process::Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status() {
            eprintln!("bench: a server may still run: {error}");
        }
    }
}

/// Beside the database.
fn log_of(database: &Path) -> Result<PathBuf> {
    Ok(database.parent().ok_or("the database is in no folder")?.join("log"))
}

/// A program of the peer's virtual environment.
pub fn peer_program(name: &str) -> Result<PathBuf> {
    let program = Path::new(".tools/peer/bin").join(name);
    if program.exists() { Ok(std::path::absolute(program)?) } else { Err("the peer is not installed: `make bench` does it".into()) }
}

/// A port that nobody listens on.
pub fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind(any_port())?.local_addr()?)
}

const fn any_port() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}

impl Bench {
    /// The command that serves this database on a port.
    pub fn serve(&self, database: &Path, port: u16) -> Result<std::process::Command> {
        let mut command = self.holdfast_command();
        command
            // Without a line for each request, as the peer.
            .args(["serve", "--rate-limit", "off", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")])
            .args(["--database-url", &format!("sqlite:{}", database.display())])
            .arg("--data-dir")
            .arg(database.with_file_name("data"))
            .stderr(File::create(log_of(database)?)?);
        Ok(command)
    }
}
