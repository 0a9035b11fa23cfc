//! `holdfast migrate`, `backup` and `restore`.

use std::{
    error::Error,
    fs::{self, File, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    config::{Config, Database},
    db::{Db, make_private},
    file_lock,
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
    match Db::pending(&database).await? {
        0 => writeln!(io::stdout(), "the schema is up to date")?,
        count => return Err(format!("{count} migrations are due: run `holdfast migrate`").into()),
    }
    Ok(())
}

/// Writes a whole copy of the SQLite database, as it is at one moment, while others go on writing.
pub async fn backup(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    let Database::Sqlite(database) = config.database()? else { return Err(DUMP.into()) };
    if file.exists() {
        return Err(format!("{} is there already", file.display()).into());
    }
    let mut connection = open(&database).await?;
    let text = file.to_str().ok_or("the file's name is not UTF-8 text")?;
    // Under another name until it is whole.
    let draft = format!("{text}.part");
    let _ = fs::remove_file(&draft);
    make_private(Path::new(&draft))?;
    sqlx::query("VACUUM INTO $1").bind(&draft).execute(&mut connection).await?;
    connection.close().await?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, file)?;
    sync_folder(file)?;
    writeln!(io::stdout(), "wrote {}", file.display())?;
    Ok(())
}

/// Puts a backup in the place of the database, after looking whether it is whole.
pub async fn restore(config: &Config, file: &Path, replace: bool) -> Result<(), Box<dyn Error>> {
    let Database::Sqlite(database) = config.database()? else { return Err(DUMP.into()) };
    if database.exists() && !replace {
        return Err(format!("{} is there already: with --replace it is kept beside it, and replaced", database.display()).into());
    }
    if let Some(folder) = database.parent() {
        fs::create_dir_all(folder)?;
    }
    let Some(_lock) = file_lock::alone(&database)? else {
        return Err(format!("{} is in use: stop holdfast first", database.display()).into());
    };
    let draft = beside(&database, ".part");
    fs::copy(file, &draft).map_err(|error| format!("cannot copy {}: {error}", file.display()))?;
    fs::set_permissions(&draft, Permissions::from_mode(0o600))?;
    if let Err(why) = check(&draft).await {
        fs::remove_file(&draft)?;
        return Err(format!("{} is no whole copy of a Holdfast database: {why}", file.display()).into());
    }
    File::open(&draft)?.sync_all()?;
    for suffix in ["", "-wal", "-shm"] {
        let old = beside(&database, suffix);
        if old.exists() {
            fs::rename(&old, beside(&database, &format!(".before-restore{suffix}")))?;
        }
    }
    fs::rename(&draft, &database)?;
    sync_folder(&database)?;
    writeln!(io::stdout(), "restored {}", database.display())?;
    Ok(())
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
