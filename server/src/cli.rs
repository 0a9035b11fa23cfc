//! The command line: the commands, and the configuration that they share.

use std::{path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, Parser, Subcommand};

use crate::{
    config::{Config, Database, database, lifetime},
    import::{Mapping, Zone},
};

/// A task manager for many users, in one binary.
///
/// The secret that signs tokens comes from the environment alone: `BETTER_AUTH_SECRET`, or the file named by
/// `BETTER_AUTH_SECRET_FILE`; `BETTER_AUTH_SECRET_PREVIOUS` (or `…_FILE`) verifies the tokens of a secret that was
/// replaced.
#[derive(Debug, Clone, Parser)]
#[command(name = "holdfast", version)]
pub struct Cli {
    /// What to do; `serve` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the commands share.
    #[command(flatten)]
    pub config: Config,
}

/// What the program can do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Serve the pages and the API (the default)
    Serve,
    /// Bring the database's schema up to date, which serving does too
    Migrate {
        /// Change nothing: exit status 1 when something is due
        #[arg(long)]
        check: bool,
    },
    /// Write a whole copy of the SQLite database to a file, also while it is in use
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
    },
    /// Put a backup in the place of the SQLite database, which nobody may use meanwhile
    Restore {
        /// The backup
        file: PathBuf,
        /// Even if there is a database: it is kept beside the new one
        #[arg(long)]
        replace: bool,
        /// Go on with the sessions of the backup; else everybody signs in again
        #[arg(long)]
        keep_sessions: bool,
    },
    /// Move in: users with their passwords, sessions and tasks from another system's database, or tasks from a file
    Import(ImportArguments),
    /// Write all users' data, with hashes of their passwords, as lines of JSON that `import --json` reads back
    Export {
        /// A file that is not there yet; `-` is standard output
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Look after accounts
    User {
        /// What to do.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Make tokens for programs
    Token {
        /// What to do.
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Ask the server on this machine whether it is ready: exit status 1 when it is not
    Healthcheck,
    /// Write a script that completes this command line
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
}

/// Where to move in from, and how.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("source").required(true).multiple(false).args(["from", "json", "todoist", "vikunja", "ticktick"]))]
pub struct ImportArguments {
    /// A database, as `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`: it is only read
    #[arg(long, env = "IMPORT_FROM", hide_env_values = true, value_parser = database)]
    pub from: Option<Database>,
    /// What `holdfast export` wrote; or with `--user`, the download of an account
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// A CSV of a project of Todoist, for `--user`
    #[arg(long, value_name = "FILE", requires = "user")]
    pub todoist: Option<PathBuf>,
    /// An archive of all data of Vikunja, for `--user`
    #[arg(long, value_name = "FILE", requires = "user")]
    pub vikunja: Option<PathBuf>,
    /// A CSV of a backup of `TickTick`, for `--user`
    #[arg(long, value_name = "FILE", requires = "user")]
    pub ticktick: Option<PathBuf>,
    /// Whose the tasks of a file become
    #[arg(long, value_name = "E-MAIL", conflicts_with = "from")]
    pub user: Option<String>,
    /// Write nothing: say what would be taken
    #[arg(long)]
    pub dry_run: bool,
    /// Which column, or table, holds what, where its name does not say so: `user_id=owner_id`, `users.email=login`, `tasks=things`
    #[arg(long, value_name = "FIELD=COLUMN", value_parser = Mapping::parse)]
    pub map: Vec<Mapping>,
    /// For times that do not say their own, and for the days of those that do: `UTC`, or an offset like `+02:00`
    #[arg(long, default_value = "UTC", value_parser = Zone::parse, allow_hyphen_values = true)]
    pub timezone: Zone,
    /// Keep what has no place here as tags, or as lines of the description
    #[arg(long)]
    pub keep_extra: bool,
    /// Write each thing that was not taken to this file, which must not be there yet, as a line of JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What can be done with accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Say who has an account, separated by tabs
    List,
    /// Make an account: with the password from standard input, or without one and with a link to set it
    Create {
        /// Their e-mail
        email: String,
        /// What they want to be called
        #[arg(long, default_value = "")]
        name: String,
    },
    /// Make a link to set a new password, good once and for an hour
    ResetLink {
        /// Whose
        email: String,
    },
    /// Sign an account out on every device: every token of it that was issued so far is refused, by whichever service
    SignOut {
        /// Whose
        email: String,
    },
    /// Remove an account with everything in it, for good
    Delete {
        /// Whose
        email: String,
    },
}

/// What can be done with tokens.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Make a token for a user's tasks, as another service with the same secret would
    Mint {
        /// The user's id
        user_id: String,
        /// How long it is good
        #[arg(long, default_value = "1h", value_parser = lifetime)]
        ttl: Duration,
    },
    /// Refuse every token that was issued so far, of all users: everybody signs in again
    RevokeAll,
}
