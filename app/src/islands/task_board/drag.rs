//! Arranging with the pointer, by a row's grip.

use leptos::{ev::PointerEvent, prelude::*};

use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    row::{Row, RowKey},
    state::Board,
};
use crate::model::Section;

/// The row that the pointer holds.
#[derive(Clone)]
pub struct Drag {
    row: Row,
}

impl Board {
    pub fn begin_drag(&self, key: RowKey, event: &PointerEvent) {
        let Some(row) = self.row_of_key(key) else { return };
        event.prevent_default();
        // A finger holds on to the element that it touched first, unless that lets go: the rows under it are to be told.
        if let Some(grip) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = grip.release_pointer_capture(event.pointer_id());
        }
        row.state.write().is_dragged = true;
        self.drag.set_value(Some(Drag { row }));
    }

    /// Moves the dragged row before or after the row under the pointer, whichever half of it the pointer is on.
    pub fn drag_over(&self, key: RowKey, event: &PointerEvent) {
        let Some(Drag { row }) = self.drag.get_value() else { return };
        let Some(under) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
        let area = under.get_bounding_client_rect();
        let is_lower_half = f64::from(event.client_y()) > area.top() + area.height() / 2.0;
        let Some(section) = self.section_of_row(key).filter(|section| self.takes_dragged(row.key, *section)) else { return };
        let rows = self.rows_of_section(section);
        let Some(at) = rows.iter().position(|other| other.key == key && other.key != row.key) else { return };
        let follower = rows.get(if is_lower_half { at + 1 } else { at }).map(|row| row.key);
        if follower != Some(row.key) {
            self.move_before(&row, section, follower);
        }
    }

    /// Moves the dragged row to the end of a section whose heading or empty place the pointer is on.
    pub fn drag_over_section(&self, section: Section) {
        let Some(Drag { row }) = self.drag.get_value() else { return };
        if self.section_of_row(row.key) != Some(section) && self.takes_dragged(row.key, section) {
            self.move_before(&row, section, None);
        }
    }

    /// Whether a row can be moved within or into a section: what is overdue does not become so by hand, nor what is done.
    fn takes_dragged(&self, key: RowKey, section: Section) -> bool {
        let is_own = self.section_of_row(key) == Some(section);
        let query = self.query.read_untracked();
        match section {
            Section::Done => false,
            Section::Whole | Section::Overdue => is_own && query.is_arranged(),
            Section::Day(_) => {
                if is_own {
                    query.is_arranged()
                } else {
                    query.has_due_days()
                }
            }
        }
    }

    pub fn end_drag(&self) {
        if let Some(Drag { row }) = self.drag.try_update_value(Option::take).flatten() {
            row.state.write().is_dragged = false;
            let section = self.section_of_row(row.key);
            match section {
                Some(Section::Day(day)) if section != self.section_for(&row.task()) => self.schedule(&[row], Some(day)),
                _ => self.keep_place(&row),
            }
        }
    }
}
