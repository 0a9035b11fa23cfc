//! `/trash`, and the forms there.

use app::routes::{
    form_errors,
    trash::{Done, TrashPage},
};
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    render::{render, render_refused, to_sign_in, with_cookie},
    visitor::{shown_name, utc_offset},
};
use crate::{
    accounts,
    identity::{
        extract::{CookieSession, Visitor},
        session_cookie,
        token::Claims,
    },
    problem::{Error, Result},
    tasks::{self, TaskId, TasksState, TrashParams},
    web::body::{self, Form},
};

const PATH: &str = "/trash";
/// How many tasks a page shows.
const LIMIT: u32 = 50;

/// What the address of the page may say.
#[derive(Deserialize)]
struct Query {
    cursor: Option<String>,
    done: Option<String>,
    /// Which task was put back.
    task: Option<String>,
}

impl Query {
    /// The outcome of the form that redirected here ([`redirect_or_refuse`]).
    async fn done(&self, state: &TasksState, claims: &Claims) -> Result<Option<Done>> {
        Ok(match (self.done.as_deref(), &self.task) {
            (Some("put-back"), Some(id)) if !id.contains('\0') => {
                tasks::get(&state.db, &claims.user_id, id).await?.map(|task| Done::PutBack(Box::new(task)))
            }
            (Some("all-put-back"), _) => Some(Done::AllPutBack),
            (Some("purged"), _) => Some(Done::Purged),
            (Some("emptied"), _) => Some(Done::Emptied),
            _ => None,
        })
    }
}

/// What was deleted.
pub async fn page(State(state): State<TasksState>, visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let renewed = accounts::renew(&state, &visitor).await?;
    let Some(claims) = visitor.claims() else { return Ok(to_sign_in(&state, &headers, PATH, query.as_deref())) };
    let query: Query = body::parse_form(query.unwrap_or_default().as_bytes())?;
    let done = query.done(&state, claims).await?;
    let page = TrashPage { done, ..view(&state, claims, &headers, query.cursor).await? };
    let cookie = renewed.and_then(|signed_in| session_cookie::set(&state.config, &signed_in.token, signed_in.keep));
    Ok(with_cookie(cookie, render(page).await))
}

/// The page that begins at this cursor; the first one where nothing is left there, or it is no cursor.
async fn view(state: &TasksState, claims: &Claims, headers: &HeaderMap, cursor: Option<String>) -> Result<TrashPage> {
    let after = cursor.as_deref().and_then(tasks::read_cursor);
    let mut cursor = cursor.filter(|_| after.is_some());
    let mut params = TrashParams { limit: LIMIT, after };
    let (mut trashed, mut has_more) = tasks::trash(state, &claims.user_id, &params).await?;
    if trashed.is_empty() && cursor.take().is_some() {
        params.after = None;
        (trashed, has_more) = tasks::trash(state, &claims.user_id, &params).await?;
    }
    let (now, offset) = (state.clock.now(), utc_offset(headers));
    Ok(TrashPage {
        shown_name: shown_name(claims),
        next: trashed.last().filter(|_| has_more).map(tasks::cursor_after),
        trashed,
        cursor,
        days: state.config.trash_days,
        today: offset.day(now),
        offset,
        done: None,
        errors: Vec::new(),
    })
}

/// What the forms send: on which page they stood.
#[derive(Deserialize)]
pub struct TrashForm {
    cursor: Option<String>,
}

/// Puts a task back.
pub async fn restore(
    State(state): State<TasksState>,
    session: CookieSession,
    TaskId(id): TaskId,
    headers: HeaderMap,
    Form(form): Form<TrashForm>,
) -> Result<Response> {
    let visitor = Visitor::from(session);
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, PATH, None)) };
    let outcome = tasks::restore(&state, &claims.user_id, &id).await.and_then(|task| task.ok_or(Error::NotFound));
    redirect_or_refuse(&state, claims, &headers, form.cursor, outcome.map(|task| vec![("done", "put-back".into()), ("task", task.id)]))
        .await
}

/// Removes a task for good.
pub async fn delete(
    State(state): State<TasksState>,
    session: CookieSession,
    TaskId(id): TaskId,
    headers: HeaderMap,
    Form(form): Form<TrashForm>,
) -> Result<Response> {
    let visitor = Visitor::from(session);
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, PATH, None)) };
    let outcome = tasks::purge(&state, &claims.user_id, &id).await.and_then(|was_there| was_there.then_some(()).ok_or(Error::NotFound));
    redirect_or_refuse(&state, claims, &headers, form.cursor, outcome.map(|()| vec![("done", "purged".into())])).await
}

/// Puts everything back.
pub async fn restore_all(
    State(state): State<TasksState>,
    session: CookieSession,
    headers: HeaderMap,
    Form(form): Form<TrashForm>,
) -> Result<Response> {
    let visitor = Visitor::from(session);
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, PATH, None)) };
    let outcome = tasks::restore_all(&state, &claims.user_id).await;
    redirect_or_refuse(&state, claims, &headers, form.cursor, outcome.map(|()| vec![("done", "all-put-back".into())])).await
}

/// Removes everything for good.
pub async fn empty(
    State(state): State<TasksState>,
    session: CookieSession,
    headers: HeaderMap,
    Form(form): Form<TrashForm>,
) -> Result<Response> {
    let visitor = Visitor::from(session);
    let Some(claims) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, PATH, None)) };
    let outcome = tasks::purge_all(&state, &claims.user_id).await;
    redirect_or_refuse(&state, claims, &headers, form.cursor, outcome.map(|()| vec![("done", "emptied".into())])).await
}

/// Redirects to the page with a notice; or shows the page again with its errors.
async fn redirect_or_refuse(
    state: &TasksState,
    claims: &Claims,
    headers: &HeaderMap,
    cursor: Option<String>,
    outcome: Result<Vec<(&'static str, String)>>,
) -> Result<Response> {
    let cursor = cursor.filter(|cursor| tasks::read_cursor(cursor).is_some());
    match outcome {
        Ok(done) => {
            let mut address = form_urlencoded::Serializer::for_suffix(format!("{PATH}?"), PATH.len() + 1);
            address.extend_pairs(done).extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
            Ok(Redirect::to(&address.finish()).into_response())
        }
        Err(error @ Error::NotFound) => Err(error),
        Err(error) => {
            let page = view(state, claims, headers, cursor).await?;
            render_refused(error, |error| TrashPage { errors: form_errors(&error.document("")), ..page }).await
        }
    }
}
