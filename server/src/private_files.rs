//! Files (mode 0600) and folders (0700) that only their owner may read: a database and its copies hold hashes of passwords.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// How many random names are tried for a temporary folder.
const NAMES_TRIED: usize = 16;

/// Makes a folder and its parents, if they are missing; existing ones keep their mode.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes the parent folder of a file.
pub fn make_folder_of(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), make_folder)
}

/// Makes an empty file; an error where the name is taken, also by a link to nowhere (`O_EXCL`).
pub fn create_new(file: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

/// Makes an empty file if there is none. SQLite gives what it keeps beside a database the same mode.
pub fn create(file: &Path) -> io::Result<()> {
    match create_new(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Takes the rights of all but the owner from a file.
pub fn restrict(file: &Path) -> io::Result<()> {
    fs::set_permissions(file, Permissions::from_mode(0o600))
}

/// A folder with a random name, removed with its content when it is dropped. A file made in it can be renamed to a name beside
/// the folder; until then no other user of the machine can put a file or a link in its place.
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Beside this file, on the same file system.
    pub fn beside(file: &Path) -> io::Result<Self> {
        let mut tries = 0;
        loop {
            let path = file.with_file_name(format!(".holdfast-{:032x}", rand::random::<u128>()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tries < NAMES_TRIED => tries += 1,
                outcome => return outcome.map(|()| Self(path)),
            }
        }
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a temporary folder was not removed");
        }
    }
}
