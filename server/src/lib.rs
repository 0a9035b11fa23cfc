//! Everything of Holdfast that owns data. `main` and the tests start it the same way: [`AppState::open`], then [`serve`].

pub mod auth;
pub mod clock;
pub mod commands;
pub mod config;
pub mod db;
mod file_lock;
mod housekeeping;
pub mod http;
mod notices;
mod private_files;
pub mod problem;
pub mod tasks;
mod threads;

use std::{
    future::Future,
    net::SocketAddr,
    ops::Deref,
    sync::{Arc, OnceLock},
    time::Duration,
};

use app::model::{Session, User};
use axum::{Router, middleware};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;
use url::Origin;

use crate::{
    auth::{
        Client, Revocations,
        guesses::Buckets,
        known_devices::DeviceCookies,
        mail::{Mailer, Transport},
        password::Passwords,
        presence::Presence,
        secret::Secret,
        throttle::Throttle,
        token::Tokens,
    },
    clock::Clock,
    config::{Config, RateLimit},
    db::Db,
    http::{
        assets,
        connections::Connections,
        cors, health,
        metrics::{self, Metrics},
        openapi, pages,
        request::{self, method_not_allowed},
        security_txt,
        serve::{Limits, accept},
    },
    tasks::{events::Events, quotas::TaskQuota},
};

/// How long the end waits until other processes have been told what was done here.
const FAREWELL: Duration = Duration::from_secs(2);

/// Most connections at once that ask for the metrics.
const METRICS_CONNECTIONS: usize = 16;

/// What every request may use; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts of [`AppState`].
pub struct Parts {
    /// How the program is set up.
    pub config: Config,
    /// Bounds on what the outside may cost.
    pub limits: Limits,
    /// The connections of clients.
    pub connections: Connections,
    /// What time it is.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Signs and verifies tokens.
    pub tokens: Tokens,
    /// Signs and verifies the cookies of known devices.
    pub device_cookies: DeviceCookies,
    /// Where tries for e-mails that have no account are counted.
    pub guess_buckets: Buckets,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Sends letters.
    pub mailer: Mailer,
    /// Counts tries; `None` where they are not to be counted.
    pub throttle: Option<Throttle>,
    /// When devices were last seen.
    pub presence: Presence,
    /// Sessions and users whose tokens are refused.
    pub revocations: Revocations,
    /// What Prometheus asks for, if it does.
    pub metrics: Option<Metrics>,
    /// How many tasks each user may have.
    pub task_quota: TaskQuota,
    /// How far the index of the search is behind.
    pub search_backlog: tasks::SearchBacklog,
    /// What happens to tasks, for those who watch.
    pub events: Events,
    /// Requests that change something, each in a task of its own: see [`request::pass`].
    pub requests: TaskTracker,
    stopping: watch::Sender<bool>,
    address: OnceLock<SocketAddr>,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// Opens the database and puts the parts together.
    pub async fn open(
        config: Config,
        secret: Secret,
        previous: Option<Secret>,
        mail: Option<Transport>,
        limits: Limits,
        clock: Clock,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let db = Db::open(&config.database()?).await?;
        clock.set_by(&db).await?;
        tasks::fill_search(&db).await?;
        let revocations = Revocations::load(&db, clock.now()).await?;
        let mail = mail.map_or_else(|| Transport::folder(&config.mail_folder()), Ok)?;
        let passwords = Passwords::new(config.hash_cost)?;
        Ok(Self(Arc::new(Parts {
            connections: Connections::new(
                config.max_connections as usize,
                config.max_connections_per_address as usize,
                config.trusted_proxies.clone(),
            ),
            device_cookies: DeviceCookies::new(&secret, previous.as_ref())?,
            guess_buckets: Buckets::new(&secret)?,
            tokens: Tokens::new(&secret, previous.as_ref(), config.parties()),
            metrics: config.metrics_listen.is_some().then(|| Metrics::new(passwords.hashes().clone())),
            passwords,
            presence: Presence::default(),
            revocations,
            mailer: Mailer::new(mail, config.mail_from.clone(), limits.mail_retry),
            throttle: (config.rate_limit == RateLimit::On).then(|| Throttle::new(clock.clone(), &db, config.quotas)),
            task_quota: TaskQuota::new(config.quotas.max_tasks),
            search_backlog: tasks::SearchBacklog::default(),
            events: Events::new(matches!(db, Db::Postgres { .. })),
            requests: TaskTracker::new(),
            config,
            limits,
            clock,
            db,
            stopping: watch::Sender::new(false),
            address: OnceLock::new(),
        })))
    }

    /// Counts a request of this client that costs a hash, a mail or an account.
    pub async fn throttle_address(&self, client: &Client) -> problem::Result<()> {
        match &self.throttle {
            Some(throttle) => throttle.address(client.address).await,
            None => Ok(()),
        }
    }

    /// A token of a user's session, until that ends.
    pub fn issue_token(&self, user: &User, session: &Session) -> problem::Result<String> {
        let issued_at = self.revocations.issue_time(&user.id, self.clock.now());
        self.tokens.sign(user, &session.id, issued_at, session.expires_at)
    }

    /// Counts a change of a user's tasks.
    pub fn throttle_write(&self, user_id: &String) -> problem::Result<()> {
        self.throttle.as_ref().map_or(Ok(()), |throttle| throttle.write(user_id))
    }

    /// The site's address in links that leave it. Never made from a request's `Host`, which whoever asks can choose.
    pub fn base_url(&self) -> String {
        let local = || format!("http://{}", self.address.get().unwrap_or(&self.config.listen));
        self.config.base_url.as_ref().map_or_else(local, Origin::ascii_serialization)
    }

    /// Whether the end has been called for.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Says when the end is called for.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}

/// Every route with what all requests pass.
pub fn router(state: &AppState) -> Router {
    // The refusal of a method comes before CORS, which answers preflights in its place.
    let api = Router::new()
        .nest("/api/auth", auth::routes(state))
        .merge(tasks::routes())
        .merge(openapi::routes())
        .method_not_allowed_fallback(method_not_allowed);
    let api = match cors::layer(&state.config.trusted_origins) {
        Some(cors) => api.layer(cors),
        None => api,
    };
    Router::new()
        .merge(api)
        .merge(health::routes())
        .merge(security_txt::routes())
        .merge(pages::routes(state))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(assets::serve)
        .layer(middleware::from_fn_with_state(state.clone(), request::pass))
        .with_state(state.clone())
}

/// Serves until `stop` is ready, finishes what is under way, and closes the database.
pub async fn serve(state: AppState, listener: TcpListener, stop: impl Future<Output = ()>) {
    if let Ok(address) = listener.local_addr() {
        // Set already where a test serves one state twice.
        let _ = state.address.set(address);
    }
    let router = router(&state);
    // They end when this set is dropped.
    let mut jobs = JoinSet::new();
    jobs.spawn(auth::presence::keep_writing(state.clone()));
    jobs.spawn(auth::revocation::keep_reading(state.clone()));
    jobs.spawn(notices::keep_listening(state.clone()));
    jobs.spawn(state.db.clone().keep_checkpointing());
    jobs.spawn(clock::keep_setting(state.clone()));
    jobs.spawn(housekeeping::keep_house(state.clone()));
    jobs.spawn(tasks::keep_indexing(state.clone()));
    let mut telling = JoinSet::from_iter([tasks::events::tell_others(state.clone())]);
    let (stopping, called) = (state.clone(), OnceLock::new());
    accept(listener, router, state.limits, &state.connections, async {
        stop.await;
        stopping.stopping.send_replace(true);
        tokio::time::sleep(stopping.config.shutdown_delay).await;
        let _ = called.set(Instant::now());
    })
    .await;
    // Those whose clients have left: no connection waits for them.
    state.requests.close();
    let until = called.get().copied().unwrap_or_else(Instant::now) + state.limits.shutdown;
    if timeout_at(until, state.requests.wait()).await.is_err() {
        tracing::warn!(requests = state.requests.len(), "requests of clients that left did not finish in time");
    }
    state.mailer.close().await;
    // What the last requests changed, those who watch elsewhere should see.
    state.events.close();
    let _ = tokio::time::timeout(FAREWELL, telling.join_next()).await;
    jobs.shutdown().await;
    auth::presence::write_at_the_end(&state).await;
    state.db.close().await;
}

/// Serves `/metrics`, for as long as it is let.
pub async fn serve_metrics(state: AppState, listener: TcpListener) {
    let limits = state.limits;
    let connections = Connections::new(METRICS_CONNECTIONS, METRICS_CONNECTIONS, Vec::new());
    accept(listener, metrics::router(state), limits, &connections, std::future::pending()).await;
}
