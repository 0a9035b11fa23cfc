//! The files in `deploy`.

use std::process::Stdio;

use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::process::Command;

use crate::{
    command_line::run,
    support::{Cluster, SECRET},
};

#[tokio::test]
async fn the_database_role_that_compose_makes_is_no_superuser_and_runs_holdfast() {
    let cluster = Cluster::start();
    let folder = TempDir::new().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "it's \"odd\" :password\n").unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/postgres-init.sh");
    let url = reqwest::Url::parse(&cluster.url).unwrap();
    let made = Command::new("sh")
        .arg(script)
        .env("POSTGRES_USER", url.username())
        .env("HOLDFAST_PASSWORD_FILE", &password)
        .env("PGHOST", url.host_str().unwrap())
        .env("PGPORT", url.port().unwrap().to_string())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut as_role = url.clone();
    as_role.set_username("holdfast_app").unwrap();
    as_role.set_password(Some("it's \"odd\" :password")).unwrap();
    as_role.set_path("holdfast");
    let database = as_role.as_str().to_owned();
    let environment = [("DATABASE_URL", database.as_str()), ("BETTER_AUTH_SECRET", SECRET)];
    let migrated = run(folder.path(), &["migrate"], &environment).await;
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let mut connection = PgConnection::connect(&database).await.unwrap();
    let rights =
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = current_user";
    assert!(!sqlx::query_scalar::<_, bool>(rights).fetch_one(&mut connection).await.unwrap());
    assert!(sqlx::query("SELECT * FROM pg_authid").execute(&mut connection).await.is_err());
    let compose = include_str!("../../deploy/compose.yaml");
    for words in ["./postgres-init.sh:/docker-entrypoint-initdb.d/", "postgres://holdfast_app:%s@postgres/holdfast?sslmode=disable"] {
        assert!(compose.contains(words), "{words}");
    }
    assert!(!compose.contains("POSTGRES_USER: holdfast"));
}
