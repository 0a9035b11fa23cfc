//! `/metrics` for Prometheus (OpenMetrics 1.0), on an address of its own, since it is not for the public.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
    sql,
};

/// Bounds of the latency's buckets in seconds.
const BUCKETS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 3.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    /// The route's template, never the path, which has ids.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted, cheap to clone. Gauges are set when they are read.
#[derive(Clone)]
pub struct Metrics(Arc<Parts>);

struct Parts {
    registry: Registry,
    requests: Family<Request, Counter<u64, AtomicU64>>,
    latency: Family<Route, Histogram>,
    connections: Gauge<i64, AtomicI64>,
    idle_connections: Gauge<i64, AtomicI64>,
    /// With the function that tells its value.
    hashes_waiting: (Gauge<i64, AtomicI64>, Box<dyn Fn() -> u64 + Send + Sync>),
    sessions: Gauge<i64, AtomicI64>,
    mails: Gauge<i64, AtomicI64>,
}

impl Metrics {
    /// `hashes` counts password hashes where they are made, `hashes_waiting` tells how many callers wait for one.
    pub fn new(hashes: Counter, hashes_waiting: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let mut registry = Registry::with_prefix("holdfast");
        let requests = Family::default();
        let latency = Family::<Route, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let (connections, idle_connections) = (Gauge::default(), Gauge::default());
        let waiting = Gauge::default();
        let (sessions, mails) = (Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests that were answered", requests.clone());
        registry.register_with_unit("http_request_duration", "Time until the answer's head", Unit::Seconds, latency.clone());
        registry.register("db_connections", "Connections to the database", connections.clone());
        registry.register("db_connections_idle", "Those of them that nobody uses", idle_connections.clone());
        registry.register("password_hashes", "Passwords that were hashed", hashes);
        registry.register("password_hashes_waiting", "Passwords that wait for a core", waiting.clone());
        registry.register("sessions", "Sessions that have not ended", sessions.clone());
        registry.register("mails_waiting", "Mails that are not delivered yet", mails.clone());
        Self(Arc::new(Parts {
            registry,
            requests,
            latency,
            connections,
            idle_connections,
            hashes_waiting: (waiting, Box::new(hashes_waiting)),
            sessions,
            mails,
        }))
    }

    /// A request was answered.
    pub fn note(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let route = route.unwrap_or("-").to_owned();
        self.0.latency.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        // A made-up method must not make a new time series.
        let method =
            if matches!(method.as_str(), "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") { method.as_str() } else { "-" };
        self.0.requests.get_or_create(&Request { method: method.to_owned(), route, status: status.as_u16() }).inc();
    }
}

/// What the route of the metrics uses.
#[derive(Clone)]
pub struct MetricsState {
    /// For the database and the mailer.
    pub shared: SharedState,
    /// What is counted.
    pub metrics: Metrics,
}

/// The one route of the metrics' own address.
pub fn router(state: MetricsState) -> Router {
    Router::new().route("/metrics", get(show)).with_state(state)
}

async fn show(State(state): State<MetricsState>) -> Result<Response> {
    let MetricsState { shared, metrics: Metrics(metrics) } = state;
    let (connections, idle) = shared.db.connections();
    metrics.connections.set(i64::from(connections));
    metrics.idle_connections.set(i64::try_from(idle).unwrap_or(i64::MAX));
    let (waiting, count) = &metrics.hashes_waiting;
    waiting.set(i64::try_from(count()).unwrap_or(i64::MAX));
    metrics.mails.set(i64::try_from(shared.mailer.waiting()).unwrap_or(i64::MAX));
    // -1 while the database is away; the other metrics are still there.
    let sessions = sql!(scalar shared.db.read(), "SELECT count(*) FROM sessions WHERE expires_at > $1", shared.clock.now().0);
    metrics.sessions.set(sessions.unwrap_or(-1));
    let mut body = String::new();
    text::encode(&mut body, &metrics.registry).map_err(Error::internal)?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], body).into_response())
}
