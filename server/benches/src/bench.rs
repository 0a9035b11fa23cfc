//! What `make bench` runs: fills databases, starts Holdfast and the peer one after the other, measures them with one and
//! the same client, and prints what came out beside what it should be. It judges nothing: exit status 1 is for what did
//! not work, not for what was slow.

mod bare;
mod client;
mod measure;
mod report;
mod requests;
mod seeds;
mod servers;

use std::{
    env,
    error::Error,
    fs,
    net::SocketAddr,
    num::NonZero,
    path::{Path, PathBuf},
    process::{self, Command, ExitCode},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use crate::{
    client::{Load, Requests},
    report::Report,
    requests::Secret,
};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const USAGE: &str = "usage: bench run [--seconds N] [--only TEXT] [--binary FILE] | bench compare A.json B.json";
const FOLDER: &str = "target/bench";
const REPORT: &str = "target/bench.json";

/// What the measures share.
struct Bench {
    binary: PathBuf,
    /// Where filled databases are kept.
    seeds: PathBuf,
    /// What running servers write to.
    running: PathBuf,
    secret: Secret,
    cores: usize,
    /// How long a run is.
    run: Duration,
    /// How many of them there are.
    runs: usize,
    folders: AtomicUsize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["run", ref options @ ..] => run(options),
        ["compare", before, after] => compare(before, after),
        ["bare"] => bare::serve(),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &[&str]) -> Result<()> {
    let (mut only, mut seconds, mut binary) = ("", "", "target/release/holdfast");
    for option in options.chunks(2) {
        match *option {
            ["--only", text] => only = text,
            ["--seconds", number] => seconds = number,
            ["--binary", file] => binary = file,
            _ => return Err(USAGE.into()),
        }
    }
    let seconds = if seconds.is_empty() { 3.0 } else { seconds.parse().map_err(|_| "--seconds is a number")? };
    if !(0.1..=600.0).contains(&seconds) {
        return Err("--seconds is from 0.1 to 600".into());
    }
    let bench = Bench::new(binary.into(), Duration::from_secs_f64(seconds))?;
    let mut report = Report::new(bench.cores, seconds);
    let only = only.to_lowercase();
    let errors = runtime()?.block_on(until_stopped(&bench, &only, &mut report));
    // What did not work may be told in a log.
    if errors.as_ref().is_ok_and(|errors| !errors.is_empty()) {
        eprintln!("the logs are in {}", bench.running.display());
    } else {
        let _ = fs::remove_dir_all(&bench.running);
    }
    let errors = errors?;
    if report.rows.is_empty() && errors.is_empty() {
        return Err(format!("no row has {only} in its name").into());
    }
    if !report.rows.is_empty() {
        println!("{}", report.table());
        fs::write(REPORT, serde_json::to_string_pretty(&report)? + "\n")?;
        eprintln!("the same is in {REPORT}");
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\nbench: ").into()) }
}

/// What is under way when this is told to stop is dropped, and with it every server.
async fn until_stopped(bench: &Bench, only: &str, report: &mut Report) -> Result<Vec<String>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        errors = measure_all(bench, only, report) => Ok(errors),
        _ = terminate.recv() => Err("stopped".into()),
        _ = interrupt.recv() => Err("stopped".into()),
    }
}

/// Everything that has `only` in its name, also after something did not work; what did not is told.
async fn measure_all(bench: &Bench, only: &str, report: &mut Report) -> Vec<String> {
    let mut errors = Vec::new();
    for measure in measure::ALL {
        let Some(name) = measure.names.iter().find(|name| name.to_lowercase().contains(only)) else { continue };
        eprintln!("measuring {name}");
        match (measure.run)(bench).await {
            Ok(rows) => {
                errors.extend(rows.iter().filter_map(|row| Some(format!("{}: {}", row.name, row.error.as_ref()?))));
                report.rows.extend(rows);
            }
            Err(error) => errors.push(format!("{name}: {error}")),
        }
        // Databases take much room.
        if errors.is_empty() {
            let _ = fs::remove_dir_all(&bench.running);
        }
    }
    errors
}

fn compare(before: &str, after: &str) -> Result<()> {
    let read = |file: &str| -> Result<Report> {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        Ok(serde_json::from_str(&text).map_err(|error| format!("{file} is no report: {error}"))?)
    };
    println!("{}", Report::compare(&read(before)?, &read(after)?));
    Ok(())
}

/// For clients: one thread, which is what they may take from the server.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

impl Bench {
    fn new(binary: PathBuf, run: Duration) -> Result<Self> {
        if !binary.exists() {
            return Err(format!("{} is not there: `make bench` builds it", binary.display()).into());
        }
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let folder = Path::new(FOLDER);
        let (seeds, running) = (folder.join("seeds"), folder.join("running"));
        // Of those that run no more; another one may run at the same time.
        for left in fs::read_dir(&running).into_iter().flatten().flatten() {
            if !Path::new("/proc").join(left.file_name()).exists() {
                let _ = fs::remove_dir_all(left.path());
            }
        }
        let running = running.join(process::id().to_string());
        Ok(Self { binary, seeds, running, secret: Secret::random()?, cores, run, runs: 3, folders: AtomicUsize::new(0) })
    }

    /// An empty folder for one server.
    fn new_folder(&self) -> Result<PathBuf> {
        let folder = self.running.join(self.folders.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Holdfast, set up by its arguments alone.
    fn holdfast_command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // All connections of a load come from one address, and a million tasks are one user's.
        let bounds = [("MAX_CONNECTIONS_PER_ADDRESS", "5000"), ("MAX_TASKS", "100000000")];
        command.env_clear().env("BETTER_AUTH_SECRET", &self.secret.0).envs(bounds);
        command
    }

    /// A load with the usual runs, on one connection, where every answer is 200.
    fn load(&self, address: SocketAddr, requests: &Requests) -> Load {
        Load {
            address,
            connections: 1,
            requests: requests.clone(),
            expected: 200,
            warm_up: self.run / 3,
            run: self.run,
            runs: self.runs,
            is_over: std::sync::Arc::default(),
        }
    }
}
