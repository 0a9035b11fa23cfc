//! Which rows are selected, and on which an action acts.

use std::collections::HashSet;

use leptos::prelude::*;

use super::{
    focus::{ADD_FIELD, focus_soon, is_within, row_element_id},
    row_state::Row,
    state::Board,
    types::{RowKey, Target},
};
use crate::strings;

impl Board {
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

    pub fn toggle_selected(&self, key: RowKey) {
        let rows = self.rows_in_order();
        let mut wanted: Vec<_> = rows.iter().filter(|row| self.is_selected(row) && row.key != key).cloned().collect();
        wanted.extend(rows.into_iter().find(|row| row.key == key && !self.is_selected(row)));
        self.select(&wanted);
    }

    pub fn select_up_to(&self, key: RowKey) {
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
}
