//! Reads of a SQLite file on the thread of the request. sqlx has a thread for each connection, and to hand it a statement
//! and get the rows back takes longer than the short statements that are nearly all of the load.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Instant,
};

use rusqlite::{
    Connection, ErrorCode, OpenFlags, Row, StatementStatus, ToSql, ffi,
    types::{ToSqlOutput, Value},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    limits::{ACQUIRE_TIMEOUT, BUSY_TIMEOUT, STATEMENT_TIMEOUT},
    long_reads::LongReads,
};
use crate::problem::{Error, Result};

/// Most connections; each is opened when all before it are in use.
const MOST: usize = 8;
/// Most of them that long reads have at once.
const MOST_LONG: usize = MOST / 2;
/// Statements that a connection keeps prepared.
pub const STATEMENTS: usize = 64;
/// How many steps of SQLite's machine a statement may take on a thread that serves others too: about a millisecond.
const SHORT: i32 = 25_000;
/// Parameters as statements name them.
const NAMES: [&str; 15] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15"];

/// Connections that change nothing.
#[derive(Debug)]
pub struct Readers {
    shared: Arc<Shared>,
    long_reads: LongReads,
}

#[derive(Debug)]
struct Shared {
    file: PathBuf,
    /// Those that nobody uses; the one that was used last is the next, so that a few have all the pages that are asked for.
    idle: Mutex<Vec<Connection>>,
    /// How many are open.
    open: AtomicUsize,
    /// One for each connection that may be in use.
    permits: Arc<Semaphore>,
}

/// What came of a statement that was begun on the thread of the request.
#[derive(Debug)]
pub enum Begun<T> {
    /// It is over.
    Over(Result<Vec<T>>),
    /// No connection was free, or it takes long: its parameters, to begin it anew.
    Later {
        /// Their values.
        parameters: Vec<Value>,
        /// Whether it takes long.
        is_long: bool,
    },
}

/// Tells a statement to stop when the request that waits for it is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Readers {
    /// Of this file; nothing is opened yet.
    pub fn new(file: &Path) -> Self {
        let shared =
            Shared { file: file.to_owned(), idle: Mutex::default(), open: AtomicUsize::new(0), permits: Arc::new(Semaphore::new(MOST)) };
        Self { shared: Arc::new(shared), long_reads: LongReads::new(MOST_LONG) }
    }

    /// The bound on long reads.
    pub const fn long_reads(&self) -> &LongReads {
        &self.long_reads
    }

    /// Runs a statement, if a connection is free and it turns out to be short. [`Self::all`] does the rest: a future must not
    /// hold borrowed parameters.
    pub fn begin<T>(&self, sql: &str, parameters: &[&dyn ToSql]) -> Begun<T>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        let is_long = match self.shared.permits.clone().try_acquire_owned() {
            Ok(permit) => match self.shared.run(permit, sql, parameters, || true) {
                Err(error) if is_interrupted(&error) => true,
                outcome => return Begun::Over(outcome.map_err(Error::from)),
            },
            Err(_) => false,
        };
        later_if(parameters, is_long)
    }

    /// The rows of a statement that was begun for this user. For a free connection it waits. One that turns out to be long is
    /// begun anew on a thread where it holds nobody up; it ends when the request does, or at the deadline.
    pub async fn all<T>(&self, user: &str, sql: &'static str, begun: Begun<T>) -> Result<Vec<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error> + Send + 'static,
    {
        let (parameters, is_long) = match begun {
            Begun::Over(outcome) => return outcome,
            Begun::Later { parameters, is_long } => (parameters, is_long),
        };
        if !is_long {
            let permit = self.connection().await?;
            match self.shared.run(permit, sql, &borrowed(&parameters), || true) {
                Err(error) if is_interrupted(&error) => {}
                outcome => return Ok(outcome?),
            }
        }
        let bound = self.long_reads.begin(user).await?;
        let permit = self.connection().await?;
        let (shared, is_over) = (self.shared.clone(), Arc::new(AtomicBool::new(false)));
        let stop = StopOnDrop(is_over.clone());
        let deadline = Instant::now() + STATEMENT_TIMEOUT;
        let work = tokio::task::spawn_blocking(move || {
            let outcome =
                shared.run(permit, sql, &borrowed(&parameters), move || is_over.load(Ordering::Relaxed) || Instant::now() > deadline);
            drop(bound);
            outcome
        });
        let outcome = work.await.map_err(Error::internal)?;
        drop(stop);
        outcome.map_err(|error| if is_interrupted(&error) { Error::Unavailable("a read took too long".into()) } else { error.into() })
    }

    /// The one row of a statement, if there is one.
    pub async fn optional<T>(&self, user: &str, sql: &'static str, begun: Begun<T>) -> Result<Option<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error> + Send + 'static,
    {
        Ok(self.all(user, sql, begun).await?.pop())
    }

    async fn connection(&self) -> Result<OwnedSemaphorePermit> {
        let permit = timeout(ACQUIRE_TIMEOUT, self.shared.permits.clone().acquire_owned()).await;
        permit.map_err(|_| Error::Unavailable("every connection is in use".into()))?.map_err(|_| closed().into())
    }

    /// How many connections are open, and how many of them nobody uses.
    pub fn count(&self) -> (u32, usize) {
        let idle = self.shared.idle().len();
        (u32::try_from(self.shared.open.load(Ordering::Relaxed)).unwrap_or(u32::MAX), idle)
    }

    /// Waits for those in use, closes them all, and opens no more.
    pub async fn close(&self) {
        let all = u32::try_from(MOST).unwrap_or(u32::MAX);
        // Those that are in use come back at their deadline at the latest.
        let _ = timeout(STATEMENT_TIMEOUT, self.shared.permits.acquire_many(all)).await;
        self.shared.permits.close();
        let closed = std::mem::take(&mut *self.shared.idle());
        self.shared.open.fetch_sub(closed.len(), Ordering::Relaxed);
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement to its end; after each [`SHORT`] steps it is asked whether it is to stop.
    fn run<T>(
        &self,
        permit: OwnedSemaphorePermit,
        sql: &str,
        parameters: &[&dyn ToSql],
        is_to_stop: impl FnMut() -> bool + Send + 'static,
    ) -> rusqlite::Result<Vec<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        // Where sqlx tells of its own.
        tracing::debug!(target: "sqlx::query", { db.statement = sql }, "read");
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open()?,
        };
        connection.progress_handler(SHORT, Some(is_to_stop))?;
        let outcome = rows(&connection, sql, parameters);
        self.idle().push(connection);
        drop(permit);
        outcome
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        if self.permits.is_closed() {
            return Err(closed());
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(connection)
    }
}

/// The rows of a statement.
pub fn rows<T>(connection: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> rusqlite::Result<Vec<T>>
where
    T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
{
    let mut statement = connection.prepare_cached(sql)?;
    // They are counted from here.
    statement.reset_status(StatementStatus::VmStep);
    if parameters.len() > NAMES.len() {
        return Err(rusqlite::Error::InvalidParameterCount(parameters.len(), NAMES.len()));
    }
    for (name, value) in NAMES.iter().zip(parameters) {
        // Not every statement of a kind has them all.
        if let Some(index) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(index, value)?;
        }
    }
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        found.push(T::try_from(row)?);
    }
    Ok(found)
}

/// A statement that takes long, which is not even begun on the thread of the request.
pub fn later<T>(parameters: &[&dyn ToSql]) -> Begun<T> {
    later_if(parameters, true)
}

fn later_if<T>(parameters: &[&dyn ToSql], is_long: bool) -> Begun<T> {
    match owned(parameters) {
        Ok(parameters) => Begun::Later { parameters, is_long },
        Err(error) => Begun::Over(Err(error.into())),
    }
}

/// Parameters that can be sent to another thread.
pub fn owned(parameters: &[&dyn ToSql]) -> rusqlite::Result<Vec<Value>> {
    let owned = |parameter: &&dyn ToSql| {
        Ok(match parameter.to_sql()? {
            ToSqlOutput::Borrowed(value) => value.try_into()?,
            ToSqlOutput::Owned(value) => value,
            // Kinds of features that are not in use.
            _ => return Err(rusqlite::Error::InvalidQuery),
        })
    };
    parameters.iter().map(owned).collect()
}

/// What [`owned`] gave, as parameters.
pub fn borrowed(parameters: &[Value]) -> Vec<&dyn ToSql> {
    parameters.iter().map(|parameter| parameter as &dyn ToSql).collect()
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

fn closed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), Some("the database is closed".to_owned()))
}
