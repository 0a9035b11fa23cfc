//! `GET /api/{user_id}/events`: what happens to somebody's tasks, as server-sent events (WHATWG HTML, section 9.2).
//!
//! A stream is told of a change by the process that made it, or through the database by another one (PostgreSQL's
//! `NOTIFY`). What nobody could tell it, since a connection was cut, it reads from the tasks themselves: an event's id is the
//! time of the change, and `Last-Event-ID` is the time to go on from.

use std::{
    collections::HashMap,
    convert::Infallible,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::{FieldError, Task, Timestamp, UtcOffset};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};
use url::form_urlencoded;

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
/// How long a client may be away and still be told what it missed; deletions are known for no less than that, however short
/// the trash is kept.
const MISSED_FOR: Duration = Duration::from_hours(24);
/// How much of the time before is told again, in milliseconds: a change may be written later than its time says.
const OVERLAP_MS: i64 = 5_000;
/// How many tasks' latest changes are kept in mind, at least.
const TOLD_MAX: usize = 1000;
/// Most streams of one user in one process.
const STREAMS_MAX: usize = 32;
/// When somebody who has too many may try again, in seconds.
const RETRY_AFTER_S: u64 = 60;
/// How long until other processes are told again what they were not.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
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

/// Those who watch the tasks of one user.
struct Audience {
    sender: broadcast::Sender<Change>,
    /// When what each task was last told to be was so.
    told: HashMap<String, Timestamp>,
}

impl Default for Audience {
    fn default() -> Self {
        Self { sender: broadcast::channel(BEHIND_MAX).0, told: HashMap::new() }
    }
}

impl Audience {
    /// Of two changes of a task, the one that is told last is the later one: whoever is overtaken after writing is not heard.
    fn tell(&mut self, id: &str, change: Change) {
        if self.told.get(id).is_some_and(|told| *told > change.at) {
            return;
        }
        if self.told.len() >= TOLD_MAX {
            self.told.retain(|_, told| told.0 > change.at.0 - OVERLAP_MS);
        }
        self.told.insert(id.to_owned(), change.at);
        // Nobody listens any more: whoever left last is about to clear up.
        let _ = self.sender.send(change);
    }
}

/// Tells what happens to those who watch.
pub struct Events {
    /// By user, while somebody watches.
    audiences: Mutex<HashMap<String, Audience>>,
    /// What other processes are to be told, where there are any.
    outbox: Option<Outbox>,
    /// Tells this process's notices from those of others.
    process: String,
}

struct Outbox {
    sender: mpsc::UnboundedSender<Outgoing>,
    /// Until [`tell_others`] takes it.
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Outgoing>>>,
}

/// A user's id and that of a task of theirs.
type Notice = (String, String);

enum Outgoing {
    Notice(Notice),
    /// Nothing comes after this.
    End,
}

impl Events {
    /// For a process that may have others beside it.
    pub fn new(has_others: bool) -> Self {
        let outbox = has_others.then(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            Outbox { sender, receiver: Mutex::new(Some(receiver)) }
        });
        Self { audiences: Mutex::default(), outbox, process: uuid::Uuid::now_v7().to_string() }
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
        if let Some(audience) = self.audiences().get_mut(owner) {
            audience.tell(id, change());
        }
        if let Some(outbox) = &self.outbox {
            let _ = outbox.sender.send(Outgoing::Notice((owner.to_owned(), id.to_owned())));
        }
    }

    fn audiences(&self) -> MutexGuard<'_, HashMap<String, Audience>> {
        self.audiences.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, owner: &str) -> Result<broadcast::Receiver<Change>> {
        let mut audiences = self.audiences();
        let sender = &audiences.entry(owner.to_owned()).or_default().sender;
        if sender.receiver_count() >= STREAMS_MAX { Err(Error::TooManyTries(RETRY_AFTER_S)) } else { Ok(sender.subscribe()) }
    }

    /// Ends every stream's certainty that it missed nothing: each reads again from where it was.
    pub fn missed_some(&self) {
        self.audiences().clear();
    }

    /// Ends [`tell_others`], once it has told everything.
    pub fn close(&self) {
        if let Some(outbox) = &self.outbox {
            let _ = outbox.sender.send(Outgoing::End);
        }
    }
}

fn wrong_offset(words: &str) -> Error {
    Error::Invalid(vec![FieldError::new("utc_offset", "INVALID_PARAMETER", words)])
}

/// One stream of one device.
struct Watch {
    state: AppState,
    identity: Identity,
    changes: broadcast::Receiver<Change>,
    /// What is to be told before what happens now; the next one last.
    missed: Vec<Event>,
    seen: Timestamp,
    /// How far the client's clock is ahead of UTC; only who says so is told how many tasks there are.
    offset: Option<UtcOffset>,
    /// Whether the counts may be others than those that were told.
    owes_counts: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut audiences = self.state.events.audiences();
        // From here on, this one does not count.
        drop(mem::replace(&mut self.changes, broadcast::channel(1).1));
        if audiences.get(&self.identity.user_id).is_some_and(|audience| audience.sender.receiver_count() == 0) {
            audiences.remove(&self.identity.user_id);
        }
    }
}

/// The stream. `Last-Event-ID` is the time in milliseconds from which on the client wants to know; without it, now.
/// With `utc_offset`, in minutes, each change is followed by how many tasks there are in each view on that day.
pub async fn events(State(state): State<AppState>, identity: Identity, RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response> {
    let now = state.clock.now();
    let mut parameters = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let offset = parameters.find(|(name, _)| name == "utc_offset").map(|(_, minutes)| minutes.parse()).transpose().map_err(wrong_offset)?;
    let since = headers.get(LAST_EVENT_ID).map(|id| id.to_str().ok().and_then(|id| id.parse().ok()).map_or(Timestamp(0), Timestamp));
    let changes = state.events.watch(&identity.user_id)?;
    let mut watch = Watch { state, identity, changes, missed: Vec::new(), seen: now, offset, owes_counts: true };
    let mut id = now;
    if let Some(since) = since {
        watch.seen = since.min(now);
        watch.catch_up().await?;
        // Whoever is cut off before what was missed arrives goes on from where they were.
        if !watch.missed.is_empty() {
            id = since.min(now);
        }
    }
    // An answer has begun to arrive before anything happens.
    watch.missed.push(Event::default().event("ready").id(id.0.to_string()).data("{}"));
    let stream = stream::unfold(watch, async |mut watch| watch.next().await.map(|event| (Ok::<_, Infallible>(event), watch)));
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE_EVERY)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    response.headers_mut().insert(X_ACCEL_BUFFERING, HeaderValue::from_static("no"));
    // `Sse` says `no-cache`, by which a browser may keep it on its disk.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

impl Watch {
    /// Reads what happened since the last change that was told.
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
        self.owes_counts = true;
        Ok(())
    }

    /// How many tasks there are, if the client wants to know and the database can say.
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
            if !self.identity.still_holds(&self.state) || *stop.borrow_and_update() {
                return None;
            }
            if let Some(event) = self.missed.pop() {
                return Some(event);
            }
            // Of many changes at once, the last one counts.
            if self.owes_counts && self.changes.is_empty() {
                self.owes_counts = false;
                if let Some(event) = self.counts().await {
                    return Some(event);
                }
            }
            tokio::select! {
                change = self.changes.recv() => match change {
                    Ok(change) => {
                        self.seen = self.seen.max(change.at);
                        self.owes_counts = true;
                        return Some(change.event());
                    }
                    // Too slow: what it is behind with is read at once.
                    Err(RecvError::Lagged(_)) => {
                        self.changes = self.changes.resubscribe();
                        self.catch_up().await.ok()?;
                    }
                    // Nobody knows what was missed.
                    Err(RecvError::Closed) => {
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

/// Tells other processes what is done here, until [`Events::close`]. Many changes at once are one notice: each costs all who
/// write to the database a moment.
pub async fn tell_others(state: AppState) {
    let Some(outbox) = &state.events.outbox else { return };
    let Some(mut receiver) = outbox.receiver.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let size = |notice: &Notice| serde_json::to_string(notice).map_or(0, |json| json.len()) + 1;
    let mut is_over = false;
    while !is_over {
        let (mut bytes, mut notices) = (0, Vec::new());
        // The longest id there can be still fits.
        while bytes < NOTICE_MAX - 1_700 {
            let outgoing = if notices.is_empty() { receiver.recv().await } else { receiver.try_recv().ok() };
            match outgoing {
                Some(Outgoing::Notice(notice)) => {
                    bytes += size(&notice);
                    notices.push(notice);
                }
                Some(Outgoing::End) => {
                    is_over = true;
                    break;
                }
                None => break,
            }
        }
        if notices.is_empty() {
            continue;
        }
        let notice = serde_json::to_string(&(&state.events.process, notices)).unwrap_or_default();
        // A change that nobody is told of shows on no other screen until somebody reads the list again.
        while let Err(error) = state.db.notify(CHANNEL, &notice).await {
            tracing::debug!(%error, "other processes were not told of a change");
            tokio::time::sleep(AGAIN_AFTER).await;
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
        if !state.events.audiences().contains_key(&owner) {
            continue;
        }
        let change = match store::last_change(&state.db, &owner, &id).await {
            Ok(Some(change)) => change,
            // The user is gone, and so will their streams be.
            Ok(None) => continue,
            // Whoever watches finds it later.
            Err(_) => return state.events.missed_some(),
        };
        if let Some(audience) = state.events.audiences().get_mut(&owner) {
            audience.tell(&id, change);
        }
    }
}
