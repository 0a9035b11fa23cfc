//! What every layer above the database may use: how the program is set up, the time, the database, the mailer, and whether the
//! process is stopping. The layers add what is theirs: [`IdentityState`](crate::identity::state::IdentityState),
//! [`TasksState`](crate::tasks::TasksState), and at the top [`AppState`](crate::state::AppState).

use std::{
    net::SocketAddr,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;
use url::Origin;

use crate::{
    clock::Clock,
    config::{Config, Limits},
    db::Db,
    email::mailer::Mailer,
};

/// See the module; cheap to clone.
#[derive(Clone)]
pub struct SharedState(Arc<SharedParts>);

/// The parts of [`SharedState`].
pub struct SharedParts {
    /// How the program is set up.
    pub config: Config,
    /// Time limits of requests, connections and the shutdown.
    pub limits: Limits,
    /// What time it is.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Sends e-mails.
    pub mailer: Mailer,
    /// Requests that change something, each in a task of its own: see [`FinishOnDrop`](crate::web::client_left::FinishOnDrop).
    pub requests: TaskTracker,
    stopping: watch::Sender<bool>,
    address: OnceLock<SocketAddr>,
}

impl Deref for SharedState {
    type Target = SharedParts;

    fn deref(&self) -> &SharedParts {
        &self.0
    }
}

impl SharedState {
    /// Puts the parts together.
    pub fn new(config: Config, limits: Limits, clock: Clock, db: Db, mailer: Mailer) -> Self {
        Self(Arc::new(SharedParts {
            config,
            limits,
            clock,
            db,
            mailer,
            requests: TaskTracker::new(),
            stopping: watch::Sender::new(false),
            address: OnceLock::new(),
        }))
    }
}

impl SharedParts {
    /// The site's address in links that leave it. Never made from a request's `Host`, which the client can choose.
    pub fn base_url(&self) -> String {
        let local = || format!("http://{}", self.address.get().unwrap_or(&self.config.listen));
        self.config.base_url.as_ref().map_or_else(local, Origin::ascii_serialization)
    }

    /// Keeps the address that the server listens on, for [`Self::base_url`]. Only the first call counts: a test may serve one
    /// state twice.
    pub fn set_address(&self, address: SocketAddr) {
        let _ = self.address.set(address);
    }

    /// Begins the shutdown: [`Self::is_stopping`] is true from here on.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the shutdown has begun.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Tells when the shutdown begins.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }
}
