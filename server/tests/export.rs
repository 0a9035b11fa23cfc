//! `holdfast export`, what reads it back, and files of other task managers for one user.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use reqwest::Method;
use serde_json::json;
use server::sql;
use tempfile::TempDir;

use crate::{
    command_line::one_line,
    import::{holdfast, row, says, sign_in},
    support::{PASSWORD, Server},
};

/// Exports to this file; what is in it.
async fn export(server: &Server, file: &Path) -> String {
    let output = holdfast(server, &["export", file.to_str().unwrap()]).await;
    says(&output, 0);
    assert!(String::from_utf8_lossy(&output.stderr).contains("keep it to yourself"));
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(file).unwrap()
}

#[tokio::test]
async fn an_export_is_read_back_and_is_the_same_on_both_databases_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    for title in ["Buy milk 🥛", "Second", "third"] {
        ada.add(title).await;
    }
    let body = json!({ "title": "Full", "description": "two\n  lines ", "completed": true, "due_date": "2027-01-31", "priority": "high", "tags": ["a", "ä"] });
    assert_eq!(ada.call(Method::POST, "", &body).await.status, 201);
    let gone = bob.add("gone").await;
    assert_eq!(bob.call(Method::DELETE, &format!("/{gone}"), &json!({})).await.status, 204);
    server.stranger("stranger ü").add("of another service").await;
    let link = "INSERT INTO provider_accounts (provider, account_id, user_id, created_at) VALUES ('google', '4711', $1, 5)";
    sql!(execute server.state.db.write(), link, &bob.id).unwrap();

    let exported = export(&server, &file("first")).await;
    assert_eq!(exported.lines().next(), Some(r#"{"holdfast":"export","version":1}"#));
    assert_eq!(exported.lines().count(), 1 + 2 + 5 + 1);
    for (name, other) in [("sqlite", Server::on_sqlite().await), ("postgres", Server::on_postgres().await)] {
        let path = file("first");
        let arguments = ["import", "--json", path.to_str().unwrap()];
        let text = says(&holdfast(&other, &arguments).await, 0);
        assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![2, 2, 0, 0, 0], vec![5, 5, 0, 0, 0]), "{text}");
        assert_eq!(row(&text, "tasks in the trash"), [1, 1, 0, 0, 0]);
        assert!(exported == export(&other, &file(name)).await, "{name}");
        let text = says(&holdfast(&other, &arguments).await, 0);
        assert_eq!((row(&text, "users "), row(&text, "tasks ")), (vec![2, 0, 2, 0, 0], vec![5, 0, 5, 0, 0]), "{text}");
        assert!(exported == export(&other, &file(&format!("{name} again"))).await, "a second time changes nothing");
        assert_eq!(sign_in(&other, "ada@example.com", PASSWORD).await.json["user"]["id"], ada.id.as_str());
        let whole = other.stranger(&ada.id).get("").await;
        assert_eq!(whole.json, ada.get("").await.json);
    }
}

#[tokio::test]
async fn an_export_replaces_no_file_and_goes_to_standard_output_where_none_is_named() {
    let server = Server::start().await;
    server.person("Ada").await;
    let file = server.folder().join("all.jsonl");
    let exported = export(&server, &file).await;
    one_line(&holdfast(&server, &["export", file.to_str().unwrap()]).await, 1, &["cannot make", "all.jsonl"]);
    assert_eq!(says(&holdfast(&server, &["export"]).await, 0), exported);
    assert_eq!(says(&holdfast(&server, &["export", "-"]).await, 0), exported);
}

#[tokio::test]
async fn a_broken_or_newer_export_is_refused_or_reported() {
    let server = Server::start().await;
    let file = server.folder().join("x.jsonl");
    let path = file.to_str().unwrap();
    for (text, status, words) in [
        ("{\"holdfast\":\"export\",\"version\":2}\n", 2, vec!["version 2"]),
        ("{\"tasks\":[]}", 2, vec!["--user"]),
        ("nonsense", 2, vec!["--user"]),
    ] {
        fs::write(&file, text).unwrap();
        one_line(&holdfast(&server, &["import", "--json", path]).await, status, &words);
    }
    fs::write(&file, "{\"holdfast\":\"export\",\"version\":1}\nnonsense\n").unwrap();
    let text = says(&holdfast(&server, &["import", "--json", path]).await, 1);
    assert!(text.contains("1 × line, line: cannot be read"), "{text}");
    one_line(&holdfast(&server, &["import", "--json", path, "--user", "ada@example.com"]).await, 2, &["--user"]);
}

#[tokio::test]
async fn files_of_other_task_managers_become_tasks_of_one_user_and_twice_doubles_nothing() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    let todoist = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
                   task,Buy milk @home,,1,1,,,2027-01-31,en,UTC\nsection,Garden,,,,,,,,\ntask,Water,,4,1,,,every day,en,UTC\n";
    let file = server.folder().join("file.csv");
    fs::write(&file, todoist).unwrap();
    let path = file.to_str().unwrap();
    let arguments = ["import", "--todoist", path, "--user", "Ada@Example.com"];
    let text = says(&holdfast(&server, &arguments).await, 1);
    assert_eq!(row(&text, "tasks "), [2, 2, 0, 0, 0], "{text}");
    assert!(text.contains("1 × task, section: has no place here"), "{text}");
    assert_eq!(ada.titles("?sort=title").await, ["Buy milk", "Water"]);
    let text = says(&holdfast(&server, &arguments).await, 1);
    assert_eq!(row(&text, "tasks "), [2, 0, 2, 0, 0], "{text}");
    // One that was deleted here does not come back.
    let water = ada.get("?q=water").await.json[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ada.call(Method::DELETE, &format!("/{water}"), &json!({})).await.status, 204);
    let text = says(&holdfast(&server, &[&arguments[..], &["--keep-extra"]].concat()).await, 0);
    assert_eq!(row(&text, "tasks "), [2, 0, 1, 1, 0], "{text}");

    for (arguments, words) in [
        (vec!["import", "--todoist", path], vec!["--user"]),
        (vec!["import", "--todoist", path, "--user", "bob@example.com"], vec!["nobody", "bob@example.com"]),
        (vec!["import", "--ticktick", path, "--user", "ada@example.com"], vec!["no backup of TickTick"]),
        (vec!["import", "--vikunja", path, "--user", "ada@example.com"], vec!["no ZIP"]),
        (vec!["import", "--todoist", path, "--vikunja", path, "--user", "ada@example.com"], vec!["--vikunja"]),
    ] {
        one_line(&holdfast(&server, &arguments).await, 2, &words);
    }
    one_line(&holdfast(&server, &["import", "--json", "nothing.json", "--user", "ada@example.com"]).await, 1, &["nothing.json"]);
}

#[tokio::test]
async fn the_download_of_an_account_is_read_back_into_the_same_and_into_another() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    ada.add("Buy milk").await;
    ada.add("Second").await;
    let download = server.request(Method::GET, "/account/data").header("cookie", &ada.cookie).send().await.unwrap().text().await.unwrap();
    let file = server.folder().join("holdfast.json");
    fs::write(&file, &download).unwrap();
    let path = file.to_str().unwrap();
    let text = says(&holdfast(&server, &["import", "--json", path, "--user", "ada@example.com"]).await, 0);
    assert_eq!(row(&text, "tasks "), [2, 0, 2, 0, 0], "{text}");
    for taken in [[2, 2, 0, 0, 0], [2, 0, 2, 0, 0]] {
        let text = says(&holdfast(&server, &["import", "--json", path, "--user", "bob@example.com"]).await, 0);
        assert_eq!(row(&text, "tasks "), taken, "{text}");
    }
    assert_eq!(bob.titles("?sort=position").await, ada.titles("?sort=position").await);
}
