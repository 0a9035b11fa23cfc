//! A lock file beside the SQLite file (`….lock`): shared by the processes that use the database, exclusive for one that replaces
//! the file. SQLite's own locks last for a statement or transaction only.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::private_files;

/// The shared lock, until it is dropped or the process ends. Waits for a restore that holds the exclusive one: open the database
/// after this, not before.
pub async fn shared(database: &Path) -> io::Result<File> {
    let file = open(database)?;
    match file.try_lock_shared() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => {
            tracing::info!(database = %database.display(), "the database is in use by a restore: waiting for its end");
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    tokio::task::spawn_blocking(move || file.lock_shared().map(|()| file)).await.map_err(io::Error::other)?
}

/// The exclusive lock, or `None` when another process has the file in use.
pub fn alone(database: &Path) -> io::Result<Option<File>> {
    let file = open(database)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(database: &Path) -> io::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    private_files::create(name.as_ref())?;
    OpenOptions::new().write(true).open(name)
}
