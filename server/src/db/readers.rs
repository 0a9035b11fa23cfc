//! Reads of a SQLite file on the thread of whoever asks. sqlx has a thread for each connection, and to hand it a statement
//! and get the rows back takes longer than the short statements that are nearly all of the load.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Result, Row, StatementStatus, ToSql, ffi};

use super::BUSY_TIMEOUT;
use crate::threads::at_length;

/// Most connections; each is opened when all before it are in use.
const MOST: usize = 8;
/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 64;
/// How many steps of SQLite's machine a statement may take on a thread that serves others too: about a millisecond.
const SHORT: i32 = 25_000;
/// As many as it needs.
const UNBOUNDED: i32 = 0;
/// Parameters as statements name them.
const NAMES: [&str; 10] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"];

/// Connections that change nothing.
#[derive(Debug)]
pub struct Readers {
    file: PathBuf,
    connections: [Mutex<Option<Connection>>; MOST],
    is_closed: AtomicBool,
}

impl Readers {
    /// Of this file; nothing is opened yet.
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), connections: Default::default(), is_closed: AtomicBool::new(false) }
    }

    /// The rows of a statement. One that turns out to be long is begun anew, where it holds nobody up.
    pub fn all<T>(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<Vec<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        match self.run(sql, parameters, SHORT) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                at_length(|| self.run(sql, parameters, UNBOUNDED))
            }
            outcome => outcome,
        }
    }

    fn run<T>(&self, sql: &str, parameters: &[&dyn ToSql], steps: i32) -> Result<Vec<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        // Where sqlx tells of its own.
        tracing::debug!(target: "sqlx::query", { db.statement = sql }, "read");
        let mut place = self.free();
        let connection = match &mut *place {
            Some(connection) => connection,
            none => none.insert(self.open()?),
        };
        connection.progress_handler(steps, Some(|| true))?;
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

    /// The one row of a statement, if there is one.
    pub fn optional<T>(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<Option<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        Ok(self.all(sql, parameters)?.pop())
    }

    /// How many connections are open, and how many of them nobody uses.
    pub fn count(&self) -> (u32, usize) {
        self.connections.iter().fold((0, 0), |(open, idle), connection| match connection.try_lock() {
            Ok(connection) if connection.is_some() => (open + 1, idle + 1),
            Err(TryLockError::WouldBlock) => (open + 1, idle),
            _ => (open, idle),
        })
    }

    /// Closes them all; waits for those in use, and opens no more.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        for connection in &self.connections {
            drop(connection.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// The first that nobody uses, so that a few have all the pages that are asked for; else the first that is free again.
    fn free(&self) -> MutexGuard<'_, Option<Connection>> {
        let free = self.connections.iter().find_map(|connection| match connection.try_lock() {
            Ok(connection) => Some(connection),
            Err(TryLockError::Poisoned(connection)) => Some(connection.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        });
        free.unwrap_or_else(|| self.connections[0].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn open(&self) -> Result<Connection> {
        if self.is_closed.load(Ordering::SeqCst) {
            let cannot_open = ffi::Error::new(ffi::SQLITE_CANTOPEN);
            return Err(rusqlite::Error::SqliteFailure(cannot_open, Some("the database is closed".to_owned())));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }
}
