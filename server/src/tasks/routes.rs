//! The six routes.

use app::model::{NewTask, PutTask, SetCompleted, Task};
use axum::{
    Json as Answer, Router,
    extract::{FromRequestParts, RawPathParams, RawQuery, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::{get, patch},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{list::ListParams, store};
use crate::{
    AppState,
    auth::identity::Identity,
    http::body::Json,
    problem::{Error, Result},
};

/// Routes of the task API.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/{user_id}/tasks", get(list).post(create))
        .route("/api/{user_id}/tasks/{id}", get(read).put(update).delete(delete))
        .route("/api/{user_id}/tasks/{id}/complete", patch(complete))
}

/// The task id of the path, as it stands there: what is no id of a task is simply not found.
struct TaskId(String);

impl FromRequestParts<AppState> for TaskId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self> {
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound)?;
        let id = path.iter().find(|(name, _)| *name == "id").map(|(_, id)| id).ok_or(Error::NotFound)?;
        // A NUL would be an error of the database.
        if id.contains('\0') { Err(Error::NotFound) } else { Ok(Self(id.to_owned())) }
    }
}

async fn list(State(state): State<AppState>, identity: Identity, RawQuery(query): RawQuery) -> Result<Response> {
    let params = ListParams::parse(query.as_deref().unwrap_or_default())?;
    let (tasks, has_more) = store::list(&state.db, &identity.user_id, &params).await?;
    let next = tasks
        .last()
        .filter(|_| has_more)
        .map(|last| format!("<{}?{}>; rel=\"next\"", tasks_path(&identity.user_id), params.next_query(last)));
    let mut response = Answer(tasks).into_response();
    if let Some(next) = next {
        response.headers_mut().insert(header::LINK, HeaderValue::try_from(next).map_err(Error::internal)?);
    }
    Ok(response)
}

async fn create(State(state): State<AppState>, identity: Identity, Json(task): Json<NewTask>) -> Result<Response> {
    let task = task.validate().map_err(Error::Invalid)?;
    let task = store::insert(&state.db, &identity.user_id, &task, state.clock.now()).await?;
    let location = format!("{}/{}", tasks_path(&identity.user_id), task.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Answer(task)).into_response())
}

async fn read(State(state): State<AppState>, identity: Identity, TaskId(id): TaskId) -> Result<Answer<Task>> {
    found(store::get(&state.db, &identity.user_id, &id).await?)
}

async fn update(
    State(state): State<AppState>,
    identity: Identity,
    TaskId(id): TaskId,
    Json(change): Json<PutTask>,
) -> Result<Answer<Task>> {
    let change = change.validate().map_err(Error::Invalid)?;
    found(store::update(&state.db, &identity.user_id, &id, &change, state.clock.now()).await?)
}

async fn delete(State(state): State<AppState>, identity: Identity, TaskId(id): TaskId) -> Result<StatusCode> {
    if store::delete(&state.db, &identity.user_id, &id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

async fn complete(
    State(state): State<AppState>,
    identity: Identity,
    TaskId(id): TaskId,
    body: Option<Json<SetCompleted>>,
) -> Result<Answer<Task>> {
    let completed = body.and_then(|Json(body)| body.completed);
    found(store::complete(&state.db, &identity.user_id, &id, completed, state.clock.now()).await?)
}

fn found(task: Option<Task>) -> Result<Answer<Task>> {
    task.map(Answer).ok_or(Error::NotFound)
}

/// A user id can hold any character.
fn tasks_path(user_id: &str) -> String {
    format!("/api/{}/tasks", utf8_percent_encode(user_id, NON_ALPHANUMERIC))
}
