//! What the server said last of each task, and the changes that it has not confirmed yet, in the order in which they were
//! made. A row shows the one with the other applied to it: [`Outbox::displayed`].
//!
//! A pure reducer: what happens (a change, an answer, an event, a page of the list) goes in, what follows from it comes out as
//! [`Effect`]s. It sends nothing, stores nothing, and asks neither the clock nor chance.

mod known;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;

use self::known::{Deletion, Known, Source};
pub use self::types::{Change, Effect, Entry, Request};
pub use crate::model::Field;
use crate::model::{NewTask, Problem, PutTask, Task, Timestamp};

/// How old a create may be, in milliseconds, to be sent again without a look at whether it exists: the server keeps idempotency
/// keys for 24 hours (`KEPT_FOR` in `server/src/tasks/idempotency.rs`), less an hour for the way there and for inexact clocks.
const SAFE_TO_REPEAT_FOR: i64 = 23 * 60 * 60 * 1000;

/// No version of any task. A guarded change over an unknown version is sent with it, and refused: the answer to that brings the
/// task to compare with.
const NO_VERSION: Timestamp = Timestamp(0);

/// Server state and pending changes.
#[derive(Default)]
pub struct Outbox {
    tasks: BTreeMap<String, Known>,
    /// In the order in which they were made.
    entries: Vec<Entry>,
    /// Local ids and what the server made of them.
    renamed: Vec<(String, String)>,
}

impl Outbox {
    /// One that knows these tasks.
    pub fn new(tasks: Vec<Task>) -> Self {
        let mut outbox = Self::default();
        outbox.load(tasks);
        outbox
    }

    /// Takes a page of the list. What is known in a newer version stays.
    pub fn load(&mut self, tasks: Vec<Task>) -> Vec<Effect> {
        tasks.into_iter().filter_map(|task| self.accept(task, Source::Page)).collect()
    }

    /// Before a list that replaces the one so far: drops the server state of tasks without pending changes that `keep` does not
    /// want. It wants those of the new list: what is known of them may be newer.
    pub fn forget_all_but(&mut self, keep: impl Fn(&str) -> bool) {
        let entries = &self.entries;
        self.tasks.retain(|id, known| {
            // What tells that an answer or a page, which may still arrive, is of the time before.
            let is_evidence = known.duplicate_of.is_some() || (known.deletion.is_some() && known.task.is_some());
            is_evidence || keep(id) || entries.iter().any(|entry| entry.task_id == *id)
        });
    }

    /// Takes over entries that an earlier page left.
    pub fn adopt(&mut self, mut entries: Vec<Entry>) -> Vec<Effect> {
        entries.sort_by_key(|entry| entry.made_at);
        let mut effects = Vec::new();
        for mut entry in entries {
            if self.position(&entry.key).is_some() {
                continue;
            }
            entry.task_id = self.current_id(&entry.task_id);
            entry.in_flight = false;
            if let (Change::Create { task: new }, true) = (&entry.change, entry.was_sent) {
                let is_duplicate = |task: &Task| new.position.as_ref() == Some(&task.position);
                for (id, known) in self.tasks.iter_mut().filter(|(_, known)| known.task.as_ref().is_some_and(is_duplicate)) {
                    known.duplicate_of = Some(entry.key.clone());
                    effects.push(Effect::Show(id.clone()));
                }
            }
            effects.push(Effect::Show(entry.task_id.clone()));
            let at = self.entries.iter().rposition(|earlier| earlier.made_at <= entry.made_at).map_or(0, |at| at + 1);
            self.entries.insert(at, entry);
        }
        effects
    }

    /// Adds a change that was just made. A restore takes back a deletion that was never sent: both go.
    pub fn push(&mut self, key: String, task_id: &str, change: Change, now: i64) -> Vec<Effect> {
        let task_id = self.current_id(task_id);
        let is_unsent_delete = |entry: &Entry| entry.change == Change::Delete && !entry.was_sent;
        if let (Change::Restore, Some(last)) = (&change, self.entries.iter().rposition(|entry| entry.task_id == task_id))
            && is_unsent_delete(&self.entries[last])
        {
            return vec![Effect::Forget(self.entries.remove(last).key), Effect::Show(task_id)];
        }
        // The order outlives the page in this alone.
        let made_at = self.entries.last().map_or(now, |last| now.max(last.made_at + 1));
        let entry = Entry { key, task_id: task_id.clone(), change, made_at, was_sent: false, in_flight: false };
        self.entries.push(entry.clone());
        vec![Effect::Keep(entry), Effect::Show(task_id)]
    }

    /// What to send now, of each task one entry at a time and in their order, with at most `limit` entries in flight; they are
    /// now. Guarded changes that are known to be overtaken are settled instead, as in [`Self::conflict`].
    pub fn take_sendable(&mut self, limit: usize, now: i64) -> (Vec<Request>, Vec<Effect>) {
        let (mut requests, mut effects) = (Vec::new(), Vec::new());
        let mut room = limit.saturating_sub(self.entries.len() - self.waiting());
        let mut at = 0;
        while room > 0 && at < self.entries.len() {
            // Of the same task, or itself. An earlier one of this task has had its turn.
            let is_blocked = self.entries.iter().any(|other| other.in_flight && other.task_id == self.entries[at].task_id);
            if is_blocked {
                at += 1;
            } else if let Some(theirs) = self.overtaken_by(&self.entries[at]) {
                let key = self.entries[at].key.clone();
                // Either it is gone after this, or it can be sent.
                effects.extend(self.conflict(&key, Some(theirs)));
            } else {
                requests.push(self.send(at, now, &mut effects));
                room -= 1;
                at += 1;
            }
        }
        (requests, effects)
    }

    fn send(&mut self, at: usize, now: i64, effects: &mut Vec<Effect>) -> Request {
        let version = self.server(&self.entries[at].task_id).map_or(NO_VERSION, |task| task.updated_at);
        let entry = &mut self.entries[at];
        if let Some(known) = self.tasks.get_mut(&entry.task_id) {
            known.is_newer_than_sent = false;
        }
        let is_create = matches!(entry.change, Change::Create { .. });
        let must_check = is_create && entry.was_sent && now - entry.made_at > SAFE_TO_REPEAT_FOR;
        entry.in_flight = true;
        if !entry.was_sent {
            entry.was_sent = true;
            effects.push(Effect::Keep(entry.clone()));
        }
        let is_guarded = matches!(entry.change, Change::Update { is_guarded: true, .. });
        Request {
            key: entry.key.clone(),
            task_id: entry.task_id.clone(),
            change: entry.change.clone(),
            if_match: is_guarded.then_some(version),
            must_check,
        }
    }

    /// The task, if others changed a field that this guarded change was typed over.
    fn overtaken_by(&self, entry: &Entry) -> Option<Task> {
        let Change::Update { changes, base, is_guarded: true } = &entry.change else { return None };
        let theirs = self.server(&entry.task_id)?;
        let values = PutTask::of(theirs, changes);
        changes.fields().iter().any(|&field| !is_same(base, &values, field)).then(|| theirs.clone())
    }

    /// The server did it, and answered with this. The answer to a create that an earlier page had sent already is that of the
    /// first time: read the task then, and call [`Self::deleted`] if it is gone. It may have been deleted before this page was
    /// drawn, and then no event tells.
    pub fn confirm(&mut self, key: &str, task: Option<Task>) -> Vec<Effect> {
        let Some((entry, unhidden)) = self.remove(key) else { return Vec::new() };
        let mut effects = Vec::new();
        let mut id = entry.task_id.clone();
        match (&entry.change, &task) {
            (Change::Create { task: new }, Some(made)) => {
                id.clone_from(&made.id);
                for later in self.entries.iter_mut().filter(|later| later.task_id == entry.task_id) {
                    later.task_id.clone_from(&id);
                    effects.push(Effect::Keep(later.clone()));
                }
                let wanted = PutTask::all_of(&preview(&entry, new));
                effects.extend(self.rebase_later(&id, &wanted, &PutTask::all_of(made)));
                effects.push(Effect::Rename { from: entry.task_id.clone(), to: id.clone() });
                self.renamed.push((entry.task_id.clone(), id.clone()));
                self.accept(made.clone(), Source::Answer);
            }
            (Change::Update { changes, .. }, Some(task)) => {
                effects.extend(self.rebase_later(&id, changes, &PutTask::of(task, changes)));
                self.accept(task.clone(), Source::Answer);
            }
            (Change::Restore, Some(task)) => drop(self.accept(task.clone(), Source::Restored)),
            (Change::Delete, _) => self.mark_absent(&id),
            (_, None) => {}
        }
        effects.push(Effect::Forget(entry.key.clone()));
        effects.push(Effect::Show(id));
        effects.extend(unhidden);
        effects.push(Effect::Confirmed { entry, task });
        effects
    }

    /// No answer came: it is to be sent again.
    pub fn postpone(&mut self, key: &str) {
        if let Some(at) = self.position(key) {
            self.entries[at].in_flight = false;
        }
    }

    /// The server will not do it: it is taken back, and with a create what was changed in it since.
    pub fn reject(&mut self, key: &str, problem: Problem) -> Vec<Effect> {
        let Some((entry, mut effects)) = self.roll_back(key) else { return Vec::new() };
        let is_create = matches!(entry.change, Change::Create { .. });
        let id = entry.task_id.clone();
        effects.push(Effect::Rejected { entry, problem: problem.clone() });
        while let Some(later) = self.entries.iter().find(|later| is_create && later.task_id == id) {
            let key = later.key.clone();
            effects.extend(self.reject(&key, problem.clone()));
        }
        effects
    }

    /// The task is not any more what the change was made over, but `theirs` (412), or it is gone (404). Where the changed fields
    /// are as they were, the change stays pending, to be sent again over the new version; where they are already as they should
    /// be, it is confirmed; else it is taken back.
    pub fn conflict(&mut self, key: &str, theirs: Option<Task>) -> Vec<Effect> {
        let Some(at) = self.position(key) else { return Vec::new() };
        let id = self.entries[at].task_id.clone();
        let Some(theirs) = theirs else { return self.conflict_with_deletion(key, &id) };
        let theirs = self.server(&id).filter(|known| known.updated_at > theirs.updated_at).cloned().unwrap_or(theirs);
        let entry = &mut self.entries[at];
        let mut fields = Vec::new();
        if let Change::Update { changes, base, is_guarded } = &mut entry.change {
            let values = PutTask::of(&theirs, changes);
            let unmet: Vec<_> = changes.fields().into_iter().filter(|&field| !is_same(changes, &values, field)).collect();
            if unmet.is_empty() {
                return self.confirm(key, Some(theirs));
            }
            fields.extend(unmet.into_iter().filter(|&field| *is_guarded && !is_same(base, &values, field)));
            if fields.is_empty() {
                *base = values;
                entry.in_flight = false;
                let keep = Effect::Keep(entry.clone());
                // It was just read. Should it be deleted since, then the next answer says so.
                let known = self.tasks.entry(id.clone()).or_default();
                (known.task, known.deletion) = (Some(theirs), None);
                return vec![keep, Effect::Show(id)];
            }
        }
        self.accept(theirs.clone(), Source::Answer);
        let Some((entry, mut effects)) = self.roll_back(key) else { return Vec::new() };
        effects.push(Effect::Conflict { entry, fields, theirs: Some(theirs) });
        effects
    }

    fn conflict_with_deletion(&mut self, key: &str, id: &str) -> Vec<Effect> {
        if self.entries.iter().any(|entry| entry.key == key && entry.change == Change::Delete) {
            return self.confirm(key, None);
        }
        self.mark_absent(id);
        let Some((entry, mut effects)) = self.roll_back(key) else { return Vec::new() };
        let fields = if let Change::Update { changes, .. } = &entry.change { changes.fields() } else { Vec::new() };
        effects.push(Effect::Conflict { entry, fields, theirs: None });
        effects
    }

    /// An event: a task was saved.
    pub fn saved(&mut self, task: Task) -> Vec<Effect> {
        self.accept(task, Source::Event).into_iter().collect()
    }

    /// An event: a task was deleted. While a restore of it is pending, it is displayed all the same.
    pub fn deleted(&mut self, id: &str) -> Vec<Effect> {
        let known = self.tasks.entry(id.to_owned()).or_default();
        let was_there = known.deletion.is_none() && known.task.is_some();
        known.deletion = Some(Deletion::Event);
        if was_there { vec![Effect::Show(id.to_owned())] } else { Vec::new() }
    }

    /// What a row shows; `None` of a task that is unknown or being deleted.
    pub fn displayed(&self, id: &str) -> Option<Task> {
        let known = self.tasks.get(id);
        if known.is_some_and(|known| known.duplicate_of.is_some()) {
            return None;
        }
        let mut task = known.and_then(|known| known.task.clone());
        let mut is_deleted = known.is_some_and(|known| known.deletion.is_some());
        for entry in self.entries.iter().filter(|entry| entry.task_id == id) {
            match &entry.change {
                Change::Create { task: new } => task = Some(preview(entry, new)),
                Change::Update { changes, .. } => {
                    if let Some(task) = &mut task {
                        changes.apply(task);
                        task.completed_at = task.completed.then(|| task.completed_at.unwrap_or(Timestamp(entry.made_at)));
                    }
                }
                Change::Delete => is_deleted = true,
                Change::Restore => is_deleted = false,
            }
        }
        task.filter(|_| !is_deleted)
    }

    /// What the server said last of a task, without the pending changes.
    pub fn server(&self, id: &str) -> Option<&Task> {
        self.tasks.get(id).filter(|known| known.deletion.is_none())?.task.as_ref()
    }

    /// Whether a change of this task is pending.
    pub fn is_pending(&self, id: &str) -> bool {
        self.entries.iter().any(|entry| entry.task_id == id)
    }

    /// How many changes are not in flight.
    pub fn waiting(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.in_flight).count()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a change was never sent: the server cannot know of it.
    pub fn has_unsent(&self) -> bool {
        self.entries.iter().any(|entry| !entry.was_sent)
    }

    /// The pending changes, in the order in which they were made.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every id of which something is known, each once; not of all is something displayed.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let created = self.entries.iter().filter(|entry| matches!(entry.change, Change::Create { .. }));
        self.tasks.keys().chain(created.map(|entry| &entry.task_id)).map(String::as_str)
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key)
    }

    /// The server's id in the place of a local one, once there is one.
    fn current_id(&self, id: &str) -> String {
        self.renamed.iter().find(|(local, _)| local == id).map_or(id, |(_, id)| id).to_owned()
    }

    /// Takes what the server says of a task, unless something newer is known; what there is to show then.
    fn accept(&mut self, task: Task, source: Source) -> Option<Effect> {
        let id = task.id.clone();
        let is_duplicate = |entry: &&Entry| {
            let is_same = matches!(&entry.change, Change::Create { task: new } if new.position.as_ref() == Some(&task.position));
            entry.was_sent && is_same && source != Source::Answer
        };
        let known = self.tasks.get(&id);
        if known.is_some_and(|known| !known.is_older_than(&task, source)) {
            return None;
        }
        let duplicate_of = match known {
            Some(Known { task: Some(_), duplicate_of, .. }) => duplicate_of.clone(),
            _ => self.entries.iter().find(is_duplicate).map(|entry| entry.key.clone()),
        };
        let effect = duplicate_of.is_none().then(|| Effect::Show(id.clone()));
        self.tasks.insert(id, Known { task: Some(task), deletion: None, duplicate_of, is_newer_than_sent: true });
        effect
    }

    /// An answer said that there is no such task. Events tell more, if there were any since the request was sent: it may have
    /// been restored.
    fn mark_absent(&mut self, id: &str) {
        let known = self.tasks.entry(id.to_owned()).or_default();
        if known.deletion.is_none() && !known.is_newer_than_sent {
            known.deletion = Some(Deletion::Answer);
        }
    }

    /// Takes an entry out; besides, the tasks to show that were hidden for it.
    fn remove(&mut self, key: &str) -> Option<(Entry, Vec<Effect>)> {
        let entry = self.entries.remove(self.position(key)?);
        let mut unhidden = Vec::new();
        for (id, known) in &mut self.tasks {
            if known.duplicate_of.as_ref() == Some(&entry.key) {
                known.duplicate_of = None;
                unhidden.push(Effect::Show(id.clone()));
            }
        }
        Some((entry, unhidden))
    }

    /// Takes an entry back: later changes of the same fields were then made over what was there before it.
    fn roll_back(&mut self, key: &str) -> Option<(Entry, Vec<Effect>)> {
        let (entry, unhidden) = self.remove(key)?;
        let mut effects = Vec::new();
        if let Change::Update { changes, base, .. } = &entry.change {
            effects = self.rebase_later(&entry.task_id, changes, base);
        }
        effects.push(Effect::Forget(entry.key.clone()));
        effects.push(Effect::Show(entry.task_id.clone()));
        effects.extend(unhidden);
        Some((entry, effects))
    }

    /// Changes of a task that were made over these wanted values were in truth made over the actual ones: one's own change, as
    /// the server wrote it or refused it, is no conflict.
    fn rebase_later(&mut self, id: &str, wanted: &PutTask, actual: &PutTask) -> Vec<Effect> {
        let mut effects = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.task_id == id) {
            let Change::Update { base, .. } = &mut entry.change else { continue };
            let before = base.clone();
            for field in base.fields() {
                if is_same(&before, wanted, field) {
                    base.merge(&actual.only(field));
                }
            }
            if *base != before {
                effects.push(Effect::Keep(entry.clone()));
            }
        }
        effects
    }
}

/// A task that is being created, as it will be.
fn preview(entry: &Entry, new: &NewTask) -> Task {
    let made_at = Timestamp(entry.made_at);
    let new = new.clone();
    Task {
        id: entry.task_id.clone(),
        user_id: String::new(),
        title: new.title,
        description: new.description,
        completed: new.completed,
        due_date: new.due_date,
        priority: new.priority,
        tags: new.tags,
        position: new.position.unwrap_or_default(),
        completed_at: new.completed.then_some(made_at),
        created_at: made_at,
        updated_at: made_at,
    }
}

/// Whether a field is the same in both, as the server would write it. A text field of HTML makes CRLF and LF alike.
fn is_same(one: &PutTask, other: &PutTask, field: Field) -> bool {
    let written = |put: &PutTask| {
        let put = put.only(field);
        let mut put = put.clone().validate().unwrap_or(put);
        if let Some(Some(text)) = &mut put.description {
            *text = text.replace("\r\n", "\n");
        }
        put
    };
    one.only(field) == other.only(field) || written(one) == written(other)
}
