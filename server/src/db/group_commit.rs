//! Group commit: writes that come at the same time share a transaction, and with it the one sync of the disk that makes
//! them durable. One that comes while the disk is busy is in the next transaction. All of a transaction run on one thread, to
//! which they are handed over together: handing each statement to a connection of sqlx, and waiting for it, cost more processor
//! time than the statement itself.

use std::{
    collections::VecDeque,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{Connection, OpenFlags, Row, ToSql, types::Value};
use sqlx::SqlitePool;
use tokio::{
    runtime::Handle,
    sync::{OwnedMutexGuard, oneshot},
};

use super::{
    limits::{BUSY_TIMEOUT, LOG_PAGES},
    readers::{STATEMENTS, borrowed, rows},
    write_queue::Line,
};
use crate::problem::{Error, Result};

/// `SQLITE_CONSTRAINT_PRIMARYKEY`, `SQLITE_CONSTRAINT_TRIGGER`, `SQLITE_CONSTRAINT_UNIQUE`
const REFUSED: [i32; 3] = [1555, 1811, 2067];

/// Runs writes, many in one transaction.
#[derive(Debug)]
pub struct GroupCommit(Arc<Shared>);

struct Shared {
    file: PathBuf,
    /// Its one connection is held during a transaction: nothing else writes in this process meanwhile.
    writer: SqlitePool,
    /// Opened by the first write.
    connection: Mutex<Option<Connection>>,
    queue: Mutex<Queue>,
    line: Line,
    /// Held during a transaction.
    gate: Arc<tokio::sync::Mutex<()>>,
    /// Set by every write; the checkpointer takes it back.
    is_written: Arc<AtomicBool>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(u64, Box<dyn Job>)>,
    next_number: u64,
    /// Whether a thread runs what waits.
    is_served: bool,
}

/// While it is held, no transaction of the group begins.
#[derive(Debug)]
pub struct Pause(#[expect(dead_code, reason = "it is held")] OwnedMutexGuard<()>);

/// The connection, for the statements of one write.
pub struct Writer<'a>(&'a Connection);

impl Writer<'_> {
    /// Runs a statement that gives at most one row.
    pub fn optional<T>(&self, sql: &str, parameters: &[&dyn ToSql]) -> rusqlite::Result<Option<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error>,
    {
        // Where sqlx tells of its own.
        tracing::debug!(target: "sqlx::query", { db.statement = sql }, "write");
        Ok(rows(self.0, sql, parameters)?.pop())
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(&self, sql: &str, parameters: &[&dyn ToSql]) -> rusqlite::Result<u64> {
        self.optional::<Nothing>(sql, parameters)?;
        Ok(self.0.changes())
    }
}

/// A row of which no column is read.
struct Nothing;

impl TryFrom<&Row<'_>> for Nothing {
    type Error = rusqlite::Error;

    fn try_from(_: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self)
    }
}

/// A write with the request that waits for it.
trait Job: Send {
    /// Whether the request is gone.
    fn is_abandoned(&self) -> bool;
    /// Runs it; whether the transaction can go on.
    fn run(&mut self, writer: &Writer<'_>) -> bool;
    /// Tells the request what came of it.
    fn answer(self: Box<Self>);
}

struct Work<F, T> {
    run: Option<F>,
    outcome: Option<rusqlite::Result<T>>,
    tell: oneshot::Sender<rusqlite::Result<T>>,
}

impl<F, T> Job for Work<F, T>
where
    F: FnOnce(&Writer<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn is_abandoned(&self) -> bool {
        self.tell.is_closed()
    }

    fn run(&mut self, writer: &Writer<'_>) -> bool {
        let Some(run) = self.run.take() else { return true };
        let outcome = run(writer);
        // A disk that is full takes the whole transaction with it. A statement that a constraint or a trigger refuses takes back
        // only itself.
        let goes_on =
            outcome.as_ref().err().is_none_or(|error| error.sqlite_error().is_some_and(|error| REFUSED.contains(&error.extended_code)));
        self.outcome = Some(outcome);
        goes_on
    }

    fn answer(self: Box<Self>) {
        if let Some(outcome) = self.outcome {
            // A request that is gone needs no answer.
            let _ = self.tell.send(outcome);
        }
    }
}

impl GroupCommit {
    /// Of this file. `writer` has one connection, for what writes without the group.
    pub fn new(file: &Path, writer: SqlitePool, is_written: Arc<AtomicBool>) -> Self {
        let (connection, queue, line, gate) = (Mutex::default(), Mutex::default(), Line::default(), Arc::default());
        Self(Arc::new(Shared { file: file.to_owned(), writer, connection, queue, line, gate, is_written }))
    }

    /// Waits until no transaction is open, and lets none begin.
    pub async fn pause(&self) -> Pause {
        Pause(self.0.gate.clone().lock_owned().await)
    }

    /// Runs a write; its outcome, once it is on the disk. It has one statement, or a few of which none after the first is
    /// refused by a constraint. If the request goes away before it has begun, it is not run.
    pub async fn write<F, T>(&self, run: F) -> Result<T>
    where
        F: FnOnce(&Writer<'_>) -> rusqlite::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let shared = &self.0;
        shared.is_written.store(true, Ordering::Relaxed);
        let (tell, mut told) = oneshot::channel();
        let number = shared.enqueue(Box::new(Work { run: Some(run), outcome: None, tell }));
        let outcome = match shared.line.wait(&mut told).await {
            Ok(outcome) => outcome,
            Err(error) if shared.withdraw(number) => return Err(error.into()),
            // It has begun: what comes of it is known soon.
            Err(_) => told.await,
        };
        Ok(outcome.map_err(|_| Error::Unavailable("the transaction was not committed".into()))??)
    }

    /// Runs a statement that gives at most one row.
    pub async fn optional<T>(&self, sql: &'static str, parameters: rusqlite::Result<Vec<Value>>) -> Result<Option<T>>
    where
        T: for<'r> TryFrom<&'r Row<'r>, Error = rusqlite::Error> + Send + 'static,
    {
        let parameters = parameters?;
        self.write(move |writer| writer.optional(sql, &borrowed(&parameters))).await
    }

    /// Runs a statement; how many rows it changed.
    pub async fn execute(&self, sql: &'static str, parameters: rusqlite::Result<Vec<Value>>) -> Result<u64> {
        let parameters = parameters?;
        self.write(move |writer| writer.execute(sql, &borrowed(&parameters))).await
    }

    /// Closes the connection.
    pub fn close(&self) {
        drop(lock(&self.0.connection).take());
    }
}

impl Shared {
    fn enqueue(self: &Arc<Self>, job: Box<dyn Job>) -> u64 {
        let mut queue = lock(&self.queue);
        let number = queue.next_number;
        queue.next_number += 1;
        queue.waiting.push_back((number, job));
        self.start(&mut queue);
        number
    }

    /// Starts the thread that serves the queue, unless it runs.
    fn start(self: &Arc<Self>, queue: &mut Queue) {
        if !queue.is_served && !queue.waiting.is_empty() {
            queue.is_served = true;
            let server = Server(self.clone());
            tokio::task::spawn_blocking(move || server.0.serve());
        }
    }

    /// Takes a write out of the queue; whether it was still there.
    fn withdraw(&self, number: u64) -> bool {
        let mut queue = lock(&self.queue);
        let at = queue.waiting.iter().position(|(other, _)| *other == number);
        at.is_some_and(|at| queue.waiting.remove(at).is_some())
    }

    /// Runs what waits until nothing does.
    fn serve(&self) {
        let runtime = Handle::current();
        loop {
            {
                let mut queue = lock(&self.queue);
                if queue.waiting.is_empty() {
                    queue.is_served = false;
                    return;
                }
            }
            let _gate = runtime.block_on(self.gate.lock());
            let _turn = match runtime.block_on(self.writer.acquire()) {
                Ok(turn) => turn,
                // The requests give up by themselves when they have waited too long.
                Err(sqlx::Error::PoolTimedOut) => continue,
                Err(error) => {
                    tracing::error!(cause = %error, "writes were not begun");
                    lock(&self.queue).waiting.clear();
                    continue;
                }
            };
            let mut jobs = std::mem::take(&mut lock(&self.queue).waiting);
            while !jobs.is_empty() {
                if let Err(error) = self.run(&mut jobs) {
                    // Dropping what was run tells the requests.
                    tracing::error!(cause = %error, "writes were not committed");
                }
            }
        }
    }

    /// Runs jobs in one transaction, up to one that spoils it.
    fn run(&self, jobs: &mut VecDeque<(u64, Box<dyn Job>)>) -> rusqlite::Result<()> {
        let kept = lock(&self.connection).take();
        let connection = match kept {
            Some(connection) => connection,
            None => open(&self.file).inspect_err(|_| jobs.clear())?,
        };
        // One that cannot begin, or is amid a transaction when a write panics, is closed, and opened anew for the next.
        execute(&connection, "BEGIN IMMEDIATE").inspect_err(|_| jobs.clear())?;
        let outcome = self.run_begun(&connection, jobs);
        *lock(&self.connection) = Some(connection);
        outcome
    }

    fn run_begun(&self, connection: &Connection, jobs: &mut VecDeque<(u64, Box<dyn Job>)>) -> rusqlite::Result<()> {
        let mut run = Vec::with_capacity(jobs.len());
        while let Some((_, mut job)) = jobs.pop_front() {
            if job.is_abandoned() {
                continue;
            }
            if !job.run(&Writer(connection)) {
                // Refused where SQLite has done so by itself.
                let _ = execute(connection, "ROLLBACK");
                job.answer();
                return Ok(());
            }
            run.push(job);
        }
        execute(connection, "COMMIT").inspect_err(|_| drop(execute(connection, "ROLLBACK")))?;
        self.line.note_commit();
        run.into_iter().for_each(Job::answer);
        Ok(())
    }
}

/// The thread that serves the queue. If a write panics, the others of its transaction are told, and the next write starts anew.
struct Server(Arc<Shared>);

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut queue = lock(&self.0.queue);
            queue.is_served = false;
            self.0.start(&mut queue);
        }
    }
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // As the connections of sqlx; the file itself says that it has a log.
    for (name, value) in [("synchronous", "FULL"), ("foreign_keys", "ON"), ("wal_autocheckpoint", LOG_PAGES), ("secure_delete", "ON")] {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute([])
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit").field("file", &self.file).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, future::join_all};
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    const INSERT: &str = "INSERT OR FAIL INTO notes (id) VALUES ($1)";

    /// A group on an empty table, and the folder of its file.
    fn group() -> (GroupCommit, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("db");
        let connection = Connection::open(&file).expect("a file");
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER PRIMARY KEY)").expect("a table");
        let url = format!("sqlite:{}", file.display());
        let writer = SqlitePoolOptions::new().max_connections(1).connect_lazy(&url).expect("an address");
        (GroupCommit::new(&file, writer, Arc::default()), folder)
    }

    async fn insert(group: &GroupCommit, id: i64) -> Result<u64> {
        group.execute(INSERT, Ok(vec![Value::Integer(id)])).await
    }

    async fn ids(group: &GroupCommit) -> Vec<i64> {
        let read = |writer: &Writer<'_>| rows::<(i64,)>(writer.0, "SELECT id FROM notes ORDER BY id", &[]);
        group.write(read).await.expect("rows").into_iter().map(|(id,)| id).collect()
    }

    #[tokio::test]
    async fn a_write_that_is_refused_takes_back_only_itself() {
        let (group, _folder) = group();
        // One transaction: all wait while it is paused.
        let pause = group.pause().await;
        let mut writes = Box::pin(join_all([1, 2, 1, 3].map(|id| insert(&group, id))));
        assert!(writes.as_mut().now_or_never().is_none());
        drop(pause);
        let outcomes: Vec<_> = writes.await.iter().map(std::result::Result::is_ok).collect();
        assert_eq!(outcomes, [true, true, false, true]);
        assert_eq!(ids(&group).await, [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_write_that_is_abandoned_before_it_begins_is_not_run() {
        let (group, _folder) = group();
        let pause = group.pause().await;
        let mut abandoned = Box::pin(insert(&group, 1));
        assert!(abandoned.as_mut().now_or_never().is_none());
        drop(abandoned);
        drop(pause);
        assert_eq!(insert(&group, 2).await.expect("it is written"), 1);
        assert_eq!(ids(&group).await, [2]);
    }

    #[tokio::test]
    async fn after_a_write_that_panics_the_next_is_run() {
        let (group, _folder) = group();
        let outcome = group.write(|writer| -> rusqlite::Result<()> {
            writer.execute(INSERT, &[&1])?;
            panic!("on purpose");
        });
        assert!(outcome.await.is_err());
        assert_eq!(insert(&group, 2).await.expect("it is written"), 1);
        assert_eq!(ids(&group).await, [2]);
    }
}
