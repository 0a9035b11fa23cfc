//! What was deleted is gone from the disk, not only from the answers.

use reqwest::Method;
use serde_json::json;
use server::sql;

use crate::support::{PASSWORD, Person, Send as _, Server, eventually};

/// Begins every text of the account that is deleted.
const MARK: &str = "xylophone";

async fn is_kept(server: &Server, text: &str) -> bool {
    server.everything_kept().await.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
}

async fn delete_account(server: &Server, person: &Person<'_>) {
    let delete = server.request(Method::POST, "/api/auth/delete-user").bearer_auth(&person.token);
    assert_eq!(delete.json(&json!({ "password": PASSWORD })).answer().await.status, 200);
}

#[tokio::test]
async fn nothing_of_a_deleted_account_is_left_in_the_file_or_its_log() {
    let server = Server::on_sqlite().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    bob.add("kept").await;
    let mut ids = Vec::new();
    for number in 0..4 {
        let task = json!({ "title": format!("{MARK} {number}"), "description": MARK, "tags": [MARK] });
        ids.push(ada.call(Method::POST, "", &task).await.json["id"].as_str().unwrap().to_owned());
    }
    ada.call(Method::PUT, &format!("/{}", ids[0]), &json!({ "title": "short", "description": null, "tags": [] })).await;
    assert_eq!(ada.request(Method::DELETE, &format!("/{}", ids[1])).answer().await.status, 204);
    assert!(is_kept(&server, MARK).await);
    delete_account(&server, &ada).await;
    eventually(async || !is_kept(&server, MARK).await).await;
    assert!(!is_kept(&server, "ada@example.com").await);
    assert_eq!(bob.titles("").await, ["kept"]);
}

/// What SQLite moves from page to page it may leave behind in the free part of a page until that is written to again; texts that
/// have pages of their own are overwritten whole.
#[tokio::test]
async fn long_texts_of_a_deleted_account_are_overwritten_though_many_others_have_tasks_beside_them() {
    let server = Server::on_sqlite().await;
    let (ada, bob) = (server.person("Ada").await, server.person("Bob").await);
    let mut ids = Vec::new();
    for number in 0..60 {
        // The end of it is beyond what a page has room for.
        let description = format!("{number}{}{MARK}", ".".repeat(4_500));
        let made = ada.call(Method::POST, "", &json!({ "title": number.to_string(), "description": description })).await;
        ids.push(made.json["id"].as_str().unwrap_or_else(|| panic!("{}", made.text)).to_owned());
        bob.add(&format!("kept {number}")).await;
    }
    for id in ids.iter().step_by(3) {
        assert_eq!(ada.request(Method::DELETE, &format!("/{id}")).answer().await.status, 204);
    }
    assert!(is_kept(&server, MARK).await);
    delete_account(&server, &ada).await;
    eventually(async || !is_kept(&server, MARK).await).await;
    assert_eq!(bob.titles("?limit=1000").await.len(), 60);
    let whole: String = sql!(scalar server.state.db.read(), "SELECT * FROM pragma_integrity_check").unwrap();
    assert_eq!(whole, "ok");
}

#[tokio::test]
async fn what_is_deleted_while_a_read_goes_on_is_gone_from_the_log_when_that_has_ended() {
    let server = Server::on_sqlite().await;
    let ada = server.person("Ada").await;
    ada.add(MARK).await;
    let server::db::On::Sqlite(readers) = server.state.db.read() else { panic!("no SQLite") };
    let mut read = readers.begin().await.unwrap();
    let before: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut *read).await.unwrap();
    delete_account(&server, &ada).await;
    // Others are not held up by a log that cannot be emptied yet.
    let bob = server.person("Bob").await;
    bob.add("written meanwhile").await;
    let after: i64 = sqlx::query_scalar("SELECT count(*) FROM tasks").fetch_one(&mut *read).await.unwrap();
    assert_eq!((before, after), (1, 1), "the read still sees its moment");
    read.commit().await.unwrap();
    eventually(async || !is_kept(&server, MARK).await).await;
}
