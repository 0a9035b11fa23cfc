//! The database: one SQLite file, one connection that writes, a few that read.

use std::{error::Error, fmt, fs::DirBuilder, os::unix::fs::DirBuilderExt as _, path::Path, time::Duration};

use sqlx::{
    Connection as _, Sqlite, SqliteConnection, SqlitePool, Transaction,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// How long a request waits for a connection before it is told to come back later.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Readers beyond the cores only add memory.
const READERS: u32 = 4;

/// Connections to the database.
#[derive(Debug, Clone)]
pub struct Db {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Why the database cannot be used: one line. Exit status 1.
#[derive(Debug)]
pub struct OpenError(String);

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for OpenError {}

impl Db {
    /// Opens the file, made if it is not there, and brings its schema up to date.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        let says = |error: &dyn Error| OpenError(format!("cannot open the database {}: {error}", file.display()));
        if let Some(folder) = file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| says(&error))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A write that was acknowledged survives the plug being pulled, not only a crash of the program.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));

        let mut connection = SqliteConnection::connect_with(&options).await.map_err(|error| says(&error))?;
        MIGRATIONS.run(&mut connection).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => OpenError(format!(
                "the database {} was made by a newer version of holdfast than {}",
                file.display(),
                env!("CARGO_PKG_VERSION")
            )),
            error => says(&error),
        })?;
        connection.close().await.map_err(|error| says(&error))?;

        let pool = || SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
        Ok(Self {
            writer: pool().max_connections(1).connect_lazy_with(options.clone()),
            readers: pool().max_connections(READERS).connect_lazy_with(options.read_only(true)),
        })
    }

    /// Connections for statements that change nothing.
    pub fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// The connection for single statements that change something.
    pub fn write(&self) -> &SqlitePool {
        &self.writer
    }

    /// A transaction that has the write lock from its start: a deferred one that turns into a write can fail at once.
    pub async fn begin(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Whether the database answers.
    pub async fn check(&self) -> sqlx::Result<()> {
        sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&self.readers).await.map(|_| ())
    }

    /// Closes every connection; waits for those in use.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
