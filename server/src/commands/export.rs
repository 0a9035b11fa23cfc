//! `holdfast export`

use std::{
    error::Error,
    fs,
    io::{self, BufWriter, Write as _},
    path::Path,
};

use super::due_migrations::migrations_are_due;
use crate::{
    config::Config,
    db::{Db, Schema},
    import::dump::{self, Exported},
    private_files,
};

/// Writes it to a file that only its owner may read, or to standard output.
pub async fn run(config: &Config, file: &Path) -> Result<(), Box<dyn Error>> {
    let database = config.database()?;
    if let Schema::New { due } | Schema::Old { due } = Db::schema(&database).await? {
        return Err(migrations_are_due(due).into());
    }
    let db = Db::open(&database).await?;
    let outcome = if file == Path::new("-") { to_standard_output(&db).await } else { to_file(&db, file).await };
    db.close().await;
    let Exported { users, tasks, deleted_tasks } = outcome?;
    eprintln!("exported {users} users, {tasks} tasks and {deleted_tasks} deleted ones, with the hashes of passwords: keep it to yourself");
    Ok(())
}

async fn to_standard_output(db: &Db) -> Result<Exported, Box<dyn Error>> {
    let mut out = BufWriter::new(io::stdout());
    Ok(dump::export(db, &mut out).await?)
}

async fn to_file(db: &Db, file: &Path) -> Result<Exported, Box<dyn Error>> {
    let made = private_files::create_new(file).map_err(|error| format!("cannot make {}: {error}", file.display()))?;
    let mut out = BufWriter::new(made);
    let written = async {
        let exported = dump::export(db, &mut out).await?;
        out.flush()?;
        out.get_ref().sync_all()?;
        Ok(exported)
    };
    let written: Result<Exported, Box<dyn Error>> = written.await;
    if written.is_err() {
        // A half of it would pass for the whole.
        let _ = fs::remove_file(file);
    }
    written
}
