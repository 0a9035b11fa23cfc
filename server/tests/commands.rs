//! What the program does beside serving.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use crate::{
    command_line::{holdfast, one_line, run, serve, terminate},
    support::{Answer, PASSWORD, SECRET, Send as _, eventually},
};

const ENVIRONMENT: [(&str, &str); 1] = [("BETTER_AUTH_SECRET", SECRET)];

/// What a command that works says.
async fn says(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, &ENVIRONMENT).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refuses(folder: &Path, arguments: &[&str], words: &[&str]) {
    one_line(&run(folder, arguments, &ENVIRONMENT).await, 1, words);
}

async fn sign_up(url: &str, email: &str) -> Answer {
    let who = json!({ "name": "Ada", "email": email, "password": PASSWORD });
    let answer = reqwest::Client::new().post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn sign_in(url: &str, email: &str, password: &str) -> StatusCode {
    let who = json!({ "email": email, "password": password });
    reqwest::Client::new().post(format!("{url}/api/auth/sign-in/email")).json(&who).answer().await.status
}

async fn tasks(url: &str, user: &str, token: &str, body: Option<Value>) -> Answer {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let request = reqwest::Client::new().request(method, format!("{url}/api/{user}/tasks?limit=1000")).bearer_auth(token);
    request.json(&body.unwrap_or_default()).answer().await
}

#[tokio::test]
async fn who_stops_reading_is_no_error() {
    let folder = TempDir::new().unwrap();
    for arguments in [vec!["--help"], vec!["migrate"], vec!["user", "list"], vec!["completions", "bash"], vec!["token", "mint", "ada"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = holdfast(folder.path(), &arguments, &ENVIRONMENT).stdout(writer).output().await.unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{arguments:?}");
    }
}

#[tokio::test]
async fn each_command_has_its_help() {
    let folder = TempDir::new().unwrap();
    for (command, words) in [
        (vec![], vec!["serve", "migrate", "backup", "restore", "import", "export", "user", "token", "healthcheck", "completions"]),
        (vec!["serve"], vec!["--listen"]),
        (vec!["migrate"], vec!["--check"]),
        (vec!["backup"], vec!["FILE"]),
        (vec!["restore"], vec!["FILE", "--replace", "--keep-sessions"]),
        (
            vec!["import"],
            vec!["--from", "--todoist", "--vikunja", "--ticktick", "--json", "--user", "--dry-run", "--map", "--timezone", "--report"],
        ),
        (vec!["export"], vec!["FILE", "import --json"]),
        (vec!["user"], vec!["list", "create", "reset-link", "sign-out", "delete"]),
        (vec!["user", "create"], vec!["standard input", "--name"]),
        (vec!["token", "mint"], vec!["--ttl"]),
        (vec!["healthcheck"], vec!["exit status 1"]),
        (vec!["completions"], vec!["bash", "zsh", "fish"]),
    ] {
        let text = says(folder.path(), &[command.clone(), vec!["--help"]].concat()).await;
        for word in words {
            assert!(text.contains(word), "{command:?} {word}: {text}");
        }
    }
    assert!(says(folder.path(), &["completions", "bash"]).await.contains("_holdfast"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[tokio::test]
async fn migrate_says_what_is_due_and_does_it() {
    let folder = TempDir::new().unwrap();
    refuses(folder.path(), &["migrate", "--check"], &["cannot open the database"]).await;
    assert_eq!(says(folder.path(), &["migrate"]).await, "the schema is up to date\n");
    assert_eq!(says(folder.path(), &["migrate", "--check"]).await, "the schema is up to date\n");
    let file = folder.path().join("data/holdfast.db");
    let database = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 3").execute(&database).await.unwrap();
    database.close().await;
    refuses(folder.path(), &["migrate", "--check"], &["migrations are due", "holdfast migrate"]).await;
}

#[tokio::test]
async fn user_commands_change_no_schema_but_that_of_a_database_that_is_new() {
    let folder = TempDir::new().unwrap();
    for command in [vec!["user", "list"], vec!["user", "delete", "a@b.co"], vec!["user", "reset-link", "a@b.co"]] {
        refuses(folder.path(), &command, &["cannot open the database"]).await;
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    assert!(says(folder.path(), &["user", "create", "ada@example.com"]).await.contains("ada@example.com"));

    // A database of an older version, as far as the schema says.
    let file = folder.path().join("old.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let old = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::migrate!("../migrations/sqlite").run_to(5, &old).await.unwrap();
    old.close().await;
    let before = std::fs::read(&file).unwrap();
    let url = "sqlite:old.db";
    for command in [
        vec!["user", "list"],
        vec!["user", "create", "bob@example.com"],
        vec!["user", "delete", "a@b.co"],
        vec!["user", "reset-link", "a@b.co"],
    ] {
        let arguments = [command, vec!["--database-url", url]].concat();
        refuses(folder.path(), &arguments, &["migrations are due", "run `holdfast migrate`"]).await;
    }
    assert!(before == std::fs::read(&file).unwrap(), "the file is as it was");
    says(folder.path(), &["migrate", "--database-url", url]).await;
    assert!(says(folder.path(), &["user", "list", "--database-url", url]).await.starts_with("id\temail"));
}

#[tokio::test]
async fn a_table_of_migrations_that_cannot_be_read_is_an_error_and_not_an_empty_one() {
    let folder = TempDir::new().unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("x.db")).create_if_missing(true);
    let database = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("CREATE TABLE _sqlx_migrations (other TEXT)").execute(&database).await.unwrap();
    database.close().await;
    let check = ["migrate", "--check", "--database-url", "sqlite:x.db"];
    refuses(folder.path(), &check, &["cannot open the database x.db", "no such column"]).await;
    std::fs::write(folder.path().join("empty.db"), "").unwrap();
    let check = ["migrate", "--check", "--database-url", "sqlite:empty.db"];
    refuses(folder.path(), &check, &["migrations are due"]).await;
}

#[tokio::test]
async fn a_table_of_migrations_that_a_role_may_not_read_is_an_error_and_not_an_empty_one() {
    let folder = TempDir::new().unwrap();
    let place = crate::support::Place::on_postgres().await;
    let url = place.url.as_deref().unwrap();
    let due = run(folder.path(), &["migrate", "--check"], &[("DATABASE_URL", url)]).await;
    one_line(&due, 1, &["migrations are due"]);
    let role = format!("reader_{}", std::process::id());
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.unwrap();
    let sql = format!("CREATE TABLE _sqlx_migrations (version bigint, checksum bytea); CREATE ROLE {role} LOGIN PASSWORD 'reads'");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    let mut reader = reqwest::Url::parse(url).unwrap();
    reader.set_username(&role).unwrap();
    reader.set_password(Some("reads")).unwrap();
    let refused = run(folder.path(), &["migrate", "--check"], &[("DATABASE_URL", reader.as_str())]).await;
    one_line(&refused, 1, &["cannot open the database", "permission denied"]);
}

#[tokio::test]
async fn backups_while_writing_are_whole_twenty_times_of_twenty() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &[ENVIRONMENT[0], ("RATE_LIMIT", "off")]).await;
    let ada = sign_up(&url, "ada@example.com").await;
    let (id, token) = (ada.json["user"]["id"].as_str().unwrap(), ada.json["token"].as_str().unwrap());
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let write = async {
        while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
            assert_eq!(tasks(&url, id, token, Some(json!({ "title": "written meanwhile" }))).await.status, 201);
        }
    };
    let back_up = async {
        let mut counts = Vec::new();
        for number in 0..20 {
            let before = tasks(&url, id, token, None).await.json.as_array().unwrap().len();
            let file = format!("backup-{number}.db");
            assert_eq!(says(folder.path(), &["backup", &file]).await, format!("wrote {file}\n"));
            counts.push(before);
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        counts
    };
    let (counts, ..) = tokio::join!(back_up, write, write_too(&url, id, token, &is_over));
    refuses(folder.path(), &["backup", "backup-0.db"], &["backup-0.db is there already"]).await;
    terminate(child).await;

    for (number, before) in counts.into_iter().enumerate() {
        let elsewhere = TempDir::new().unwrap();
        let copy = folder.path().join(format!("backup-{number}.db"));
        says(elsewhere.path(), &["restore", copy.to_str().unwrap()]).await;
        let file = elsewhere.path().join("data/holdfast.db");
        let database = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&database).await.unwrap();
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&database).await.unwrap();
        assert_eq!(whole, "ok");
        assert!(usize::try_from(count).unwrap() >= before, "backup {number}: {count} of {before}");
        database.close().await;
    }
}

async fn write_too(url: &str, id: &str, token: &str, is_over: &std::sync::atomic::AtomicBool) {
    while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
        assert_eq!(tasks(url, id, token, Some(json!({ "title": "and this" }))).await.status, 201);
    }
}

#[tokio::test]
async fn a_file_that_holds_accounts_is_its_owners_alone() {
    let folder = TempDir::new().unwrap();
    // Somebody else made the folder, for all to read.
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let (child, url) = serve(folder.path(), &ENVIRONMENT).await;
    sign_up(&url, "ada@example.com").await;
    says(folder.path(), &["backup", "copy.db"]).await;
    let is_private = |name: &str| {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} {mode:o}");
    };
    for name in ["data/holdfast.db", "data/holdfast.db-wal", "data/holdfast.db-shm", "copy.db"] {
        is_private(name);
    }
    terminate(child).await;
    std::fs::set_permissions(folder.path().join("copy.db"), std::fs::Permissions::from_mode(0o644)).unwrap();
    says(folder.path(), &["restore", "copy.db", "--replace"]).await;
    is_private("data/holdfast.db");
}

#[tokio::test]
async fn restore_takes_whole_copies_alone_and_replaces_nothing_that_is_in_use() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &ENVIRONMENT).await;
    sign_up(&url, "ada@example.com").await;
    says(folder.path(), &["backup", "kept.db"]).await;
    sign_up(&url, "bob@example.com").await;
    refuses(folder.path(), &["restore", "kept.db"], &["is there already", "--replace"]).await;
    refuses(folder.path(), &["restore", "kept.db", "--replace"], &["is in use"]).await;
    terminate(child).await;

    let half = std::fs::read(folder.path().join("kept.db")).unwrap();
    std::fs::write(folder.path().join("half.db"), &half[..half.len() / 2]).unwrap();
    std::fs::write(folder.path().join("none.db"), "this is no database").unwrap();
    refuses(folder.path(), &["restore", "half.db", "--replace"], &["half.db is no whole copy"]).await;
    refuses(folder.path(), &["restore", "none.db", "--replace"], &["none.db is no whole copy"]).await;
    refuses(folder.path(), &["restore", "missing.db", "--replace"], &["cannot copy missing.db"]).await;
    assert!(says(folder.path(), &["user", "list"]).await.contains("bob@example.com"), "nothing was replaced");

    says(folder.path(), &["restore", "kept.db", "--replace"]).await;
    let list = says(folder.path(), &["user", "list"]).await;
    assert!(list.contains("ada@example.com") && !list.contains("bob@example.com"), "{list}");
    assert!(folder.path().join("data/holdfast.db.before-restore").exists());
}

#[tokio::test]
async fn accounts_are_made_listed_and_removed_beside_a_server_that_runs() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &ENVIRONMENT).await;
    let mut create = holdfast(folder.path(), &["user", "create", "Ada@Example.com", "--name", "Ada"], &ENVIRONMENT);
    let mut create = create.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    create.stdin.take().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).await.unwrap();
    let output = create.wait_with_output().await.unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && made.ends_with("\tada@example.com\n"), "{made}");
    assert_eq!(sign_in(&url, "ada@example.com", PASSWORD).await, 200);

    // Without a password: a link to set it.
    let text = says(folder.path(), &["user", "create", "bob@example.com"]).await;
    let link = text.lines().find(|line| line.starts_with("http://127.0.0.1:")).expect("a link");
    let token = link.split_once("token=").unwrap().1;
    let body = json!({ "token": token, "newPassword": "another good password" });
    let set = reqwest::Client::new().post(format!("{url}/api/auth/reset-password")).json(&body).answer().await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(sign_in(&url, "bob@example.com", "another good password").await, 200);
    assert!(says(folder.path(), &["user", "reset-link", "bob@example.com"]).await.contains("/reset-password?token="));

    let list = says(folder.path(), &["user", "list"]).await;
    assert_eq!(
        list.lines().map(|line| line.split('\t').nth(1).unwrap()).collect::<Vec<_>>(),
        ["email", "ada@example.com", "bob@example.com"]
    );
    for (arguments, words) in [
        (["user", "create", "ada@example.com"], "already exists"),
        (["user", "create", "nope"], "Enter an e-mail address"),
        (["user", "reset-link", "nobody@example.com"], "nobody has the e-mail"),
        (["user", "delete", "nobody@example.com"], "nobody has the e-mail"),
    ] {
        refuses(folder.path(), &arguments, &[words]).await;
    }

    // The server that runs learns of it.
    let who = json!({ "email": "ada@example.com", "password": PASSWORD });
    let ada = reqwest::Client::new().post(format!("{url}/api/auth/sign-in/email")).json(&who).answer().await;
    let (id, token) = (ada.json["user"]["id"].as_str().unwrap(), ada.json["token"].as_str().unwrap());
    assert_eq!(tasks(&url, id, token, None).await.status, 200);
    says(folder.path(), &["user", "delete", "Ada@example.com"]).await;
    eventually(async || tasks(&url, id, token, None).await.status == 401).await;
    assert_eq!(sign_in(&url, "ada@example.com", PASSWORD).await, 401);
    terminate(child).await;
}

#[tokio::test]
async fn a_minted_token_is_good_for_its_time() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &ENVIRONMENT).await;
    let token = says(folder.path(), &["token", "mint", "somebody-else"]).await;
    assert_eq!(tasks(&url, "somebody-else", token.trim(), None).await.status, 200);
    assert_eq!(tasks(&url, "another", token.trim(), None).await.status, 403);
    let short = says(folder.path(), &["token", "mint", "somebody-else", "--ttl", "1s"]).await;
    eventually(async || tasks(&url, "somebody-else", short.trim(), None).await.status == 401).await;
    terminate(child).await;
}

#[tokio::test]
async fn healthcheck_tells_a_container_how_it_is() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &ENVIRONMENT).await;
    let listen = url.strip_prefix("http://").unwrap();
    assert_eq!(says(folder.path(), &["healthcheck", "--listen", listen]).await, "ready\n");
    let everywhere = listen.replace("127.0.0.1", "0.0.0.0");
    assert_eq!(says(folder.path(), &["healthcheck", "--listen", &everywhere]).await, "ready\n");
    terminate(child).await;
    refuses(folder.path(), &["healthcheck", "--listen", listen], &[listen]).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listen = silent.local_addr().unwrap().to_string();
    refuses(folder.path(), &["healthcheck", "--listen", &listen], &["does not answer"]).await;
}

#[tokio::test]
async fn a_restore_ends_every_session_unless_they_are_to_be_kept() {
    let folder = TempDir::new().unwrap();
    let (running, url) = serve(folder.path(), &ENVIRONMENT).await;
    let ada = sign_up(&url, "ada@example.com").await;
    let (id, token) = (ada.json["user"]["id"].as_str().unwrap(), ada.json["token"].as_str().unwrap());
    let minted = says(folder.path(), &["token", "mint", id]).await;
    says(folder.path(), &["backup", "copy.db"]).await;
    // Signed out after the backup was made: the backup does not know of it.
    let signed_out = reqwest::Client::new().post(format!("{url}/api/auth/sign-out")).bearer_auth(token).answer().await;
    assert_eq!(signed_out.status, 200);
    assert_eq!(tasks(&url, id, token, None).await.status, 401);
    assert_eq!(terminate(running).await.0, Some(0));

    says(folder.path(), &["restore", "copy.db", "--replace"]).await;
    let (running, url) = serve(folder.path(), &ENVIRONMENT).await;
    for token in [token, minted.trim()] {
        assert_eq!(tasks(&url, id, token, None).await.status, 401);
    }
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let again = reqwest::Client::new().post(format!("{url}/api/auth/sign-in/email")).json(&body).answer().await;
    assert_eq!(tasks(&url, id, again.json["token"].as_str().unwrap(), None).await.status, 200);
    assert_eq!(terminate(running).await.0, Some(0));

    says(folder.path(), &["restore", "copy.db", "--replace", "--keep-sessions"]).await;
    let (running, url) = serve(folder.path(), &ENVIRONMENT).await;
    assert_eq!(tasks(&url, id, token, None).await.status, 200);
    assert_eq!(terminate(running).await.0, Some(0));
}

#[tokio::test]
async fn the_operator_can_refuse_every_token_that_was_issued_so_far() {
    let folder = TempDir::new().unwrap();
    let (running, url) = serve(folder.path(), &ENVIRONMENT).await;
    let ada = sign_up(&url, "ada@example.com").await;
    let (id, token) = (ada.json["user"]["id"].as_str().unwrap(), ada.json["token"].as_str().unwrap());
    let minted = says(folder.path(), &["token", "mint", id]).await;
    assert_eq!(tasks(&url, id, minted.trim(), None).await.status, 200);
    assert!(says(folder.path(), &["token", "revoke-all"]).await.contains("every token"));
    // Beside a server that runs.
    eventually(async || tasks(&url, id, token, None).await.status == 401).await;
    assert_eq!(tasks(&url, id, minted.trim(), None).await.status, 401);
    assert_eq!(sign_in(&url, "ada@example.com", PASSWORD).await, 200);
    assert_eq!(terminate(running).await.0, Some(0));
}

#[tokio::test]
async fn the_operator_can_sign_one_user_out_on_every_device_beside_a_server_that_runs() {
    let folder = TempDir::new().unwrap();
    let (running, url) = serve(folder.path(), &ENVIRONMENT).await;
    let people = [sign_up(&url, "ada@example.com").await, sign_up(&url, "bob@example.com").await];
    let [(ada, ada_token), (bob, bob_token)] =
        people.each_ref().map(|person| (person.json["user"]["id"].as_str().unwrap(), person.json["token"].as_str().unwrap()));
    let minted = says(folder.path(), &["token", "mint", ada]).await;
    assert_eq!(says(folder.path(), &["user", "sign-out", "Ada@example.com"]).await, format!("{ada}\tada@example.com\tsigned out\n"));
    eventually(async || tasks(&url, ada, ada_token, None).await.status == 401).await;
    assert_eq!(tasks(&url, ada, minted.trim(), None).await.status, 401, "a token of another service");
    assert_eq!(tasks(&url, bob, bob_token, None).await.status, 200);
    assert_eq!(sign_in(&url, "ada@example.com", PASSWORD).await, 200);
    refuses(folder.path(), &["user", "sign-out", "nobody@example.com"], &["nobody has the e-mail"]).await;
    terminate(running).await;
}
