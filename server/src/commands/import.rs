//! `holdfast import`

use std::{
    error::Error,
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    path::Path,
};

use sqlx::postgres::PgConnectOptions;

use super::due_migrations::{is_new, migrations_are_due};
use crate::{
    cli::ImportArguments,
    clock::Clock,
    config::{Config, ConfigError, Database},
    db::{Db, Schema},
    identity::user,
    import::{
        Count, Counts, Import, ImportError, Options, Owner, Progress, Source, Writer, dump,
        files::{self, FileOptions, Format},
        report::Report,
    },
    private_files::{self, TemporaryFolder},
    tasks,
};

/// Largest file of another task manager, in bytes: it is read whole.
const FILE_MAX: u64 = 256 * 1024 * 1024;
/// How much of a file is looked at to tell what it is.
const HEAD_BYTES: u64 = 256;

/// Where it comes from, opened.
enum From {
    Database(Source),
    Export(BufReader<File>, u64),
    File(Format, Vec<u8>),
}

/// Runs it. What was not taken makes it an error, with exit status 1, after everything else was.
pub async fn run(config: &Config, arguments: ImportArguments) -> Result<(), Box<dyn Error>> {
    let database = config.database()?;
    if arguments.from.as_ref().is_some_and(|from| is_same(from, &database)) {
        let why = "--from: that is Holdfast's own database, as DATABASE_URL says; the old one is only read, and needs another";
        return Err(ConfigError(why.into()).into());
    }
    let is_new = is_new(&database).await?;
    if !is_new && let Schema::New { due } | Schema::Old { due } = Db::schema(&database).await? {
        return Err(migrations_are_due(due).into());
    }
    // Before anything is made.
    let from = open(&arguments).await?;
    // A trial makes no database either: a new one is tried on a file that goes again.
    let trial = (arguments.dry_run && is_new).then(|| TemporaryFolder::beside(&std::env::temp_dir().join("trial"))).transpose()?;
    let database = trial.as_ref().map_or(database, |folder| Database::Sqlite(folder.file("trial.db")));
    let lines = arguments.report.as_deref().map(report_file).transpose()?;
    let db = Db::open(&database).await?;
    let clock = Clock::system();
    clock.set_by(&db).await?;
    let mut writer = Writer {
        db: &db,
        dry_run: arguments.dry_run,
        now: clock.now(),
        session_max_age: config.session_max_age,
        quota: None,
        counts: Counts::default(),
        report: Report::new(lines),
    };
    let outcome = import(from, &arguments, &mut writer).await;
    writer.report.finish()?;
    let Writer { counts, report, .. } = writer;
    db.close().await;
    match outcome {
        Ok(read) => {
            writeln!(io::stdout(), "{read}")?;
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

/// Whether two addresses are of one database: that of an old system is easily left in `DATABASE_URL`.
fn is_same(one: &Database, other: &Database) -> bool {
    match (one, other) {
        (Database::Sqlite(one), Database::Sqlite(other)) => {
            one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
        }
        (Database::Postgres { options: one, .. }, Database::Postgres { options: other, .. }) => {
            let place =
                |options: &PgConnectOptions| (options.get_host().to_owned(), options.get_port(), options.get_database().map(str::to_owned));
            place(one) == place(other)
        }
        _ => false,
    }
}

async fn open(arguments: &ImportArguments) -> Result<From, Box<dyn Error>> {
    if let Some(database) = &arguments.from {
        return Ok(From::Database(Source::open(database).await?));
    }
    let files = [
        (Format::Json, &arguments.json),
        (Format::Todoist, &arguments.todoist),
        (Format::Vikunja, &arguments.vikunja),
        (Format::TickTick, &arguments.ticktick),
    ];
    let named = files.into_iter().find_map(|(format, file)| Some((format, file.as_ref()?)));
    let (format, file) = named.ok_or_else(|| ConfigError("--from: say what to import".into()))?;
    let cannot = |error: io::Error| format!("cannot read {}: {error}", file.display());
    let size = fs::metadata(file).map_err(cannot)?.len();
    let mut reader = BufReader::new(File::open(file).map_err(cannot)?);
    if format == Format::Json {
        let mut head = String::new();
        // What is no text is no export.
        let _ = File::open(file).map(|file| BufReader::new(file.take(HEAD_BYTES)).read_line(&mut head)).map_err(cannot)?;
        match (dump::is_export(&head), &arguments.user) {
            (true, None) => return Ok(From::Export(reader, size)),
            (true, Some(_)) => return Err(ConfigError("--user: the file has all users' data, each for themselves".into()).into()),
            (false, None) => {
                return Err(
                    ConfigError("--json: the file is no export of Holdfast; --user says whose a download's tasks become".into()).into()
                );
            }
            (false, Some(_)) => {}
        }
    }
    if size > FILE_MAX {
        return Err(format!("cannot read {}: it is larger than {FILE_MAX} bytes", file.display()).into());
    }
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(cannot)?;
    Ok(From::File(format, bytes))
}

/// Moves everything; what was read, in words.
async fn import(from: From, arguments: &ImportArguments, writer: &mut Writer<'_>) -> Result<String, ImportError> {
    let mut progress = Progress::default();
    match from {
        From::Database(source) => {
            let options = Options { zone: arguments.timezone, keep_extra: arguments.keep_extra, now: writer.now };
            let mut import = Import { source, writer, options, progress, mappings: arguments.map.clone() };
            let outcome = import.run().await;
            import.source.close().await;
            Ok(format!("read the tables {}", outcome?.join(", ")))
        }
        From::Export(lines, size) => {
            progress.begin(size);
            dump::import(lines, writer, &mut progress).await?;
            Ok("read an export".into())
        }
        From::File(format, bytes) => {
            let email = arguments.user.as_deref().unwrap_or_default().to_lowercase();
            let nobody = || ImportError::Usage(format!("--user: nobody has the e-mail {email}"));
            let user = user::by_email(writer.db, &email).await?.ok_or_else(nobody)?;
            let options = FileOptions {
                owner: user.id(),
                zone: arguments.timezone,
                keep_extra: arguments.keep_extra,
                now: writer.now,
                known_ids: tasks::known_ids(&mut writer.db.begin().await?, user.id()).await?,
                unpacked_max: FILE_MAX,
            };
            let found = files::read(format, &bytes, &options).map_err(ImportError::Usage)?;
            writer.counts.tasks.read += found.read;
            found.refused.iter().for_each(|reason| writer.counts.tasks.refuse(*reason));
            writer.report.extend(found.entries)?;
            writer.write(Owner::Id(user.id()), found.tasks, Vec::new()).await?;
            Ok("read the file".into())
        }
    }
}

/// The report quotes what people wrote: it is for its owner alone.
fn report_file(file: &Path) -> Result<Box<dyn io::Write + Send + Sync>, String> {
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
        ("tasks in the trash", counts.deleted_tasks),
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
