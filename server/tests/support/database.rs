//! A database of its own for each test: a file, or with `TEST_DATABASE=postgres` one of a PostgreSQL, which
//! `TEST_POSTGRES_URL` names or which is started for these tests alone.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// Whether the tests run on PostgreSQL.
pub fn is_postgres() -> bool {
    match env::var("TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("TEST_DATABASE is sqlite or postgres, not {other}"),
    }
}

/// Where one server, or several on one database, keep what they keep.
pub struct Place {
    pub folder: TempDir,
    /// `None` where it is a file in the folder.
    pub url: Option<String>,
}

impl Place {
    pub async fn new() -> Self {
        if is_postgres() { Self::on_postgres().await } else { Self::on_sqlite() }
    }

    pub async fn on_postgres() -> Self {
        Self { folder: TempDir::new().unwrap(), url: Some(create().await) }
    }

    pub fn on_sqlite() -> Self {
        Self { folder: TempDir::new().unwrap(), url: None }
    }
}

/// Makes a database; its URL. It goes when the private server does; one that was given keeps it for a look afterwards.
async fn create() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("holdfast_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&format!("{}/postgres", server())).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    format!("{}/{name}", server())
}

/// The server's URL, without a database.
pub fn server() -> &'static str {
    static SERVER: OnceLock<(String, Option<Cluster>)> = OnceLock::new();
    let (url, _) = SERVER.get_or_init(|| {
        if let Ok(url) = env::var("TEST_POSTGRES_URL") {
            return (url.trim_end_matches('/').to_owned(), None);
        }
        let cluster = Cluster::start();
        (cluster.url.clone(), Some(cluster))
    });
    url
}

/// A PostgreSQL that ends when its test does, since its standard input is closed then.
pub struct Cluster {
    /// Without a database.
    pub url: String,
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Cluster {
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh");
        let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut says = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        says.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "there is no PostgreSQL to test on");
        Self { url: line.trim().to_owned(), child, says }
    }

    /// Does `freeze`, `thaw`, `stop` or `start` to it.
    pub fn order(&mut self, command: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{command}").unwrap();
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n", "{command}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
