//! Everything that can be done with the list, by a click, a key or a command.

use leptos::{prelude::*, task::spawn_local};

use super::{
    focus::{ADD_FIELD, SEARCH_FIELD, anchor_ids, focus_now, focus_soon, place_of, row_element_id},
    page::set_theme,
    state::{Board, OpenPopover},
    types::{Direction, PopoverKind, RowKey, Target},
};
use crate::model::{Day, Priority, Theme};

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
            Action::OpenPalette => self.is_palette_open.set(true),
            Action::OpenHelp => self.is_help_open.set(true),
            Action::SetTheme(theme) => set_theme(theme),
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

    /// All of the list, also what is not loaded yet.
    fn select_all(self) {
        spawn_local(async move {
            while self.next.read_untracked().is_some() && self.load_more(1000).await {}
            self.select(&self.rows_in_order());
        });
    }

    fn open_popover(&self, kind: PopoverKind, target: Target) {
        let rows = self.rows_of(target);
        if rows.is_empty() {
            return;
        }
        let key = match target {
            Target::Row(key) => Some(key),
            Target::Chosen => rows.first().map(|row| row.key).filter(|_| self.selected.get_untracked() == 0),
        };
        let back_to = anchor_ids(kind, key);
        let place = place_of(&back_to);
        self.popover.set(Some(OpenPopover { kind, rows, place, back_to }));
    }
}
