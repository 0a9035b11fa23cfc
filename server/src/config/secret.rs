//! `BETTER_AUTH_SECRET`: its validation, and the secret that is generated where none is set.

use std::{
    collections::HashSet,
    fmt,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Fewest bytes: as many as HMAC-SHA-256 puts out (RFC 7518, section 3.2).
const MIN_BYTES: usize = 32;

/// Secrets printed in manuals, templates and source code, by how they begin (letters and digits alone, lower case).
const WELL_KNOWN: [&str; 14] = [
    "betterauthsecret",
    "changeme",
    "changethis",
    "default",
    "example",
    "holdfastexample",
    "insecure",
    "mysecret",
    "notasecret",
    "placeholder",
    "replaceme",
    "secret",
    "supersecret",
    "yoursecret",
];

/// Key material; never printed.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// A secret that is long and unguessable enough, or the reason why it is not.
    pub fn new(text: &str) -> Result<Self, &'static str> {
        if text.len() < MIN_BYTES {
            return Err("is too short: it must have at least 32 bytes; make one with `openssl rand -base64 48`");
        }
        let bare: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let is_known = WELL_KNOWN.iter().any(|known| bare.starts_with(known)) || bare.starts_with("yourbetterauthsecret");
        let distinct = text.bytes().collect::<HashSet<_>>().len();
        if is_known || distinct < 8 {
            return Err("is a well-known example: make one with `openssl rand -base64 48`");
        }
        Ok(Self(text.as_bytes().into()))
    }

    /// The bytes to sign with.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secret kept beside a database file, created (mode 0600) by the first process that needs it.
pub fn kept_beside(database: &Path) -> Result<Secret, String> {
    let path = database.with_file_name("better-auth-secret");
    let text = make_once(&path).map_err(|error| format!("{} cannot be made or read: {error}", path.display()))?;
    Secret::new(text.trim_end()).map_err(|why| format!("the secret in {} {why}", path.display()))
}

fn make_once(path: &Path) -> io::Result<String> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        done => return done,
    }
    let secret = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 48]>());
    // Written to a temporary name and hard-linked: a second process that starts now never reads half of it.
    let draft = path.with_extension(format!("{:016x}", rand::random::<u64>()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match written {
        Ok(()) => {
            tracing::info!(path = %path.display(), "no BETTER_AUTH_SECRET: made one and kept it");
            Ok(secret)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}
