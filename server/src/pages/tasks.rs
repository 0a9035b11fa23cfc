//! `/tasks`

use app::{
    model::{FieldError, Sort, Status, TaskPage, View},
    quick_add::QuickAdd,
};
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    render::{render, to_sign_in, with_cookie},
    visitor::{shown_name, today, utc_offset},
};
use crate::{
    accounts,
    identity::{
        extract::{CookieSession, Visitor},
        session_cookie,
    },
    problem::{Error, Result},
    tasks::{self, ListParams, TaskId, TasksState},
    web::{
        body::Form,
        return_to::{self, HOME},
    },
};

/// The list.
pub async fn page(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let renewed = accounts::renew(&state, &visitor).await?;
    let Some(claims) = visitor.claims().cloned() else { return Ok(to_sign_in(&state, &headers, HOME, query.as_deref())) };
    let now = state.clock.now();
    let offset = utc_offset(&headers);
    let today = offset.day(now);
    // A filter that the page does not have shows what is to do, rather than an error for a mistyped address.
    let query = query.as_deref().unwrap_or_default();
    let params = ListParams::parse(&page_query(query), Sort::Position, today);
    let params = params.unwrap_or_else(|_| ListParams::new(View::Pending.query(), Sort::Position, today));
    let (tasks, has_more) = tasks::list(&state.db, &claims.user_id, &params).await?;
    let counts = tasks::counts(&state.db, &claims.user_id, today).await?;
    let page = TaskPage {
        next: tasks.last().filter(|_| has_more).map(|last| params.next_query(last)),
        shown_name: shown_name(&claims),
        user_id: claims.user_id,
        query: params.query,
        today,
        utc_offset: offset,
        now,
        tasks,
        counts,
    };
    let cookie = renewed.and_then(|signed_in| session_cookie::set(&state.config, &signed_in.token, signed_in.keep));
    Ok(with_cookie(cookie, render(page).await))
}

/// The parameters of the page as those of the list: a form sends all its fields, also those that say nothing; and where the
/// page's address does not say, it shows what is to do.
fn page_query(query: &str) -> String {
    let mut parameters = form_urlencoded::Serializer::new(String::new());
    parameters.append_pair("status", Status::Pending.as_str());
    parameters.extend_pairs(form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty()));
    parameters.finish()
}

/// What the line for a new task sends.
#[derive(Deserialize)]
pub struct AddTask {
    #[serde(default)]
    title: String,
}

/// The add line of a page whose WASM is not there yet.
pub async fn add(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap, Form(form): Form<AddTask>) -> Result<Response> {
    // The form may have arrived long after the head of its request.
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, HOME, None)) };
    let task = QuickAdd::read(&form.title, today(&headers, state.clock.now())).task().validate().map_err(Error::Invalid)?;
    tasks::insert(&state, &claims.user_id, &task, None).await?;
    Ok(Redirect::to(HOME).into_response())
}

/// What the box of a task sends.
#[derive(Deserialize)]
pub struct CompleteTask {
    completed: Option<String>,
    return_to: Option<String>,
}

/// Ticks a task off, or takes that back.
pub async fn complete(
    State(state): State<TasksState>,
    session: CookieSession,
    TaskId(id): TaskId,
    headers: HeaderMap,
    Form(form): Form<CompleteTask>,
) -> Result<Response> {
    let (visitor, return_to) = (Visitor::from(session), return_to::path(form.return_to.as_deref()));
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, &return_to, None)) };
    let completed = match form.completed.as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(Error::Invalid(vec![FieldError::new("completed", "INVALID_VALUE", "completed is true or false.")])),
    };
    tasks::complete(&state, &claims.user_id, &id, Some(completed), None).await?.ok_or(Error::NotFound)?;
    Ok(Redirect::to(&return_to).into_response())
}

/// What the bin of a task sends.
#[derive(Deserialize)]
pub struct DeleteTask {
    return_to: Option<String>,
}

/// Deletes a task.
pub async fn delete(
    State(state): State<TasksState>,
    session: CookieSession,
    TaskId(id): TaskId,
    headers: HeaderMap,
    Form(form): Form<DeleteTask>,
) -> Result<Response> {
    let (visitor, return_to) = (Visitor::from(session), return_to::path(form.return_to.as_deref()));
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, &return_to, None)) };
    if !tasks::delete(&state, &claims.user_id, &id, None).await? {
        return Err(Error::NotFound);
    }
    Ok(Redirect::to(&return_to).into_response())
}
