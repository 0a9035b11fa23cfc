//! Health checks for load balancers and supervisors.

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};

use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
};

/// `/health/live` and `/health/ready`.
pub fn routes() -> Router<SharedState> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// 200 while the process runs; the database is not asked.
async fn live() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// 200 while the database answers and the process is not shutting down, else 503.
async fn ready(State(state): State<SharedState>) -> Result<Json<Value>> {
    if state.is_stopping() {
        return Err(Error::Unavailable("shutting down".into()));
    }
    state.db.check().await.map_err(|error| Error::Unavailable(error.to_string().into()))?;
    Ok(Json(json!({ "status": "ok" })))
}
