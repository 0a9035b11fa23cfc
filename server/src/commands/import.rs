//! `holdfast import`

use std::{
    error::Error,
    fmt::Write as _,
    io::{self, BufWriter, Write as _},
    path::PathBuf,
};

use super::due_migrations::{is_new, migrations_are_due};
use crate::{
    cli::ImportArguments,
    clock::Clock,
    config::{Config, ConfigError, Database},
    db::{Db, Schema},
    import::{Count, Counts, Import, ImportError, Options, Progress, Source, Writer, report::Report},
    private_files::{self, TemporaryFolder},
};

/// Runs it. What was not taken makes it an error, with exit status 1, after everything else was.
pub async fn run(config: &Config, arguments: ImportArguments) -> Result<(), Box<dyn Error>> {
    let database = config.database()?;
    let is_new = is_new(&database).await?;
    if !is_new && let Schema::New { due } | Schema::Old { due } = Db::schema(&database).await? {
        return Err(migrations_are_due(due).into());
    }
    // Before anything is made.
    let from = arguments.from.as_ref().ok_or_else(|| ConfigError("--from: say what to import".into()))?;
    let source = Source::open(from).await?;
    // A trial makes no database either: a new one is tried on a file that goes again.
    let trial = (arguments.dry_run && is_new).then(|| TemporaryFolder::beside(&std::env::temp_dir().join("trial"))).transpose()?;
    let database = trial.as_ref().map_or(database, |folder| Database::Sqlite(folder.file("trial.db")));
    let lines = arguments.report.as_ref().map(report_file).transpose()?;
    let db = Db::open(&database).await?;
    let clock = Clock::system();
    clock.set_by(&db).await?;
    let mut import = Import {
        source,
        writer: Writer {
            db: &db,
            dry_run: arguments.dry_run,
            now: clock.now(),
            session_max_age: config.session_max_age,
            quota: None,
            counts: Counts::default(),
            report: Report::new(lines),
        },
        options: Options { zone: arguments.timezone, keep_extra: arguments.keep_extra, now: clock.now() },
        progress: Progress::default(),
        mappings: arguments.map,
    };
    let outcome = import.run().await;
    let Import { source, mut writer, .. } = import;
    source.close().await;
    writer.report.finish()?;
    let (counts, report) = (writer.counts, writer.report);
    db.close().await;
    match outcome {
        Ok(tables) => {
            writeln!(io::stdout(), "read the tables {}", tables.join(", "))?;
            write!(io::stdout(), "{}", summary(&counts, &report, arguments.dry_run))?;
        }
        Err(ImportError::Usage(why)) => return Err(ConfigError(why).into()),
        Err(error) => return Err(error.into()),
    }
    match report.losses() {
        0 => Ok(()),
        losses => Err(match &arguments.report {
            Some(file) => format!("{losses} things were not taken: each is a line of {}", file.display()),
            None => format!("{losses} things were not taken: --report FILE writes each of them to a file"),
        }
        .into()),
    }
}

/// The report quotes what people wrote: it is for its owner alone.
fn report_file(file: &PathBuf) -> Result<Box<dyn io::Write + Send>, String> {
    let made = private_files::create_new(file).map_err(|error| format!("cannot make {}: {error}", file.display()))?;
    Ok(Box::new(BufWriter::new(made)))
}

/// A table of what became of everything, then why what was not taken was not.
fn summary(counts: &Counts, report: &Report, dry_run: bool) -> String {
    let taken = if dry_run { "would be taken" } else { "taken" };
    let rows = [
        ("users", counts.users),
        ("sessions that are live", counts.sessions),
        ("accounts of other providers", counts.accounts),
        ("tasks", counts.tasks),
    ];
    let mut text = String::new();
    let _ = writeln!(text, "{:27} {:>9} {taken:>14} {:>13} {:>8} {:>9}", "", "read", "here already", "deleted", "not taken");
    for (name, Count { read, taken, there, deleted, refused }) in rows {
        let _ = writeln!(text, "{name:27} {read:>9} {taken:>14} {there:>13} {deleted:>8} {refused:>9}");
    }
    for (count, words) in report.lines() {
        let _ = writeln!(text, "{count:>9} × {words}");
    }
    if dry_run {
        text.push_str("nothing was written: this was a trial\n");
    }
    text
}
