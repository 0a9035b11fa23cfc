//! What the outbox says becomes what the page shows and what this browser keeps.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    row_state::Row,
    state::{Board, Origin},
    types::RowKey,
};
use crate::{
    model::{Problem, Task},
    outbox::{Change, Effect, Entry},
    storage, strings,
};

/// How long a row that was ticked stays where it is.
const SETTLE_AFTER: Duration = Duration::from_secs(2);

/// Begins the name of every kept change; the tab's name and the change's key follow.
pub const CHANGE: &str = storage::CHANGE;

impl Board {
    /// Does what the outbox says: keeps changes, and redraws the rows that they touch.
    pub fn apply(&self, effects: Vec<Effect>, origin: Origin) {
        let pending = self.outbox.with_value(|outbox| outbox.entries().len());
        if pending != self.pending.get_untracked() {
            self.pending.set(pending);
        }
        for effect in effects {
            match effect {
                Effect::Keep(entry) => self.keep_entry(&entry),
                Effect::Forget(key) => self.forget_entry(&key),
                Effect::Show(id) => self.show(&id, origin),
                Effect::Rename { from, to } => self.rename(&from, &to),
                Effect::Confirmed { entry, task } => self.on_confirmed(&entry, task.as_ref()),
                Effect::Rejected { entry, problem } => self.on_rejected(&entry, &problem),
                Effect::Conflict { entry, fields, theirs } => self.on_conflict(&entry, &fields, theirs),
            }
        }
    }

    pub fn keep_entry(&self, entry: &Entry) {
        storage::write(&self.user_id(), &self.kept_name(&entry.key), Some(entry));
    }

    pub fn forget_entry(&self, key: &str) {
        storage::write::<Entry>(&self.user_id(), &self.kept_name(key), None);
    }

    pub fn kept_name(&self, key: &str) -> String {
        format!("{}.{key}", self.name_in_tab(CHANGE))
    }

    /// Makes the list agree with what the outbox says of one task.
    fn show(&self, id: &str, origin: Origin) {
        let (task, is_unsaved) = self.outbox.with_value(|outbox| (outbox.displayed(id), outbox.is_pending(id)));
        match (self.row(id), task) {
            (Some(row), Some(task)) => {
                let before = row.task();
                if before.completed != task.completed || before.due_date != task.due_date {
                    self.count(Some(&before), -1);
                    self.count(Some(&task), 1);
                }
                let (query, today) = (self.query.get_untracked(), self.today.get_untracked());
                let was_ticked = before.completed != task.completed;
                let has_moved = query.key_differs(&before, &task) || self.section_for(&before) != self.section_for(&task);
                let has_left = !row.is_editing() && query.holds(&before, today) && !query.holds(&task, today);
                if before != task || row.state.read_untracked().is_unsaved != is_unsaved {
                    row.state.update(|state| {
                        state.task = task.clone();
                        state.is_unsaved = is_unsaved;
                    });
                }
                if was_ticked {
                    self.settle_later(row.key);
                } else if has_left {
                    self.remove_row(&row);
                    if origin == Origin::Person {
                        self.announce_other_view_soon(task);
                    }
                } else if has_moved && !row.is_editing() {
                    self.place(&row);
                }
            }
            (Some(row), None) if row.is_editing() && origin == Origin::Server => Self::show_deleted_meanwhile(&row),
            (Some(row), None) => {
                self.count(Some(&row.task()), -1);
                self.remove_row(&row);
            }
            (None, Some(task)) => {
                let is_held = self.section_for(&task).is_some();
                let is_wanted = match origin {
                    Origin::Person => {
                        self.count(Some(&task), 1);
                        if !is_held {
                            self.announce_other_view_soon(task.clone());
                        }
                        is_held
                    }
                    Origin::PutBack => {
                        self.count(Some(&task), 1);
                        true
                    }
                    // Counted by the event that follows.
                    Origin::Server => is_held && !self.is_beyond_loaded(&task),
                };
                // When the session is over, nothing of the account is on the screen.
                if is_wanted && !self.is_over.get_untracked() {
                    let row = Row::new(self.next_row_key(), task);
                    row.state.update_untracked(|state| state.is_unsaved = is_unsaved);
                    self.add_row(&row);
                }
            }
            (None, None) => {}
        }
    }

    /// After the action that is under way has shown its own toast.
    fn announce_other_view_soon(self, task: Task) {
        request_animation_frame(move || self.announce_other_view(&task));
    }

    /// A row that was ticked waits a moment, for a second thought; then it goes where it belongs.
    pub fn settle_later(self, key: RowKey) {
        set_timeout(
            move || {
                if let Some(row) = self.row_of_key(key).filter(|row| !row.is_editing()) {
                    match self.section_for(&row.task()) {
                        None => self.remove_row(&row),
                        section if section != self.section_of_row(key) => self.place(&row),
                        _ => {}
                    }
                }
            },
            SETTLE_AFTER,
        );
    }

    /// A task that was made here has got its id.
    fn rename(&self, from: &str, to: &str) {
        let renamed = self.rows.try_update_value(|rows| {
            let row = rows.remove(from)?;
            rows.insert(to.to_owned(), row.clone());
            Some(row)
        });
        if let Some(row) = renamed.flatten() {
            row.state.update_untracked(|state| to.clone_into(&mut state.task.id));
        }
    }

    /// The server did what was asked.
    pub fn on_confirmed(&self, entry: &Entry, task: Option<&Task>) {
        match (&entry.change, task) {
            (Change::Create { .. }, Some(task)) => {
                self.undo.update_value(|steps| {
                    for (id, _) in steps.iter_mut().flat_map(|step| &mut step.changes).filter(|(id, _)| *id == entry.task_id) {
                        id.clone_from(&task.id);
                    }
                });
                self.announce(strings::added(&task.title));
            }
            (Change::Update { is_guarded: true, .. }, _) => self.announce(strings::SAVED),
            _ => {}
        }
    }

    /// The server will not do it.
    pub fn on_rejected(&self, entry: &Entry, problem: &Problem) {
        match &entry.change {
            Change::Create { .. } => self.restore_new_title(entry, problem),
            Change::Update { changes, is_guarded: true, .. } => self.reopen_editor(entry, changes, problem),
            // Gone: there is nothing to take back.
            Change::Update { .. } if problem.status == 404 => {
                let effects = self.outbox.try_update_value(|outbox| outbox.deleted(&entry.task_id)).unwrap_or_default();
                self.apply(effects, Origin::Server);
            }
            Change::Update { .. } => self.report_problem(strings::NOT_CHANGED, problem),
            Change::Delete => self.report_problem(strings::NOT_DELETED, problem),
            Change::Restore => self.report_problem(strings::NOT_RESTORED, problem),
        }
    }
}
