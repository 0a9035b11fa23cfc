//! What the program does beside serving. Each command says what it did in a line on standard output, and why it did not in
//! one on standard error.

mod database;
mod due_migrations;
mod export;
mod healthcheck;
mod import;
mod token;
mod user;

use std::{
    error::Error,
    io::{self, Write as _},
};

use clap::CommandFactory as _;

use crate::{
    cli::{Cli, Command},
    config::Config,
};

/// Runs a command other than `serve`.
pub async fn run(command: Command, config: &Config) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Serve => Ok(()),
        Command::Migrate { check } => database::migrate(config, check).await,
        Command::Backup { file } => database::backup(config, &file).await,
        Command::Restore { file, replace, keep_sessions } => database::restore(config, &file, replace, keep_sessions).await,
        Command::Export { file } => export::run(config, &file).await,
        Command::Import(arguments) => import::run(config, arguments).await,
        Command::User { command } => user::run(config, command).await,
        Command::Token { command } => token::run(config, command).await,
        Command::Healthcheck => healthcheck::run(config).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "holdfast", &mut script);
            Ok(io::stdout().write_all(&script)?)
        }
    }
}
