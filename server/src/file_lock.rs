//! Who uses a SQLite file: every process that serves it holds the lock with the others, and one that replaces it alone.
//! SQLite's own locks say only who reads or writes at this moment.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use crate::private_files;

/// The lock beside others who use the file; given back when it is dropped, or when the process ends. Waits for a process that
/// has it alone, so that the database is to be opened after this and not before.
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

/// The lock beside nobody, or `None` when the file is in use.
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
