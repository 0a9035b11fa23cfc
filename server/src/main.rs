//! The command line: sets the program up and starts it.

use std::{
    error::Error,
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::Parser as _;
use server::{
    AppState,
    cli::{Cli, Command},
    clock::Clock,
    commands,
    config::{Config, ConfigError, Limits, LogFormat},
    email::mailer::Transport,
    serve,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::{EnvFilter, fmt};

/// Threads beside those of the cores: for passwords, of which no more are hashed at once than there are cores, and to serve
/// others while a long read or a page that is packed keeps a core's own thread.
const BLOCKING_THREADS: usize = 16;

/// The largest block of memory that glibc takes from what it holds, in bytes, rather than from the kernel; of what nobody uses
/// it holds up to twice as much.
const HELD: usize = 2 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // clap's first line says what is wrong; the rest repeats the usage.
            let text = error.to_string();
            eprintln!("holdfast: {}", text.lines().next().unwrap_or_default().trim_start_matches("error: "));
            return ExitCode::from(2);
        }
        Err(help) => {
            // Whoever reads may have read enough.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("holdfast: {error}");
            ExitCode::from(if error.is::<ConfigError>() { 2 } else { 1 })
        }
    }
}

/// glibc learns from the largest block that is freed (mallopt(3), `M_MMAP_THRESHOLD`). Before it has, it gives back to the kernel
/// what a page takes, and has it mapped and cleared anew for the next: a quarter of the time of a long list.
fn hold_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(HELD)));
}

fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
    runtime.block_on(obey(cli))
}

async fn obey(cli: Cli) -> Result<(), Box<dyn Error>> {
    let Cli { command, config } = cli;
    log(&config)?;
    match command {
        None | Some(Command::Serve) => listen(config).await,
        Some(command) => commands::run(command, &config).await,
    }
}

async fn listen(config: Config) -> Result<(), Box<dyn Error>> {
    let mail = Transport::configured(&config)?;
    let (secret, previous) = (config.secret()?, config.previous_secret()?);
    let address = config.listen;
    if let Some(host) = config.database()?.host_without_tls() {
        tracing::warn!(
            host,
            "the way to the database may be open to others: add ?sslmode=verify-full to its URL, or sslmode=disable where it is not"
        );
    }
    let state = AppState::open(config, secret, previous, mail, Limits::default(), Clock::system()).await?;
    hold_memory();
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    if !state.mailer.has_server() {
        tracing::info!(folder = %state.config.mail_folder().display(), "no SMTP_URL: mails are kept as files");
    }
    if state.config.base_url.is_none() && !address.ip().is_loopback() {
        tracing::warn!("no BASE_URL: links in mails lead to {}", state.base_url());
    }

    for warning in state.config.plain_text_connections() {
        tracing::warn!("{warning}");
    }

    if let Some(address) = state.config.metrics_listen {
        let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
        tracing::info!("metrics are on http://{}/metrics", listener.local_addr()?);
        tokio::spawn(server::serve_metrics(state.clone(), listener));
    }

    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    println!("Holdfast is ready on http://{}", listener.local_addr()?);
    serve(state, listener, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: finishing the requests under way");
    })
    .await;
    Ok(())
}

/// Log lines go to standard error; standard output says the address alone.
fn log(config: &Config) -> Result<(), ConfigError> {
    let filter = EnvFilter::builder().parse(&config.log).map_err(|error| ConfigError(format!("--log (RUST_LOG): {error}")))?;
    // PostgreSQL tells at each start that the table of the migrations is there already.
    let filter = filter.add_directive("sqlx::postgres::notice=warn".parse().map_err(|error| ConfigError(format!("--log: {error}")))?);
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
