//! Changes that wait until the server confirms them. They show over what it said last, and each is kept in the browser, so
//! that neither a closed tab nor a server that is away loses it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::Event;

use super::{Board, Shared, row::Row};
use crate::{
    browser::random_id,
    dom::{member, now, on},
    model::{Task, Timestamp},
    position::first_at,
    session,
    wire::{self, Body},
};

/// Begins the name of every kept change; its key follows.
const KEPT: &str = "op.";

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
    pub(super) kind: Kind,
    /// The task's id, or that of a row that has none yet.
    pub(super) id: String,
    /// The members that change.
    pub(super) body: JsValue,
    /// What the task must still be, for texts that somebody typed over it.
    pub(super) etag: Option<String>,
    /// The row of a task that is deleted, where it was; to be put back.
    pub(super) row: Option<Rc<Row>>,
}

impl Change {
    pub(super) fn new(kind: Kind, id: &str, body: Body) -> Self {
        Self { kind, id: id.to_owned(), body: body.into_value(), etag: None, row: None }
    }

    pub(super) fn put(id: &str, body: Body) -> Self {
        Self::new(Kind::Put, id, body)
    }

    /// Whether somebody typed it.
    pub(super) fn has_text(&self) -> bool {
        !member(&self.body, "title").is_undefined()
    }
}

pub(super) struct Waiting {
    pub(super) key: String,
    pub(super) change: Change,
    /// The task as the server had it when this was sent.
    pub(super) sent_over: Option<Task>,
}

/// All of them, in the order in which they were made.
#[derive(Default)]
pub(super) struct Outbox {
    pub(super) waiting: RefCell<Vec<Waiting>>,
    /// The timer of the next try, when the last one did not get through.
    pub(super) timer: RefCell<Option<JsValue>>,
    pub(super) delay: Cell<i32>,
}

impl Outbox {
    /// Whether something of this task is on its way.
    pub(super) fn concerns(&self, id: &str) -> bool {
        self.waiting.borrow().iter().any(|waiting| waiting.change.id == id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty()
    }

    pub(super) fn has_creates(&self) -> bool {
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

    pub(super) fn sent_over(&self, key: &str) -> Task {
        self.waiting.borrow().iter().find(|waiting| waiting.key == key).and_then(|waiting| waiting.sent_over.clone()).unwrap_or_default()
    }

    pub(super) fn remove(&self, key: &str) -> Option<Change> {
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
pub(super) fn wake(board: Shared) {
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
    pub(super) fn shown(&self, row: &Row) -> Option<Task> {
        let mut task = row.server.borrow().clone();
        self.outbox.lay_over(&mut task).then_some(task)
    }

    /// Makes a change: on the page now, on the server as soon as can be.
    pub(super) fn make(&'static self, change: Change) {
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

    pub(super) fn back_on(&self, row: &Rc<Row>) {
        let Some(task) = self.shown(row) else { return };
        self.count(Some(&task), 1);
        self.draw(row, &task);
        self.put_on(row);
    }

    pub(super) fn keep(&self, key: &str, change: &Change) {
        let kept = Body::default()
            .with("kind", change.kind.name())
            .with("id", change.id.as_str())
            .with("body", change.body.clone())
            .with_text("etag", change.etag.clone())
            .with("at", js_sys::Date::now());
        session::keep_draft(&self.client.user_id, &format!("{KEPT}{key}"), Some(&wire::stringify(&kept.into_value())));
    }

    pub(super) fn forget(&self, key: &str) {
        session::keep_draft(&self.client.user_id, &format!("{KEPT}{key}"), None);
    }
}
