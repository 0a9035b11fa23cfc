//! Everything that can be done with the list, by a click, a key or a command.

use std::collections::HashSet;

use leptos::{prelude::*, task::spawn_local};

use super::{
    focus::{ADD_FIELD, SEARCH_FIELD, focus_now, focus_soon, is_within, move_button_id, row_element_id},
    page::set_theme,
    popover::PopoverKind,
    row::{Row, RowKey},
    state::{Board, Notice, Origin},
    toast::UndoStep,
};
use crate::{
    browser::{now, random_id},
    model::{Day, Priority, PutTask, Section, Task, Theme, validate_tags},
    outbox::Change,
    position::{between, first_at},
    strings,
};

/// Which tasks an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Those that are selected; without any, the one that has the focus.
    Chosen,
    Row(RowKey),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    FocusAddLine,
    FocusSearch,
    /// Completes all of them; where all are done already, takes that back.
    Complete(Target),
    Edit(Target),
    Delete(Target),
    Prioritize(Target, Priority),
    /// Sets the day when they are due, or that there is none.
    Schedule(Target, Option<Day>),
    MoveOverdueToToday,
    Move(Target, Direction),
    /// Puts the focus on the next row or the one before, and selects the rows on the way.
    Step {
        direction: Direction,
        selects: bool,
    },
    ToggleSelected(RowKey),
    ToggleFocused,
    /// Selects all rows from the one that was selected last, or has the focus.
    SelectUpTo(RowKey),
    SelectAll,
    ClearSelection,
    Undo,
    OpenPopover(PopoverKind, Target),
    ToggleFilters,
    OpenPalette,
    OpenHelp,
    SetTheme(Theme),
}

impl Board {
    /// Does it.
    pub fn dispatch(self, action: Action) {
        match action {
            Action::FocusAddLine => focus_now(ADD_FIELD),
            Action::FocusSearch => {
                self.is_search_open.set(true);
                focus_soon(SEARCH_FIELD.to_owned());
            }
            Action::ToggleFilters => self.is_filter_open.update(|is_open| *is_open = !*is_open),
            Action::OpenPopover(kind, target) => self.open_popover(kind, target),
            Action::Complete(target) => self.complete(&self.rows_of(target)),
            Action::Edit(target) => {
                if let Some(row) = self.rows_of(target).first() {
                    self.open_editor(row, None);
                }
            }
            Action::Delete(target) => self.delete(&self.rows_of(target)),
            Action::Prioritize(target, priority) => self.prioritize(&self.rows_of(target), priority),
            Action::Schedule(target, day) => self.schedule(&self.rows_of(target), day),
            Action::MoveOverdueToToday => self.move_overdue_to_today(),
            Action::Move(target, direction) => {
                if let Some(row) = self.rows_of(target).first() {
                    self.move_by_one(row, direction);
                }
            }
            Action::Step { direction, selects } => self.step(direction, selects),
            Action::ToggleSelected(key) => self.toggle_selected(key),
            Action::ToggleFocused => {
                if let Some(key) = self.focused.get_value() {
                    self.toggle_selected(key);
                }
            }
            Action::SelectUpTo(key) => self.select_up_to(key),
            Action::SelectAll => self.select_all(),
            Action::ClearSelection => self.select(&[]),
            Action::Undo => self.undo_last(),
            Action::OpenPalette => self.open_palette(),
            Action::OpenHelp => self.is_help_open.set(true),
            Action::SetTheme(theme) => set_theme(theme),
        }
    }

    pub fn rows_of(&self, target: Target) -> Vec<Row> {
        match target {
            Target::Row(key) => self.row_of_key(key).into_iter().collect(),
            Target::Chosen => self.chosen(),
        }
    }

    /// The rows that are selected, from the top; without any, the one that has the focus.
    pub fn chosen(&self) -> Vec<Row> {
        if self.selected.get_untracked() == 0 {
            return self.focused.get_value().and_then(|key| self.row_of_key(key)).into_iter().collect();
        }
        self.rows_in_order().into_iter().filter(|row| self.is_selected(row)).collect()
    }

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
    fn update_each(&self, rows: &[Row], said: String, change: impl Fn(&Task) -> Option<PutTask>) {
        let tasks: Vec<_> = rows.iter().map(Row::task).collect();
        let undo: Vec<_> = tasks.iter().filter_map(|task| change(task).map(|changes| self.update(task, changes))).collect();
        if !undo.is_empty() {
            self.announce(said.clone());
            self.offer_undo(UndoStep::of_changes(said, undo));
        }
    }

    fn complete(&self, rows: &[Row]) {
        let wanted = rows.iter().any(|row| !row.task().completed);
        let said = strings::completed(wanted, rows.len(), &first_title(rows));
        self.update_each(rows, said, |task| (task.completed != wanted).then(|| PutTask { completed: Some(wanted), ..PutTask::default() }));
    }

    pub fn prioritize(&self, rows: &[Row], priority: Priority) {
        self.update_each(rows, strings::prioritised(priority, rows.len()), |task| {
            (task.priority != priority).then(|| PutTask { priority: Some(priority), ..PutTask::default() })
        });
    }

    pub fn schedule(&self, rows: &[Row], day: Option<Day>) {
        let said = strings::scheduled(day, self.today.get_untracked(), rows.len(), &first_title(rows));
        self.update_each(rows, said, |task| (task.due_date != day).then(|| PutTask { due_date: Some(day), ..PutTask::default() }));
    }

    /// Everything that is overdue, also what is not loaded yet.
    fn move_overdue_to_today(self) {
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

    fn delete(&self, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        let said = strings::deleted(rows.len(), &first_title(rows));
        let ids: Vec<_> = rows.iter().map(Row::id).collect();
        for id in &ids {
            self.change(id, Change::Delete);
        }
        self.select(&[]);
        self.announce(said.clone());
        self.offer_undo(UndoStep::of_changes(said, ids.into_iter().map(|id| (id, Change::Restore)).collect()));
    }

    fn move_by_one(&self, row: &Row, direction: Direction) {
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

    /// Puts the focus on the next row or the one before; with `selects`, all on the way are selected.
    fn step(&self, direction: Direction, selects: bool) {
        let rows = self.rows_in_order();
        let at = self.focused.get_value().and_then(|key| rows.iter().position(|row| row.key == key));
        let to = match (at, direction) {
            (None, _) => 0,
            (Some(at), Direction::Down) => (at + 1).min(rows.len().saturating_sub(1)),
            (Some(at), Direction::Up) => at.saturating_sub(1),
        };
        let Some(row) = rows.get(to) else { return };
        if selects {
            if let Some(from) = at.filter(|_| self.selected.get_untracked() == 0).and_then(|at| rows.get(at)) {
                self.select(std::slice::from_ref(from));
            }
            self.select_up_to(row.key);
        }
        focus_now(&row_element_id(row.key));
    }

    pub fn is_selected(&self, row: &Row) -> bool {
        self.selection.with_value(|selection| selection.contains(&row.key))
    }

    /// A row that leaves the list is not selected any more.
    pub fn deselect(&self, row: &Row) {
        if self.selection.try_update_value(|selection| selection.remove(&row.key)) == Some(true) {
            row.state.write().is_selected = false;
            self.selected.update(|count| *count -= 1);
        }
    }

    /// Selects these, the last one as the one from which a range begins, and no others.
    pub fn select(&self, wanted: &[Row]) {
        let before = self.selection.get_value();
        let after: HashSet<_> = wanted.iter().map(|row| row.key).collect();
        let changed = self.rows_in_order().into_iter().filter(|row| before.contains(&row.key) != after.contains(&row.key)).collect();
        self.selection.set_value(after);
        self.show_selection(changed, 0);
        self.anchor.set_value(wanted.last().map(|row| row.key));
        let toolbar_had_focus = is_within("bulk");
        self.selected.set(wanted.len());
        if !before.is_empty() || !wanted.is_empty() {
            self.announce(strings::selection(wanted.len()));
        }
        if wanted.is_empty() && toolbar_had_focus {
            let first = self.rows_in_order().first().map(|row| row_element_id(row.key));
            focus_soon(first.unwrap_or_else(|| ADD_FIELD.to_owned()));
        }
    }

    /// Shows which rows are selected, some hundreds at a time, so that the page answers in between.
    fn show_selection(self, rows: Vec<Row>, from: usize) {
        let to = from + 250;
        for row in rows.iter().take(to).skip(from) {
            row.state.write().is_selected = self.is_selected(row);
        }
        if to < rows.len() {
            request_animation_frame(move || self.show_selection(rows, to));
        }
    }

    fn toggle_selected(&self, key: RowKey) {
        let rows = self.rows_in_order();
        let mut wanted: Vec<_> = rows.iter().filter(|row| self.is_selected(row) && row.key != key).cloned().collect();
        wanted.extend(rows.into_iter().find(|row| row.key == key && !self.is_selected(row)));
        self.select(&wanted);
    }

    fn select_up_to(&self, key: RowKey) {
        let rows = self.rows_in_order();
        let place = |key: RowKey| rows.iter().position(|row| row.key == key);
        let anchor = self.anchor.get_value().filter(|key| self.selection.with_value(|selection| selection.contains(key)));
        let start = anchor.or(self.focused.get_value()).unwrap_or(key);
        let (Some(from), Some(to)) = (place(start), place(key)) else { return };
        let range = from.min(to)..=from.max(to);
        let is_wanted = |at: usize, row: &Row| at != to && (range.contains(&at) || self.is_selected(row));
        let others = rows.iter().enumerate().filter(|(at, row)| is_wanted(*at, row)).map(|(_, row)| row);
        // The next range goes on from the last of them.
        let wanted: Vec<_> = others.chain(rows.get(to)).cloned().collect();
        self.select(&wanted);
    }

    /// All of the list, also what is not loaded yet.
    fn select_all(self) {
        spawn_local(async move {
            while self.next.read_untracked().is_some() && self.load_more(1000).await {}
            self.select(&self.rows_in_order());
        });
    }
}

fn first_title(rows: &[Row]) -> String {
    rows.first().map(|row| row.task().title).unwrap_or_default()
}
