//! How the program is set up: each flag with its environment variable, its default and its line of help.

pub mod cookies;
mod parties;
pub mod secret;
pub mod trusted_jwks;

use std::{
    env, fmt, fs,
    net::{IpAddr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    time::Duration,
};

use app::model::validate_email;
use clap::ValueEnum;
use ipnet::IpNet;
use lettre::message::Mailbox;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::{Host, Origin, Url};

pub use self::parties::Parties;
use self::{
    cookies::{Cookies, SameSite},
    parties::party,
    secret::Secret,
    trusted_jwks::{TrustedJwks, trusted_jwks},
};

/// How the program is set up.
#[derive(Debug, Clone, clap::Args)]
pub struct Config {
    /// Address and port to listen on
    #[arg(long, env, global = true, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Address and port for Prometheus, under `/metrics` [default: none]
    #[arg(long, env, global = true)]
    pub metrics_listen: Option<SocketAddr>,

    /// Database, as `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; also in the file of `DATABASE_URL_FILE`
    /// [default: sqlite:holdfast.db in the data directory]
    #[arg(long, env, global = true, hide_env_values = true, value_parser = database)]
    pub database_url: Option<Database>,

    /// The same PostgreSQL past a pooler that shares connections, for its notifications [default: as `--database-url`]
    #[arg(long, env, global = true, hide_env_values = true, value_parser = database)]
    pub database_listen_url: Option<Database>,

    /// Where Holdfast keeps its files
    #[arg(long, env, global = true, default_value = "./data")]
    pub data_dir: PathBuf,

    /// Address under which browsers reach it, as `https://tasks.example.com` [default: as each request says]
    #[arg(long, env, global = true, value_parser = origin)]
    pub base_url: Option<Origin>,

    /// How long a session and its token live
    #[arg(long, env, global = true, default_value = "7d", value_parser = lifetime)]
    pub token_ttl: Duration,

    /// How long a session lives at most, however often it is renewed
    #[arg(long, env, global = true, default_value = "30d", value_parser = lifetime)]
    pub session_max_age: Duration,

    /// What tokens of other services must carry as `iss`, and ours do [default: anything]
    #[arg(long, env, global = true, value_parser = party)]
    pub jwt_issuer: Option<String>,

    /// What tokens of other services must carry as `aud`, and ours do [default: anything]
    #[arg(long, env, global = true, value_parser = party)]
    pub jwt_audience: Option<String>,

    /// The key set of a service whose tokens are accepted, as `URL[,issuer=…][,audience=…]`; again for each further one (in the
    /// variable, separated by spaces)
    #[arg(long, env, global = true, value_delimiter = ' ', value_parser = trusted_jwks)]
    pub trusted_jwks: Vec<TrustedJwks>,

    /// A file with an Ed25519 private key (PKCS #8 PEM): `/api/auth/token?alg=EdDSA` signs with it, and `/api/auth/jwks` has its
    /// public half [default: HS256 alone]
    #[arg(long, env, global = true)]
    pub jwt_signing_key: Option<PathBuf>,

    /// Front ends on other origins, separated by commas, that may call the API with cookies
    #[arg(long, env, global = true, value_delimiter = ',', value_parser = origin)]
    pub trusted_origins: Vec<Origin>,

    /// Proxies, as addresses or networks separated by commas, whose `X-Forwarded-For` is believed
    #[arg(long, env, global = true, value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Where to report a weakness, as `mailto:` or `https:` addresses separated by commas, for `/.well-known/security.txt`
    #[arg(long, env, global = true, value_delimiter = ',', value_parser = contact)]
    pub security_contact: Vec<Url>,

    /// Most connections at once; more wait until one ends
    #[arg(long, env, global = true, default_value = "1024", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections: u32,

    /// Most connections at once of one address that is no trusted proxy; more are closed
    #[arg(long, env, global = true, default_value = "128", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_connections_per_address: u32,

    /// How long to go on taking requests after the call to stop, while `/health/ready` sends new ones elsewhere
    #[arg(long, env, global = true, default_value = "0s", value_parser = pause)]
    pub shutdown_delay: Duration,

    /// Who mails come from; the server is in `SMTP_URL` or the file of `SMTP_URL_FILE`, and without one mails are files
    #[arg(long, env, global = true, default_value = "Holdfast <holdfast@localhost>")]
    pub mail_from: Mailbox,

    /// How many days a deleted task stays in the trash, from where it can be put back
    #[arg(long, env, global = true, default_value = "30", value_parser = clap::value_parser!(u32).range(1..=365))]
    pub trash_days: u32,

    /// Whether to hold back who tries too often; off for load tests
    #[arg(long, env, global = true, value_enum, default_value = "on")]
    pub rate_limit: RateLimit,

    /// How cookies are named and sent.
    #[command(flatten)]
    pub cookies: Cookies,

    /// What one user may have.
    #[command(flatten)]
    pub quotas: Quotas,

    /// What hashing a password costs.
    #[command(flatten)]
    pub hash_cost: HashCost,

    /// What to log, as `info` or `server=debug`
    #[arg(long = "log", env = "RUST_LOG", global = true, default_value = "info")]
    pub log: String,

    /// How to write the log
    #[arg(long, env, global = true, value_enum, default_value = "pretty")]
    pub log_format: LogFormat,
}

/// Which database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres {
        /// How to reach it.
        options: Box<PgConnectOptions>,
        /// How to reach it for notifications, if that is another way.
        listening: Option<Box<PgConnectOptions>>,
    },
}

impl Database {
    /// The host of a server on another machine whose URL does not set `sslmode`: the default, `prefer`, falls back to plain text, which
    /// an attacker on the network can cause.
    pub fn host_without_tls(&self) -> Option<&str> {
        let Self::Postgres { options, .. } = self else { return None };
        let host = options.get_host();
        let is_here = options.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let is_open = matches!(options.get_ssl_mode(), PgSslMode::Prefer | PgSslMode::Allow);
        (is_open && !is_here).then_some(host)
    }
}

/// Whether tries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RateLimit {
    /// Counted
    On,
    /// Not counted
    Off,
}

/// What one user may have and do.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Quotas {
    /// Most tasks of one user
    #[arg(long, env, global = true, default_value = "100000", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub max_tasks: u32,

    /// Changes of tasks of one user a second
    #[arg(long, env, global = true, default_value = "100", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_writes_per_second: u32,

    /// Changes of tasks of one user in a row, before there are no more than that a second
    #[arg(long, env, global = true, default_value = "1000", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub max_writes_burst: u32,

    /// Mails an hour that one user may have sent to addresses that are not theirs
    #[arg(long, env, global = true, default_value = "5", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub max_mails_per_hour: u32,
}

impl Quotas {
    /// The changes a second, and those in a row.
    pub const fn writes(&self) -> (NonZero<u32>, NonZero<u32>) {
        (at_least_one(self.max_writes_per_second), at_least_one(self.max_writes_burst))
    }

    /// The mails, of which there is at least one.
    pub const fn mails_per_hour(&self) -> NonZero<u32> {
        at_least_one(self.max_mails_per_hour)
    }
}

/// The number, which its parser has checked to be no zero.
const fn at_least_one(number: u32) -> NonZero<u32> {
    match NonZero::new(number) {
        Some(number) => number,
        None => NonZero::<u32>::MIN,
    }
}

/// What argon2id costs; a stored hash that is weaker is replaced when its owner signs in.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct HashCost {
    /// Memory for hashing a password, in KiB
    #[arg(long, env, global = true, default_value = "19456", value_parser = clap::value_parser!(u32).range(64..=1_048_576))]
    pub argon2_memory: u32,

    /// Passes over that memory
    #[arg(long, env, global = true, default_value = "2", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub argon2_passes: u32,

    /// Lanes of that memory
    #[arg(long, env, global = true, default_value = "1", value_parser = clap::value_parser!(u32).range(1..=8))]
    pub argon2_lanes: u32,
}

/// How a log line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For eyes
    Pretty,
    /// For machines
    Json,
}

/// Time limits of requests, connections and the shutdown. No flags: tests shorten them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a request's head may take, and a connection may idle between two requests.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long a client may read nothing of an answer.
    pub write: Duration,
    /// How long requests under way may take once the end has been called for.
    pub shutdown: Duration,
    /// How long until a mail that was not taken is offered again.
    pub mail_retry: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(20),
            write: Duration::from_secs(30),
            shutdown: Duration::from_secs(20),
            mail_retry: Duration::from_secs(2),
        }
    }
}

/// Why the program cannot start as it is set up: one line that names what is wrong. Exit status 2.
#[derive(Debug)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The database.
    pub fn database(&self) -> Result<Database, ConfigError> {
        let from_file = if self.database_url.is_none() { from_environment("DATABASE_URL")? } else { None };
        let from_file = from_file.map(|url| database(&url)).transpose();
        let from_file = from_file.map_err(|why| ConfigError(format!("DATABASE_URL_FILE: {why}")))?;
        match (self.database_url.clone().or(from_file), &self.database_listen_url) {
            (None, None) => Ok(Database::Sqlite(self.data_dir.join("holdfast.db"))),
            (Some(Database::Postgres { options, .. }), Some(Database::Postgres { options: listening, .. })) => {
                Ok(Database::Postgres { options, listening: Some(listening.clone()) })
            }
            (Some(database), None) => Ok(database),
            _ => Err(ConfigError("--database-listen-url is for a PostgreSQL that --database-url names".into())),
        }
    }

    /// What tokens of other services must carry.
    pub fn parties(&self) -> Parties {
        Parties { issuer: self.jwt_issuer.clone(), audience: self.jwt_audience.clone() }
    }

    /// How long a deleted task can be put back.
    pub fn trash_kept_for(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.trash_days))
    }

    /// Whether browsers reach it over TLS, which some proxy before it ends.
    pub fn is_https(&self) -> bool {
        matches!(&self.base_url, Some(Origin::Tuple(scheme, ..)) if scheme == "https")
    }

    /// Refuses cookies that browsers would not keep: `SameSite=None` is for https alone (RFC 6265bis, section 5.7).
    pub fn check_cookies(&self) -> Result<(), ConfigError> {
        if self.cookies.cookie_same_site == SameSite::None && !self.is_https() {
            return Err(ConfigError("--cookie-same-site none (COOKIE_SAME_SITE) needs a --base-url that begins with https://".into()));
        }
        Ok(())
    }

    /// The secret that signs and verifies tokens: the configured one, or on a loopback address one that is made
    /// once and kept beside the database.
    pub fn secret(&self) -> Result<Secret, ConfigError> {
        match configured_secret("BETTER_AUTH_SECRET")? {
            Some(secret) => Ok(secret),
            None if self.listen.ip().is_loopback() => secret::kept_beside(&self.secret_file()?)
                .map_err(|error| ConfigError(format!("BETTER_AUTH_SECRET is not set, and {error}"))),
            None => Err(ConfigError(
                "BETTER_AUTH_SECRET is not set: on a public address it must be; make one with `openssl rand -base64 48`".into(),
            )),
        }
    }

    /// Where a secret that was made is kept: beside the SQLite file.
    fn secret_file(&self) -> Result<PathBuf, ConfigError> {
        Ok(match self.database()? {
            Database::Sqlite(file) => file,
            Database::Postgres { .. } => self.data_dir.join("holdfast.db"),
        })
    }

    /// `SMTP_URL`, which may hold a password.
    pub fn smtp_url(&self) -> Result<Option<String>, ConfigError> {
        from_environment("SMTP_URL")
    }

    /// What crosses the network in plain text as the program is set up, each in words for the log.
    pub fn plain_text_connections(&self) -> Vec<&'static str> {
        let is_far = |url: &Url| match url.host() {
            // Of a scheme that `url` does not know, it leaves an address as it is written.
            Some(Host::Domain(name)) => name != "localhost" && !name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
            Some(Host::Ipv4(address)) => !address.is_loopback(),
            Some(Host::Ipv6(address)) => !address.is_loopback(),
            None => false,
        };
        let base_url = self.base_url.as_ref().and_then(|origin| Url::parse(&origin.ascii_serialization()).ok());
        let smtp_url = from_environment("SMTP_URL").ok().flatten().and_then(|url| Url::parse(&url).ok());
        let is_plain_smtp =
            |url: &Url| url.scheme() == "smtp" && !url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        let base_url = base_url.is_some_and(|url| url.scheme() == "http" && is_far(&url));
        let smtp_url = smtp_url.is_some_and(|url| is_plain_smtp(&url) && is_far(&url));
        [
            base_url
                .then_some("BASE_URL is not https: passwords and tokens cross the network in plain text; put a proxy with TLS before it"),
            smtp_url.then_some(
                "SMTP_URL does not insist on TLS: mailed links may cross the network in plain text; use smtps: or ?tls=required",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Where mails are kept when no server takes them.
    pub fn mail_folder(&self) -> PathBuf {
        self.data_dir.join("mail")
    }

    /// The secret before the current one, which still verifies.
    pub fn previous_secret(&self) -> Result<Option<Secret>, ConfigError> {
        configured_secret("BETTER_AUTH_SECRET_PREVIOUS")
    }
}

fn configured_secret(name: &str) -> Result<Option<Secret>, ConfigError> {
    let text = from_environment(name)?;
    text.map(|text| Secret::new(&text)).transpose().map_err(|why| ConfigError(format!("{name} {why}")))
}

/// What is in the environment variable `name`, or in the file that `name_FILE` names.
fn from_environment(name: &str) -> Result<Option<String>, ConfigError> {
    let file = format!("{name}_FILE");
    match (env::var(name), env::var_os(&file)) {
        (Ok(_), Some(_)) => Err(ConfigError(format!("{name} and {file} are both set: keep one"))),
        (Ok(text), None) => Ok(Some(text)),
        (Err(env::VarError::NotUnicode(_)), _) => Err(ConfigError(format!("{name} is not UTF-8 text"))),
        (Err(env::VarError::NotPresent), Some(path)) => fs::read_to_string(&path)
            .map(|text| Some(text.trim_end_matches(['\r', '\n']).to_owned()))
            .map_err(|error| ConfigError(format!("{file}: cannot read {}: {error}", path.display()))),
        (Err(env::VarError::NotPresent), None) => Ok(None),
    }
}

/// The database of a URL. The message leaves the value out: it may hold a password.
pub fn database(url: &str) -> Result<Database, String> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let options: PgConnectOptions = url.parse().map_err(|_| "it is no address like postgres://user:password@host/name")?;
        return Ok(Database::Postgres { options: Box::new(options.application_name("holdfast")), listening: None });
    }
    let path = url.strip_prefix("sqlite:").ok_or("it must be sqlite: and a path, or postgres:// and a server")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    if path.is_empty() || path == ":memory:" {
        return Err("it must name a file".into());
    }
    Ok(Database::Sqlite(path.into()))
}

fn origin(text: &str) -> Result<Origin, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let bare =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    match url.origin() {
        origin @ Origin::Tuple(..) if bare && matches!(url.scheme(), "http" | "https") => Ok(origin),
        _ => Err("it must be http:// or https:// and a host, with no path".into()),
    }
}

/// A contact of RFC 9116, section 2.5.3.
fn contact(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let is_contact = match url.scheme() {
        "mailto" => validate_email(url.path()).is_ok(),
        "https" => url.has_host(),
        _ => false,
    };
    if is_contact { Ok(url) } else { Err("it must be mailto: and an e-mail address, or an https: address".into()) }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address =
        |text: &str| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| "it must be an address or a network like 10.0.0.0/8".into());
    text.parse().or_else(|_| address(text))
}

fn pause(text: &str) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if length > Duration::from_mins(1) { Err("it must be at most 1m".into()) } else { Ok(length) }
}

/// A duration of one second to a year, as `7d`.
pub fn lifetime(text: &str) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    let longest = Duration::from_hours(24 * 365);
    if length < Duration::from_secs(1) || length > longest {
        return Err("it must be from 1s to 365d".into());
    }
    Ok(length)
}
