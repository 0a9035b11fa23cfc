//! Group commit: writes that come at the same time share a transaction, and with it the one sync of the disk that makes
//! them durable. Whoever comes while the disk is busy is in the next one.

use std::{io, sync::Arc};

use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::write_queue::Line;

/// `SQLITE_CONSTRAINT_TRIGGER`
const TRIGGER_RAISED: &str = "1811";

/// The transaction of those who come now.
#[derive(Debug)]
pub struct GroupCommit {
    writer: SqlitePool,
    open: Arc<Mutex<Open>>,
    line: Arc<Line>,
}

#[derive(Debug, Default)]
struct Open {
    /// Has begun a transaction.
    connection: Option<PoolConnection<Sqlite>>,
    /// Those whose statements were run in it.
    waiting: Vec<oneshot::Sender<()>>,
}

/// The right to run one statement in it.
#[derive(Debug)]
pub struct Turn(OwnedMutexGuard<Open>);

impl GroupCommit {
    /// One with the connection that writes.
    pub fn new(writer: SqlitePool) -> Self {
        Self { writer, open: Arc::default(), line: Arc::default() }
    }

    /// Waits until no transaction is open, and lets none begin.
    pub async fn pause(&self) -> Pause {
        loop {
            let open = self.open.clone().lock_owned().await;
            if open.connection.is_none() {
                return Pause(open);
            }
            // Its end is in line already.
        }
    }

    /// Waits for a turn; the first one begins.
    pub async fn turn(&self) -> sqlx::Result<Turn> {
        // In the order in which they come.
        let turn = self.open.clone().lock_owned();
        let open = self.line.wait(turn).await?;
        if open.connection.is_some() {
            return Ok(Turn(open));
        }
        // In a task: whoever goes away in the middle leaves no connection with half a beginning.
        tokio::spawn(begin(self.writer.clone(), open, self.line.clone())).await.map_err(|_| sqlx::Error::WorkerCrashed)?
    }
}

/// While it is held, no transaction of the group begins.
#[derive(Debug)]
pub struct Pause(#[expect(dead_code, reason = "it is held")] OwnedMutexGuard<Open>);

async fn begin(writer: SqlitePool, mut open: OwnedMutexGuard<Open>, line: Arc<Line>) -> sqlx::Result<Turn> {
    let mut connection = writer.acquire().await?;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    open.connection = Some(connection);
    // Whoever is in line now comes before it.
    tokio::spawn(commit(OwnedMutexGuard::mutex(&open).clone(), line));
    Ok(Turn(open))
}

async fn commit(open: Arc<Mutex<Open>>, line: Arc<Line>) {
    let mut open = open.lock_owned().await;
    let waiting = std::mem::take(&mut open.waiting);
    let Some(mut connection) = open.connection.take() else { return };
    let outcome = sqlx::query("COMMIT").execute(&mut *connection).await;
    if let Err(error) = outcome {
        tracing::error!(cause = %error, "writes were not committed");
        // Dropping `waiting` tells them.
        return roll_back(connection).await;
    }
    drop((connection, open));
    line.note_commit();
    for waiting in waiting {
        // Whoever has gone needs no answer.
        let _ = waiting.send(());
    }
}

async fn roll_back(mut connection: PoolConnection<Sqlite>) {
    // Refused where SQLite has done so by itself.
    let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
}

impl Turn {
    /// To run the statement on. One: if whoever asked goes away, what it did stays.
    pub fn on(&mut self) -> sqlx::Result<&mut SqliteConnection> {
        self.0.connection.as_deref_mut().ok_or(sqlx::Error::WorkerCrashed)
    }

    /// The statement's outcome, once it is on the disk.
    pub async fn done<T>(mut self, outcome: sqlx::Result<T>) -> sqlx::Result<T> {
        let value = match outcome {
            Ok(value) => value,
            Err(error) => {
                // A disk that is full takes the whole transaction with it, and what would follow would be in none.
                // A statement that a constraint or a trigger refuses takes back only itself.
                let is_refused =
                    |error: &dyn sqlx::error::DatabaseError| error.is_unique_violation() || error.code().as_deref() == Some(TRIGGER_RAISED);
                if !matches!(&error, sqlx::Error::Database(error) if is_refused(&**error)) {
                    if let Some(connection) = self.0.connection.take() {
                        tokio::spawn(roll_back(connection));
                    }
                    self.0.waiting.clear();
                }
                return Err(error);
            }
        };
        let (tell, told) = oneshot::channel();
        self.0.waiting.push(tell);
        drop(self);
        match told.await {
            Ok(()) => Ok(value),
            Err(_) => Err(sqlx::Error::Io(io::Error::other("the transaction was not committed"))),
        }
    }
}
