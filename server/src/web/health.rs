//! Health checks for load balancers and supervisors.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::described::Unavailable;
use crate::{
    problem::{Error, Result},
    shared_state::SharedState,
};

/// `/health/live` and `/health/ready`.
pub fn routes() -> OpenApiRouter<SharedState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// The answer of a process that is well.
#[derive(Serialize, ToSchema)]
struct Health {
    status: &'static str,
}

const HEALTHY: Health = Health { status: "ok" };

/// Says that the process answers
///
/// The database is not asked.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = "Operations",
    responses((status = 200, description = "It does.", body = Health))
)]
async fn live() -> Json<Health> {
    Json(HEALTHY)
}

/// Says whether the process wants traffic
///
/// While the database answers and the process is not shutting down.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = "Operations",
    responses((status = 200, description = "It does.", body = Health), Unavailable)
)]
async fn ready(State(state): State<SharedState>) -> Result<Json<Health>> {
    if state.is_stopping() {
        return Err(Error::Unavailable("shutting down".into()));
    }
    state.db.check().await.map_err(|error| Error::Unavailable(error.to_string().into()))?;
    Ok(Json(HEALTHY))
}
