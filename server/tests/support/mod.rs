//! A real server for one test, and people who use it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use app::model::Timestamp;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Parser as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use server::{
    AppState,
    cli::Cli,
    clock::Clock,
    config::{Config, Limits, secret::Secret},
    db::On,
    email::mailer::Transport,
    serve,
};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

pub const SECRET: &str = "0uYq7Vg2kXo4Rz9bT1mWn5cJ8dLs3eHfA6pQ";
pub const PREVIOUS: &str = "Zx8Kc3Vb6Nm1Qw4Er7Ty0Ui5Op2As9DfGh";
mod database;

pub use database::{Cluster, Place};

/// In most tests a password, and in all of them the canary: see `canary`.
pub const PASSWORD: &str = "correct horse battery";

/// A server that listens on a port of its own, with a clock that the test moves.
pub struct Server {
    pub url: String,
    pub state: AppState,
    place: Arc<Place>,
    millis: Arc<AtomicI64>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}, Limits::default()).await
    }

    pub async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::with(change, Limits::default()).await
    }

    pub async fn limited(limits: Limits) -> Self {
        Self::with(|_| {}, limits).await
    }

    /// One that mails to this SMTP server instead of its folder.
    pub async fn mailing(smtp: &str) -> Self {
        let limits = Limits { mail_retry: Duration::from_millis(1), ..Limits::default() };
        Self::on(Arc::new(Place::new().await), Self::clock(), |_| {}, limits, Some(Transport::smtp(smtp).unwrap())).await
    }

    async fn with(change: impl FnOnce(&mut Config), limits: Limits) -> Self {
        Self::on(Arc::new(Place::new().await), Self::clock(), change, limits, None).await
    }

    fn clock() -> Arc<AtomicI64> {
        Arc::new(AtomicI64::new(Clock::system().now().0))
    }

    fn config(place: &Place) -> Config {
        let mut arguments = vec!["holdfast", "--listen", "127.0.0.1:0", "--data-dir", place.folder.path().to_str().unwrap()];
        arguments.extend(place.url.as_deref().into_iter().flat_map(|url| ["--database-url", url]));
        // The clients of a test share an address.
        Config { max_connections_per_address: 5000, ..Cli::parse_from(arguments).config }
    }

    async fn on(
        place: Arc<Place>,
        millis: Arc<AtomicI64>,
        change: impl FnOnce(&mut Config),
        limits: Limits,
        mail: Option<Transport>,
    ) -> Self {
        let mut config = Self::config(&place);
        change(&mut config);
        let now = millis.clone();
        let clock = Clock::new(move || Timestamp(now.load(Ordering::SeqCst)));
        Self::with_clock(place, millis, clock, config, limits, mail).await
    }

    async fn with_clock(
        place: Arc<Place>,
        millis: Arc<AtomicI64>,
        clock: Clock,
        config: Config,
        limits: Limits,
        mail: Option<Transport>,
    ) -> Self {
        canary::watch();
        let (secret, previous) = (Secret::new(SECRET).unwrap(), Secret::new(PREVIOUS).unwrap());
        let state = AppState::open(config, secret, Some(previous), mail, limits, clock).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(state.clone(), listener, async {
            let _ = stopped.await;
        }));
        Self { url, state, place, millis, stop: Some(stop), serving: Some(serving) }
    }

    /// One at this place on a machine whose clock is off by so many milliseconds, and set by that of the database.
    pub async fn at_with_clock_off(place: &Arc<Place>, by: i64) -> Self {
        let clock = Clock::adjusted(move || Timestamp(Clock::system().now().0 + by));
        Self::with_clock(place.clone(), Self::clock(), clock, Self::config(place), Limits::default(), None).await
    }

    /// One on PostgreSQL, whatever the other tests run on.
    pub async fn on_postgres() -> Self {
        Self::at(&Self::place_on_postgres().await).await
    }

    /// One on SQLite, whatever the other tests run on.
    pub async fn on_sqlite() -> Self {
        Self::at(&Arc::new(Place::on_sqlite())).await
    }

    /// A PostgreSQL database that nobody uses yet.
    pub async fn place_on_postgres() -> Arc<Place> {
        Arc::new(Place::on_postgres().await)
    }

    /// One at this place.
    pub async fn at(place: &Arc<Place>) -> Self {
        Self::on(place.clone(), Self::clock(), |_| {}, Limits::default(), None).await
    }

    /// One at this place that goes on for so long after the call to stop.
    pub async fn at_draining(place: &Arc<Place>, delay: Duration) -> Self {
        Self::on(place.clone(), Self::clock(), |config| config.shutdown_delay = delay, Limits::default(), None).await
    }

    /// Stops, and starts again on the same database.
    pub async fn restart(mut self) -> Self {
        self.stop().await;
        self.beside().await
    }

    /// Stops, and starts again on the same database with another configuration.
    pub async fn restart_configured(mut self, change: impl FnOnce(&mut Config)) -> Self {
        self.stop().await;
        Self::on(self.place.clone(), self.millis.clone(), change, Limits::default(), None).await
    }

    /// Another one on the same database, with the same clock: all that they share.
    pub async fn beside(&self) -> Self {
        self.beside_configured(|_| {}).await
    }

    /// The same, set up otherwise.
    pub async fn beside_configured(&self, change: impl FnOnce(&mut Config)) -> Self {
        Self::on(self.place.clone(), self.millis.clone(), change, Limits::default(), None).await
    }

    /// The folder of its files.
    pub fn folder(&self) -> &std::path::Path {
        self.place.folder.path()
    }

    /// The address of its database.
    pub fn database_url(&self) -> String {
        self.place.url.clone().unwrap_or_else(|| format!("sqlite:{}", self.folder().join("holdfast.db").display()))
    }

    /// Calls for the end.
    pub fn call_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Calls for the end and waits for it.
    pub async fn stop(&mut self) {
        self.call_stop();
        self.serving.take().unwrap().await.unwrap();
    }

    /// Waits for an end that was called for.
    pub async fn stopped(&mut self) {
        self.serving.take().unwrap().await.unwrap();
    }

    /// The letters in its folder, in any order, once there are so many.
    pub async fn letters(&self, count: usize) -> Vec<Letter> {
        for _ in 0..1000 {
            let letters = self.letters_now();
            if letters.len() >= count {
                assert_eq!(letters.len(), count, "{letters:#?}");
                return letters;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} letters, and there are {:#?}", self.letters_now());
    }

    /// The letters in its folder that are written whole.
    pub fn letters_now(&self) -> Vec<Letter> {
        let files = std::fs::read_dir(self.place.folder.path().join("mail")).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        texts.filter(|text| text.ends_with("Holdfast\r\n")).map(|text| Letter::parse(&text)).collect()
    }

    /// What the database holds, byte by byte.
    pub async fn everything_kept(&self) -> Vec<u8> {
        if let On::Postgres(pool) = self.state.db.read() {
            let mut kept = Vec::new();
            for table in ["users", "sessions", "tasks", "deleted_tasks", "revocations", "mail_tokens"] {
                let sql = format!("SELECT row::text FROM {table} AS row");
                let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(pool).await.unwrap();
                kept.extend(rows.join("\n").into_bytes());
            }
            return kept;
        }
        let file = |name: &str| std::fs::read(self.place.folder.path().join(name)).unwrap_or_default();
        [file("holdfast.db"), file("holdfast.db-wal")].concat()
    }

    /// Moves the server's clock.
    pub fn advance(&self, by: Duration) {
        self.millis.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// The server's time in seconds.
    pub fn now(&self) -> i64 {
        self.state.clock.now().seconds()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        client.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).answer().await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(Method::POST, path).json(body).answer().await
    }

    /// Signs up somebody new.
    pub async fn person(&self, name: &str) -> Person<'_> {
        let email = format!("{}@example.com", name.to_lowercase());
        let answer = self.post("/api/auth/sign-up/email", &json!({ "name": name, "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Person::from(self, &answer)
    }

    /// Signs a person in once more, as on another device.
    pub async fn sign_in(&self, email: &str) -> Person<'_> {
        let answer = self.post("/api/auth/sign-in/email", &json!({ "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Person::from(self, &answer)
    }

    /// A person as another service knows them, with its token.
    pub fn stranger(&self, id: &str) -> Person<'_> {
        let token = jwt(&json!({ "sub": id, "exp": self.now() + 3600 }), SECRET);
        Person { server: self, id: id.into(), token, cookie: String::new() }
    }
}

/// Waits until something is so.
pub async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("that has not come");
}

/// A letter that was sent.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Letter {
    pub fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default().to_owned();
        assert_eq!(header("Content-Transfer-Encoding"), "7bit", "a link must be readable in the file");
        Self { from: header("From"), to: header("To"), subject: header("Subject"), text: body.to_owned() }
    }

    /// The link in it.
    pub fn link(&self) -> &str {
        self.text.lines().find(|line| line.starts_with("http")).expect("a link")
    }

    /// The token in the link.
    pub fn token(&self) -> String {
        let url = reqwest::Url::parse(self.link()).unwrap();
        url.query_pairs().find_map(|(name, value)| (name == "token").then(|| value.into_owned())).expect("a token")
    }
}

/// Every test logs at trace level, and none may log a secret.
mod canary {
    use std::{
        io::{self, Write},
        sync::{Mutex, Once, PoisonError},
    };

    use tracing_subscriber::EnvFilter;

    static WATCHING: Once = Once::new();
    static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

    /// Begins of what must not be in a log: the password and the keys of the tests, hashes, tokens in JWT's form, and the
    /// query of a mailed link.
    const SECRETS: [&str; 6] = [super::PASSWORD, super::SECRET, super::PREVIOUS, "$argon2id$", "eyJ", "token="];

    pub fn watch() {
        WATCHING.call_once(|| {
            // The tests' own HTTP client may say what it likes.
            let filter = EnvFilter::new("trace,reqwest=off,hyper_util::client=off");
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Reader).init();
        });
    }

    /// What was found, in this test or in one beside it.
    pub fn leaks() -> Vec<String> {
        LEAKS.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    struct Reader;

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let line = String::from_utf8_lossy(bytes);
            if SECRETS.iter().any(|secret| line.contains(secret)) {
                LEAKS.lock().unwrap_or_else(PoisonError::into_inner).push(line.into_owned());
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(canary::leaks(), Vec::<String>::new(), "secrets are in the log");
        }
    }
}

/// Somebody who is signed in on one device.
#[derive(Clone)]
pub struct Person<'a> {
    pub server: &'a Server,
    pub id: String,
    pub token: String,
    pub cookie: String,
}

impl<'a> Person<'a> {
    fn from(server: &'a Server, answer: &Answer) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            server,
            id: text(&answer.json["user"]["id"]),
            token: text(&answer.json["token"]),
            cookie: answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned(),
        }
    }

    /// A request to the task API, `rest` being what follows `…/tasks`.
    pub fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        self.server.request(method, &format!("/api/{}/tasks{rest}", self.id)).bearer_auth(&self.token)
    }

    pub async fn call(&self, method: Method, rest: &str, body: &Value) -> Answer {
        self.request(method, rest).json(body).answer().await
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.request(Method::GET, rest).answer().await
    }

    /// Adds a task; its id.
    pub async fn add(&self, title: &str) -> String {
        let answer = self.call(Method::POST, "", &json!({ "title": title })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json["id"].as_str().unwrap().to_owned()
    }

    /// The titles of a list.
    pub async fn titles(&self, query: &str) -> Vec<String> {
        let answer = self.get(query).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
    }
}

/// A response, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// `Null` where the body is no JSON.
    pub json: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Checks status and code of a problem, and that it is written as the contract says.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.json["code"].as_str().unwrap_or_default()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], "about:blank");
        assert_eq!(self.json["message"], self.json["detail"]);
        assert!(!self.json["title"].as_str().unwrap().is_empty());
        // Not under `/api/auth`: there two refusals are equal byte for byte.
        if let Some(id) = self.json.get("request_id") {
            assert_eq!(id, self.header("x-request-id"));
        }
    }

    /// The body without what tells one request from another.
    pub fn same_for_all(&self) -> Value {
        let mut json = self.json.clone();
        json["request_id"] = Value::Null;
        json
    }

    /// The fields with errors.
    pub fn fields(&self) -> Vec<&str> {
        self.json["errors"]
            .as_array()
            .map(|errors| errors.iter().map(|error| error["field"].as_str().unwrap()).collect())
            .unwrap_or_default()
    }
}

pub trait Send {
    async fn answer(self) -> Answer;
}

impl Send for RequestBuilder {
    async fn answer(self) -> Answer {
        let response = self.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        Answer { status, headers, json: serde_json::from_str(&text).unwrap_or(Value::Null), text }
    }
}

/// Base64url without padding, as JOSE writes it.
pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of these claims, signed as any other service would.
pub fn jwt(claims: &Value, secret: &str) -> String {
    signed(&json!({ "alg": "HS256", "typ": "JWT" }).to_string(), &claims.to_string(), secret.as_bytes())
}

/// HMAC-SHA-256 over any header and payload.
pub fn signed(header: &str, payload: &str, key: &[u8]) -> String {
    let message = format!("{}.{}", b64(header), b64(payload));
    let tag = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&message).finalize().into_bytes();
    format!("{message}.{}", b64(tag))
}
