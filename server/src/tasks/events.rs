//! `GET /api/{user_id}/events`: what happens to somebody's tasks, as server-sent events (WHATWG HTML, section 9.2).
//!
//! A stream is told of a change by the process that made it, or through the database by another one (PostgreSQL's
//! `NOTIFY`). What nobody could tell it, since a connection was cut, it reads from the tasks themselves: an event's id is the
//! time of the change, and `Last-Event-ID` is the time to go on from.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::{Task, Timestamp};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

use super::store;
use crate::{
    AppState,
    auth::identity::Identity,
    problem::{Error, Result},
};

/// The channel of `NOTIFY`.
pub const CHANNEL: &str = "holdfast_tasks";
/// Longest notice that PostgreSQL takes, in bytes, with room to spare.
const NOTICE_MAX: usize = 7_000;
/// How many changes a stream may be behind before it is told to read everything again.
const BEHIND_MAX: usize = 256;
/// How many changes are told one by one to somebody who comes back.
const MISSED_MAX: usize = 1000;
/// How much of the time before is told again, in milliseconds: a change may be written later than its time says.
const OVERLAP_MS: i64 = 5_000;
/// Most streams of one user in one process.
const STREAMS_MAX: usize = 32;
/// When somebody who has too many may try again, in seconds.
const RETRY_AFTER_S: u64 = 60;
/// How often a stream is asked whether its session goes on.
const CHECKED_EVERY: Duration = Duration::from_secs(1);
/// How often a stream says that it is alive, so that neither a proxy nor the client gives it up.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps proxies from collecting what should arrive at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Something that happened to a task.
#[derive(Debug, Clone)]
pub struct Change {
    /// When; also the event's id.
    pub at: Timestamp,
    kind: &'static str,
    data: Arc<str>,
}

impl Change {
    /// It was made, changed or put back.
    pub fn saved(task: &Task) -> Self {
        Self::new("saved", task.updated_at, task)
    }

    /// It was deleted.
    pub fn deleted(id: &str, at: Timestamp) -> Self {
        Self::new("deleted", at, &json!({ "id": id }))
    }

    fn new(kind: &'static str, at: Timestamp, data: &impl Serialize) -> Self {
        Self { at, kind, data: serde_json::to_string(data).unwrap_or_default().into() }
    }

    fn event(&self) -> Event {
        Event::default().id(self.at.0.to_string()).event(self.kind).data(&*self.data)
    }
}

/// Tells what happens to those who watch.
pub struct Events {
    /// By user, while somebody watches.
    streams: Mutex<HashMap<String, broadcast::Sender<Change>>>,
    /// What other processes are to be told, where there are any: users and tasks.
    outgoing: Option<(mpsc::UnboundedSender<Notice>, Mutex<Option<mpsc::UnboundedReceiver<Notice>>>)>,
    /// Tells this process's notices from those of others.
    process: String,
}

/// A user's id and that of a task of theirs.
type Notice = (String, String);

impl Events {
    /// For a process that may have others beside it.
    pub fn new(has_others: bool) -> Self {
        let outgoing = has_others.then(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            (sender, Mutex::new(Some(receiver)))
        });
        Self { streams: Mutex::default(), outgoing, process: uuid::Uuid::now_v7().to_string() }
    }

    /// A task was made, changed or put back.
    pub fn saved(&self, task: &Task) {
        self.tell(&task.user_id, &task.id, || Change::saved(task));
    }

    /// A task was deleted.
    pub fn deleted(&self, owner: &str, id: &str, at: Timestamp) {
        self.tell(owner, id, || Change::deleted(id, at));
    }

    fn tell(&self, owner: &str, id: &str, change: impl FnOnce() -> Change) {
        if let Some(stream) = self.streams().get(owner) {
            // Nobody listens any more: whoever left last is about to clear up.
            let _ = stream.send(change());
        }
        if let Some((outgoing, _)) = &self.outgoing {
            let _ = outgoing.send((owner.to_owned(), id.to_owned()));
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<String, broadcast::Sender<Change>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, owner: &str) -> Result<broadcast::Receiver<Change>> {
        let mut streams = self.streams();
        let stream = streams.entry(owner.to_owned()).or_insert_with(|| broadcast::channel(BEHIND_MAX).0);
        if stream.receiver_count() >= STREAMS_MAX { Err(Error::TooManyTries(RETRY_AFTER_S)) } else { Ok(stream.subscribe()) }
    }

    /// Ends every stream's certainty that it missed nothing: each reads again from where it was.
    pub fn missed_some(&self) {
        self.streams().clear();
    }
}

/// One stream of one device.
struct Watch {
    state: AppState,
    identity: Identity,
    changes: broadcast::Receiver<Change>,
    /// What is to be told before what happens now; the next one last.
    missed: Vec<Event>,
    seen: Timestamp,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut streams = self.state.events.streams();
        // This one still counts.
        if streams.get(&self.identity.user_id).is_some_and(|stream| stream.receiver_count() <= 1) {
            streams.remove(&self.identity.user_id);
        }
    }
}

/// The stream. `Last-Event-ID` is the time in milliseconds from which on the client wants to know; without it, now.
pub async fn events(State(state): State<AppState>, identity: Identity, headers: HeaderMap) -> Result<Response> {
    let now = state.clock.now();
    let since = headers.get(LAST_EVENT_ID).map(|id| id.to_str().ok().and_then(|id| id.parse().ok()).map_or(Timestamp(0), Timestamp));
    let changes = state.events.watch(&identity.user_id)?;
    let mut watch = Watch { state, identity, changes, missed: Vec::new(), seen: now };
    if let Some(since) = since {
        watch.seen = since.min(now);
        watch.catch_up().await?;
    }
    // An answer has begun to arrive before anything happens.
    watch.missed.push(Event::default().event("ready").id(watch.seen.0.to_string()).data("{}"));
    let stream = stream::unfold(watch, async |mut watch| watch.next().await.map(|event| (Ok::<_, Infallible>(event), watch)));
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response();
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

impl Watch {
    /// Reads what happened since the last change that was told.
    async fn catch_up(&mut self) -> Result<()> {
        let now = self.state.clock.now();
        let forgotten = now.0 - i64::try_from(store::DELETED_KEPT_FOR.as_millis()).unwrap_or(0);
        let since = Timestamp(self.seen.0 - OVERLAP_MS);
        let changes =
            if since.0 < forgotten { None } else { store::changes(&self.state.db, &self.identity.user_id, since, MISSED_MAX).await? };
        self.missed = match changes {
            Some(changes) => changes.iter().rev().map(Change::event).collect(),
            None => vec![Event::default().event("reset").id(now.0.to_string()).data("{}")],
        };
        self.seen = now;
        Ok(())
    }

    /// The next event; `None` at the end of the session, or of the process.
    async fn next(&mut self) -> Option<Event> {
        let mut stop = self.state.stopping();
        let mut revoked = self.state.revocations.watch();
        loop {
            if !self.identity.still_holds(&self.state) || *stop.borrow_and_update() {
                return None;
            }
            if let Some(event) = self.missed.pop() {
                return Some(event);
            }
            tokio::select! {
                change = self.changes.recv() => match change {
                    Ok(change) => {
                        self.seen = self.seen.max(change.at);
                        return Some(change.event());
                    }
                    // Too slow, or nobody knows what was missed.
                    Err(_) => {
                        self.changes = self.state.events.watch(&self.identity.user_id).ok()?;
                        self.catch_up().await.ok()?;
                    }
                },
                _ = revoked.changed() => {}
                _ = stop.changed() => {}
                () = tokio::time::sleep(CHECKED_EVERY) => {}
            }
        }
    }
}

/// Tells other processes what is done here, for as long as it is let. Many changes at once are one notice: each costs all
/// who write to the database a moment.
pub async fn tell_others(state: AppState) {
    let Some((_, receiver)) = &state.events.outgoing else { return };
    let Some(mut receiver) = receiver.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let size = |notice: &Notice| serde_json::to_string(notice).map_or(0, |json| json.len()) + 1;
    while let Some(first) = receiver.recv().await {
        let mut bytes = size(&first);
        let mut notices = vec![first];
        // The longest id there can be still fits.
        while bytes < NOTICE_MAX - 1_700 {
            let Ok(notice) = receiver.try_recv() else { break };
            bytes += size(&notice);
            notices.push(notice);
        }
        let notice = serde_json::to_string(&(&state.events.process, notices)).unwrap_or_default();
        if let Err(error) = state.db.notify(CHANNEL, &notice).await {
            tracing::debug!(%error, "other processes were not told of a change");
        }
    }
}

/// Tells the streams here of what another process did.
pub async fn hear(state: &AppState, notice: &str) {
    let Ok((process, notices)) = serde_json::from_str::<(String, Vec<Notice>)>(notice) else { return };
    if process == state.events.process {
        return;
    }
    for (owner, id) in notices {
        if !state.events.streams().contains_key(&owner) {
            continue;
        }
        let change = match store::get(&state.db, &owner, &id).await {
            Ok(Some(task)) => Change::saved(&task),
            Ok(None) => Change::deleted(&id, state.clock.now()),
            // Whoever watches finds it later.
            Err(_) => return state.events.missed_some(),
        };
        if let Some(stream) = state.events.streams().get(&owner) {
            let _ = stream.send(change);
        }
    }
}
