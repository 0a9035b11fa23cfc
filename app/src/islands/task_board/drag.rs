//! Arranging with the pointer, by a row's grip.

use leptos::{ev::PointerEvent, prelude::*};

use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    row::{Row, RowKey},
    state::Board,
};

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
        let rows = self.rows_in_order();
        let Some(at) = rows.iter().position(|other| other.key == key && other.key != row.key) else { return };
        let follower = rows.get(if is_lower_half { at + 1 } else { at }).map(|row| row.key);
        if follower != Some(row.key) {
            self.move_before(&row, follower);
        }
    }

    pub fn end_drag(&self) {
        if let Some(Drag { row }) = self.drag.try_update_value(Option::take).flatten() {
            row.state.write().is_dragged = false;
            self.keep_place(&row);
        }
    }
}
