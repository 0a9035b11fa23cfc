//! The program as its operator meets it: what it refuses, says, keeps and logs.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::{Child, Command},
    task::JoinHandle,
};

use crate::support::{PASSWORD, SECRET, Send as _};

/// The program in a folder of its own, with nothing in its environment but what is given.
pub fn holdfast(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holdfast"));
    command.current_dir(folder).args(arguments).env_clear().envs(environment.iter().copied()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

pub async fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let ended = tokio::time::timeout(Duration::from_mins(1), holdfast(folder, arguments, environment).output());
    ended.await.expect("the program goes on").unwrap()
}

/// The program as it serves. What it logs is read all the time: a full pipe would hold it up.
pub struct Running {
    pub child: Child,
    pub log: JoinHandle<String>,
}

/// Starts it and waits for its address.
pub async fn serve(folder: &Path, environment: &[(&str, &str)]) -> (Running, String) {
    // The clients of a test share an address.
    let environment: Vec<_> = [("MAX_CONNECTIONS_PER_ADDRESS", "5000")].iter().chain(environment).copied().collect();
    let mut child =
        holdfast(folder, &["--listen", "127.0.0.1:0"], &environment).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    });
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).await.unwrap();
    let url = line.trim().strip_prefix("Holdfast is ready on ").unwrap_or_else(|| panic!("{line}")).to_owned();
    (Running { child, log }, url)
}

/// Asks it to end; its status and what it logged.
pub async fn terminate(mut running: Running) -> (Option<i32>, String) {
    let id = running.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let log = running.log.await.unwrap();
    (running.child.wait().await.unwrap().code(), log)
}

#[track_caller]
pub fn one_line(output: &Output, status: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_wrong_value_is_one_line_that_names_it_and_status_2() {
    let folder = TempDir::new().unwrap();
    for (arguments, environment, words) in [
        (vec!["--listen", "nowhere"], vec![], vec!["nowhere", "--listen"]),
        (vec![], vec![("LISTEN", "1.2.3.4")], vec!["1.2.3.4", "--listen"]),
        (vec!["--token-ttl", "soon"], vec![], vec!["soon", "--token-ttl"]),
        (vec!["--token-ttl", "0s"], vec![], vec!["0s", "--token-ttl"]),
        (vec!["--token-ttl", "400d"], vec![], vec!["--token-ttl"]),
        (vec!["--session-max-age", "0s"], vec![], vec!["--session-max-age"]),
        (vec!["--jwt-issuer", ""], vec![], vec!["--jwt-issuer"]),
        (vec![], vec![("JWT_AUDIENCE", "a\tb")], vec!["--jwt-audience"]),
        (vec!["--shutdown-delay", "2m"], vec![], vec!["--shutdown-delay"]),
        (vec!["--database-url", "postgres://u:hidden@h:x/d"], vec![], vec!["--database-url"]),
        (vec!["--database-listen-url", "postgres://u@h/d"], vec![], vec!["--database-listen-url"]),
        (vec!["--base-url", "tasks.example"], vec![], vec!["--base-url"]),
        (vec!["--base-url", "https://tasks.example/path"], vec![], vec!["--base-url"]),
        (vec!["--trusted-origins", "https://a.example,ftp://b.example"], vec![], vec!["--trusted-origins"]),
        (vec!["--trusted-proxies", "10.0.0.0/33"], vec![], vec!["--trusted-proxies"]),
        (vec!["--security-contact", "security@example.com"], vec![], vec!["--security-contact"]),
        (vec!["--security-contact", "mailto:nobody"], vec![], vec!["--security-contact"]),
        (vec!["--security-contact", "https://example.com/,http://example.com/"], vec![], vec!["http://example.com/", "--security-contact"]),
        (vec!["--auth-cookie", "other"], vec![], vec!["other", "--auth-cookie"]),
        (vec!["--cookie-same-site", "strict"], vec![], vec!["strict", "--cookie-same-site"]),
        (vec!["--cookie-same-site", "none"], vec![], vec!["--cookie-same-site", "COOKIE_SAME_SITE", "https://"]),
        (vec![], vec![("COOKIE_SAME_SITE", "none"), ("BASE_URL", "http://tasks.example")], vec!["COOKIE_SAME_SITE", "--base-url"]),
        (vec!["--max-connections", "0"], vec![], vec!["--max-connections"]),
        (vec!["--max-connections-per-address", "many"], vec![], vec!["many", "--max-connections-per-address"]),
        (vec!["--max-tasks", "0"], vec![], vec!["--max-tasks"]),
        (vec!["--trash-days", "0"], vec![], vec!["--trash-days"]),
        (vec!["--trash-days", "366"], vec![], vec!["--trash-days"]),
        (vec!["--max-writes-per-second", "fast"], vec![], vec!["fast", "--max-writes-per-second"]),
        (vec!["--max-writes-burst", "0"], vec![], vec!["--max-writes-burst"]),
        (vec!["--max-mails-per-hour", "0"], vec![], vec!["--max-mails-per-hour"]),
        (vec!["--mail-from", "nobody"], vec![], vec!["--mail-from"]),
        (vec![], vec![("SMTP_URL", "ftp://user:hidden@mail.example.com")], vec!["SMTP_URL"]),
        (vec!["--rate-limit", "perhaps"], vec![], vec!["--rate-limit"]),
        (vec!["--argon2-memory", "1"], vec![], vec!["--argon2-memory"]),
        (vec!["--database-url", "mysql://u:hidden@h/d"], vec![], vec!["--database-url"]),
        (vec!["--database-url", "sqlite::memory:"], vec![], vec!["--database-url"]),
        (vec!["--log", "info=="], vec![], vec!["--log"]),
        (vec!["--log-format", "xml"], vec![], vec!["xml", "--log-format"]),
        (vec!["--nonsense"], vec![], vec!["--nonsense"]),
        (vec!["fly"], vec![], vec!["fly"]),
    ] {
        one_line(&run(folder.path(), &arguments, &environment).await, 2, &words);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[tokio::test]
async fn a_secret_that_is_missing_short_or_well_known_is_status_2_before_listening() {
    let folder = TempDir::new().unwrap();
    let public = ["--listen", "0.0.0.0:0"];
    one_line(&run(folder.path(), &public, &[]).await, 2, &["BETTER_AUTH_SECRET", "openssl rand"]);
    for secret in [
        "",
        "tiny-one",
        "0123456789012345678901234567890",
        "better-auth-secret-12345678901234567890",
        "your-secret-key-here-change-in-production",
        "CHANGE_ME_change_me_CHANGE_ME_change_me",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "secretsecretsecretsecretsecretsecret",
    ] {
        for arguments in [vec!["--listen", "127.0.0.1:0"], public.to_vec()] {
            let refused = run(folder.path(), &arguments, &[("BETTER_AUTH_SECRET", secret)]).await;
            one_line(&refused, 2, &["BETTER_AUTH_SECRET"]);
            assert!(secret.is_empty() || !String::from_utf8_lossy(&refused.stderr).contains(secret), "the secret is not printed");
        }
    }
    one_line(
        &run(folder.path(), &[], &[("BETTER_AUTH_SECRET", SECRET), ("BETTER_AUTH_SECRET_PREVIOUS", "short")]).await,
        2,
        &["BETTER_AUTH_SECRET_PREVIOUS"],
    );
    one_line(
        &run(folder.path(), &[], &[("BETTER_AUTH_SECRET_FILE", "no/such/file")]).await,
        2,
        &["BETTER_AUTH_SECRET_FILE", "no/such/file"],
    );
    one_line(&run(folder.path(), &[], &[("BETTER_AUTH_SECRET", SECRET), ("BETTER_AUTH_SECRET_FILE", "x")]).await, 2, &["both"]);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_one_line_and_status_1() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("text.db"), "this is no database, but it is long enough to look at").unwrap();
    std::fs::create_dir(folder.path().join("folder.db")).unwrap();
    for file in ["text.db", "folder.db", "text.db/under.db"] {
        let refused = run(
            folder.path(),
            &["--listen", "127.0.0.1:0", "--database-url", &format!("sqlite:{file}")],
            &[("BETTER_AUTH_SECRET", SECRET)],
        )
        .await;
        one_line(&refused, 1, &["database", file]);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let (child, _) = serve(folder.path(), &[]).await;
    assert_eq!(terminate(child).await.0, Some(0));
    let file = folder.path().join("data/holdfast.db");
    let database = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'from the future', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&database).await.unwrap();
    database.close().await;
    one_line(&run(folder.path(), &["--listen", "127.0.0.1:0"], &[]).await, 1, &["newer"]);
}

#[tokio::test]
async fn an_address_that_is_taken_is_one_line_and_status_1() {
    let folder = TempDir::new().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    one_line(&run(folder.path(), &["--listen", &address], &[("BETTER_AUTH_SECRET", SECRET), ("RUST_LOG", "off")]).await, 1, &[&address]);
}

#[tokio::test]
async fn a_03_on_loopback_a_secret_is_made_once_and_kept_for_its_owner_alone() {
    let folder = TempDir::new().unwrap();
    let (first, url) = serve(folder.path(), &[]).await;
    let file = folder.path().join("data/better-auth-secret");
    let secret = std::fs::read_to_string(&file).unwrap();
    assert!(secret.len() >= 43);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let client = reqwest::Client::new();
    let made = client
        .post(format!("{url}/api/auth/sign-up/email"))
        .json(&json!({ "name": "", "email": "a@b.co", "password": PASSWORD }))
        .answer()
        .await;
    let (_, log) = terminate(first).await;
    assert!(log.contains("better-auth-secret") && !log.contains(&secret), "{log}");

    let (second, url) = serve(folder.path(), &[]).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret);
    let user = made.json["user"]["id"].as_str().unwrap();
    let list = client.get(format!("{url}/api/{user}/tasks")).bearer_auth(made.json["token"].as_str().unwrap()).answer().await;
    assert_eq!(list.status, 200, "a token of before the restart");
    terminate(second).await;
}

#[tokio::test]
async fn a_secret_file_is_read() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
    let (child, url) = serve(folder.path(), &[("BETTER_AUTH_SECRET_FILE", "secret")]).await;
    let token = crate::support::jwt(&json!({ "sub": "ada", "exp": server::clock::Clock::system().now().seconds() + 600 }), SECRET);
    assert_eq!(reqwest::Client::new().get(format!("{url}/api/ada/tasks")).bearer_auth(token).answer().await.status, 200);
    terminate(child).await;
}

#[tokio::test]
async fn help_and_version_name_every_flag_with_its_variable() {
    let folder = TempDir::new().unwrap();
    let help = run(folder.path(), &["--help"], &[("DATABASE_URL", "sqlite:x.db")]).await;
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for (flag, variable) in [
        ("--listen", "LISTEN"),
        ("--database-url", "DATABASE_URL"),
        ("--data-dir", "DATA_DIR"),
        ("--base-url", "BASE_URL"),
        ("--token-ttl", "TOKEN_TTL"),
        ("--session-max-age", "SESSION_MAX_AGE"),
        ("--jwt-issuer", "JWT_ISSUER"),
        ("--jwt-audience", "JWT_AUDIENCE"),
        ("--trusted-origins", "TRUSTED_ORIGINS"),
        ("--trusted-proxies", "TRUSTED_PROXIES"),
        ("--database-listen-url", "DATABASE_LISTEN_URL"),
        ("--shutdown-delay", "SHUTDOWN_DELAY"),
        ("--metrics-listen", "METRICS_LISTEN"),
        ("--max-connections", "MAX_CONNECTIONS"),
        ("--max-connections-per-address", "MAX_CONNECTIONS_PER_ADDRESS"),
        ("--max-tasks", "MAX_TASKS"),
        ("--max-writes-per-second", "MAX_WRITES_PER_SECOND"),
        ("--max-writes-burst", "MAX_WRITES_BURST"),
        ("--max-mails-per-hour", "MAX_MAILS_PER_HOUR"),
        ("--trash-days", "TRASH_DAYS"),
        ("--mail-from", "MAIL_FROM"),
        ("--security-contact", "SECURITY_CONTACT"),
        ("--rate-limit", "RATE_LIMIT"),
        ("--argon2-memory", "ARGON2_MEMORY"),
        ("--log", "RUST_LOG"),
        ("--log-format", "LOG_FORMAT"),
    ] {
        assert!(text.contains(flag) && text.contains(&format!("[env: {variable}")), "{flag}: {text}");
    }
    assert!(text.contains("BETTER_AUTH_SECRET") && !text.contains("x.db"));
    assert!(run(folder.path(), &["serve", "--help"], &[]).await.status.success());
    assert_eq!(
        String::from_utf8(run(folder.path(), &["--version"], &[]).await.stdout).unwrap(),
        format!("holdfast {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn b_s7_the_log_has_one_line_a_request_with_its_id_and_no_secret() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &[("LOG_FORMAT", "json"), ("RUST_LOG", "trace"), ("BETTER_AUTH_SECRET", SECRET)]).await;
    let client = reqwest::Client::new();
    let password = "canary password 5f1d";
    let made = client
        .post(format!("{url}/api/auth/sign-up/email"))
        .json(&json!({ "name": "", "email": "canary@example.com", "password": password }))
        .answer()
        .await;
    let token = made.json["token"].as_str().unwrap();
    let user = made.json["user"]["id"].as_str().unwrap();
    client
        .post(format!("{url}/api/auth/sign-in/email"))
        .json(&json!({ "email": "canary@example.com", "password": "canary wrong 77aa" }))
        .answer()
        .await;
    let list = client.get(format!("{url}/api/{user}/tasks?q=canary-query")).bearer_auth(token).answer().await;
    client
        .post(format!("{url}/signin"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=canary%40example.com&password=canary+form+1234")
        .answer()
        .await;
    client.request(Method::GET, format!("{url}/tasks?x=canary-query")).header("cookie", format!("holdfast_session={token}")).answer().await;
    let (status, log) = terminate(child).await;
    assert_eq!(status, Some(0));
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let of_list: Vec<_> = lines.iter().filter(|line| line["request_id"] == list.header("x-request-id")).collect();
    assert_eq!(of_list.len(), 1, "{of_list:?}");
    assert_eq!(
        (&of_list[0]["method"], &of_list[0]["route"], &of_list[0]["status"]),
        (&json!("GET"), &json!("/api/{user_id}/tasks"), &json!(200))
    );
    assert_eq!(lines.iter().filter(|line| line["message"] == "request").count(), 5);
    let signature = token.rsplit_once('.').unwrap().1;
    for secret in [password, "canary wrong", "canary form", "canary+form", "canary-query", token, signature, SECRET, "$argon2id$"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn no_token_can_forge_a_line_of_the_log() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &[("BETTER_AUTH_SECRET", SECRET)]).await;
    let client = reqwest::Client::new();
    let user = "eve\r\n2027-01-31T00:00:00Z  INFO forged: signed in \u{1b}[2J";
    let token = crate::support::jwt(&json!({ "sub": user, "sid": user, "exp": 9_999_999_999_i64 }), SECRET);
    client.post(format!("{url}/api/auth/sign-out")).bearer_auth(&token).json(&json!({})).answer().await;
    client.get(format!("{url}/api/ada/tasks")).bearer_auth(&token).answer().await;
    let (_, log) = terminate(child).await;
    assert!(!log.lines().any(|line| line.starts_with("2027-01-31")), "{log}");
    assert!(!log.contains('\u{1b}'), "{log}");
}

#[tokio::test]
async fn what_would_cross_the_network_in_plain_text_is_warned_of_at_the_start() {
    let folder = TempDir::new().unwrap();
    for (environment, warned_of) in [
        (("BASE_URL", "http://tasks.example.com"), Some("BASE_URL")),
        (("BASE_URL", "https://tasks.example.com"), None),
        (("BASE_URL", "http://127.0.0.1:3000"), None),
        (("BASE_URL", "http://localhost:3000"), None),
        (("SMTP_URL", "smtp://user:hidden@mail.example.com"), Some("SMTP_URL")),
        (("SMTP_URL", "smtp://user:hidden@mail.example.com?tls=opportunistic"), Some("SMTP_URL")),
        (("SMTP_URL", "smtp://user:hidden@mail.example.com?tls=required"), None),
        (("SMTP_URL", "smtps://user:hidden@mail.example.com"), None),
        (("SMTP_URL", "smtp://[::1]:2525"), None),
        (("SMTP_URL", "smtp://127.0.0.1:2525"), None),
    ] {
        let (child, _) = serve(folder.path(), &[environment]).await;
        let (_, log) = terminate(child).await;
        let warnings: Vec<_> = log.lines().filter(|line| line.contains("plain text")).collect();
        assert_eq!(warnings.len(), usize::from(warned_of.is_some()), "{environment:?}: {log}");
        assert!(warnings.iter().all(|line| line.contains("WARN") && line.contains(warned_of.unwrap())), "{log}");
        assert!(!log.contains("hidden"));
    }
}

#[tokio::test]
async fn security_events_are_logged_with_user_and_address() {
    let folder = TempDir::new().unwrap();
    let (child, url) = serve(folder.path(), &[("LOG_FORMAT", "json"), ("BETTER_AUTH_SECRET", SECRET)]).await;
    let client = reqwest::Client::new();
    let post = async |path: &str, token: &str, body: Value| {
        let request = client.post(format!("{url}/api/auth/{path}")).json(&body);
        if token.is_empty() { request } else { request.bearer_auth(token) }.answer().await
    };
    let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
    let made = post("sign-up/email", "", who.clone()).await;
    let id = made.json["user"]["id"].as_str().unwrap().to_owned();
    let first = made.json["token"].as_str().unwrap().to_owned();
    let token = post("sign-in/email", "", who).await.json["token"].as_str().unwrap().to_owned();
    post("sign-in/email", "", json!({ "email": "ada@example.com", "password": "wrong password" })).await;
    post("sign-in/email", "", json!({ "email": "nobody@example.com", "password": "wrong password" })).await;
    post("sign-out", &first, json!({})).await;
    post("revoke-other-sessions", &token, json!({})).await;
    post("update-user", &token, json!({ "name": "Ada" })).await;
    post("change-email", &token, json!({ "newEmail": "new@example.com" })).await;
    post("change-password", &token, json!({ "currentPassword": PASSWORD, "newPassword": "another good password" })).await;
    post("delete-user", &token, json!({ "password": PASSWORD })).await;
    post("delete-user", &token, json!({ "password": "another good password" })).await;
    let (_, log) = terminate(child).await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in [
        "signed up",
        "signed in",
        "sign-in refused",
        "signed out",
        "sessions revoked",
        "user updated",
        "another e-mail wanted",
        "password changed",
        "password not confirmed",
        "user deleted",
    ] {
        let line = lines.iter().find(|line| line["message"] == event).unwrap_or_else(|| panic!("{event}: {log}"));
        assert_eq!((&line["user_id"], &line["address"]), (&json!(id), &json!("127.0.0.1")), "{event}");
    }
    assert_eq!(lines.iter().filter(|line| line["message"] == "sign-in refused").count(), 2, "an unknown address is an event too");
}

#[tokio::test]
async fn a_refusal_is_logged_with_its_address_and_a_user_only_where_a_token_proves_one() {
    let folder = TempDir::new().unwrap();
    let environment = [("LOG_FORMAT", "json"), ("BETTER_AUTH_SECRET", SECRET), ("TRUSTED_PROXIES", "127.0.0.1")];
    let (child, url) = serve(folder.path(), &environment).await;
    let client = reqwest::Client::new();
    let forwarded = |request: reqwest::RequestBuilder| request.header("x-forwarded-for", "203.0.113.7");
    let who = json!({ "name": "", "email": "ada@example.com", "password": PASSWORD });
    let made = client.post(format!("{url}/api/auth/sign-up/email")).json(&who).answer().await;
    let (id, token) = (made.json["user"]["id"].as_str().unwrap(), made.json["token"].as_str().unwrap());
    let forged = format!("{token}x");
    let mut expected = Vec::new();
    let get = |path: &str, token: &str| {
        let request = forwarded(client.get(format!("{url}{path}")));
        if token.is_empty() { request } else { request.bearer_auth(token) }
    };
    for (path, token, status, user) in [
        ("/api/other/tasks".to_owned(), token, 403, Some(id)),
        (format!("/api/{id}/tasks"), "", 401, None),
        (format!("/api/{id}/tasks"), &forged, 401, None),
        (format!("/api/{id}/tasks"), token, 200, None),
    ] {
        let answer = get(&path, token).answer().await;
        assert_eq!(answer.status, status, "{path}");
        expected.push((answer.header("x-request-id").to_owned(), status, user));
    }
    // A cookie proves a user as well: here, that of a change which another site's page asked for.
    let cookie = made.header("set-cookie").split(';').next().unwrap().to_owned();
    let foreign =
        forwarded(client.post(format!("{url}/api/auth/sign-out"))).header("cookie", cookie).header("origin", "https://evil.example");
    let foreign = foreign.json(&json!({})).answer().await;
    assert_eq!(foreign.status, 403);
    expected.push((foreign.header("x-request-id").to_owned(), 403, Some(id)));
    let mut last = None;
    for _ in 0..40 {
        let wrong = json!({ "email": "ada@example.com", "password": "wrong password" });
        let answer = forwarded(client.post(format!("{url}/api/auth/sign-in/email"))).json(&wrong).answer().await;
        if answer.status == 429 {
            last = Some(answer.header("x-request-id").to_owned());
            break;
        }
    }
    expected.push((last.expect("it is held back"), 429, None));
    let (_, log) = terminate(child).await;
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (request_id, status, user) in expected {
        let line = lines.iter().find(|line| line["message"] == "request" && line["request_id"] == request_id).unwrap();
        assert_eq!(line["status"], status);
        let address = if status == 200 { Value::Null } else { json!("203.0.113.7") };
        assert_eq!((&line["address"], &line["user_id"]), (&address, &json!(user)), "{line}");
    }
}

#[tokio::test]
async fn a_postgres_on_another_host_without_tls_that_is_required_is_warned_of() {
    let folder = TempDir::new().unwrap();
    for (url, is_warned_of) in [
        ("postgres://holdfast:hidden@db.invalid/tasks", true),
        ("postgres://holdfast:hidden@db.invalid/tasks?sslmode=verify-full", false),
        ("postgres://holdfast:hidden@db.invalid/tasks?sslmode=disable", false),
        ("postgres://holdfast:hidden@127.0.0.1:9/tasks", false),
        ("postgres://holdfast:hidden@localhost:9/tasks", false),
    ] {
        let environment = [("DATABASE_URL", url), ("BETTER_AUTH_SECRET", SECRET)];
        let output = run(folder.path(), &["--listen", "127.0.0.1:0"], &environment).await;
        let log = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{log}");
        assert_eq!(log.contains("sslmode"), is_warned_of, "{url}: {log}");
        assert!(!log.contains("hidden"));
    }
}
