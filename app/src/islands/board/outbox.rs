//! Changes that the server has not confirmed yet. Each is kept in the browser until it is answered, so that neither a
//! closed tab nor a server that is away loses it, and is sent again as often as that takes: creates by their
//! `Idempotency-Key`, everything else is such that twice is as good as once.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use web_sys::Event;

use super::{Board, Shared, notice, row::Row};
use crate::{
    client::{UNREACHABLE, random_id},
    dom::{after, cancel, member, now, on},
    model::{Problem, Task, Timestamp, etag_of},
    position::first_at,
    session,
    wire::{self, Body},
    words,
};

/// Begins the name of every kept change; its key follows.
const KEPT: &str = "op.";
/// Most requests at once: as many as a browser opens connections, but for the one of the events.
const AT_ONCE: usize = 5;
/// How long until changes that could not be sent are tried again, in milliseconds, doubled each time up to the last.
const AGAIN_AFTER: [i32; 2] = [1_000, 30_000];

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Create,
    Put,
    Delete,
    Restore,
}

impl Kind {
    const EACH: [(Self, &'static str); 4] =
        [(Self::Create, "create"), (Self::Put, "put"), (Self::Delete, "delete"), (Self::Restore, "restore")];

    fn name(self) -> &'static str {
        Self::EACH.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// One change of one task.
#[derive(Clone)]
pub struct Change {
    pub kind: Kind,
    /// The task's id, or that of a row that has none yet.
    pub id: String,
    /// The members that change.
    pub body: JsValue,
    /// What the task must still be, for texts that somebody typed over it.
    pub etag: Option<String>,
    /// The row of a task that is deleted, where it was; to be put back.
    pub row: Option<Rc<Row>>,
}

impl Change {
    pub fn new(kind: Kind, id: &str, body: Body) -> Self {
        Self { kind, id: id.to_owned(), body: body.into_value(), etag: None, row: None }
    }

    pub fn put(id: &str, body: Body) -> Self {
        Self::new(Kind::Put, id, body)
    }

    /// Whether somebody typed it.
    fn has_text(&self) -> bool {
        !member(&self.body, "title").is_undefined()
    }
}

struct Waiting {
    key: String,
    change: Change,
    /// The task as the server had it when this was sent.
    sent_over: Option<Task>,
}

/// All of them, in the order in which they were made.
#[derive(Default)]
pub struct Outbox {
    waiting: RefCell<Vec<Waiting>>,
    /// The timer of the next try, when the last one did not get through.
    timer: RefCell<Option<JsValue>>,
    delay: Cell<i32>,
}

impl Outbox {
    /// Whether something of this task is on its way.
    pub fn concerns(&self, id: &str) -> bool {
        self.waiting.borrow().iter().any(|waiting| waiting.change.id == id)
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    pub fn has_creates(&self) -> bool {
        self.waiting.borrow().iter().any(|waiting| waiting.change.kind == Kind::Create)
    }

    fn lay_over(&self, task: &mut Task) -> bool {
        let mut is_there = true;
        let id = task.id.clone();
        for waiting in self.waiting.borrow().iter().filter(|waiting| waiting.change.id == id) {
            match waiting.change.kind {
                Kind::Delete => is_there = false,
                Kind::Restore => is_there = true,
                Kind::Create | Kind::Put => wire::merge(task, &waiting.change.body),
            }
        }
        is_there
    }

    fn sent_over(&self, key: &str) -> Task {
        self.waiting.borrow().iter().find(|waiting| waiting.key == key).and_then(|waiting| waiting.sent_over.clone()).unwrap_or_default()
    }

    fn remove(&self, key: &str) -> Option<Change> {
        let at = self.waiting.borrow().iter().position(|waiting| waiting.key == key)?;
        Some(self.waiting.borrow_mut().remove(at).change)
    }
}

/// A task that the server does not know yet: the newest of all.
fn beginning(id: &str) -> Task {
    let now = now();
    Task { id: id.to_owned(), position: first_at(now), created_at: Timestamp(now), ..Task::default() }
}

/// Takes up what an earlier page could not send.
pub fn wake(board: Shared) {
    let mut kept: Vec<_> = session::drafts(&board.client.user_id, KEPT)
        .into_iter()
        .filter_map(|(key, json)| Some((key, wire::parse(&json)?)))
        .map(|(key, value)| (member(&value, "at").as_f64().unwrap_or(0.0), key, value))
        .collect();
    while let Some(first) = (0..kept.len()).min_by(|a, b| kept[*a].0.total_cmp(&kept[*b].0)) {
        let (_, key, value) = kept.remove(first);
        let text = |name: &str| member(&value, name).as_string();
        let (Some(kind), Some(id)) = (text("kind"), text("id")) else { continue };
        let Some(&(kind, _)) = Kind::EACH.iter().find(|(_, name)| *name == kind) else { continue };
        board.enqueue(key, Change { kind, id, body: member(&value, "body"), etag: text("etag"), row: None }, false);
    }
    on(&window(), "online", move |_: Event| board.try_again());
    board.pump();
}

impl Board {
    /// What a row shows; `None` when its task is being deleted.
    pub fn shown(&self, row: &Row) -> Option<Task> {
        let mut task = row.server.borrow().clone();
        self.outbox.lay_over(&mut task).then_some(task)
    }

    /// Makes a change: on the page now, on the server as soon as can be.
    pub fn make(&'static self, change: Change) {
        self.enqueue(random_id(), change, true);
        self.pump();
    }

    fn enqueue(&'static self, key: String, change: Change, is_new: bool) {
        if is_new {
            self.keep(&key, &change);
        }
        // What was not sent yet need not be.
        if change.kind == Kind::Restore && self.unsend_delete(&change, &key) {
            return;
        }
        let row = self.row(&change.id).or_else(|| change.row.clone()).or_else(|| match change.kind {
            Kind::Create => Row::new(beginning(&change.id)),
            _ => None,
        });
        let was_there = row.as_ref().is_some_and(|row| self.row(&row.id()).is_some());
        let mut change = change;
        change.row.clone_from(&row);
        let kind = change.kind;
        let push = || self.outbox.waiting.borrow_mut().push(Waiting { key, change, sent_over: None });
        match row {
            None => push(),
            Some(row) => {
                if was_there {
                    self.alter(&row, push);
                } else {
                    push();
                    self.count(self.shown(&row).as_ref(), 1);
                    if let Some(task) = self.shown(&row) {
                        self.draw(&row, &task);
                    }
                }
                match (kind, was_there) {
                    (Kind::Delete, true) => self.take_off(&row),
                    (Kind::Create | Kind::Restore, false) => {
                        let is_held = self.shown(&row).is_some_and(|task| self.query.borrow().holds(&task, self.today.get()));
                        if is_held || kind == Kind::Restore {
                            self.put_on(&row);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Takes a deletion back that was not sent yet, and with it the wish to do so.
    fn unsend_delete(&'static self, restore: &Change, key: &str) -> bool {
        let unsent =
            |waiting: &Waiting| waiting.change.kind == Kind::Delete && waiting.change.id == restore.id && waiting.sent_over.is_none();
        let Some(delete) = self.outbox.waiting.borrow().iter().find(|waiting| unsent(waiting)).map(|waiting| waiting.key.clone()) else {
            return false;
        };
        self.forget(&delete);
        self.forget(key);
        if let Some(row) = self.outbox.remove(&delete).and_then(|change| change.row) {
            self.back_on(&row);
        }
        self.note_peace();
        true
    }

    fn back_on(&self, row: &Rc<Row>) {
        let Some(task) = self.shown(row) else { return };
        self.count(Some(&task), 1);
        self.draw(row, &task);
        self.put_on(row);
    }

    fn keep(&self, key: &str, change: &Change) {
        let kept = Body::default()
            .with("kind", change.kind.name())
            .with("id", change.id.as_str())
            .with("body", change.body.clone())
            .with_text("etag", change.etag.clone())
            .with("at", js_sys::Date::now());
        session::keep_draft(&self.client.user_id, &format!("{KEPT}{key}"), Some(&wire::stringify(&kept.into_value())));
    }

    fn forget(&self, key: &str) {
        session::keep_draft(&self.client.user_id, &format!("{KEPT}{key}"), None);
    }

    /// Sends what can be sent: of each task one change at a time, in their order.
    pub fn pump(&'static self) {
        if self.is_over.get() || self.outbox.timer.borrow().is_some() {
            return;
        }
        loop {
            let next = {
                let mut waiting = self.outbox.waiting.borrow_mut();
                if waiting.iter().filter(|waiting| waiting.sent_over.is_some()).count() >= AT_ONCE {
                    return;
                }
                let mut busy: Vec<String> = Vec::new();
                let mut found = None;
                for (at, one) in waiting.iter().enumerate() {
                    if one.sent_over.is_none() && !busy.contains(&one.change.id) {
                        found = Some(at);
                        break;
                    }
                    busy.push(one.change.id.clone());
                }
                let Some(at) = found else { return };
                waiting[at].sent_over = Some(waiting[at].change.row.as_ref().map(|row| row.server.borrow().clone()).unwrap_or_default());
                (waiting[at].key.clone(), waiting[at].change.clone())
            };
            spawn_local(self.send(next.0, next.1));
        }
    }

    async fn send(&'static self, key: String, change: Change) {
        let one = format!("tasks/{}", change.id);
        let client = &self.client;
        let outcome = match change.kind {
            Kind::Create => client.change("POST", "tasks", Some(("Idempotency-Key", &key)), Some(&change.body)).await,
            Kind::Put => {
                let etag = change.etag.as_deref().map(|etag| ("If-Match", etag));
                client.change("PUT", &one, etag, Some(&change.body)).await
            }
            Kind::Delete => client.change("DELETE", &one, None, None).await,
            Kind::Restore => client.change("POST", &format!("{one}/restore"), None, None).await,
        };
        match outcome {
            Ok(task) => self.confirmed(&key, &change, task),
            Err(problem) if problem.code == UNREACHABLE || problem.status >= 500 || matches!(problem.status, 401 | 403 | 429) => {
                self.unsent(&key);
                self.not_sent(&problem);
            }
            // One that is gone already is as good as deleted.
            Err(problem) if problem.status == 404 && change.kind == Kind::Delete => self.confirmed(&key, &change, None),
            Err(problem) => self.refused(&key, change, problem).await,
        }
        self.pump();
    }

    fn confirmed(&'static self, key: &str, change: &Change, task: Option<Task>) {
        self.forget(key);
        self.outbox.delay.set(0);
        let row = change.row.clone().or_else(|| self.row(&change.id));
        match (task, row) {
            (Some(task), Some(row)) => {
                let id = task.id.clone();
                let (before, after) = (self.outbox.sent_over(key), task.updated_at);
                // One's own change is nothing that an edit has to be warned of; what somebody else wrote, it is.
                let mut expected = before.clone();
                wire::merge(&mut expected, &change.body);
                let is_own = expected.title == task.title && expected.description == task.description;
                if is_own && row.base.get() == Some(before.updated_at) {
                    row.base.set(Some(after));
                    self.keep_edit(&row);
                }
                if change.kind == Kind::Create {
                    self.drop_twin(&id, &row);
                    let renamed = self.rows.borrow_mut().remove(&change.id);
                    if let Some(row) = renamed {
                        self.rows.borrow_mut().insert(id.clone(), row);
                    }
                }
                self.alter(&row, || {
                    self.outbox.remove(key);
                    for waiting in self.outbox.waiting.borrow_mut().iter_mut().filter(|waiting| waiting.change.id == change.id) {
                        waiting.change.id.clone_from(&id);
                        if is_own && waiting.change.etag == Some(before.etag()) {
                            waiting.change.etag = Some(etag_of(after));
                        }
                        self.keep(&waiting.key, &waiting.change);
                    }
                    // An event may have told of something newer already.
                    if row.server.borrow().updated_at <= task.updated_at || change.kind == Kind::Create {
                        *row.server.borrow_mut() = task;
                    }
                });
                match change.kind {
                    Kind::Create => self.say(&words::added(&self.shown(&row).map(|task| task.title).unwrap_or_default())),
                    Kind::Put if change.has_text() => self.say(words::SAVED),
                    Kind::Restore => self.place(&row),
                    _ => {}
                }
            }
            _ => drop(self.outbox.remove(key)),
        }
        self.note_peace();
        self.flush_events();
    }

    /// Takes back what was said of changes that wait, once none does.
    fn note_peace(&self) {
        if self.outbox.waiting.borrow().iter().all(|waiting| waiting.sent_over.is_some()) && !self.is_over.get() {
            notice("", "", || {});
        }
    }

    /// The same task, as an event told of it before the answer came.
    fn drop_twin(&self, id: &str, row: &Rc<Row>) {
        if let Some(twin) = self.row(id).filter(|other| !Rc::ptr_eq(other, row)) {
            self.count(self.shown(&twin).as_ref(), -1);
            self.take_off(&twin);
        }
    }

    fn unsent(&self, key: &str) {
        if let Some(waiting) = self.outbox.waiting.borrow_mut().iter_mut().find(|waiting| waiting.key == key) {
            waiting.sent_over = None;
        }
    }

    /// A change that could not be sent waits: for a session, or for the next try.
    fn not_sent(&'static self, problem: &Problem) {
        if matches!(problem.status, 401 | 403) {
            return self.fail("", problem);
        }
        let count = self.outbox.waiting.borrow().len();
        notice(&words::not_saved_yet(&problem.message, count), words::TRY_AGAIN, move || self.try_again());
        if self.outbox.timer.borrow().is_some() {
            return;
        }
        let delay = (self.outbox.delay.get() * 2).clamp(AGAIN_AFTER[0], AGAIN_AFTER[1]);
        self.outbox.delay.set(delay);
        let timer = after(delay, move || {
            self.outbox.timer.take();
            self.pump();
        });
        self.outbox.timer.replace(Some(timer));
    }

    /// Sends at once what waits for its next try.
    pub fn try_again(&'static self) {
        if let Some(timer) = self.outbox.timer.take() {
            cancel(&timer);
        }
        self.pump();
    }

    /// The server will not do it: the page takes it back, and what was typed is open for typing again.
    async fn refused(&'static self, key: &str, change: Change, problem: Problem) {
        if change.kind == Kind::Put && change.has_text() && matches!(problem.status, 404 | 412) {
            let theirs = match problem.status {
                412 => self.client.get(&change.id).await,
                _ => Err(problem),
            };
            let theirs = match theirs {
                Ok(theirs) => Some(theirs),
                Err(problem) if problem.status == 404 => None,
                // Nobody knows what it is now: the change waits until somebody does.
                Err(problem) => {
                    self.unsent(key);
                    return self.not_sent(&problem);
                }
            };
            if let Some(theirs) = &theirs {
                let mut wanted = theirs.clone();
                wire::merge(&mut wanted, &change.body);
                // It was this change that made it so: its answer did not arrive.
                if wanted == *theirs {
                    return self.confirmed(key, &change, Some(wanted));
                }
            }
            self.withdraw(key, &change);
            return self.contest(&change, theirs);
        }
        self.withdraw(key, &change);
        match change.kind {
            Kind::Create => self.give_back(&change.body, &problem),
            Kind::Put if change.has_text() => self.reopen(&change, &problem),
            // Gone: there is nothing to take back.
            Kind::Put if problem.status == 404 => self.drop_row(&change.id),
            Kind::Put => self.fail(words::NOT_CHANGED, &problem),
            Kind::Delete => self.fail(words::NOT_DELETED, &problem),
            Kind::Restore => self.fail(words::NOT_RESTORED, &problem),
        }
    }

    /// As if it had never been wanted.
    fn withdraw(&'static self, key: &str, change: &Change) {
        self.forget(key);
        let Some(row) = change.row.clone() else { return drop(self.outbox.remove(key)) };
        let is_on = self.row(&row.id()).is_some();
        match change.kind {
            Kind::Create | Kind::Restore => {
                self.count(self.shown(&row).as_ref(), -1);
                self.outbox.remove(key);
                if is_on {
                    self.take_off(&row);
                }
            }
            Kind::Delete => {
                self.outbox.remove(key);
                self.back_on(&row);
            }
            Kind::Put => self.alter(&row, || drop(self.outbox.remove(key))),
        }
    }

    /// Takes a row off whose task is gone.
    pub fn drop_row(&'static self, id: &str) {
        if let Some(row) = self.row(id) {
            self.count(self.shown(&row).as_ref(), -1);
            self.take_off(&row);
        }
    }
}
