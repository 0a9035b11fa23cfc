//! [`AppState`]: everything that the running server holds, put together once. Handlers name the part of it that they use
//! ([`FromRef`]): [`SharedState`], [`IdentityState`] or [`TasksState`].

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;

use crate::{
    clock::Clock,
    config::{Config, Limits, secret::Secret},
    db::Db,
    email::mailer::{Mailer, Transport},
    identity::{password::Passwords, signing_key::SigningKey, state::IdentityState},
    shared_state::SharedState,
    tasks::{self, TasksState},
    web::{connections::Connections, metrics::Metrics},
};

/// The state of the whole server; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<AppParts>);

/// The parts of [`AppState`].
pub struct AppParts {
    /// What the tasks use, and with it what everything below them uses.
    pub tasks: TasksState,
    /// The connections of clients.
    pub connections: Connections,
    /// What Prometheus reads, where `--metrics-listen` is set.
    pub metrics: Option<Metrics>,
}

impl Deref for AppState {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

impl Deref for AppParts {
    type Target = TasksState;

    fn deref(&self) -> &TasksState {
        &self.tasks
    }
}

impl FromRef<AppState> for TasksState {
    fn from_ref(state: &AppState) -> Self {
        state.tasks.clone()
    }
}

impl FromRef<AppState> for IdentityState {
    fn from_ref(state: &AppState) -> Self {
        Self::from_ref(&state.tasks)
    }
}

impl FromRef<AppState> for SharedState {
    fn from_ref(state: &AppState) -> Self {
        Self::from_ref(&state.tasks)
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
        let signing_key = config.jwt_signing_key.as_deref().map(SigningKey::read).transpose()?;
        let db = Db::open(&config.database()?).await?;
        clock.set_by(&db).await?;
        tasks::fill_search(&db).await?;
        let mail = mail.map_or_else(|| Transport::folder(&config.mail_folder()), Ok)?;
        let passwords = Passwords::new(config.hash_cost)?;
        let mailer = Mailer::new(mail, config.mail_from.clone(), limits.mail_retry);
        let connections =
            Connections::new(config.max_connections as usize, config.max_connections_per_address as usize, config.trusted_proxies.clone());
        let metrics = config.metrics_listen.is_some().then(|| {
            let waiting = passwords.clone();
            Metrics::new(passwords.hashes().clone(), move || waiting.waiting())
        });
        let shared = SharedState::new(config, limits, clock, db, mailer);
        let identity = IdentityState::load(shared, (&secret, previous.as_ref()), signing_key, passwords).await?;
        Ok(Self(Arc::new(AppParts { tasks: TasksState::new(identity), connections, metrics })))
    }
}
