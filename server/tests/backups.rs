//! Backups and restores beside each other, beside a start, and beside other users of the machine.

use std::{
    collections::BTreeSet,
    fs::{self, File, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Stdio,
};

use serde_json::json;
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::{
    command_line::{Running, holdfast, run, serve, terminate},
    support::{PASSWORD, SECRET, Send as _},
};

const ENVIRONMENT: [(&str, &str); 1] = [("BETTER_AUTH_SECRET", SECRET)];

/// Runs a command that has to succeed.
async fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, &ENVIRONMENT).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to fail; its message.
async fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, &ENVIRONMENT).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A folder with a server's database, in which there is one account, and a backup of it.
async fn with_backup() -> TempDir {
    let folder = TempDir::new().unwrap();
    let (server, url) = serve(folder.path(), &ENVIRONMENT).await;
    sign_up(&url, "ada@example.com").await;
    terminate(server).await;
    succeeds(folder.path(), &["backup", "kept.db"]).await;
    folder
}

async fn sign_up(url: &str, email: &str) {
    let who = json!({ "name": "Ada", "email": email, "password": PASSWORD });
    let answer = reqwest::Client::new().post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn mode(file: &Path) -> u32 {
    fs::symlink_metadata(file).unwrap().permissions().mode() & 0o777
}

/// Makes a database as version 0.1 of the schema's first migrations left it, with one account in it.
async fn old_database(file: &Path) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let old = SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!("../migrations/sqlite").run_to(3, &old).await.unwrap();
    let user = "INSERT INTO users (id, name, email, email_verified, password_hash, created_at, updated_at)
                VALUES ('old', 'Old', 'old@example.com', FALSE, '', 1, 1)";
    sqlx::query(user).execute(&old).await.unwrap();
    old.close().await;
}

#[tokio::test]
async fn a_start_during_a_restore_waits_and_serves_the_restored_file_migrated() {
    let folder = TempDir::new().unwrap();
    succeeds(folder.path(), &["migrate"]).await;
    old_database(&folder.path().join("old.db")).await;
    let database = folder.path().join("data/holdfast.db");
    // What a restore does, step by step.
    let lock = File::options().create(true).truncate(false).write(true).open(folder.path().join("data/holdfast.db.lock")).unwrap();
    lock.lock().unwrap();
    let mut start = holdfast(folder.path(), &["--listen", "127.0.0.1:0"], &ENVIRONMENT);
    let mut child = start.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("in use by a restore") {
        line.clear();
        assert_ne!(log.read_line(&mut line).await.unwrap(), 0, "it ended");
    }
    fs::rename(folder.path().join("old.db"), &database).unwrap();
    lock.unlock().unwrap();

    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let url = line.trim().strip_prefix("Holdfast is ready on ").unwrap_or_else(|| panic!("{line}")).to_owned();
    let rest = tokio::spawn(async move {
        let mut text = String::new();
        log.read_to_string(&mut text).await.unwrap();
        text
    });
    let server = Running { child, log: rest };
    let token = crate::support::jwt(&json!({ "sub": "old", "exp": server::clock::Clock::system().now().seconds() + 600 }), SECRET);
    let list = reqwest::Client::new().get(format!("{url}/api/old/tasks")).bearer_auth(&token).answer().await;
    assert_eq!(list.status, 200, "{}", list.text);
    sign_up(&url, "new@example.com").await;
    terminate(server).await;
    assert_eq!(succeeds(folder.path(), &["migrate", "--check"]).await, "the schema is up to date\n");
    let users = succeeds(folder.path(), &["user", "list"]).await;
    assert!(users.contains("old@example.com") && users.contains("new@example.com"), "{users}");
}

#[tokio::test]
async fn of_restores_at_the_same_time_one_is_done_and_the_others_are_refused() {
    let folder = with_backup().await;
    let backup = folder.path().join("kept.db");
    let restore = ["restore", backup.to_str().unwrap()];
    for _ in 0..5 {
        let elsewhere = TempDir::new().unwrap();
        let outputs = futures_util::future::join_all((0..4).map(|_| run(elsewhere.path(), &restore, &ENVIRONMENT))).await;
        let (done, refused): (Vec<_>, Vec<_>) = outputs.iter().partition(|output| output.status.success());
        assert_eq!(done.len(), 1, "{outputs:?}");
        for output in refused {
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(text.contains("is in use") || text.contains("is there already"), "{text}");
        }
        assert_eq!(names(&elsewhere.path().join("data")), BTreeSet::from(["holdfast.db", "holdfast.db.lock"].map(str::to_owned)));
        assert!(succeeds(elsewhere.path(), &["user", "list"]).await.contains("ada@example.com"));
    }
}

#[tokio::test]
async fn of_backups_to_the_same_name_one_is_written_and_nothing_is_replaced() {
    let folder = with_backup().await;
    for number in 0..5 {
        let file = format!("copy-{number}.db");
        let arguments = ["backup", &file];
        let outputs = futures_util::future::join_all((0..4).map(|_| run(folder.path(), &arguments, &ENVIRONMENT))).await;
        assert_eq!(outputs.iter().filter(|output| output.status.success()).count(), 1, "{outputs:?}");
        fs::remove_file(folder.path().join(&file)).unwrap();
    }
    assert_eq!(names(folder.path()), BTreeSet::from(["data", "kept.db"].map(str::to_owned)), "nothing is left over");
}

#[tokio::test]
async fn names_prepared_by_another_user_or_left_by_an_interrupted_run_change_nothing() {
    let folder = with_backup().await;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("victim"), "of another user").unwrap();
    // A link where the copy used to be written, and one that cannot be removed as a file.
    symlink(path("victim"), path("copy.db.part")).unwrap();
    symlink(path("victim"), path("data/holdfast.db.part")).unwrap();
    symlink(path("victim"), path("data/holdfast.db.before-restore")).unwrap();
    fs::create_dir(path("second.db.part")).unwrap();
    succeeds(folder.path(), &["backup", "copy.db"]).await;
    succeeds(folder.path(), &["backup", "second.db"]).await;
    // A link to nowhere is a name that is taken.
    symlink(path("nowhere"), path("third.db")).unwrap();
    assert!(fails(folder.path(), &["backup", "third.db"]).await.contains("third.db is there already"));
    assert!(!path("nowhere").exists());
    succeeds(folder.path(), &["restore", "copy.db", "--replace"]).await;
    assert_eq!(fs::read_to_string(path("victim")).unwrap(), "of another user");
    assert!(!path("data/holdfast.db.before-restore").is_symlink());
    assert!(succeeds(folder.path(), &["user", "list"]).await.contains("ada@example.com"));
    fs::remove_file(path("data/holdfast.db.part")).unwrap();
    fs::create_dir(path("data/holdfast.db.part")).unwrap();
    succeeds(folder.path(), &["restore", "copy.db", "--replace"]).await;
}

#[tokio::test]
async fn a_restore_that_is_refused_leaves_the_folder_as_it_was() {
    let folder = with_backup().await;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("none.db"), "this is no database").unwrap();
    let whole = fs::read(path("kept.db")).unwrap();
    fs::write(path("half.db"), &whole[..whole.len() / 2]).unwrap();
    succeeds(folder.path(), &["user", "list"]).await;
    let (before, bytes) = (names(&path("data")), fs::read(path("data/holdfast.db")).unwrap());
    for file in ["none.db", "half.db", "missing.db"] {
        fails(folder.path(), &["restore", file, "--replace"]).await;
        assert_eq!(names(&path("data")), before, "{file}");
    }
    assert_eq!(fs::read(path("data/holdfast.db")).unwrap(), bytes);
}

#[tokio::test]
async fn what_backup_and_restore_make_is_readable_by_its_owner_alone() {
    let folder = with_backup().await;
    let path = |name: &str| folder.path().join(name);
    fs::set_permissions(path("kept.db"), Permissions::from_mode(0o644)).unwrap();
    let url = format!("sqlite:{}", path("new/deep/holdfast.db").display());
    succeeds(folder.path(), &["restore", "kept.db", "--database-url", &url]).await;
    for (name, expected) in [("new", 0o700), ("new/deep", 0o700), ("new/deep/holdfast.db", 0o600), ("new/deep/holdfast.db.lock", 0o600)] {
        assert_eq!(mode(&path(name)), expected, "{name}");
    }
    // The file that is replaced was one that others could read.
    fs::set_permissions(path("data/holdfast.db"), Permissions::from_mode(0o644)).unwrap();
    succeeds(folder.path(), &["restore", "kept.db", "--replace"]).await;
    for name in ["data/holdfast.db", "data/holdfast.db.before-restore", "data/holdfast.db.lock"] {
        assert_eq!(mode(&path(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&path("data")), 0o700);
}

#[tokio::test]
async fn a_replaced_database_is_kept_with_what_its_log_held() {
    let folder = with_backup().await;
    let (mut server, url) = serve(folder.path(), &ENVIRONMENT).await;
    sign_up(&url, "bob@example.com").await;
    // Without the chance to empty its log into the file.
    server.child.kill().await.unwrap();
    succeeds(folder.path(), &["restore", "kept.db", "--replace"]).await;
    let kept = folder.path().join("data/holdfast.db.before-restore");
    let pool = SqlitePool::connect(&format!("sqlite:{}", kept.display())).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 2);
    pool.close().await;
    let users = succeeds(folder.path(), &["user", "list"]).await;
    assert!(users.contains("ada@example.com") && !users.contains("bob@example.com"), "{users}");
}
