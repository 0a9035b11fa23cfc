//! A database of an older version comes up with everything that was in it.

use std::sync::Arc;

use app::{model::Timestamp, position};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool, sqlite::SqliteConnectOptions};

use crate::support::{Place, Server};

/// Tasks from before they had a day and a place, not in the order of their age.
const OLD_TASKS: [(&str, &str, &str, bool, i64, i64); 5] = [
    ("018a0000-0000-7000-8000-fedcba987654", "ada", "third", true, 3000, 9000),
    ("01890000-0000-7000-8000-0123456789ab", "ada", "first", false, 1000, 8000),
    ("01890000-0000-7000-8000-cdef01234567", "ada", "second", true, 1000, 1000),
    ("019aa000-ffff-7000-9999-666666666666", "bob", "his", true, 5000, 6000),
    ("019aa000-ffff-7000-9999-999999999999", "ada", "fourth", false, 5000, 5000),
];

fn insert() -> AssertSqlSafe<String> {
    let row = |(id, user, title, completed, created_at, updated_at): (&str, &str, &str, bool, i64, i64)| {
        format!("('{id}', '{user}', '{title}', '{title}', 'of old', 'of old', {completed}, {created_at}, {updated_at})")
    };
    AssertSqlSafe(format!(
        "INSERT INTO tasks (id, user_id, title, title_key, description, description_key, completed, created_at, updated_at) VALUES {}",
        OLD_TASKS.map(row).join(", ")
    ))
}

async fn comes_up(place: &Arc<Place>) {
    let server = Server::at(place).await;
    let ada = server.stranger("ada");
    assert_eq!(ada.titles("?sort=position").await, ["fourth", "third", "second", "first"]);
    assert_eq!(ada.titles("?sort=due_date").await.len(), 4);
    for (id, user, title, completed, created_at, updated_at) in OLD_TASKS {
        let task = server.stranger(user).get(&format!("/{id}")).await;
        let time = |millis: i64| Timestamp(millis).to_string();
        let expected = json!({
            "id": id, "user_id": user, "title": title, "description": "of old", "completed": completed, "due_date": null, "priority": "none",
            "tags": [], "position": position::of_id(id), "completed_at": completed.then(|| time(updated_at)),
            "created_at": time(created_at), "updated_at": time(updated_at),
        });
        assert_eq!(task.json, expected);
    }
    ada.add("new").await;
    let (third, ..) = OLD_TASKS[0];
    let changed = ada.call(Method::PUT, &format!("/{third}"), &json!({ "due_date": "2027-01-31", "completed": false })).await;
    assert_eq!((&changed.json["due_date"], &changed.json["completed_at"]), (&json!("2027-01-31"), &Value::Null));
    assert_eq!(ada.titles("?sort=position").await, ["new", "fourth", "third", "second", "first"]);
    assert_eq!(ada.titles("?sort=due_date&limit=1").await, ["third"]);
}

#[tokio::test]
async fn tasks_of_an_old_file_stand_newest_first_and_know_when_they_were_done() {
    let place = Arc::new(Place::on_sqlite());
    let file = SqliteConnectOptions::new().filename(place.folder.path().join("holdfast.db")).create_if_missing(true);
    let old = SqlitePool::connect_with(file).await.unwrap();
    sqlx::migrate!("../migrations/sqlite").run_to(6, &old).await.unwrap();
    sqlx::query(insert()).execute(&old).await.unwrap();
    old.close().await;
    comes_up(&place).await;
}

#[tokio::test]
async fn tasks_of_an_old_postgres_stand_newest_first_and_know_when_they_were_done() {
    let place = Server::place_on_postgres().await;
    let old = PgPool::connect(place.url.as_deref().unwrap()).await.unwrap();
    sqlx::migrate!("../migrations/postgres").run_to(1, &old).await.unwrap();
    sqlx::query(insert()).execute(&old).await.unwrap();
    old.close().await;
    comes_up(&place).await;
}
