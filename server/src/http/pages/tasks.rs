//! `/tasks`

use app::{
    Page, TaskPage,
    model::{Day, ListQuery, Sort, Timestamp, UtcOffset},
    quick_add::QuickAdd,
};
use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use url::form_urlencoded;

use super::{render, to_sign_in, with_cookie};
use crate::{
    AppState,
    auth::{self, Visitor},
    http::{body::Form, request::preference, return_to::HOME},
    problem::{Error, Result},
    tasks::{self, ListParams},
};

/// The list.
pub async fn page(State(state): State<AppState>, visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response> {
    let renewed = auth::renew(&state, &visitor).await?;
    let Some(proof) = visitor.proof().cloned() else { return Ok(to_sign_in(&state, &headers, HOME, query.as_deref())) };
    let now = state.clock.now();
    let today = today(&headers, now);
    // A filter that the page does not have shows everything, rather than an error for a mistyped address.
    let params = ListParams::parse(&without_empty(query.as_deref().unwrap_or_default()), Sort::Position, today);
    let params = params.unwrap_or_else(|_| ListParams::new(ListQuery::default(), Sort::Position, today));
    let (tasks, has_more) = tasks::list(&state.db, &proof.user_id, &params).await?;
    let counts = tasks::counts(&state.db, &proof.user_id, today).await?;
    let page = TaskPage {
        next: tasks.last().filter(|_| has_more).map(|last| params.next_query(last)),
        shown_name: [proof.name, proof.email, proof.user_id.clone()].into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default(),
        user_id: proof.user_id,
        query: params.query,
        today,
        now,
        tasks,
        counts,
    };
    let cookie = renewed.and_then(|signed_in| auth::set_cookie(&state.config, &signed_in.token, signed_in.keep));
    Ok(with_cookie(cookie, render(Page::Tasks(Box::new(page)))))
}

/// A form sends all its fields, also those that say nothing.
fn without_empty(query: &str) -> String {
    let said = form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.trim().is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish()
}

/// What day it is where the browser is, which says in a cookie how many minutes it is ahead of UTC; else, the day in UTC.
fn today(headers: &HeaderMap, now: Timestamp) -> Day {
    let offset: Option<UtcOffset> = preference(headers, "utc_offset").and_then(|text| text.parse().ok());
    offset.unwrap_or_default().day(now)
}

/// What the line for a new task sends.
#[derive(Deserialize)]
pub struct AddTask {
    #[serde(default)]
    title: String,
}

/// The add line of a page whose WASM is not there yet.
pub async fn add(State(state): State<AppState>, visitor: Visitor, headers: HeaderMap, Form(form): Form<AddTask>) -> Result<Response> {
    // The form may have arrived long after the head of its request.
    let Some(proof) = visitor.still_signed_in(&state) else { return Ok(to_sign_in(&state, &headers, HOME, None)) };
    let task = QuickAdd::read(&form.title, today(&headers, state.clock.now())).task().validate().map_err(Error::Invalid)?;
    tasks::insert(&state, &proof.user_id, &task, None).await?;
    Ok(Redirect::to(HOME).into_response())
}
