//! The six routes, and the two that undo a deletion and tell what happens. Those of the trash are in [`mod@super::trash`].

use app::model::{Day, Sort, Task, Timestamp};
use axum::{
    Json as Answer,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditions::{Conditions, IfMatch, IfNoneMatch, NotModified, etag_of_list},
    events,
    idempotency::IdempotencyKey,
    input::{CompletedBody, CompletedInput, NewTaskBody, PutTaskBody, TaskInput},
    list::ListParams,
    pages,
    path::{TaskId, user_path},
    state::TasksState,
    store, trash,
};
use crate::{
    identity::extract::Identity,
    problem::{Error, Result},
    web::{
        body::Json,
        described::{BearerErrors, BodyErrors, Invalid, NotFound, PreconditionFailed, WriteErrors},
    },
};

/// The media type of a [`TaskPage`].
const ENVELOPE: &str = "application/vnd.holdfast.page+json";

/// A page of the list with the total, where the client asks for that: counting costs a walk through the list.
#[derive(Serialize, ToSchema)]
struct TaskPage {
    tasks: Vec<Task>,
    /// How many tasks the list has on all its pages; of a search, 1,000 stands for that many or more.
    total: i64,
    limit: u32,
    offset: u32,
}

/// What a list answers.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum TaskList {
    /// Unless the client asks for the total.
    Tasks(Vec<Task>),
    Page(TaskPage),
}

/// Routes of the task API.
pub fn routes() -> OpenApiRouter<TasksState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(complete))
        .routes(routes!(restore))
        .routes(routes!(events::events))
        .merge(trash::routes())
}

/// Lists tasks
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks",
    operation_id = "list_tasks",
    tag = "Tasks",
    params(Identity, ListParams, IfNoneMatch),
    responses(
        (status = 200, description = "A page; `Link` with `rel=\"next\"` leads to the one after it. A page of long tasks may have fewer than `limit`.", content((TaskList = "application/json"), (TaskPage = "application/vnd.holdfast.page+json")), headers(("etag"), ("link"))),
        NotModified,
        BearerErrors,
        Invalid,
    ),
    security(("bearer" = []))
)]
async fn list(
    State(state): State<TasksState>,
    identity: Identity,
    conditions: Conditions,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let mut params = ListParams::parse(query.as_deref().unwrap_or_default(), Sort::CreatedAt, Day::of_millis(state.clock.now().0))?;
    let wants_envelope = headers.get_all(header::ACCEPT).iter().any(|accept| accept.as_bytes() == ENVELOPE.as_bytes());
    params.envelope |= wants_envelope && params.after.is_none();
    let (tasks, has_more) = pages::list(&state.db, &identity.user_id, &params).await?;
    let next_query = |last| if params.envelope { params.next_envelope_query(tasks.len()) } else { params.next_query(last) };
    let next =
        tasks.last().filter(|_| has_more).map(|last| format!("<{}?{}>; rel=\"next\"", tasks_path(&identity.user_id), next_query(last)));
    let list = if params.envelope {
        let total = store::count(&state.db, &identity.user_id, &params).await?;
        TaskList::Page(TaskPage { tasks, total, limit: params.limit, offset: params.offset })
    } else {
        TaskList::Tasks(tasks)
    };
    let json = serde_json::to_vec(&list).map_err(Error::internal)?;
    let media_type = if wants_envelope { ENVELOPE } else { "application/json" };
    let mut response = conditions.respond_as(media_type, &etag_of_list(&json, next.as_deref()), json.into())?;
    if let Some(next) = next {
        response.headers_mut().insert(header::LINK, HeaderValue::try_from(next).map_err(Error::internal)?);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// Adds a task
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks",
    operation_id = "create_task",
    tag = "Tasks",
    params(Identity, IdempotencyKey),
    request_body = NewTaskBody,
    responses(
        (status = 201, description = "The task.", body = Task, headers(("etag"), ("location"))),
        BearerErrors,
        BodyErrors,
        Invalid,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn create(
    State(state): State<TasksState>,
    identity: Identity,
    IdempotencyKey(key): IdempotencyKey,
    Json(task): Json<TaskInput>,
) -> Result<Response> {
    let task = task.new_task()?;
    let task = store::insert(&state, &identity.user_id, &task, key.as_deref()).await?;
    let location = format!("{}/{}", tasks_path(&identity.user_id), task.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, task.etag())], Answer(task)).into_response())
}

/// Reads a task
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/{id}",
    operation_id = "get_task",
    tag = "Tasks",
    params(Identity, TaskId, IfNoneMatch),
    responses(
        (status = 200, description = "The task.", body = Task, headers(("etag"))),
        NotModified,
        BearerErrors,
        NotFound,
    ),
    security(("bearer" = []))
)]
async fn read(State(state): State<TasksState>, identity: Identity, TaskId(id): TaskId, conditions: Conditions) -> Result<Response> {
    let task = store::get(&state.db, &identity.user_id, &id).await?.ok_or(Error::NotFound)?;
    conditions.respond(&task.etag(), serde_json::to_vec(&task).map_err(Error::internal)?.into())
}

/// Changes what the body has
#[utoipa::path(
    put,
    path = "/api/{user_id}/tasks/{id}",
    operation_id = "update_task",
    tag = "Tasks",
    params(Identity, TaskId, IfMatch),
    request_body = PutTaskBody,
    responses(
        (status = 200, description = "The task.", body = Task, headers(("etag"))),
        BearerErrors,
        NotFound,
        PreconditionFailed,
        BodyErrors,
        Invalid,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn update(
    State(state): State<TasksState>,
    identity: Identity,
    TaskId(id): TaskId,
    conditions: Conditions,
    Json(change): Json<TaskInput>,
) -> Result<Response> {
    let change = change.change_of_task()?;
    let seen = seen(&state, &identity, &id, &conditions).await?;
    changed(store::update(&state, &identity.user_id, &id, &change, seen).await?, seen)
}

/// Removes a task
#[utoipa::path(
    delete,
    path = "/api/{user_id}/tasks/{id}",
    operation_id = "delete_task",
    tag = "Tasks",
    params(Identity, TaskId, IfMatch),
    responses(
        (status = 204, description = "It is in the trash, from where it can be put back: for 30 days, unless the server is set up otherwise."),
        BearerErrors,
        NotFound,
        PreconditionFailed,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn delete(State(state): State<TasksState>, identity: Identity, TaskId(id): TaskId, conditions: Conditions) -> Result<StatusCode> {
    let seen = seen(&state, &identity, &id, &conditions).await?;
    if store::delete(&state, &identity.user_id, &id, seen).await? { Ok(StatusCode::NO_CONTENT) } else { Err(gone(seen)) }
}

/// Completes a task, or takes that back; without a body, whichever it is not
#[utoipa::path(
    patch,
    path = "/api/{user_id}/tasks/{id}/complete",
    operation_id = "complete_task",
    tag = "Tasks",
    params(Identity, TaskId, IfMatch),
    request_body = Option<CompletedBody>,
    responses(
        (status = 200, description = "The task.", body = Task, headers(("etag"))),
        BearerErrors,
        NotFound,
        PreconditionFailed,
        BodyErrors,
        Invalid,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn complete(
    State(state): State<TasksState>,
    identity: Identity,
    TaskId(id): TaskId,
    conditions: Conditions,
    body: Option<Json<CompletedInput>>,
) -> Result<Response> {
    let completed = body.map(|Json(body)| body.set()).transpose()?.and_then(|set| set.completed);
    let seen = seen(&state, &identity, &id, &conditions).await?;
    changed(store::complete(&state, &identity.user_id, &id, completed, seen).await?, seen)
}

/// Puts a task back from the trash; one that is there stays as it is
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks/{id}/restore",
    operation_id = "restore_task",
    tag = "Tasks",
    params(Identity, TaskId),
    responses(
        (status = 200, description = "The task.", body = Task, headers(("etag"))),
        BearerErrors,
        NotFound,
        Invalid,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn restore(State(state): State<TasksState>, identity: Identity, TaskId(id): TaskId) -> Result<Response> {
    changed(store::restore(&state, &identity.user_id, &id).await?, None)
}

/// The `updated_at` that the change depends on (`If-Match`): the statement checks it again.
async fn seen(state: &TasksState, identity: &Identity, id: &str, conditions: &Conditions) -> Result<Option<Timestamp>> {
    if !conditions.has_if_match() {
        return Ok(None);
    }
    let task = store::get(&state.db, &identity.user_id, id).await?.ok_or(Error::NotFound)?;
    conditions.check_if_match(&task.etag())?;
    Ok(Some(task.updated_at))
}

fn changed(task: Option<Task>, seen: Option<Timestamp>) -> Result<Response> {
    let task = task.ok_or_else(|| gone(seen))?;
    Ok(([(header::ETAG, task.etag())], Answer(task)).into_response())
}

/// Why no row was changed: another request was faster, or there is no such task.
const fn gone(seen: Option<Timestamp>) -> Error {
    if seen.is_some() { Error::Changed } else { Error::NotFound }
}

fn tasks_path(user_id: &str) -> String {
    user_path(user_id, "tasks")
}
