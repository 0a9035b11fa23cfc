//! Reads the command line, then serves or runs a command.

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

/// Threads for blocking work, beside one async thread for each core: password hashes (at most one a core at once), long reads, and
/// the compression of pages.
const BLOCKING_THREADS: usize = 16;

/// Blocks up to this size, in bytes, are taken from glibc's heap instead of from the kernel by `mmap`. The heap keeps up to twice
/// as much free memory before it gives some back.
const MMAP_THRESHOLD: usize = 2 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // clap's first lines say what is wrong; after an empty one it repeats the usage.
            let text = error.to_string();
            let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            eprintln!("holdfast: {}", lines.join(" ").trim_start_matches("error: "));
            return ExitCode::from(2);
        }
        Err(help) => {
            // A closed pipe is no error, as with `head`.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        // A closed pipe is no error, as with `head`.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("holdfast: {error}");
            ExitCode::from(if error.is::<ConfigError>() { 2 } else { 1 })
        }
    }
}

/// Frees one large block: glibc raises its threshold to the largest block that was freed (mallopt(3), `M_MMAP_THRESHOLD`). Below
/// the threshold, the memory of each page would be unmapped, then mapped and cleared anew for the next: a quarter of the time of a
/// long list.
fn raise_mmap_threshold() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(MMAP_THRESHOLD)));
}

fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
    runtime.block_on(run_command(cli))
}

async fn run_command(cli: Cli) -> Result<(), Box<dyn Error>> {
    let Cli { command, config } = cli;
    init_logging(&config)?;
    match command {
        None | Some(Command::Serve) => serve_command(config).await,
        Some(command) => commands::run(command, &config).await,
    }
}

async fn serve_command(config: Config) -> Result<(), Box<dyn Error>> {
    config.check_cookies()?;
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
    raise_mmap_threshold();
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

/// Log lines go to standard error; standard output has one line with the address.
fn init_logging(config: &Config) -> Result<(), ConfigError> {
    let filter = EnvFilter::builder().parse(&config.log).map_err(|error| ConfigError(format!("--log (RUST_LOG): {error}")))?;
    // At each start, PostgreSQL sends the notice that the table of the migrations exists.
    let filter = filter.add_directive("sqlx::postgres::notice=warn".parse().map_err(|error| ConfigError(format!("--log: {error}")))?);
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
