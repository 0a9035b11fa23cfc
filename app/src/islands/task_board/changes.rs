//! The changes of tasks that a person makes: each is shown at once, given to the outbox, and can be taken back.

use leptos::{prelude::*, task::spawn_local};

use super::{
    edit::Draft,
    focus::{edit_button_id, editor_field_id, focus_soon, move_button_id, row_element_id},
    row_state::Row,
    state::{Board, Notice, Origin, UndoStep},
    types::Direction,
};
use crate::{
    browser::{now, random_id},
    model::{Day, NewTask, Priority, PutTask, Section, Task, View, validate_tags},
    outbox::Change,
    position::{between, first_at},
    strings,
};

impl Board {
    /// Makes a change: on the page now, on the server as soon as can be.
    pub fn change(&self, id: &str, change: Change) {
        let origin = if change == Change::Restore { Origin::PutBack } else { Origin::Person };
        // A task that left the list and comes back by this change is counted as one that has come: it goes before.
        if self.row(id).is_none() && matches!(change, Change::Update { .. }) {
            let before = self.outbox.with_value(|outbox| outbox.displayed(id));
            self.count(before.as_ref(), -1);
        }
        let effects = self.outbox.try_update_value(|outbox| outbox.push(random_id(), id, change, now()));
        self.apply(effects.unwrap_or_default(), origin);
        self.send_waiting();
    }

    /// Changes members of a task, and returns what takes the change back.
    fn update(&self, task: &Task, changes: PutTask) -> (String, Change) {
        let base = PutTask::of(task, &changes);
        let back = Change::Update { changes: base.clone(), base: changes.clone(), is_guarded: false };
        self.change(&task.id, Change::Update { changes, base, is_guarded: false });
        (task.id.clone(), back)
    }

    /// Changes each of the tasks that `change` changes, and offers to take all of it back.
    fn update_each(&self, rows: &[Row], text: String, change: impl Fn(&Task) -> Option<PutTask>) {
        let tasks: Vec<_> = rows.iter().map(Row::task).collect();
        let undo: Vec<_> = tasks.iter().filter_map(|task| change(task).map(|changes| self.update(task, changes))).collect();
        if !undo.is_empty() {
            self.announce(text.clone());
            self.offer_undo(UndoStep::of_changes(text, undo));
        }
    }

    /// Makes a task. Where the list shows nothing else than a day, a priority or a tag, that is meant too.
    pub fn create(&self, task: NewTask) {
        let query = self.query.get_untracked();
        let is_today = View::of(&query) == View::Today;
        let mut task = NewTask { position: Some(first_at(self.next_position_millis())), ..task };
        if task.priority == Priority::None {
            task.priority = query.priority.unwrap_or_default();
        }
        if task.tags.is_empty() {
            task.tags.extend(query.tag);
        }
        task.due_date = task.due_date.or_else(|| is_today.then(|| self.today.get_untracked()));
        let (id, title) = (format!("new-{}", random_id()), task.title.clone());
        self.change(&id, Change::Create { task });
        self.remember_undo(UndoStep::of_changes(strings::added(&title), vec![(id, Change::Delete)]));
    }

    /// The server's time, in milliseconds since 1970, that a new task's position is made of: later than when all tasks on the
    /// page were made and than that of the task added before, so that each new task stands before them.
    fn next_position_millis(&self) -> i64 {
        let newest = self.rows_in_order().iter().map(|row| row.state.read_untracked().task.created_at.0).max().unwrap_or(0);
        let millis = (now() + self.clock_offset).max(newest + 1).max(self.last_position_millis.get_value() + 1);
        self.last_position_millis.set_value(millis);
        millis
    }

    pub fn complete(&self, rows: &[Row]) {
        let wanted = rows.iter().any(|row| !row.task().completed);
        let text = strings::completed(wanted, rows.len(), &first_title(rows));
        self.update_each(rows, text, |task| (task.completed != wanted).then(|| PutTask { completed: Some(wanted), ..PutTask::default() }));
    }

    pub fn prioritize(&self, rows: &[Row], priority: Priority) {
        self.update_each(rows, strings::prioritised(priority, rows.len()), |task| {
            (task.priority != priority).then(|| PutTask { priority: Some(priority), ..PutTask::default() })
        });
    }

    pub fn schedule(&self, rows: &[Row], day: Option<Day>) {
        let text = strings::scheduled(day, self.today.get_untracked(), rows.len(), &first_title(rows));
        self.update_each(rows, text, |task| (task.due_date != day).then(|| PutTask { due_date: Some(day), ..PutTask::default() }));
    }

    /// Everything that is overdue, also what is not loaded yet.
    pub fn move_overdue_to_today(self) {
        spawn_local(async move {
            while self.next.read_untracked().is_some() && self.load_more(1000).await {}
            self.schedule(&self.rows_of_section(Section::Overdue), Some(self.today.get_untracked()));
        });
    }

    /// Adds a tag to all of them; whether it is one.
    pub fn add_tag(&self, rows: &[Row], tag: &str) -> bool {
        if let Err(error) = validate_tags(&[tag.to_owned()]) {
            self.notice.set(Some(Notice { text: error.message, button: None }));
            return false;
        }
        self.update_each(rows, strings::tagged(tag, rows.len()), |task| {
            let tags: Vec<_> = task.tags.iter().cloned().chain([tag.to_owned()]).collect();
            // A task that has the tag, or as many as it can have, stays as it is.
            let tags = validate_tags(&tags).ok().filter(|tags| *tags != task.tags)?;
            Some(PutTask { tags: Some(tags), ..PutTask::default() })
        });
        true
    }

    /// Takes a tag away from all of them.
    pub fn remove_tag(&self, rows: &[Row], tag: &str) {
        self.update_each(rows, strings::untagged(tag, rows.len()), |task| {
            let tags: Vec<_> = task.tags.iter().filter(|other| *other != tag).cloned().collect();
            (tags.len() < task.tags.len()).then(|| PutTask { tags: Some(tags), ..PutTask::default() })
        });
    }

    pub fn delete(&self, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        let text = strings::deleted(rows.len(), &first_title(rows));
        let ids: Vec<_> = rows.iter().map(Row::id).collect();
        for id in &ids {
            self.change(id, Change::Delete);
        }
        self.select(&[]);
        self.announce(text.clone());
        self.offer_undo(UndoStep::of_changes(text, ids.into_iter().map(|id| (id, Change::Restore)).collect()));
    }

    pub fn move_by_one(&self, row: &Row, direction: Direction) {
        if !self.query.read_untracked().is_arranged() {
            return self.announce(strings::NOT_ARRANGED);
        }
        let Some(section) = self.section_of_row(row.key) else { return };
        let rows = self.rows_of_section(section);
        let Some(at) = rows.iter().position(|other| other.key == row.key) else { return };
        let follower = match direction {
            Direction::Up if at == 0 => return,
            Direction::Up => rows.get(at - 1),
            Direction::Down if at + 1 == rows.len() => return,
            Direction::Down => rows.get(at + 2),
        };
        self.move_before(row, section, follower.map(|row| row.key));
        focus_soon(if row.is_editing() { move_button_id(row.key, direction) } else { row_element_id(row.key) });
        self.keep_place(row);
        self.announce(match direction {
            Direction::Up => strings::MOVED_UP,
            Direction::Down => strings::MOVED_DOWN,
        });
    }

    /// Gives a task the position that its row has on the page.
    pub fn keep_place(&self, row: &Row) {
        let Some(section) = self.section_of_row(row.key).filter(|_| self.query.read_untracked().is_arranged()) else { return };
        let rows = self.rows_of_section(section);
        let Some(at) = rows.iter().position(|other| other.key == row.key) else { return };
        let position = |row: Option<&Row>| row.map(|row| row.task().position);
        let (before, after) = (position(at.checked_sub(1).and_then(|at| rows.get(at))), position(rows.get(at + 1)));
        let task = row.task();
        let is_there =
            before.as_ref().is_none_or(|before| *before <= task.position) && after.as_ref().is_none_or(|after| task.position <= *after);
        if is_there {
            return;
        }
        // The first place is before every task of this moment on the server's clock, and after those that come later.
        let first = || first_at(now() + self.clock_offset);
        match between(&before.unwrap_or_else(first), after.as_deref()) {
            Some(position) => {
                let undo = self.update(&task, PutTask { position: Some(position), ..PutTask::default() });
                self.remember_undo(UndoStep::of_changes(strings::moved(&task.title), vec![undo]));
            }
            // There is no room, or the two are not in order: as it was.
            None => self.place(row),
        }
    }

    pub fn save_edit(&self, row: &Row) {
        let Some(edit) = row.edit.get_untracked() else { return };
        let changes = match edit.draft.read_untracked().changes(&edit.opened) {
            Ok(changes) => changes,
            Err(errors) => {
                let first = errors.first().map(|error| editor_field_id(&error.field, row.key));
                edit.errors.set(errors);
                return first.into_iter().for_each(focus_soon);
            }
        };
        let is_deleted = edit.conflict.read_untracked().as_ref().is_some_and(|conflict| conflict.theirs.is_none());
        self.close_editor(row);
        let id = row.id();
        if is_deleted {
            self.change(&id, Change::Restore);
        }
        if changes != PutTask::default() {
            let base = PutTask::of(&edit.opened, &changes);
            let back = Change::Update { changes: base.clone(), base: changes.clone(), is_guarded: false };
            self.remember_undo(UndoStep::of_changes(strings::SAVED.into(), vec![(id.clone(), back)]));
            self.change(&id, Change::Update { changes, base, is_guarded: !is_deleted });
        }
    }

    /// Gives an edit up.
    pub fn cancel_edit(&self, row: &Row) {
        let Some(edit) = row.edit.get_untracked() else { return };
        let (conflict, draft) = (edit.conflict.get_untracked(), edit.draft.get_untracked());
        self.close_editor(row);
        if conflict.is_none() && draft != Draft::of(&edit.opened) {
            let text = strings::not_saved(&edit.opened.title);
            self.announce(text.clone());
            self.offer_undo(UndoStep { text, changes: Vec::new(), draft: Some((row.id(), draft)) });
        }
        if conflict.is_some_and(|conflict| conflict.theirs.is_none()) {
            self.count(Some(&row.task()), -1);
            self.remove_row(row);
        }
    }

    fn close_editor(&self, row: &Row) {
        self.forget_edit(row);
        row.edit.set(None);
        // It may have been ticked meanwhile.
        self.settle_later(row.key);
        focus_soon(edit_button_id(row.key));
    }

    /// Takes the last step back.
    pub fn undo_last(&self) {
        let Some(step) = self.undo.try_update_value(Vec::pop).flatten() else { return };
        self.hide_toast();
        for (id, change) in step.changes {
            self.change(&id, change);
        }
        if let Some((id, draft)) = step.draft
            && let Some(row) = self.row(&id)
        {
            self.open_editor(&row, Some(draft));
            self.keep_edit(&row);
        }
        self.announce(strings::UNDONE);
    }
}

fn first_title(rows: &[Row]) -> String {
    rows.first().map(|row| row.task().title).unwrap_or_default()
}
