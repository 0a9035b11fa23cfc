//! The database: one SQLite file, with one connection that writes and a few that read, or a PostgreSQL that several
//! processes share. The statements are the same for both; [`sql!`](crate::sql) runs them on whichever it is.

mod group_commit;
mod limits;
pub mod long_reads;
mod readers;
mod write_queue;

use std::{
    error::Error,
    fmt,
    fs::File,
    future::Future,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use app::model::Timestamp;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool,
    error::DatabaseError,
    migrate::{AppliedMigration, Migrate, MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::{
    group_commit::GroupCommit,
    limits::{ACQUIRE_TIMEOUT, BUSY_TIMEOUT, LOG_PAGES, STATEMENT_TIMEOUT},
    long_reads::LongReads,
    readers::Readers,
    write_queue::{WriteQueue, WriteTurn},
};
pub use self::{
    group_commit::Writer,
    readers::{borrowed, later, owned},
};
use crate::{config::Database, file_lock, private_files};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Moves pages that no reader needs from the log to the file, without waiting. Once all are moved, the log starts again at its beginning.
const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// How long the start waits for a server.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections of sqlx that read a SQLite file: for all but what is asked for most.
const SQLX_READERS: u32 = 2;
/// Connections to PostgreSQL; a process needs few, and a server that many share has not many.
pub const CONNECTIONS: u32 = 16;
/// How many of them may write at once; the others are left to reads, whatever waits to write.
const WRITING_CONNECTIONS: usize = 12;

/// Most of them that reads that may take long have at once.
const MOST_LONG: usize = CONNECTIONS as usize / 2;

/// Connections to the database.
#[derive(Debug, Clone)]
pub enum Db {
    /// One file.
    Sqlite {
        /// Says to others that the file is in use.
        _in_use: Arc<File>,
        /// Its one connection has the write lock when it needs it.
        writer: SqlitePool,
        /// Shares its transactions among single statements.
        group: Arc<GroupCommit>,
        /// Those that wait for a transaction of their own; there is one at a time.
        transactions: WriteQueue,
        /// Checkpoints: moves what was written from the log to its place in the file, while others go on writing.
        checkpointer: SqlitePool,
        /// Whether something may have been written since it last did.
        is_written: Arc<AtomicBool>,
        /// Whether the log may hold what was deleted for good.
        has_remains: Arc<AtomicBool>,
        /// Read-only connections of sqlx.
        readers: SqlitePool,
        /// Connections that read on the thread of the request.
        inline_readers: Arc<Readers>,
    },
    /// A server.
    Postgres {
        /// For statements.
        pool: PgPool,
        /// Those that wait to write.
        writes: WriteQueue,
        /// For notifications: a connection that no pooler shares.
        listening: PgPool,
        /// The bound on what may take long.
        long_reads: Arc<LongReads>,
    },
}

/// Something to run a statement on, of one database or the other.
#[derive(Debug)]
pub enum On<S, P> {
    /// SQLite's.
    Sqlite(S),
    /// PostgreSQL's.
    Postgres(P),
}

/// Statements that happen together or not at all; without [`Transaction::commit`], not at all.
pub enum Transaction {
    /// SQLite's, with the write lock from its start: a deferred one that turns into a write can fail at once.
    Sqlite(sqlx::Transaction<'static, Sqlite>, WriteTurn),
    /// PostgreSQL's, which sees what is committed while it runs.
    Postgres(sqlx::Transaction<'static, Postgres>, WriteTurn),
}

impl Transaction {
    /// To run a statement in it.
    pub fn on(&mut self) -> On<&mut SqliteConnection, &mut PgConnection> {
        match self {
            Self::Sqlite(transaction, _) => On::Sqlite(transaction),
            Self::Postgres(transaction, _) => On::Postgres(transaction),
        }
    }

    /// Tells the other processes something, once this is committed. A SQLite file has no others that listen.
    pub async fn notify(&mut self, channel: &str, notice: &str) -> sqlx::Result<()> {
        if let Self::Postgres(transaction, _) = self {
            with_statement_timeout(sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(notice).execute(&mut **transaction)).await?;
        }
        Ok(())
    }

    /// Commits.
    pub async fn commit(self) -> sqlx::Result<()> {
        let turn = match self {
            Self::Sqlite(transaction, turn) => {
                transaction.commit().await?;
                turn
            }
            Self::Postgres(transaction, turn) => {
                with_statement_timeout(transaction.commit()).await?;
                turn
            }
        };
        turn.note_commit();
        Ok(())
    }
}

/// Runs a statement, whose parameters `$1`, `$2` … follow it, on a [`Db`]'s `read()` or `write()` or a transaction's `on()`:
/// `sql!(all db.read(), "SELECT …", owner)`. `all`, `one` and `optional` give rows, `scalar` the one value of one row,
/// `execute` the number of rows that it concerned. `grouped optional db, …` and `grouped execute db, …` are for single
/// statements that many may want to write at once: they share a transaction on SQLite. `inline all db, for user, …` and `inline optional db, for user, …` are for what is
/// asked for most, of a type that is read from rows of both; `long all db, for user, …` is for what may take long, with values
/// that are owned. Their error is the API's, and they are bounded by the user for whom they are.
#[macro_export]
macro_rules! sql {
    (inline all $($rest:tt)*) => { $crate::sql!(@inline all fetch_all; $($rest)*) };
    (inline optional $($rest:tt)*) => { $crate::sql!(@inline optional fetch_optional; $($rest)*) };
    (long all $db:expr, for $user:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { inline_readers, .. } => {
                let begun = $crate::db::later(rusqlite::params![$($value),*]);
                inline_readers.all($user, $sql, begun).await
            }
            $crate::db::Db::Postgres { pool, long_reads, .. } => {
                let (pool, bound) = (pool.clone(), long_reads.begin($user).await?);
                let query = sqlx::query_as($sql)$(.bind($value))*;
                // In a task: the connection is in use until the server has ended it, also when the request is gone.
                let work = tokio::spawn(async move {
                    let outcome = $crate::db::with_statement_timeout(query.fetch_all(&pool)).await;
                    drop(bound);
                    outcome
                });
                work.await.map_err($crate::problem::Error::internal)?.map_err($crate::problem::Error::from)
            }
        }
    };
    (grouped $run:ident $db:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { group, .. } => {
                let values = $crate::db::owned(rusqlite::params![$($value),*]);
                group.$run($sql, values).await
            }
            $crate::db::Db::Postgres { pool, writes, .. } => {
                let statement = $crate::sql!(@grouped $run pool, $sql $(, $value)*);
                writes.run($crate::db::with_statement_timeout(statement)).await.map_err($crate::problem::Error::from)
            }
        }
    };
    (@grouped optional $pool:ident, $sql:expr $(, $value:expr)*) => { sqlx::query_as($sql)$(.bind($value))*.fetch_optional($pool) };
    (@grouped execute $pool:ident, $sql:expr $(, $value:expr)*) => {
        async { sqlx::query($sql)$(.bind($value))*.execute($pool).await.map(|done| done.rows_affected()) }
    };
    (all $($rest:tt)*) => { $crate::sql!(@run query_as fetch_all; $($rest)*) };
    (one $($rest:tt)*) => { $crate::sql!(@run query_as fetch_one; $($rest)*) };
    (optional $($rest:tt)*) => { $crate::sql!(@run query_as fetch_optional; $($rest)*) };
    (scalar $($rest:tt)*) => { $crate::sql!(@run query_scalar fetch_one; $($rest)*) };
    (execute $on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $on {
            $crate::db::On::Sqlite(on) => sqlx::query($sql)$(.bind($value))*.execute(on).await.map(|done| done.rows_affected()),
            $crate::db::On::Postgres(on) => {
                $crate::db::with_statement_timeout(sqlx::query($sql)$(.bind($value))*.execute(on)).await.map(|done| done.rows_affected())
            }
        }
    };
    (@inline $rows:ident $fetch:ident; $db:expr, for $user:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $db {
            $crate::db::Db::Sqlite { inline_readers, .. } => {
                let begun = inline_readers.begin($sql, rusqlite::params![$($value),*]);
                inline_readers.$rows($user, $sql, begun).await
            }
            $crate::db::Db::Postgres { pool, .. } => {
                $crate::db::with_statement_timeout(sqlx::query_as($sql)$(.bind($value))*.$fetch(pool)).await.map_err($crate::problem::Error::from)
            }
        }
    };
    (@run $query:ident $fetch:ident; $on:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $on {
            $crate::db::On::Sqlite(on) => sqlx::$query($sql)$(.bind($value))*.$fetch(on).await,
            $crate::db::On::Postgres(on) => $crate::db::with_statement_timeout(sqlx::$query($sql)$(.bind($value))*.$fetch(on)).await,
        }
    };
}

/// The outcome, or an error after [`STATEMENT_TIMEOUT`].
pub async fn with_statement_timeout<T>(work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    match tokio::time::timeout(STATEMENT_TIMEOUT, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the database does not answer"))),
    }
}

/// Takes the whole log to its place in the file and cuts it off; whether that could be done. Others who read or write prevent it.
async fn cut_log(pool: &SqlitePool) -> sqlx::Result<bool> {
    let (is_busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(pool).await?;
    Ok(is_busy == 0)
}

/// What the schema of a database is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is none yet.
    New {
        /// How many migrations make it.
        due: usize,
    },
    /// That of an older version.
    Old {
        /// How many migrations are due.
        due: usize,
    },
    /// That of this version, or of a newer one.
    CurrentSession,
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
    /// Opens it and brings its schema up to date. A SQLite file is made if it is not there.
    pub async fn open(database: &Database) -> Result<Self, OpenError> {
        match database {
            Database::Sqlite(file) => Self::open_file(file).await,
            Database::Postgres { options, listening } => Self::open_server(options, listening.as_deref()).await,
        }
    }

    /// What the schema of a database is like; changes nothing. A SQLite file must be there.
    pub async fn schema(database: &Database) -> Result<Schema, OpenError> {
        let (migrations, applied) = match database {
            Database::Sqlite(file) => {
                let says = |error: &dyn Error| OpenError(format!("cannot open the database {}: {error}", file.display()));
                if !file.exists() {
                    return Err(says(&io::Error::from(io::ErrorKind::NotFound)));
                }
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(false).read_only(true);
                let mut connection = options.connect().await.map_err(|error| says(&error))?;
                let listed = connection.list_applied_migrations("_sqlx_migrations").await;
                (&SQLITE_MIGRATIONS, applied(listed).map_err(|error| says(&error))?)
            }
            Database::Postgres { options, .. } => {
                let says = |error: &dyn Error| OpenError(format!("cannot open the database on {}: {error}", options.get_host()));
                let mut connection = options.connect().await.map_err(|error| says(&error))?;
                let listed = connection.list_applied_migrations("_sqlx_migrations").await;
                (&POSTGRES_MIGRATIONS, applied(listed).map_err(|error| says(&error))?)
            }
        };
        let due = migrations.iter().filter(|migration| !applied.contains(&migration.version)).count();
        Ok(match (applied.is_empty(), due) {
            (true, due) => Schema::New { due },
            (false, 0) => Schema::CurrentSession,
            (false, due) => Schema::Old { due },
        })
    }

    /// The time by the database's own clock, where several machines share one.
    pub async fn time(&self) -> sqlx::Result<Option<Timestamp>> {
        let Self::Postgres { pool, .. } = self else { return Ok(None) };
        let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
        with_statement_timeout(sqlx::query_scalar(sql).fetch_one(pool)).await.map(|millis| Some(Timestamp(millis)))
    }

    async fn open_file(file: &Path) -> Result<Self, OpenError> {
        let name = format!("the database {}", file.display());
        let says = |error: &dyn Error| OpenError(format!("cannot open {name}: {error}"));
        private_files::make_folder_of(file).map_err(|error| says(&error))?;
        // Before the file is looked at: a restore may be about to put another one in its place.
        let in_use = file_lock::shared(file).await.map_err(|error| says(&error))?;
        private_files::create(file).map_err(|error| says(&error))?;
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            // A write that was acknowledged survives the plug being pulled, not only a crash of the program.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // The checkpointer does it, long before; else a commit would wait for it.
            .pragma("wal_autocheckpoint", LOG_PAGES)
            // What was deleted is overwritten, in pages that are free too.
            .pragma("secure_delete", "ON")
            .busy_timeout(BUSY_TIMEOUT);

        let mut connection = SqliteConnection::connect_with(&options).await.map_err(|error| says(&error))?;
        migrate(&SQLITE_MIGRATIONS, &mut connection, &name).await?;
        connection.close().await.map_err(|error| says(&error))?;

        let pool = || SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
        let writer = pool().max_connections(1).connect_lazy_with(options.clone());
        let is_written: Arc<AtomicBool> = Arc::default();
        Ok(Self::Sqlite {
            _in_use: Arc::new(in_use),
            // Without waiting for readers and writers: it runs again a second later.
            checkpointer: pool().max_connections(1).connect_lazy_with(options.clone().busy_timeout(Duration::ZERO)),
            group: Arc::new(GroupCommit::new(file, writer.clone(), is_written.clone())),
            is_written,
            has_remains: Arc::default(),
            transactions: WriteQueue::new(1),
            writer,
            readers: pool().max_connections(SQLX_READERS).connect_lazy_with(options.read_only(true)),
            inline_readers: Arc::new(Readers::new(file)),
        })
    }

    async fn open_server(options: &PgConnectOptions, listening: Option<&PgConnectOptions>) -> Result<Self, OpenError> {
        // Not the whole address: it may hold a password.
        let name = format!("the database {} on {}", options.get_database().unwrap_or_default(), options.get_host());
        let says = |error: &dyn Error| OpenError(format!("cannot open {name}: {error}"));
        let mut connection = tokio::time::timeout(CONNECT_TIMEOUT, options.connect())
            .await
            .map_err(|_| OpenError(format!("cannot open {name}: it does not answer")))?
            .map_err(|error| says(&error))?;
        // Under a lock of the server's: of several processes that start together, one does the work.
        migrate(&POSTGRES_MIGRATIONS, &mut connection, &name).await?;
        connection.close().await.map_err(|error| says(&error))?;
        let pool = |size| PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).max_connections(size);
        // The server stops too, when nobody waits any more.
        let bounded = pool(CONNECTIONS).after_connect(|connection, _| {
            Box::pin(async move {
                let sql = format!("SET statement_timeout = {}", STATEMENT_TIMEOUT.as_millis());
                sqlx::query(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
            })
        });
        Ok(Self::Postgres {
            pool: bounded.connect_lazy_with(options.clone()),
            writes: WriteQueue::new(WRITING_CONNECTIONS),
            long_reads: Arc::new(LongReads::new(MOST_LONG)),
            listening: pool(1).connect_lazy_with(listening.unwrap_or(options).clone()),
        })
    }

    /// For statements that change nothing.
    pub const fn read(&self) -> On<&SqlitePool, &PgPool> {
        match self {
            Self::Sqlite { readers, .. } => On::Sqlite(readers),
            Self::Postgres { pool, .. } => On::Postgres(pool),
        }
    }

    /// For single statements that change something.
    pub fn write(&self) -> On<&SqlitePool, &PgPool> {
        match self {
            Self::Sqlite { writer, is_written, .. } => {
                is_written.store(true, Ordering::Relaxed);
                On::Sqlite(writer)
            }
            Self::Postgres { pool, .. } => On::Postgres(pool),
        }
    }

    /// For notifications of other processes, where there are any.
    pub const fn listening(&self) -> Option<&PgPool> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { listening, .. } => Some(listening),
        }
    }

    /// Tells the other processes something now. A SQLite file has no others that listen.
    pub async fn notify(&self, channel: &str, notice: &str) -> sqlx::Result<()> {
        if let Self::Postgres { pool, .. } = self {
            with_statement_timeout(sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(notice).execute(pool)).await?;
        }
        Ok(())
    }

    /// The bound on reads that take long.
    pub fn long_reads(&self) -> &LongReads {
        match self {
            Self::Sqlite { inline_readers, .. } => inline_readers.long_reads(),
            Self::Postgres { long_reads, .. } => long_reads,
        }
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        match self {
            Self::Sqlite { writer, readers, inline_readers, .. } => {
                let (open, idle) = inline_readers.count();
                // While one is taken, sqlx's own count may be below zero for a moment, which is a very large number.
                let idle_of = |pool: &SqlitePool| pool.num_idle().min(pool.size() as usize);
                (writer.size() + readers.size() + open, idle_of(writer) + idle_of(readers) + idle)
            }
            Self::Postgres { pool, .. } => (pool.size(), pool.num_idle().min(pool.size() as usize)),
        }
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> sqlx::Result<Transaction> {
        Ok(match self {
            Self::Sqlite { writer, transactions, is_written, .. } => {
                is_written.store(true, Ordering::Relaxed);
                let turn = transactions.turn().await?;
                Transaction::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?, turn)
            }
            Self::Postgres { pool, writes, .. } => {
                let turn = writes.turn().await?;
                Transaction::Postgres(with_statement_timeout(pool.begin()).await?, turn)
            }
        })
    }

    /// Empties the log of a SQLite file, if there were writes since the last time. Most of it is taken to its place in the file
    /// while others go on writing; only for what they wrote meanwhile, and for the disk to have it all, they wait.
    pub async fn checkpoint(&self) -> sqlx::Result<()> {
        let Self::Sqlite { checkpointer, is_written, has_remains, group, .. } = self else { return Ok(()) };
        let has_remains_now = has_remains.load(Ordering::Relaxed);
        if !is_written.swap(false, Ordering::Relaxed) && !has_remains_now {
            return Ok(());
        }
        sqlx::query(EMPTY_LOG).execute(checkpointer).await?;
        let _pause = group.pause().await;
        if !has_remains_now {
            return sqlx::query(EMPTY_LOG).execute(checkpointer).await.map(|_| ());
        }
        // Cleared before, so that what is deleted meanwhile is not forgotten.
        has_remains.store(false, Ordering::Relaxed);
        let is_cut = cut_log(checkpointer).await;
        if !is_cut.as_ref().is_ok_and(|is_cut| *is_cut) {
            has_remains.store(true, Ordering::Relaxed);
        }
        is_cut.map(|_| ())
    }

    /// Says that something was deleted for good. Of a SQLite file, its content is overwritten in the file (`secure_delete`); the
    /// log still has it, and is cut off as soon as nobody reads an older state of the file. On PostgreSQL, `VACUUM` frees the rows.
    pub fn deleted_for_good(&self) {
        if let Self::Sqlite { has_remains, .. } = self {
            has_remains.store(true, Ordering::Relaxed);
        }
    }

    /// The same for a process that ends: cuts the log off now if it can, beside a server that may be running.
    pub async fn cut_log(&self) -> sqlx::Result<()> {
        if let Self::Sqlite { writer, .. } = self {
            cut_log(writer).await?;
        }
        Ok(())
    }

    /// Whether the database answers.
    pub async fn check(&self) -> sqlx::Result<()> {
        sql!(execute self.read(), "SELECT 1 FROM users LIMIT 1").map(|_| ())
    }

    /// Closes every connection; waits for those in use.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, checkpointer, readers, inline_readers, group, .. } => {
                inline_readers.close().await;
                checkpointer.close().await;
                readers.close().await;
                // Waits for a transaction of the group too.
                writer.close().await;
                group.close();
            }
            // A server that is away would not even take a farewell.
            Self::Postgres { pool, listening, .. } => {
                let farewell = async { tokio::join!(pool.close(), listening.close()) };
                drop(tokio::time::timeout(ACQUIRE_TIMEOUT, farewell).await);
            }
        }
    }
}

/// The versions of migrations that were run; none in a database that has no table of them yet.
fn applied(listed: Result<Vec<AppliedMigration>, MigrateError>) -> Result<Vec<i64>, MigrateError> {
    match listed {
        Ok(listed) => Ok(listed.into_iter().map(|migration| migration.version).collect()),
        Err(MigrateError::Execute(sqlx::Error::Database(error))) if is_missing_table(&*error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a statement failed since its table is not there. SQLite has no code for it: its words are part of its interface.
fn is_missing_table(error: &dyn DatabaseError) -> bool {
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

async fn migrate<C: Migrate>(migrations: &Migrator, connection: &mut C, name: &str) -> Result<(), OpenError> {
    migrations.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            OpenError(format!("{name} was made by a newer version of holdfast than {}", env!("CARGO_PKG_VERSION")))
        }
        error => OpenError(format!("cannot open {name}: {error}")),
    })
}
