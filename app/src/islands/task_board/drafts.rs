//! What is typed and not saved yet: the line for a new task, and tasks that are being edited. All of it is kept in this browser
//! from the first letter on.

use leptos::prelude::*;

use super::{
    edit::{Conflict, Draft, Edit},
    row_state::Row,
    state::Board,
};
use crate::{
    model::{Field, FieldError, Problem, PutTask, Task},
    outbox::{Change, Entry},
    storage, strings,
};

/// Begins the name of every kept edit; the tab's name, a dot and the task's id follow.
pub const EDIT: &str = "edit.";
/// Begins the name of the draft of the line; the tab's name follows.
pub const NEW_TITLE: &str = "new-title.";
/// Begins the name of the draft of several lines that were pasted; the tab's name follows.
pub const NEW_LINES: &str = "new-lines.";

impl Board {
    /// Keeps what is typed.
    pub fn set_new_title(&self, text: String) {
        storage::write(&self.user_id(), &self.name_in_tab(NEW_TITLE), Some(text.as_str()).filter(|text| !text.trim().is_empty()));
        self.new_title_error.set(None);
        self.new_title.set(text);
    }

    pub fn set_pasted(&self, lines: Option<String>) {
        storage::write(&self.user_id(), &self.name_in_tab(NEW_LINES), lines.as_deref());
        self.pasted.set(lines);
    }

    /// Takes up what another tab kept, unless something is typed here already: then it stays for the next.
    pub fn adopt_drafts(&self, line_name: &str, pasted_name: &str) {
        let user_id = self.user_id();
        if let Some(line) = storage::read::<String>(&user_id, line_name).filter(|_| self.new_title.read_untracked().is_empty()) {
            storage::write::<str>(&user_id, line_name, None);
            self.set_new_title(line);
        }
        if let Some(lines) = storage::read::<String>(&user_id, pasted_name).filter(|_| self.pasted.read_untracked().is_none()) {
            storage::write::<str>(&user_id, pasted_name, None);
            self.set_pasted(Some(lines));
        }
    }

    /// The server refused a new task: its text is in the line again, unless another is there.
    pub fn restore_new_title(&self, entry: &Entry, problem: &Problem) {
        if let Change::Create { task } = &entry.change
            && self.new_title.read_untracked().is_empty()
        {
            self.set_new_title(task.title.clone());
        }
        self.report_problem(strings::NOT_ADDED, problem);
    }

    /// Opens a row for editing, with what was typed before or with the task as it is.
    pub fn open_editor(&self, row: &Row, kept: Option<Draft>) {
        if row.is_editing() {
            return;
        }
        self.focus_editor.set_value(kept.is_none());
        Self::show_editor(row, kept.unwrap_or_else(|| Draft::of(&row.task())), None, Vec::new());
    }

    pub fn show_editor(row: &Row, draft: Draft, conflict: Option<Conflict>, errors: Vec<FieldError>) {
        row.edit.set(Some(Edit {
            opened: draft.opened.clone().unwrap_or_else(|| row.task()),
            draft: ArcRwSignal::new(draft),
            errors: ArcRwSignal::new(errors),
            conflict: ArcRwSignal::new(conflict),
        }));
    }

    /// Keeps what is typed in a row, if it is being edited.
    pub fn keep_edit(&self, row: &Row) {
        if let Some(edit) = row.edit.get_untracked() {
            storage::write(&self.user_id(), &self.kept_edit_name(row), Some(&*edit.draft.read_untracked()));
        }
    }

    /// Opens what was typed in another tab over one task and not saved.
    pub fn adopt_edit(&self, name: &str, id: &str) {
        let user_id = self.user_id();
        let Some(row) = self.row(id).filter(|row| !row.is_editing()) else { return };
        if let Some(draft) = storage::read(&user_id, name) {
            storage::write::<Draft>(&user_id, name, None);
            self.open_editor(&row, Some(draft));
            self.keep_edit(&row);
        }
    }

    fn kept_edit_name(&self, row: &Row) -> String {
        format!("{}.{}", self.name_in_tab(EDIT), row.id())
    }

    pub fn forget_edit(&self, row: &Row) {
        storage::write::<Draft>(&self.user_id(), &self.kept_edit_name(row), None);
    }

    /// A task was deleted elsewhere while it is edited here.
    pub fn show_deleted_meanwhile(row: &Row) {
        if let Some(edit) = row.edit.get_untracked() {
            edit.conflict.set(Some(Conflict { fields: Vec::new(), theirs: None }));
        }
    }

    /// Members of a task were changed here and elsewhere: both versions are shown, and saving now overwrites theirs.
    pub fn on_conflict(&self, entry: &Entry, fields: &[Field], theirs: Option<Task>) {
        let Change::Update { changes, .. } = &entry.change else { return };
        let Some(row) = self.row(&entry.task_id) else { return };
        let opened = theirs.clone().unwrap_or_else(|| row.task());
        let mut mine = opened.clone();
        changes.apply(&mut mine);
        let draft = Draft { opened: Some(opened), ..Draft::of(&mine) };
        Self::show_editor(&row, draft, Some(Conflict { fields: fields.to_vec(), theirs }), Vec::new());
        self.keep_edit(&row);
    }

    /// The server refused what was typed: it is open for typing again.
    pub fn reopen_editor(&self, entry: &Entry, changes: &PutTask, problem: &Problem) {
        let Some(row) = self.row(&entry.task_id) else { return };
        let mut mine = row.task();
        let opened = Some(mine.clone());
        changes.apply(&mut mine);
        Self::show_editor(&row, Draft { opened, ..Draft::of(&mine) }, None, problem.errors.clone());
        self.keep_edit(&row);
        self.report_problem(strings::NOT_SAVED, problem);
    }
}
