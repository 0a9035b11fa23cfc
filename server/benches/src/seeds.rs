//! Databases that are filled already. Filling them takes longer than measuring, so they are kept from one run to the next,
//! until what makes them changes; each server gets a copy.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Bench, Result, requests::owners, servers::peer_program};

/// How many accounts each database has.
pub const USERS: usize = 1_000;
/// How many of them have tasks where there are few: 20 each.
pub const OWNERS_OF_FEW: usize = 50;
/// Everybody's.
pub const PASSWORD: &str = "correct horse battery";

const SOURCES: &str = "server/benches";

/// A copy of Holdfast's database with this many tasks.
pub fn holdfast(bench: &Bench, tasks: usize) -> Result<PathBuf> {
    let sources = [format!("{SOURCES}/seed.py"), format!("{SOURCES}/src/seeds.rs"), "migrations/sqlite".into()];
    let seed = kept(bench, &format!("holdfast-{tasks}"), &sources, |file| {
        let url = format!("sqlite:{}", file.display());
        run(bench.holdfast_command().args(["migrate", "--database-url", &url]), "")?;
        run(bench.holdfast_command().args(["user", "create", "nobody@example.com", "--database-url", &url]), PASSWORD)?;
        let mut fill = Command::new("python3");
        fill.arg(format!("{SOURCES}/seed.py")).arg(file).args([USERS, tasks, owners(tasks)].map(|count| count.to_string()));
        run(&mut fill, "")?;
        index(bench, file)
    })?;
    copy(bench, &seed)
}

/// Gives the tasks of a copy dates, priorities and tags.
pub fn add_details(database: &Path) -> Result<()> {
    run(Command::new("python3").arg(format!("{SOURCES}/details.py")).arg(database), "")
}

/// Starts Holdfast once and waits, for as long as it takes: it listens when all tasks are in the index of the search.
fn index(bench: &Bench, file: &Path) -> Result<()> {
    let mut child = bench.serve(file, 0)?.stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
    run(Command::new("kill").args(["-TERM", &child.id().to_string()]), "")?;
    let status = child.wait()?;
    read.transpose()?;
    if !status.success() || line.is_empty() {
        return Err(format!("holdfast does not start with it: {status}").into());
    }
    Ok(())
}

/// A copy of the peer's.
pub fn peer(bench: &Bench, tasks: usize) -> Result<PathBuf> {
    let seed = kept(bench, &format!("peer-{tasks}"), &[format!("{SOURCES}/peer"), format!("{SOURCES}/src/seeds.rs")], |file| {
        let mut fill = Command::new(peer_program("python")?);
        fill.arg("seed.py").args([USERS, tasks].map(|count| count.to_string())).current_dir(format!("{SOURCES}/peer"));
        fill.env("DATABASE", std::path::absolute(file)?).env("BETTER_AUTH_SECRET", &bench.secret.0).env("PYTHONDONTWRITEBYTECODE", "1");
        run(&mut fill, "")
    })?;
    copy(bench, &seed)
}

/// The seed of this name, made anew if what makes it has changed.
fn kept(bench: &Bench, name: &str, sources: &[String], make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = bench.seeds.join(name);
    let made_by = fingerprint(sources)?;
    if fs::read_to_string(folder.join("made-by")).is_ok_and(|text| text == made_by) {
        return Ok(folder.join("db"));
    }
    eprintln!("filling {name}, once");
    // Under another name until it is whole.
    let draft = bench.new_folder()?;
    make(&draft.join("db")).map_err(|error| format!("{name} cannot be filled: {error}"))?;
    fs::File::open(draft.join("db"))?.sync_all()?;
    fs::write(draft.join("made-by"), made_by)?;
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&bench.seeds)?;
    fs::rename(&draft, &folder)?;
    Ok(folder.join("db"))
}

fn fingerprint(sources: &[String]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let mut files = Vec::new();
    for source in sources.iter().map(Path::new) {
        if source.is_dir() {
            files.extend(fs::read_dir(source)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?);
        } else {
            files.push(source.to_owned());
        }
    }
    files.retain(|file| file.is_file());
    files.sort();
    for file in files {
        fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// On the disk, so that it is not written there while something is measured.
fn copy(bench: &Bench, seed: &Path) -> Result<PathBuf> {
    let folder = bench.new_folder()?;
    let copy = folder.join("db");
    fs::copy(seed, &copy)?;
    fs::File::open(&copy)?.sync_all()?;
    Ok(copy)
}

fn run(command: &mut Command, input: &str) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let says = |error: std::io::Error| format!("{program}: {error}");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(says)?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who reads nothing has gone already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let status = child.wait().map_err(says)?;
    if status.success() { Ok(()) } else { Err(format!("{program}: {status}").into()) }
}
