//! A row that is dragged: where it would land, and the page that scrolls under it. It stays where it is until it is let go, so
//! that the browser sends the rest of the gesture to it, and giving the drag up leaves nothing to put back.

use leptos::prelude::*;

use super::{
    focus::{Area, heading_area, row_area, window_height},
    gesture::{Gesture, Point, edge_scroll},
    row_state::Row,
    state::{Board, Drag, DropPlace, Floating, Landing},
    types::RowKey,
};
use crate::model::Section;

impl DropPlace {
    fn area(self) -> Option<Area> {
        self.row.map_or_else(|| heading_area(self.section), row_area)
    }

    /// Whether a pointer at this height is past it: past the middle of a row, or on a heading.
    fn is_above(self, y: f64) -> bool {
        self.area().is_some_and(|area| y > if self.row.is_some() { area.top + area.height / 2.0 } else { area.top })
    }
}

impl Board {
    /// Whether a row can be put anywhere else on this list.
    pub fn is_movable(&self, row: &Row) -> bool {
        let sections = self.sections.read_untracked();
        self.section_of_row(row.key) != Some(Section::Done) && sections.iter().any(|rows| self.takes_row(row.key, rows.section))
    }

    pub fn lift(self, row: &Row) {
        let mut places = Vec::new();
        for rows in self.sections.get_untracked() {
            let section = rows.section;
            let heading = DropPlace { section, row: None };
            places.extend(heading.area().is_some().then_some(heading));
            places.extend(rows.rows().iter().filter(|other| other.key != row.key).map(|other| DropPlace { section, row: Some(other.key) }));
        }
        row.state.write().is_dragged = true;
        self.drag.set_value(Some(Drag { row: row.clone(), places, landing: None }));
        self.scroll_at_edge();
    }

    /// Notes where the row would land if the pointer let it go here; how far down the window that is.
    pub fn drag_to(&self, y: f64) -> Option<f64> {
        let (landing, line) = self.drag.with_value(|drag| self.landing_at(drag.as_ref()?, y)).unzip();
        self.drag.update_value(|drag| {
            if let Some(drag) = drag {
                drag.landing = landing;
            }
        });
        line
    }

    fn landing_at(&self, drag: &Drag, y: f64) -> Option<(Landing, f64)> {
        let at = drag.places.partition_point(|place| place.is_above(y));
        let (previous, next) = (at.checked_sub(1).and_then(|at| drag.places.get(at)), drag.places.get(at));
        // Above the first heading there is no section.
        let section = previous.or(next.filter(|next| next.row.is_some()))?.section;
        if !self.takes_row(drag.row.key, section) {
            return None;
        }
        let follower = next.filter(|next| next.section == section).and_then(|next| next.row);
        let line = match follower.and_then(row_area) {
            Some(area) => area.top,
            None => previous?.area().map(|area| area.top + area.height)?,
        };
        Some((Landing { section, follower }, line))
    }

    /// Whether a row can be moved within or into a section: what is overdue does not become so by hand, nor what is done.
    fn takes_row(&self, key: RowKey, section: Section) -> bool {
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

    /// Scrolls the page for as long as a dragged row is near its top or its bottom.
    fn scroll_at_edge(self) {
        let gesture = self.gesture.get_value();
        if let Gesture::Dragging { at, .. } = gesture {
            let by = edge_scroll(at.y, window_height());
            if by.abs() > 0.0 {
                window().scroll_by_with_x_and_y(0.0, by);
                self.show_dragged(at);
            }
        }
        if gesture.keeps_page() {
            request_animation_frame(move || self.scroll_at_edge());
        }
    }

    pub fn show_dragged(self, at: Point) {
        let line = self.drag_to(at.y);
        let Some(from) = self.gesture.get_value().press().map(|press| press.from) else { return };
        self.floating.update(|floating| {
            if let Some(Floating::Row { moved, line: shown, .. }) = floating {
                *moved = at.y - from.y;
                *shown = line;
            }
        });
    }

    /// Lets the row go where it is, or leaves it where it was.
    pub fn end_drag(&self, is_dropped: bool) {
        let Some(Drag { row, landing, .. }) = self.drag.try_update_value(Option::take).flatten() else { return };
        row.state.write().is_dragged = false;
        let Some(Landing { section, follower }) = landing.filter(|_| is_dropped) else { return };
        let rows = self.rows_of_section(section);
        let place = |key| rows.iter().position(|other| other.key == key);
        // The list may have changed meanwhile.
        let is_gone = self.section_of_row(row.key).is_none() || follower.is_some_and(|follower| place(follower).is_none());
        let is_there = place(row.key).is_some_and(|at| rows.get(at + 1).map(|next| next.key) == follower);
        if is_gone || is_there {
            return;
        }
        self.move_before(&row, section, follower);
        match section {
            Section::Day(day) if Some(section) != self.section_for(&row.task()) => self.schedule(&[row], Some(day)),
            _ => self.keep_place(&row),
        }
    }
}
