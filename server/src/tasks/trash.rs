//! The trash: deleted tasks that can be restored, until they are too old or purged.
//!
//! Purging a task empties the text of its row. The row itself stays as long as others of its age: a client that was disconnected
//! learns of the deletion from it (`events`).

use app::model::{FieldError, Task, Timestamp, TrashedTask, schemas};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    conditions::{Conditions, IfNoneMatch, NotModified, etag_of_list},
    list::{self, LIMIT_DEFAULT, NOT_A_CURSOR, limit_schema, wrong},
    path::{TaskId, user_path},
    state::TasksState,
    store::{self, PAGE_BYTES},
};
use crate::{
    db::Db,
    identity::extract::Identity,
    problem::{Error, Result},
    sql,
    web::described::{BearerErrors, Invalid, NotFound, WriteErrors, parameter},
};

/// Most deleted tasks that are read at once: with as much text as a task can have, some 6 MB.
const READ_MAX: u32 = 250;
/// How many are purged in one statement, so that other writers do not wait long.
const PURGED_AT_ONCE: i64 = 500;
/// How many are restored before the rest is read.
const RESTORED_AT_ONCE: u32 = 100;

/// Routes of the trash.
pub fn routes() -> OpenApiRouter<TasksState> {
    OpenApiRouter::new().routes(routes!(read, empty)).routes(routes!(remove))
}

/// Which page of the trash; the newest deletion comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrashParams {
    /// How many tasks a page has.
    pub limit: u32,
    /// When the last task of the page before was deleted, and its id.
    pub after: Option<(Timestamp, String)>,
}

impl utoipa::IntoParams for TrashParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            parameter(ParameterIn::Query, "limit", "How many at most", limit_schema()),
            parameter(ParameterIn::Query, "cursor", "From the `Link` header of the page before", schemas::string()),
        ]
    }
}

impl TrashParams {
    /// Reads a query string; unknown parameters are ignored, as those of the list are.
    fn parse(query: &str) -> Result<Self> {
        let (mut params, mut errors) = (Self { limit: LIMIT_DEFAULT, after: None }, Vec::new());
        for (name, value) in list::parameters(query)? {
            let outcome = match &*name {
                "limit" => list::read_limit(&value).map(|limit| params.limit = limit),
                "cursor" => read_cursor(&value).map(|after| params.after = Some(after)).ok_or(NOT_A_CURSOR),
                _ => Ok(()),
            };
            let message = outcome.err().filter(|_| !errors.iter().any(|error: &FieldError| error.field == *name));
            errors.extend(message.map(|message| wrong(&name, message)));
        }
        if errors.is_empty() { Ok(params) } else { Err(Error::Invalid(errors)) }
    }
}

/// Where the page of a cursor begins; `None` for a text that is no cursor. The owner is never part of it.
pub fn read_cursor(cursor: &str) -> Option<(Timestamp, String)> {
    let (deleted_at, id): (i64, String) = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    (!id.contains('\0')).then_some((Timestamp(deleted_at), id))
}

/// The cursor of the page after the one with this task at its end.
pub fn cursor_after(last: &TrashedTask) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(last.deleted_at.0, &last.task.id)).unwrap_or_default())
}

/// Lists deleted tasks that can be put back
#[utoipa::path(
    get,
    path = "/api/{user_id}/trash",
    operation_id = "list_trash",
    tag = "Tasks",
    params(Identity, TrashParams, IfNoneMatch),
    responses(
        (status = 200, description = "A page, the newest deletion first; `Link` with `rel=\"next\"` leads to the one after it. A page of long tasks may have fewer than `limit`.", body = Vec<TrashedTask>, headers(("etag"), ("link"))),
        NotModified,
        BearerErrors,
        Invalid,
    ),
    security(("bearer" = []))
)]
async fn read(State(state): State<TasksState>, identity: Identity, conditions: Conditions, RawQuery(query): RawQuery) -> Result<Response> {
    let params = TrashParams::parse(query.as_deref().unwrap_or_default())?;
    let (trashed, has_more) = trash(&state, &identity.user_id, &params).await?;
    let path = user_path(&identity.user_id, "trash");
    let next = trashed.last().filter(|_| has_more);
    let next = next.map(|last| format!("<{path}?limit={}&cursor={}>; rel=\"next\"", params.limit, cursor_after(last)));
    let json = serde_json::to_vec(&trashed).map_err(Error::internal)?;
    let mut response = conditions.respond(&etag_of_list(&json, next.as_deref()), json.into())?;
    if let Some(next) = next {
        response.headers_mut().insert(header::LINK, HeaderValue::try_from(next).map_err(Error::internal)?);
    }
    Ok(response)
}

/// Removes a deleted task for good
#[utoipa::path(
    delete,
    path = "/api/{user_id}/trash/{id}",
    operation_id = "purge_task",
    tag = "Tasks",
    params(Identity, TaskId),
    responses(
        (status = 204, description = "It is gone, and cannot be put back any more."),
        BearerErrors,
        NotFound,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn remove(State(state): State<TasksState>, identity: Identity, TaskId(id): TaskId) -> Result<StatusCode> {
    if purge(&state, &identity.user_id, &id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Error::NotFound) }
}

/// Removes all deleted tasks for good
#[utoipa::path(
    delete,
    path = "/api/{user_id}/trash",
    operation_id = "empty_trash",
    tag = "Tasks",
    params(Identity),
    responses(
        (status = 204, description = "The trash is empty."),
        BearerErrors,
        WriteErrors,
    ),
    security(("bearer" = []))
)]
async fn empty(State(state): State<TasksState>, identity: Identity) -> Result<StatusCode> {
    purge_all(&state, &identity.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of the owner's trash, and whether there is more. It ends after the task with which it has [`PAGE_BYTES`] of text, also
/// where more were asked for.
pub async fn trash(state: &TasksState, owner: &str, params: &TrashParams) -> Result<(Vec<TrashedTask>, bool)> {
    let kept_for = state.config.trash_kept_for();
    let (limit, mut after) = (params.limit as usize, params.after.clone());
    let (mut page, mut bytes): (Vec<TrashedTask>, usize) = (Vec::new(), 0);
    loop {
        let rows = rows(&state.db, owner, store::too_old(state), after.take(), READ_MAX.min(params.limit) + 1).await?;
        let is_last = rows.len() <= READ_MAX.min(params.limit) as usize;
        for (json, deleted_at) in rows {
            if page.len() == limit || bytes >= PAGE_BYTES {
                return Ok((page, true));
            }
            bytes += json.len();
            let (task, deleted_at): (Task, _) = (serde_json::from_str(&json).map_err(Error::internal)?, Timestamp(deleted_at));
            page.push(TrashedTask { task, deleted_at, purged_at: deleted_at + kept_for });
        }
        if is_last {
            return Ok((page, false));
        }
        after = page.last().map(|last| (last.deleted_at, last.task.id.clone()));
    }
}

/// Tasks deleted after `too_old` and before the given time and id: each as JSON, with the time.
async fn rows(db: &Db, owner: &str, too_old: i64, before: Option<(Timestamp, String)>, count: u32) -> Result<Vec<(String, i64)>> {
    let (time, id) = before.map_or((i64::MAX, String::new()), |(time, id)| (time.0, id));
    let sql = "SELECT task, deleted_at FROM deleted_tasks
               WHERE user_id = $1 AND task <> '' AND deleted_at > $2 AND (deleted_at, id) < ($3, $4)
               ORDER BY deleted_at DESC, id DESC LIMIT $5";
    Ok(sql!(all db.read(), sql, owner, too_old, time, id, i64::from(count))?)
}

/// Purges a task; whether it was in the trash.
pub async fn purge(state: &TasksState, owner: &String, id: &str) -> Result<bool> {
    state.throttle_write(owner)?;
    let sql = "UPDATE deleted_tasks SET task = '' WHERE user_id = $1 AND id = $2 AND task <> '' AND deleted_at > $3";
    let was_there = sql!(grouped execute &state.db, sql, owner, id, store::too_old(state))? > 0;
    if was_there {
        state.db.deleted_for_good();
    }
    Ok(was_there)
}

/// Purges all tasks of the owner's trash.
pub async fn purge_all(state: &TasksState, owner: &String) -> Result<()> {
    state.throttle_write(owner)?;
    // Without a condition on `task`, so that of two requests at once neither returns before everything is purged.
    let sql = "UPDATE deleted_tasks SET task = ''
               WHERE user_id = $1 AND id IN (SELECT id FROM deleted_tasks WHERE user_id = $1 AND task <> '' LIMIT $2)";
    loop {
        if sql!(grouped execute &state.db, sql, owner, PURGED_AT_ONCE)? == 0 {
            return Ok(());
        }
        state.db.deleted_for_good();
    }
}

/// Restores all tasks of the owner's trash, the newest deletion first. Each counts as a change: those beyond the quota or the rate
/// limit stay in the trash.
pub async fn restore_all(state: &TasksState, owner: &String) -> Result<()> {
    let params = TrashParams { limit: RESTORED_AT_ONCE, after: None };
    loop {
        let (trashed, _) = trash(state, owner, &params).await?;
        if trashed.is_empty() {
            return Ok(());
        }
        for TrashedTask { task, .. } in trashed {
            store::restore(state, owner, &task.id).await?;
        }
    }
}
