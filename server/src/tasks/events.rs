//! `GET /api/{user_id}/events`: changes of the user's tasks, as server-sent events (WHATWG HTML, section 9.2).
//!
//! A stream gets changes of its own process directly, and those of other processes through PostgreSQL's `NOTIFY`. Changes that it
//! missed while it was disconnected are read from the tasks themselves: an event's id is the time of the change, and
//! `Last-Event-ID` is the time from which to catch up.

use std::{convert::Infallible, mem, time::Duration};

use app::model::{FieldError, Timestamp, UtcOffset, schemas};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde_json::json;
use tokio::sync::broadcast::{self, error::RecvError};
use url::form_urlencoded;
use utoipa::openapi::path::{Parameter, ParameterIn};

use super::{
    changes::{Change, OVERLAP_MS},
    state::TasksState,
    store,
};
use crate::{
    identity::extract::Identity,
    problem::{Error, Result},
    web::described::{BearerErrors, Invalid, TooManyRequests, parameter},
};

/// How many missed changes are sent one by one; for more, the client reads the list again (`reset`).
const MISSED_MAX: usize = 1000;
/// How long a client may be disconnected and still catch up; rows of deleted tasks are kept at least that long.
const MISSED_FOR: Duration = Duration::from_hours(24);
/// How often a stream checks that its token is valid.
const CHECK_TOKEN_EVERY: Duration = Duration::from_secs(1);
/// How often a comment is sent, so that neither a proxy nor the client closes the stream.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(15);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps nginx from buffering the stream.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

fn wrong_offset(words: &str) -> Error {
    Error::Invalid(vec![FieldError::new("utc_offset", "INVALID_PARAMETER", words)])
}

/// One stream of one device.
struct EventStream {
    state: TasksState,
    identity: Identity,
    changes: broadcast::Receiver<Change>,
    /// Events that were missed, to be sent before new ones; the next one is last.
    missed: Vec<Event>,
    seen: Timestamp,
    /// How far the client's clock is ahead of UTC; without it, no `counts` are sent.
    offset: Option<UtcOffset>,
    /// Whether the counts may have changed since they were sent.
    counts_are_due: bool,
}

impl Drop for EventStream {
    fn drop(&mut self) {
        let changes = mem::replace(&mut self.changes, broadcast::channel(1).1);
        self.state.events.unsubscribe(&self.identity.user_id, changes);
    }
}

/// The parameters of the stream.
pub struct EventParams;

impl utoipa::IntoParams for EventParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let minutes = schemas::from_json(json!({ "type": "integer", "minimum": -1440, "maximum": 1440 }));
        let offset = "How many minutes the client's clock is ahead of UTC: then `counts` follow each change, by that day";
        let last_id = "The id of the last event that arrived, a time in milliseconds: what has happened since comes first.";
        vec![
            parameter(ParameterIn::Query, "utc_offset", offset, minutes),
            parameter(ParameterIn::Header, LAST_EVENT_ID.as_str(), last_id, schemas::string()),
        ]
    }
}

/// Tells what happens to tasks, until the session ends
#[utoipa::path(
    get,
    path = "/api/{user_id}/events",
    operation_id = "events",
    tag = "Tasks",
    params(Identity, EventParams),
    responses(
        (status = 200, description = "Server-sent events: `ready`; `saved` with a task that was made, changed or put back; `deleted` with the `id` of one; `counts` with `total`, `pending`, `today` and `upcoming`, for who sends `utc_offset`; `reset` when so much or so long ago was missed that the list is to be read again.", body = String, content_type = "text/event-stream"),
        BearerErrors,
        Invalid,
        TooManyRequests,
    ),
    security(("bearer" = []))
)]
// `Last-Event-ID` is the time in milliseconds from which on the client wants to know; without it, now.
// With `utc_offset`, in minutes, each change is followed by how many tasks there are in each view on that day.
pub async fn events(
    State(state): State<TasksState>,
    identity: Identity,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response> {
    let now = state.clock.now();
    let mut parameters = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let offset = parameters.find(|(name, _)| name == "utc_offset").map(|(_, minutes)| minutes.parse()).transpose().map_err(wrong_offset)?;
    let since = headers.get(LAST_EVENT_ID).map(|id| id.to_str().ok().and_then(|id| id.parse().ok()).map_or(Timestamp(0), Timestamp));
    let changes = state.events.subscribe(&identity.user_id)?;
    let mut watch = EventStream { state, identity, changes, missed: Vec::new(), seen: now, offset, counts_are_due: true };
    let mut id = now;
    if let Some(since) = since {
        watch.seen = since.min(now);
        watch.catch_up().await?;
        // A client that is disconnected before the missed events arrive catches up from the same time again.
        if !watch.missed.is_empty() {
            id = since.min(now);
        }
    }
    // Sent at once, so that the client sees the answer begin.
    watch.missed.push(Event::default().event("ready").id(id.0.to_string()).data("{}"));
    let stream = stream::unfold(watch, async |mut watch| watch.next().await.map(|event| (Ok::<_, Infallible>(event), watch)));
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_EVERY)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    // `Sse` sets `no-cache`, which allows a browser to store it.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl EventStream {
    /// Reads the changes since the last one that was sent.
    async fn catch_up(&mut self) -> Result<()> {
        let now = self.state.clock.now();
        let forgotten = now.0 - i64::try_from(MISSED_FOR.as_millis()).unwrap_or(0);
        let since = Timestamp(self.seen.0.saturating_sub(OVERLAP_MS));
        let changes =
            if since.0 < forgotten { None } else { store::changes(&self.state.db, &self.identity.user_id, since, MISSED_MAX).await? };
        self.missed = match changes {
            Some(changes) => changes.iter().rev().map(Change::event).collect(),
            None => vec![Event::default().event("reset").id(now.0.to_string()).data("{}")],
        };
        self.seen = now;
        self.counts_are_due = true;
        Ok(())
    }

    /// The `counts` event, if the client asked for it and the database answers.
    async fn counts(&self) -> Option<Event> {
        let today = self.offset?.day(self.state.clock.now());
        let counts = store::counts(&self.state.db, &self.identity.user_id, today).await.ok()?;
        Event::default().event("counts").json_data(counts).ok()
    }

    /// The next event; `None` at the end of the session, or of the process.
    async fn next(&mut self) -> Option<Event> {
        let mut stop = self.state.stopping();
        let mut revoked = self.state.revocations.watch();
        loop {
            if !self.identity.is_still_valid(&self.state) || *stop.borrow_and_update() {
                return None;
            }
            if let Some(event) = self.missed.pop() {
                return Some(event);
            }
            // After many changes at once, one `counts` is sent.
            if self.counts_are_due && self.changes.is_empty() {
                self.counts_are_due = false;
                if let Some(event) = self.counts().await {
                    return Some(event);
                }
            }
            tokio::select! {
                change = self.changes.recv() => match change {
                    Ok(change) => {
                        self.seen = self.seen.max(change.at);
                        self.counts_are_due = true;
                        return Some(change.event());
                    }
                    // The client reads too slowly: catch up from the database.
                    Err(RecvError::Lagged(_)) => {
                        self.changes = self.changes.resubscribe();
                        self.catch_up().await.ok()?;
                    }
                    // Changes may have been missed: catch up from the database.
                    Err(RecvError::Closed) => {
                        self.changes = self.state.events.subscribe(&self.identity.user_id).ok()?;
                        self.catch_up().await.ok()?;
                    }
                },
                _ = revoked.changed() => {}
                _ = stop.changed() => {}
                () = tokio::time::sleep(CHECK_TOKEN_EVERY) => {}
            }
        }
    }
}
