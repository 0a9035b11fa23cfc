//! `holdfast migrate`, `backup` and `restore`.

use std::{
    error::Error,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::due_migrations::migrations_are_due;
use crate::{
    clock::Clock,
    config::{Config, Database},
    db::{Db, Schema},
    file_lock,
    identity::revocation::Revocation,
    private_files::{self, TemporaryFolder},
    sql,
};

const DUMP: &str = "a PostgreSQL is backed up and restored with its own tools: pg_dump and pg_restore";

/// Brings the schema up to date, or only says whether it is.
pub async fn migrate(config: &Config, check: bool) -> Result<(), Box<dyn Error>> {
    let database = config.database()?;
    if !check {
        Db::open(&database).await?.close().await;
        writeln!(io::stdout(), "the schema is up to date")?;
        return Ok(());
    }
    match Db::schema(&database).await? {
        Schema::CurrentSession => writeln!(io::stdout(), "the schema is up to date")?,
        Schema::New { due } | Schema::Old { due } => return Err(migrations_are_due(due).into()),
    }
    Ok(())
}

/// Writes a whole copy of the SQLite database, as it is at one moment, while others go on writing.
pub async fn backup(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    let Database::Sqlite(database) = config.database()? else { return Err(DUMP.into()) };
    let is_taken = || format!("{} is there already", file.display());
    if file.symlink_metadata().is_ok() {
        return Err(is_taken().into());
    }
    if !database.exists() {
        return Err(format!("cannot open the database {}: there is no such file", database.display()).into());
    }
    // The file and its log are to be those of one database: a restore replaces both.
    let _in_use = file_lock::shared(&database).await?;
    let mut connection = open(&database).await?;
    let folder = TemporaryFolder::beside(file).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let draft = folder.file("backup.db");
    private_files::create_new(&draft)?;
    let name = draft.to_str().ok_or("the file's name is not UTF-8 text")?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(&mut connection).await?;
    connection.close().await?;
    File::open(&draft)?.sync_all()?;
    // A link replaces nothing, as a rename would. Some file systems have no links.
    match fs::hard_link(&draft, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(is_taken().into()),
        Err(_) => fs::rename(&draft, file)?,
        Ok(()) => {}
    }
    sync_folder(file)?;
    writeln!(io::stdout(), "wrote {}", file.display())?;
    Ok(())
}

/// Puts a backup in the place of the database, after looking whether it is whole. Sessions that were ended after the backup was
/// made would be good again: unless they are to be kept, every session ends, and every token issued until now.
pub async fn restore(config: &Config, file: &Path, replace: bool, keep_sessions: bool) -> Result<(), Box<dyn Error>> {
    let Database::Sqlite(database) = config.database()? else { return Err(DUMP.into()) };
    let refuse_to_replace = || match database.symlink_metadata() {
        Ok(_) if !replace => Err(format!("{} is there already: with --replace it is kept beside it, and replaced", database.display())),
        _ => Ok(()),
    };
    refuse_to_replace()?;
    private_files::make_folder_of(&database)?;
    let Some(_lock) = file_lock::alone(&database)? else {
        return Err(format!("{} is in use: stop holdfast first", database.display()).into());
    };
    // Another restore may have been done since.
    refuse_to_replace()?;
    let folder = TemporaryFolder::beside(&database)?;
    let draft = folder.file("restored.db");
    copy(file, &draft).map_err(|error| format!("cannot copy {}: {error}", file.display()))?;
    if let Err(why) = check(&draft).await {
        return Err(format!("{} is no whole copy of a Holdfast database: {why}", file.display()).into());
    }
    if !keep_sessions {
        end_sessions(&draft).await.map_err(|error| format!("cannot end the sessions of {}: {error}", file.display()))?;
    }
    File::open(&draft)?.sync_all()?;
    if database.exists() {
        keep(&database, &folder).await?;
    }
    fs::rename(&draft, &database)?;
    sync_folder(&database)?;
    let sessions = if keep_sessions { "its sessions go on" } else { "every session has ended" };
    writeln!(io::stdout(), "restored {}: {sessions}", database.display())?;
    Ok(())
}

async fn end_sessions(file: &Path) -> Result<(), Box<dyn Error>> {
    // Brings the schema up to date: that of the backup may not know of what is written here.
    let db = Db::open(&Database::Sqlite(file.to_owned())).await?;
    let mut transaction = db.begin().await?;
    sql!(execute transaction.on(), "DELETE FROM sessions")?;
    sql!(execute transaction.on(), "DELETE FROM mail_tokens")?;
    Revocation::of_all_so_far(Clock::system().now()).insert(&mut transaction).await?;
    transaction.commit().await?;
    db.close().await;
    Ok(())
}

/// Keeps the database that is about to be replaced under another name beside it. There is a database under its own name at
/// every moment, so that a restore that is interrupted leaves the old one in its place.
async fn keep(database: &Path, folder: &TemporaryFolder) -> Result<(), Box<dyn Error>> {
    // Takes what is only in the log into the file. One that is damaged may not be able to: its log is kept beside it.
    if let Ok(mut connection) = open(database).await {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
        let _ = connection.close().await;
    }
    for suffix in ["-wal", "-shm"] {
        let (log, kept) = (beside(database, suffix), beside(database, &format!(".before-restore{suffix}")));
        if log.exists() {
            fs::rename(&log, &kept)?;
        } else if kept.symlink_metadata().is_ok() {
            // That of a database that was kept earlier would damage this one.
            fs::remove_file(&kept)?;
        }
    }
    private_files::restrict(database)?;
    let link = folder.file("replaced.db");
    let old = if fs::hard_link(database, &link).is_ok() { &link } else { database };
    // A rename replaces an older database that was kept, which a link would not.
    fs::rename(old, beside(database, ".before-restore"))?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = File::open(from)?;
    io::copy(&mut from, &mut private_files::create_new(to)?).map(|_| ())
}

async fn open(file: &Path) -> Result<SqliteConnection, Box<dyn Error>> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false);
    Ok(options.connect().await.map_err(|error| format!("cannot open the database {}: {error}", file.display()))?)
}

async fn check(file: &Path) -> Result<(), Box<dyn Error>> {
    let mut connection = open(file).await?;
    let says: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await?;
    let _: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&mut connection).await?;
    connection.close().await?;
    if says == "ok" { Ok(()) } else { Err(says.into()) }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A name in a folder is as lasting as the folder.
fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
