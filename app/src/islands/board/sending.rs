//! How changes reach the server: each is sent again as often as that takes, creates by their `Idempotency-Key`, everything
//! else is such that twice is as good as once. One that the server refuses is taken back.

use std::rc::Rc;

use leptos::task::spawn_local;

use super::{
    Board,
    client::UNREACHABLE,
    notice,
    outbox::{Change, Kind},
    row::Row,
};
use crate::{
    dom::{after, cancel},
    model::{Problem, Task, etag_of},
    wire, words,
};

/// Most requests at once: as many as a browser opens connections, but for the one of the events.
const AT_ONCE: usize = 5;
/// How long until changes that could not be sent are tried again, in milliseconds, doubled each time up to the last.
const AGAIN_AFTER: [i32; 2] = [1_000, 30_000];

impl Board {
    /// Sends what can be sent: of each task one change at a time, in their order.
    pub(super) fn pump(&'static self) {
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
    pub(super) fn note_peace(&self) {
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
    pub(super) fn try_again(&'static self) {
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
    pub(super) fn drop_row(&'static self, id: &str) {
        if let Some(row) = self.row(id) {
            self.count(self.shown(&row).as_ref(), -1);
            self.take_off(&row);
        }
    }
}
