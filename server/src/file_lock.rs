//! Who uses a SQLite file: every process that serves it holds the lock with the others, and one that replaces it alone.
//! SQLite's own locks say only who reads or writes at this moment.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// The lock beside others who use the file; given back when it is dropped, or when the process ends.
pub fn shared(database: &Path) -> io::Result<File> {
    let file = open(database)?;
    file.lock_shared()?;
    Ok(file)
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
    OpenOptions::new().create(true).truncate(false).write(true).open(name)
}
