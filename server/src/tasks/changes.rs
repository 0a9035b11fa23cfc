//! Changes of tasks, for the streams of this process and, through PostgreSQL's `NOTIFY`, for those of others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::model::{Task, Timestamp};
use axum::response::sse::Event;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{broadcast, mpsc};

use crate::{
    db::Db,
    problem::{Error, Result},
};

/// The channel of `NOTIFY`.
pub const CHANNEL: &str = "holdfast_tasks";
/// Longest notification in bytes: PostgreSQL takes less than 8000.
const NOTIFICATION_MAX: usize = 7_000;
/// How many changes a stream may be behind before it catches up from the database.
const BEHIND_MAX: usize = 256;
/// How far back a stream reads again when it catches up, in milliseconds: a change may be committed that long after its time.
pub const OVERLAP_MS: i64 = 5_000;
/// How many tasks a user's latest changes are remembered for, at least.
const SENT_MAX: usize = 1000;
/// Most streams of one user in one process.
const STREAMS_MAX: usize = 32;
/// `Retry-After` for a user with too many streams, in seconds.
const RETRY_AFTER_S: u64 = 60;
/// Pause before a notification that failed is sent again.
const RETRY_NOTIFY_AFTER: Duration = Duration::from_secs(1);

/// Something that happened to a task.
#[derive(Debug, Clone)]
pub struct Change {
    /// When; also the event's id.
    pub at: Timestamp,
    kind: &'static str,
    data: Arc<str>,
}

impl Change {
    /// It was created, changed or restored.
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

    pub fn event(&self) -> Event {
        Event::default().id(self.at.0.to_string()).event(self.kind).data(&*self.data)
    }
}

/// The streams of one user.
struct Subscribers {
    sender: broadcast::Sender<Change>,
    /// The time of the latest change of each task that was sent.
    sent: HashMap<String, Timestamp>,
}

impl Default for Subscribers {
    fn default() -> Self {
        Self { sender: broadcast::channel(BEHIND_MAX).0, sent: HashMap::new() }
    }
}

impl Subscribers {
    /// Sends a change, unless a later one of the same task was sent already: two requests may come here in another order than
    /// they wrote.
    fn send(&mut self, id: &str, change: Change) {
        if self.sent.get(id).is_some_and(|sent| *sent > change.at) {
            return;
        }
        if self.sent.len() >= SENT_MAX {
            self.sent.retain(|_, sent| sent.0 > change.at.0 - OVERLAP_MS);
        }
        self.sent.insert(id.to_owned(), change.at);
        // An error means that there are no receivers: the last one is about to remove this.
        let _ = self.sender.send(change);
    }
}

/// Sends changes to the streams of this process, and notifications of them to other processes.
pub struct Publisher {
    /// By user, while there are streams.
    subscribers: Mutex<HashMap<String, Subscribers>>,
    /// Notifications for other processes, where there are any.
    outbox: Option<Outbox>,
    /// The sender of this process's notifications, which come back to it too.
    process: String,
}

struct Outbox {
    sender: mpsc::UnboundedSender<Outgoing>,
    /// Until [`Publisher::publish_notifications`] takes it.
    receiver: Mutex<Option<mpsc::UnboundedReceiver<Outgoing>>>,
}

/// A user's id and that of a task of theirs.
type Notice = (String, String);

enum Outgoing {
    Notice(Notice),
    /// Nothing comes after this.
    End,
}

impl Publisher {
    /// `has_others` says whether other processes may share the database.
    pub fn new(has_others: bool) -> Self {
        let outbox = has_others.then(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            Outbox { sender, receiver: Mutex::new(Some(receiver)) }
        });
        Self { subscribers: Mutex::default(), outbox, process: uuid::Uuid::now_v7().to_string() }
    }

    /// A task was made, changed or put back.
    pub fn saved(&self, task: &Task) {
        self.publish(&task.user_id, &task.id, || Change::saved(task));
    }

    /// A task was deleted.
    pub fn deleted(&self, owner: &str, id: &str, at: Timestamp) {
        self.publish(owner, id, || Change::deleted(id, at));
    }

    fn publish(&self, owner: &str, id: &str, change: impl FnOnce() -> Change) {
        self.send_here(owner, id, change);
        if let Some(outbox) = &self.outbox {
            let _ = outbox.sender.send(Outgoing::Notice((owner.to_owned(), id.to_owned())));
        }
    }

    /// Sends a change to the streams of this process alone.
    pub fn send_here(&self, owner: &str, id: &str, change: impl FnOnce() -> Change) {
        if let Some(subscribers) = self.subscribers().get_mut(owner) {
            subscribers.send(id, change());
        }
    }

    /// Whether the user has a stream in this process.
    pub fn has_subscribers(&self, owner: &str) -> bool {
        self.subscribers().contains_key(owner)
    }

    fn subscribers(&self) -> MutexGuard<'_, HashMap<String, Subscribers>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a stream of this user; refused when they have [`STREAMS_MAX`].
    pub fn subscribe(&self, owner: &str) -> Result<broadcast::Receiver<Change>> {
        let mut subscribers = self.subscribers();
        let sender = &subscribers.entry(owner.to_owned()).or_default().sender;
        if sender.receiver_count() >= STREAMS_MAX { Err(Error::TooManyTries(RETRY_AFTER_S)) } else { Ok(sender.subscribe()) }
    }

    /// Removes a stream of this user.
    pub fn unsubscribe(&self, owner: &str, receiver: broadcast::Receiver<Change>) {
        let mut subscribers = self.subscribers();
        drop(receiver);
        if subscribers.get(owner).is_some_and(|subscribers| subscribers.sender.receiver_count() == 0) {
            subscribers.remove(owner);
        }
    }

    /// Notifications may have been missed: every stream catches up from the database.
    pub fn missed_some(&self) {
        // Each receiver sees its channel closed, subscribes anew and reads what happened since its last event.
        self.subscribers().clear();
    }

    /// Ends [`Self::publish_notifications`], once everything is sent.
    pub fn close(&self) {
        if let Some(outbox) = &self.outbox {
            let _ = outbox.sender.send(Outgoing::End);
        }
    }

    /// Notifies other processes of changes made here, until [`Self::close`]. Many changes at once are one notification: each
    /// takes a lock that all commits of the database share.
    pub async fn publish_notifications(&self, db: &Db) {
        let Some(outbox) = &self.outbox else { return };
        let Some(mut receiver) = outbox.receiver.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        let size = |notice: &Notice| serde_json::to_string(notice).map_or(0, |json| json.len()) + 1;
        let mut is_over = false;
        while !is_over {
            let (mut bytes, mut notices) = (0, Vec::new());
            // Room for one more of the longest ids.
            while bytes < NOTIFICATION_MAX - 1_700 {
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
            let notification = serde_json::to_string(&(&self.process, notices)).unwrap_or_default();
            // Retried until it succeeds: without it, streams of other processes do not show the change.
            while let Err(error) = db.notify(CHANNEL, &notification).await {
                tracing::debug!(%error, "other processes were not notified of a change");
                tokio::time::sleep(RETRY_NOTIFY_AFTER).await;
            }
        }
    }

    /// The users and tasks of a notification; nothing for one of this process, or one that is not ours.
    pub fn read_notification(&self, notification: &str) -> Vec<(String, String)> {
        let (process, notices) = serde_json::from_str::<(String, Vec<Notice>)>(notification).unwrap_or_default();
        if process == self.process { Vec::new() } else { notices }
    }
}
