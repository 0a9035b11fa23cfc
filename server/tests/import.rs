//! `holdfast import`: from databases of other systems, in the shapes in which they keep users and tasks.

use std::{path::Path, process::Output};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use server::sql;
use sha2::Sha256;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, sqlite::SqliteConnectOptions};

use crate::{
    command_line::{one_line, run},
    support::{Answer, Person, Place, SECRET, Send as _, Server},
};

/// The hash that Better Auth 1.6 made of "correct horse battery".
const SCRYPT: &str = "6de9932ac49f30954b727c8ee4a4ce37:229df39a607efa1c84c1a960b7c52f41400b6675e9e82dd8c12970baa56a71724fcdfb6793272e69a2c275e072bb1dcb68b5d8c0293ba705f7395f722efc32d8";
/// And that Python's bcrypt did.
const BCRYPT: &str = "$2b$10$zl5kgIAl3dUxtTY5i/1Y9e1qWMEKAdouUCf9QkrL0eR60RMgP/zMS";

/// A source of its own for a test.
enum Source {
    File(String),
    Server(Place),
}

impl Source {
    async fn sqlite(folder: &Path, sql: &str) -> Self {
        let file = folder.join("old.db");
        let mut connection = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Self::File(format!("sqlite:{}", file.display()))
    }

    async fn postgres(sql: &str) -> Self {
        let place = Place::on_postgres().await;
        let mut connection = PgConnection::connect(place.url.as_deref().unwrap()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        Self::Server(place)
    }

    fn url(&self) -> &str {
        match self {
            Self::File(url) => url,
            Self::Server(place) => place.url.as_deref().unwrap(),
        }
    }
}

/// Runs the command beside a server, on its database.
pub async fn holdfast(server: &Server, arguments: &[&str]) -> Output {
    let folder = server.folder();
    let url = server.database_url();
    let arguments = [arguments, &["--data-dir", ".", "--database-url", &url]].concat();
    run(folder, &arguments, &[("BETTER_AUTH_SECRET", SECRET)]).await
}

/// What it says, when it ends with this status.
#[track_caller]
pub fn says(output: &Output, status: i32) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(status), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The numbers of a row of the summary: read, taken, here already, deleted, not taken.
pub fn row(text: &str, name: &str) -> Vec<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {text}"));
    line.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

async fn import(server: &Server, source: &Source, more: &[&str]) -> Output {
    holdfast(server, &[&["import", "--from", source.url()], more].concat()).await
}

pub async fn sign_in(server: &Server, email: &str, password: &str) -> Answer {
    server.post("/api/auth/sign-in/email", &json!({ "email": email, "password": password })).await
}

async fn task(server: &Server, user: &str, id: &str) -> Value {
    let answer = server.stranger(user).get(&format!("/{id}")).await;
    assert_eq!(answer.status, 200, "{user} {id}: {}", answer.text);
    answer.json
}

/// Better Auth's tables as its migrations make them on PostgreSQL, with two users.
fn better_auth(expires_at: &str) -> String {
    format!(
        r#"CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, "emailVerified" boolean NOT NULL,
               image text, "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
           CREATE TABLE session (id text PRIMARY KEY, "expiresAt" timestamptz NOT NULL, token text NOT NULL UNIQUE,
               "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL, "ipAddress" text, "userAgent" text, "userId" text NOT NULL);
           CREATE TABLE account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL, "userId" text NOT NULL,
               "accessToken" text, password text, "createdAt" timestamptz NOT NULL);
           CREATE TABLE verification (id text PRIMARY KEY, value text);
           INSERT INTO verification VALUES ('v', 'x');
           INSERT INTO "user" VALUES
               ('aDa1', 'Ada', 'Ada@Example.com', true, 'https://example.com/ada.png', '2025-01-31 08:05:00.123+00', '2025-02-01 00:00:00+00'),
               ('bOb2', 'Bob', 'bob@example.com', false, NULL, '2025-01-31 08:05:00+00', '2025-01-31 08:05:00+00');
           INSERT INTO account VALUES
               ('1', 'aDa1', 'credential', 'aDa1', NULL, '{SCRYPT}', '2025-01-31 08:05:00+00'),
               ('2', '4711', 'google', 'bOb2', 'hidden', NULL, '2025-01-31 08:05:00+00');
           INSERT INTO session VALUES
               ('s1', '{expires_at}', 'liveTokenOfAda0123456789abcdefgh', '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', '10.0.0.7', 'Firefox', 'aDa1'),
               ('s2', '2025-02-01 00:00:00+00', 'overTokenOfAda', '2025-01-31 00:00:00+00', '2025-01-31 00:00:00+00', NULL, NULL, 'aDa1');"#
    )
}

const TASKS_OF_POSTGRES: &str = r#"
    CREATE TYPE priority AS ENUM ('LOW', 'MEDIUM', 'HIGH');
    CREATE TABLE tasks (id serial PRIMARY KEY, "userId" text NOT NULL, title varchar(200) NOT NULL, description text,
        completed boolean NOT NULL DEFAULT false, priority priority, "dueDate" timestamptz, tags text[] DEFAULT '{}',
        "createdAt" timestamptz NOT NULL, "updatedAt" timestamptz NOT NULL);
    INSERT INTO tasks ("userId", title, description, completed, priority, "dueDate", tags, "createdAt", "updatedAt") VALUES
        ('aDa1', 'Buy milk', 'two', false, 'HIGH', '2026-03-01 00:00:00+00', '{home,shop}', '2025-03-01 10:00:00.5+00', '2025-03-02 10:00:00+00'),
        ('aDa1', 'Second', NULL, true, NULL, NULL, NULL, '2025-03-01 11:00:00+00', '2025-03-03 10:00:00+00'),
        ('bOb2', 'His', '', false, 'LOW', NULL, '{}', '2025-03-01 12:00:00+00', '2025-03-01 12:00:00+00');
"#;

/// The cookie in which Better Auth keeps a token.
fn signed_cookie(server: &Server, token: &str, secret: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(token).finalize().into_bytes();
    let value = format!("{token}.{}", STANDARD.encode(mac)).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("{}={value}", server::identity::session_cookie::name(server.state.config.cookies.auth_cookie, server.state.config.is_https()))
}

async fn session_of(server: &Server, cookie: &str) -> Answer {
    server.request(Method::GET, "/api/auth/get-session").header("cookie", cookie).answer().await
}

#[tokio::test]
async fn users_of_better_auth_sign_in_with_their_passwords_and_find_their_tasks() {
    let source = Source::postgres(&format!("{}{TASKS_OF_POSTGRES}", better_auth("2099-01-01 00:00:00+00"))).await;
    let server = Server::start().await;
    let text = says(&import(&server, &source, &[]).await, 0);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![2, 2, 0, 0, 0], vec![3, 3, 0, 0, 0]), "{text}");
    assert_eq!(
        (row(&text, "sessions that are live"), row(&text, "accounts of other providers")),
        (vec![1, 1, 0, 0, 0], vec![1, 1, 0, 0, 0])
    );

    let signed_in = sign_in(&server, "ada@example.com", "correct horse battery").await;
    let expected = json!({
        "id": "aDa1", "name": "Ada", "email": "ada@example.com", "emailVerified": true, "image": "https://example.com/ada.png",
        "createdAt": "2025-01-31T08:05:00.123Z", "updatedAt": "2025-02-01T00:00:00.000Z",
    });
    assert_eq!(signed_in.json["user"], expected);
    assert_eq!(sign_in(&server, "ada@example.com", "another password").await.status, 401);
    // Bob signs in with Google alone: he has no password yet.
    sign_in(&server, "bob@example.com", "correct horse battery").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");

    let mut milk = task(&server, "aDa1", "1").await;
    milk["position"] = Value::Null;
    let expected = json!({
        "id": "1", "user_id": "aDa1", "title": "Buy milk", "description": "two", "completed": false, "due_date": "2026-03-01",
        "priority": "high", "tags": ["home", "shop"], "position": null, "completed_at": null,
        "created_at": "2025-03-01T10:00:00.500Z", "updated_at": "2025-03-02T10:00:00.000Z",
    });
    assert_eq!(milk, expected);
    assert_eq!(task(&server, "aDa1", "2").await["completed_at"], "2025-03-03T10:00:00.000Z");
    let ada = server.stranger("aDa1");
    assert_eq!(ada.titles("?sort=position").await, ["Second", "Buy milk"]);
    assert_eq!(ada.titles("?q=milk").await, ["Buy milk"]);
    ada.add("new").await;
    assert_eq!(ada.titles("?sort=position").await, ["new", "Second", "Buy milk"]);
    let provider: (String, String) = sql!(one server.state.db.read(), "SELECT provider, user_id FROM provider_accounts").unwrap();
    assert_eq!(provider, ("google".to_owned(), "bOb2".to_owned()));
}

#[tokio::test]
async fn a_live_cookie_of_better_auth_goes_on_working_until_its_session_is_ended() {
    let source = Source::postgres(&better_auth("2099-01-01 00:00:00+00")).await;
    let server = Server::start().await;
    says(&import(&server, &source, &[]).await, 0);
    let cookie = signed_cookie(&server, "liveTokenOfAda0123456789abcdefgh", SECRET);
    let session = session_of(&server, &cookie).await;
    assert_eq!(session.json["user"]["email"], "ada@example.com", "{}", session.text);
    assert_eq!((&session.json["session"]["ipAddress"], &session.json["session"]["userAgent"]), (&json!("10.0.0.7"), &json!("Firefox")));
    // A session does not last longer than any here, whatever the source says.
    let until = session.json["session"]["expiresAt"].as_str().unwrap();
    assert!(until < "2098", "{until}");
    // The page and the token that its scripts use are there too.
    let page = server.request(Method::GET, "/tasks").header("cookie", &cookie).answer().await;
    assert_eq!(page.status, 200);
    let token = server.request(Method::GET, "/api/auth/token").header("cookie", &cookie).answer().await;
    let ada = Person { server: &server, id: "aDa1".into(), token: token.json["token"].as_str().unwrap().into(), cookie: cookie.clone() };
    assert_eq!(ada.get("").await.status, 200);

    for (token, secret) in [
        ("overTokenOfAda", SECRET),
        ("liveTokenOfAda0123456789abcdefgh", "another secret of more than thirty-two bytes"),
        ("anotherToken", SECRET),
    ] {
        assert_eq!(session_of(&server, &signed_cookie(&server, token, secret)).await.json, Value::Null, "{token}");
    }
    assert_eq!(session_of(&server, &cookie.replace("liveToken", "liveTokeN")).await.json, Value::Null);

    let origin = server.url.clone();
    let sign_out = server.request(Method::POST, "/api/auth/sign-out").header("cookie", &cookie).header("origin", origin);
    assert_eq!(sign_out.json(&json!({})).answer().await.status, 200);
    assert_eq!(session_of(&server, &cookie).await.json, Value::Null);
    assert_eq!(ada.get("").await.status, 401);
    // Another import does not bring it back.
    let text = says(&import(&server, &source, &[]).await, 0);
    assert_eq!(row(&text, "sessions that are live"), [1, 0, 1, 0, 0]);
    assert_eq!(session_of(&server, &cookie).await.json, Value::Null);
}

#[tokio::test]
async fn a_second_run_doubles_nothing_and_takes_what_has_come_since() {
    let sql = format!("{}{TASKS_OF_POSTGRES}", better_auth("2099-01-01 00:00:00+00"));
    let source = Source::postgres(&sql).await;
    let server = Server::start().await;
    let trial = says(&import(&server, &source, &["--dry-run"]).await, 0);
    assert!(trial.contains("nothing was written") && row(&trial, "tasks ") == [3, 3, 0, 0, 0], "{trial}");
    assert_eq!(sign_in(&server, "ada@example.com", "correct horse battery").await.status, 401, "nothing was written");
    says(&import(&server, &source, &[]).await, 0);
    let ada = server.stranger("aDa1");
    // What was done here meanwhile stays.
    assert_eq!(ada.call(Method::PUT, "/1", &json!({ "title": "Buy oat milk" })).await.status, 200);
    assert_eq!(ada.call(Method::DELETE, "/2", &json!({})).await.status, 204);
    let mut old = PgConnection::connect(source.url()).await.unwrap();
    let sql = r#"INSERT INTO tasks ("userId", title, "createdAt", "updatedAt") VALUES ('bOb2', 'Later', now(), now())"#;
    sqlx::raw_sql(sql).execute(&mut old).await.unwrap();
    let text = says(&import(&server, &source, &[]).await, 0);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![2, 0, 2, 0, 0], vec![4, 1, 2, 1, 0]), "{text}");
    assert_eq!(ada.titles("").await, ["Buy oat milk"]);
    assert_eq!(server.stranger("bOb2").titles("").await, ["Later", "His"]);
    // An account that was deleted here does not come back.
    let ended = sign_in(&server, "ada@example.com", "correct horse battery").await;
    let delete = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(ended.json["token"].as_str().unwrap());
    assert_eq!(delete.json(&json!({ "password": "correct horse battery" })).answer().await.status, 200);
    let text = says(&import(&server, &source, &[]).await, 0);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![2, 0, 1, 1, 0], vec![4, 0, 2, 2, 0]), "{text}");
}

/// Tables of `SQLModel` on SQLite: bare UUIDs, naive times, and enums by their names.
const SQLMODEL: &str = "
    CREATE TABLE users (id CHAR(32) NOT NULL PRIMARY KEY, email VARCHAR NOT NULL, hashed_password VARCHAR, is_active BOOLEAN, full_name VARCHAR);
    CREATE TABLE task (id CHAR(32) NOT NULL PRIMARY KEY, owner_id CHAR(32) NOT NULL, title VARCHAR NOT NULL, status VARCHAR(11),
        priority VARCHAR(6), due_date DATETIME, tags JSON, created_at DATETIME, category VARCHAR);
    CREATE TABLE alembic_version (version_num VARCHAR(32));
    INSERT INTO alembic_version VALUES ('1234');
    INSERT INTO users VALUES ('0199aa0000007000800000000000000a', 'ada@example.com', 'BCRYPT', 1, 'Ada'),
        ('0199aa0000007000800000000000000b', 'bob@example.com', '5f4dcc3b5aa765d61d8327deb882cf99', 1, 'Bob'),
        ('0199aa0000007000800000000000000c', 'cyd@example.com', 'plain', 0, 'Cyd');
    INSERT INTO task VALUES
        ('0199aa0000007000800000000000000d', '0199aa0000007000800000000000000a', 'One', 'IN_PROGRESS', 'HIGH', '2026-03-01 17:30:00.000000', '[\"a\"]', '2025-03-01 10:00:00.250000', 'garden'),
        ('0199aa0000007000800000000000000e', '0199aa0000007000800000000000000a', 'Two', 'DONE', NULL, NULL, NULL, '2025-03-01 11:00:00', NULL),
        ('0199aa0000007000800000000000000f', '0199aa0000007000800000000000000c', 'Hers', 'TODO', NULL, NULL, NULL, '2025-03-01 11:00:00', NULL),
        ('0199aa0000007000800000000000001f', '0199aa0000007000800000000000001f', 'Whose', 'TODO', NULL, NULL, NULL, '2025-03-01 11:00:00', NULL);
";

#[tokio::test]
async fn tables_of_sqlmodel_on_sqlite_are_read_and_what_is_not_taken_is_reported() {
    let server = Server::start().await;
    let source = Source::sqlite(server.folder(), &SQLMODEL.replace("BCRYPT", BCRYPT)).await;
    let before = std::fs::read(server.folder().join("old.db")).unwrap();
    let output = import(&server, &source, &["--timezone", "+02:00", "--report", "report.jsonl"]).await;
    let text = says(&output, 1);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![3, 2, 0, 0, 1], vec![4, 2, 0, 0, 2]), "{text}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.lines().last().unwrap().contains("report.jsonl"), "{said}");
    let report = std::fs::read_to_string(server.folder().join("report.jsonl")).unwrap();
    assert!(!report.contains("5f4dcc3b") && !report.contains("plain\""), "no password is in the report: {report}");
    let mut lines: Vec<_> = report.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect();
    lines.sort_by_key(|line| (line["kind"].to_string(), line["id"].to_string(), line["field"].to_string()));
    let (ada, bob, cyd) = ["a", "b", "c"].map(|last| format!("0199aa00-0000-7000-8000-00000000000{last}")).into();
    let uuid = |last: &str| format!("0199aa00-0000-7000-8000-0000000000{last}");
    let expected = [
        json!({ "kind": "task", "id": uuid("0d"), "user_id": ada, "field": "category", "reason": "no_place", "value": "garden" }),
        json!({ "kind": "task", "id": uuid("0d"), "user_id": ada, "field": "completed", "reason": "no_place", "value": "IN_PROGRESS" }),
        json!({ "kind": "task", "id": uuid("0d"), "user_id": ada, "field": "due time", "reason": "no_place", "value": "17:30" }),
        json!({ "kind": "task", "id": uuid("0f"), "user_id": cyd, "reason": "owner_not_taken" }),
        json!({ "kind": "task", "id": uuid("1f"), "user_id": uuid("1f"), "reason": "unknown_owner" }),
        json!({ "kind": "user", "id": bob, "field": "password", "reason": "password_not_kept" }),
        json!({ "kind": "user", "id": cyd, "reason": "shut_out" }),
    ];
    assert_eq!(lines, expected);

    assert_eq!(sign_in(&server, "ada@example.com", "correct horse battery").await.status, 200);
    let one = task(&server, &ada, &uuid("0d")).await;
    assert_eq!((&one["due_date"], &one["created_at"]), (&json!("2026-03-01"), &json!("2025-03-01T08:00:00.250Z")));
    assert_eq!((&one["priority"], &one["tags"]), (&json!("high"), &json!(["a"])));
    assert_eq!(task(&server, &ada, &uuid("0e")).await["completed"], true);
    sign_in(&server, "bob@example.com", "password").await.is_problem(401, "INVALID_EMAIL_OR_PASSWORD");
    assert!(before == std::fs::read(server.folder().join("old.db")).unwrap(), "the source is as it was");
}

#[tokio::test]
async fn what_has_no_place_is_kept_where_that_is_asked_for() {
    let server = Server::start().await;
    let source = Source::sqlite(server.folder(), &SQLMODEL.replace("BCRYPT", BCRYPT)).await;
    says(&import(&server, &source, &["--keep-extra"]).await, 1);
    let one = task(&server, "0199aa00-0000-7000-8000-00000000000a", "0199aa00-0000-7000-8000-00000000000d").await;
    assert_eq!((&one["tags"], &one["description"]), (&json!(["a", "IN PROGRESS", "garden"]), &json!("due time: 17:30")));
}

/// Prisma's names on PostgreSQL with UUIDs, and tags in a table of their own.
const PRISMA: &str = r#"
    CREATE SCHEMA elsewhere;
    CREATE TABLE "User" (id uuid PRIMARY KEY, email text, name text, "passwordHash" text, "emailVerified" timestamp(3));
    CREATE TABLE "Todo" (id uuid PRIMARY KEY, "userId" uuid, text text, "isCompleted" boolean, "dueDate" date, priority int, "createdAt" timestamp(3), "order" int);
    CREATE TABLE "Tag" (id serial PRIMARY KEY, name text);
    CREATE TABLE "TodoTag" ("todoId" uuid, "tagId" int);
    INSERT INTO "User" VALUES ('0199aa00-0000-7000-8000-00000000000a', 'ada@example.com', 'Ada', 'BCRYPT', '2025-01-01');
    INSERT INTO "Todo" VALUES
        ('0199aa00-0000-7000-8000-00000000000d', '0199aa00-0000-7000-8000-00000000000a', 'Second', false, '2026-03-01', 1, '2025-03-01 10:00', 2),
        ('0199aa00-0000-7000-8000-00000000000e', '0199aa00-0000-7000-8000-00000000000a', 'First', true, NULL, 3, '2025-03-01 10:00', 1);
    INSERT INTO "Tag" (name) VALUES ('home'), ('work');
    INSERT INTO "TodoTag" VALUES ('0199aa00-0000-7000-8000-00000000000d', 1), ('0199aa00-0000-7000-8000-00000000000d', 2);
"#;

#[tokio::test]
async fn names_of_prisma_with_uuids_and_tags_in_a_table_of_their_own_are_read() {
    let source = Source::postgres(&PRISMA.replace("BCRYPT", BCRYPT)).await;
    let server = Server::start().await;
    let text = says(&import(&server, &source, &[]).await, 0);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![1, 1, 0, 0, 0], vec![2, 2, 0, 0, 0]), "{text}");
    let ada = server.stranger("0199aa00-0000-7000-8000-00000000000a");
    assert_eq!(ada.titles("?sort=position").await, ["First", "Second"], "the order that was made by hand");
    let second = task(&server, &ada.id, "0199aa00-0000-7000-8000-00000000000d").await;
    assert_eq!(
        (&second["tags"], &second["priority"], &second["due_date"]),
        (&json!(["home", "work"]), &json!("low"), &json!("2026-03-01"))
    );
    let user = sign_in(&server, "ada@example.com", "correct horse battery").await;
    assert_eq!(user.json["user"]["emailVerified"], true);
}

#[tokio::test]
async fn tables_without_a_known_name_are_read_by_their_map() {
    let server = Server::start().await;
    let sql = r#"
        CREATE TABLE people (nr INTEGER PRIMARY KEY, login TEXT, secret TEXT);
        CREATE TABLE "what; to -- do" (nr INTEGER PRIMARY KEY, "by ""whom""" INTEGER, what TEXT, ready TEXT, made REAL);
        INSERT INTO people VALUES (7, 'ada@example.com', 'BCRYPT');
        INSERT INTO "what; to -- do" VALUES (1, 7, 'One', 'yes', 1740823200.25), (2, 7, 'Two', 'no', 1740823201);"#;
    let source = Source::sqlite(server.folder(), &sql.replace("BCRYPT", BCRYPT)).await;
    one_line(&import(&server, &source, &[]).await, 2, &["no table of users or tasks", "people", "--map"]);
    one_line(&import(&server, &source, &["--map", "tasks=nothing"]).await, 2, &["no table nothing"]);
    one_line(&import(&server, &source, &["--map", "colour=red"]).await, 2, &["colour=red", "--map"]);
    let maps = [
        "users=people",
        "users.id=nr",
        "users.email=login",
        "users.password=secret",
        "tasks=what; to -- do",
        "id=nr",
        "user_id=by \"whom\"",
        "title=what",
        "completed=ready",
        "created_at=made",
    ];
    let arguments: Vec<_> = maps.iter().flat_map(|map| ["--map", map]).collect();
    let text = says(&import(&server, &source, &arguments).await, 0);
    assert_eq!(row(&text, "tasks "), [2, 2, 0, 0, 0], "{text}");
    let one = task(&server, "7", "1").await;
    assert_eq!((&one["completed"], &one["created_at"]), (&json!(true), &json!("2025-03-01T10:00:00.250Z")));
    assert_eq!(sign_in(&server, "ada@example.com", "correct horse battery").await.json["user"]["id"], "7");
}

#[tokio::test]
async fn tasks_alone_are_taken_for_the_users_of_another_service() {
    let server = Server::start().await;
    let sql = "CREATE TABLE todos (id TEXT PRIMARY KEY, user_email TEXT, name TEXT, done INTEGER, deadline INTEGER, labels TEXT);
               INSERT INTO todos VALUES ('V1StGXR8', 'u42', 'One', 1, 1740823200000, 'home, work');";
    let source = Source::sqlite(server.folder(), sql).await;
    says(&import(&server, &source, &[]).await, 1);
    let one = task(&server, "u42", "V1StGXR8").await;
    assert_eq!((&one["completed"], &one["due_date"], &one["tags"]), (&json!(true), &json!("2025-03-01"), &json!(["home", "work"])));
}

#[tokio::test]
async fn accounts_and_ids_that_others_have_here_are_reported_and_stay_theirs() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
               CREATE TABLE tasks (id TEXT PRIMARY KEY, user_id INTEGER, title TEXT, created_at TEXT);
               INSERT INTO users VALUES (1, 'ada@example.com'), (2, 'bob@example.com'), (3, 'BOB@example.com'), (4, NULL);
               INSERT INTO tasks VALUES ('x', 1, 'Hers', '2025-01-01'), ('TAKEN', 2, 'His', '2025-01-01'), ('y', 2, 'His too', '2025-01-01'),
                   ('z', 3, 'Whose', '2025-01-01'), ('n', NULL, 'Nobody', '2025-01-01');";
    let source = Source::sqlite(server.folder(), &sql.replace("TAKEN", &ada.add("mine").await)).await;
    let text = says(&import(&server, &source, &[]).await, 1);
    assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![4, 1, 0, 0, 3], vec![5, 1, 0, 0, 4]), "{text}");
    assert_eq!(ada.titles("").await, ["mine"]);
    assert_eq!(server.stranger("2").titles("").await, ["His too"]);
}

#[tokio::test]
async fn a_source_that_cannot_be_read_is_one_line_and_makes_nothing() {
    let folder = tempfile::TempDir::new().unwrap();
    let environment = [("BETTER_AUTH_SECRET", SECRET)];
    for (arguments, status, words) in [
        (vec!["import"], 2, vec!["--from"]),
        (vec!["import", "--from", "mysql://u:hidden@h/d"], 2, vec!["--from"]),
        (vec!["import", "--from", "sqlite:nothing.db"], 1, vec!["nothing.db", "no such file"]),
        (vec!["import", "--from", "sqlite:nothing.db", "--timezone", "Mars"], 2, vec!["Mars", "--timezone"]),
        (vec!["import", "--from", "postgres://u:hidden@127.0.0.1:1/d"], 1, vec!["127.0.0.1"]),
    ] {
        let output = run(folder.path(), &arguments, &environment).await;
        one_line(&output, status, &words);
        // What a server refuses is not what was typed.
        assert!(status == 2 || !String::from_utf8_lossy(&output.stderr).contains("hidden"));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    let mut file = SqliteConnectOptions::new().filename(folder.path().join("old.db")).create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE tasks (id TEXT, user_id TEXT, title TEXT); INSERT INTO tasks VALUES ('1', 'u', 'One')")
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();
    let own = run(folder.path(), &["import", "--from", "sqlite:old.db", "--database-url", "sqlite:old.db"], &environment).await;
    one_line(&own, 2, &["--from", "own database"]);
    let trial = run(folder.path(), &["import", "--from", "sqlite:old.db", "--dry-run"], &environment).await;
    assert_eq!(row(&says(&trial, 0), "tasks "), [1, 1, 0, 0, 0]);
    assert!(!folder.path().join("data").exists(), "a trial makes no database");
}

/// Password, a wrong one, and hashes of the first that libraries made.
const HASHES: [(&str, &str, &str); 3] = [
    // The examples in the documentation of passlib's bcrypt_sha256.
    ("password", "passwore", "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2"),
    ("password", "passwore", "$bcrypt-sha256$2a,12$LrmaIX5x4TRtAwEfwJZa1.$2ehnw6LvuIUTM0iz4iz9hTxv21B6KFO"),
    ("correct horse battery", "correct horse batterx", "SHA256"),
];

#[tokio::test]
async fn bcrypt_over_sha256_is_taken_over_in_each_of_its_forms() {
    use sha2::Digest as _;
    let long = STANDARD.encode(Sha256::digest("correct horse battery"));
    let ours = bcrypt::hash(long, 4).unwrap();
    for (password, wrong, hash) in HASHES {
        let server = Server::start().await;
        let sql = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT); INSERT INTO users VALUES (1, 'ada@example.com', 'HASH');";
        let source = Source::sqlite(server.folder(), &sql.replace("HASH", if hash == "SHA256" { &ours } else { hash })).await;
        says(&import(&server, &source, &[]).await, 0);
        assert_eq!(sign_in(&server, "ada@example.com", wrong).await.status, 401, "{hash}");
        assert_eq!(sign_in(&server, "ada@example.com", password).await.status, 200, "{hash}");
    }
}

#[tokio::test]
async fn hashes_that_protect_nothing_or_are_not_known_are_not_taken_over() {
    for hash in [
        "plain password",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        "pbkdf2_sha256$600000$salt$hash",
        "scrypt:32768:8:1$salt$0123",
        "$1$salt$hash",
        "$2b$31$zl5kgIAl3dUxtTY5i/1Y9e1qWMEKAdouUCf9QkrL0eR60RMgP/zMS",
        "!",
        "",
    ] {
        assert!(!server::identity::password::is_known_hash(hash), "{hash}");
    }
    for hash in
        [SCRYPT, BCRYPT, HASHES[0].2, HASHES[1].2, "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNo"]
    {
        assert!(server::identity::password::is_known_hash(hash), "{hash}");
    }
}
