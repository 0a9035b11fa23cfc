//! Where the rows stand: in which section, in which group, before which other.

use std::cmp::Ordering;

use leptos::prelude::*;

use super::{
    focus::{ADD_FIELD, focus_soon, is_within, row_element_id},
    row_state::Row,
    sections::{GROUP, Group, SectionRows},
    state::Board,
    types::RowKey,
};
use crate::model::{Section, Task};

impl Board {
    /// All groups, also those that are folded away.
    fn all_groups(&self) -> Vec<Group> {
        let mut groups: Vec<_> = self.sections.read_untracked().iter().flat_map(|rows| rows.groups.read_untracked().clone()).collect();
        groups.extend(self.done.with_value(|done| done.groups.get_untracked()));
        groups
    }

    /// All rows that are not folded away, from the top.
    pub fn rows_in_order(&self) -> Vec<Row> {
        let mut rows: Vec<_> = self.sections.read_untracked().iter().flat_map(SectionRows::rows).collect();
        if self.is_done_open.get_value() {
            rows.extend(self.done.with_value(SectionRows::rows));
        }
        rows
    }

    /// The rows of one section, from the top.
    pub fn rows_of_section(&self, section: Section) -> Vec<Row> {
        self.section_rows(section).map(|rows| rows.rows()).unwrap_or_default()
    }

    /// The row of this key.
    pub fn row_of_key(&self, key: RowKey) -> Option<Row> {
        self.all_groups().iter().find_map(|group| group.rows.read_untracked().iter().find(|row| row.key == key).cloned())
    }

    pub fn is_editing(&self, key: RowKey) -> bool {
        self.row_of_key(key).is_some_and(|row| row.is_editing())
    }

    pub fn is_empty(&self) -> bool {
        self.sections.read().iter().all(|rows| rows.groups.read().is_empty())
    }

    pub fn section_rows(&self, section: Section) -> Option<SectionRows> {
        if section == Section::Done {
            return Some(self.done.get_value());
        }
        self.sections.read_untracked().iter().find(|rows| rows.section == section).cloned()
    }

    /// The section in which a row stands.
    pub fn section_of_row(&self, key: RowKey) -> Option<Section> {
        let has_row = |rows: &SectionRows| {
            rows.groups.read_untracked().iter().any(|group| group.rows.read_untracked().iter().any(|row| row.key == key))
        };
        let section = self.sections.read_untracked().iter().find(|rows| has_row(rows)).map(|rows| rows.section);
        section.or_else(|| self.done.with_value(has_row).then_some(Section::Done))
    }

    /// The section where a task belongs; `None` when the list does not show it.
    pub fn section_for(&self, task: &Task) -> Option<Section> {
        let (query, today) = (self.query.read_untracked(), self.today.get_untracked());
        if query.holds(task, today) {
            return Some(Section::of(&query, task, today, self.utc_offset.get_value()));
        }
        let is_below = self.is_done_loaded.get_value() && query.has_done_below() && query.of_done().holds(task, today);
        is_below.then_some(Section::Done)
    }

    fn update_has_overdue(&self) {
        let has_overdue = self.section_rows(Section::Overdue).is_some();
        if self.has_overdue.get_untracked() != has_overdue {
            self.has_overdue.set(has_overdue);
        }
    }

    /// The groups of a section, which comes onto the list if it is not there yet.
    fn groups_of(&self, section: Section) -> ArcRwSignal<Vec<Group>> {
        if let Some(rows) = self.section_rows(section) {
            return rows.groups;
        }
        let rows = SectionRows::new(section);
        let groups = rows.groups.clone();
        let at = {
            let (query, sections) = (self.query.read_untracked(), self.sections.read_untracked());
            sections.iter().position(|other| section.compare(other.section, &query).is_lt()).unwrap_or(sections.len())
        };
        self.sections.update(|sections| sections.insert(at, rows));
        self.update_has_overdue();
        groups
    }

    /// Takes all rows off the list. Its sections are those of the query from now on.
    pub fn clear_rows(&self) {
        let before = self.sections.get_untracked();
        let sections = Section::fixed(&self.query.read_untracked(), self.today.get_untracked());
        let rows_of = |section| before.iter().find(|rows| rows.section == section).cloned().unwrap_or_else(|| SectionRows::new(section));
        let sections: Vec<_> = sections.into_iter().map(rows_of).collect();
        for rows in before.iter().chain([&self.done.get_value()]).filter(|rows| !rows.groups.read_untracked().is_empty()) {
            rows.groups.set(Vec::new());
        }
        self.sections.set(sections);
        self.is_done_loaded.set_value(false);
        self.update_has_overdue();
    }

    fn new_group(&self, rows: Vec<Row>) -> Group {
        let id = self.group_ids.with_value(|next| *next);
        self.group_ids.set_value(id + 1);
        Group { id, rows: ArcRwSignal::new(rows) }
    }

    /// Puts rows at the ends of their sections, in the order in which they come.
    pub fn append(&self, rows: Vec<Row>) {
        let mut parts: Vec<(Section, Vec<Row>)> = Vec::new();
        for row in rows {
            // One that is only here, or is being edited, stays although the list does not hold it.
            let section = self.section_for(&row.state.read_untracked().task).unwrap_or_else(|| self.first_section());
            match parts.iter_mut().rfind(|(other, _)| *other == section) {
                Some((_, rows)) => rows.push(row),
                None => parts.push((section, vec![row])),
            }
        }
        for (section, rows) in parts {
            self.append_to(section, rows);
        }
    }

    fn first_section(&self) -> Section {
        self.sections.read_untracked().first().map_or(Section::Whole, |rows| rows.section)
    }

    fn append_to(&self, section: Section, mut rows: Vec<Row>) {
        let all = self.groups_of(section);
        let last = all.read_untracked().last().cloned();
        if let Some(last) = last {
            let room = GROUP.saturating_sub(last.rows.read_untracked().len()).min(rows.len());
            if room > 0 {
                let rest = rows.split_off(room);
                last.rows.update(|last| last.append(&mut rows));
                rows = rest;
            }
        }
        let groups: Vec<_> = rows.chunks(GROUP).map(|rows| self.new_group(rows.to_vec())).collect();
        if !groups.is_empty() {
            all.update(|all| all.extend(groups));
        }
    }

    /// Puts a row before that of another key; without one, at the end of the section.
    fn insert_before(&self, row: Row, section: Section, follower: Option<RowKey>) {
        let all = self.groups_of(section);
        let place = follower.and_then(|follower| {
            let groups = all.read_untracked();
            groups.iter().enumerate().find_map(|(at, group)| {
                let within = group.rows.read_untracked().iter().position(|row| row.key == follower)?;
                Some((at, within, group.rows.clone()))
            })
        });
        let Some((at, within, rows)) = place else { return self.append_to(section, vec![row]) };
        rows.update(|rows| rows.insert(within, row));
        if rows.read_untracked().len() > 2 * GROUP {
            let rest = rows.write().split_off(GROUP);
            let group = self.new_group(rest);
            all.update(|groups| groups.insert(at + 1, group));
        }
    }

    /// Takes a row out of its group. A section that has no rows any more goes, unless the list has it always.
    fn detach(&self, key: RowKey) {
        let Some(section) = self.section_of_row(key) else { return };
        let all = self.groups_of(section);
        let rows =
            all.read_untracked().iter().map(|group| group.rows.clone()).find(|rows| rows.read_untracked().iter().any(|row| row.key == key));
        let Some(rows) = rows else { return };
        rows.update(|rows| rows.retain(|row| row.key != key));
        if rows.read_untracked().is_empty() {
            all.update(|groups| groups.retain(|group| !group.rows.read_untracked().is_empty()));
        }
        let fixed = Section::fixed(&self.query.read_untracked(), self.today.get_untracked());
        if all.read_untracked().is_empty() && section != Section::Done && !fixed.contains(&section) {
            self.sections.update(|sections| sections.retain(|rows| rows.section != section));
            self.update_has_overdue();
        }
    }

    /// The key of the first row of a section that follows a task in the order of the list.
    fn follower_of(&self, task: &Task, section: Section, except: RowKey) -> Option<RowKey> {
        let query = self.query.get_untracked();
        let query = if section == Section::Done { query.of_done() } else { query };
        let is_after = |row: &Row| row.key != except && query.compare(task, &row.state.read_untracked().task) == Ordering::Less;
        let rows = self.section_rows(section)?;
        let groups = rows.groups.read_untracked();
        // The last of a group says whether the place is in it or after it.
        groups.iter().find_map(|group| {
            let rows = group.rows.read_untracked();
            let ends_after = rows.iter().rev().find(|row| row.key != except).is_some_and(is_after);
            if ends_after { rows.iter().find(|row| is_after(row)).map(|row| row.key) } else { None }
        })
    }

    /// Puts a row where the order of the list has it.
    pub fn place(&self, row: &Row) {
        let task = row.task();
        let now_in = self.section_of_row(row.key);
        let section = self.section_for(&task).or(now_in).unwrap_or_else(|| self.first_section());
        let follower = self.follower_of(&task, section, row.key);
        let rows = self.rows_of_section(section);
        let at = rows.iter().position(|other| other.key == row.key);
        let is_there = now_in == Some(section) && at.is_some_and(|at| rows.get(at + 1).map(|next| next.key) == follower);
        if !is_there {
            self.move_before(row, section, follower);
        }
    }

    /// Moves a row. The browser takes the focus from an element that moves: it gets it back.
    pub fn move_before(&self, row: &Row, section: Section, follower: Option<RowKey>) {
        let focused = self.focused.get_value() == Some(row.key);
        self.detach(row.key);
        self.insert_before(row.clone(), section, follower);
        if focused && !row.is_editing() {
            focus_soon(row_element_id(row.key));
        }
    }

    /// Takes a row off the list. The focus that it had goes to the one that takes its place, or the one above.
    pub fn remove_row(&self, row: &Row) {
        let had_focus = self.focused.get_value() == Some(row.key) || is_within(&row_element_id(row.key));
        let rows = self.rows_in_order();
        let at = rows.iter().position(|other| other.key == row.key).unwrap_or(0);
        let neighbour = rows.get(at + 1).or_else(|| at.checked_sub(1).and_then(|at| rows.get(at)));
        self.rows.update_value(|by_id| drop(by_id.remove(&row.id())));
        self.detach(row.key);
        self.deselect(row);
        if had_focus {
            focus_soon(neighbour.map_or_else(|| ADD_FIELD.to_owned(), |row| row_element_id(row.key)));
        }
    }

    /// Puts a row on the list, where its order has it.
    pub fn add_row(&self, row: &Row) {
        self.rows.update_value(|by_id| drop(by_id.insert(row.id(), row.clone())));
        self.place(row);
    }

    /// Whether a task stands in a part of the list that is not loaded yet.
    pub fn is_beyond_loaded(&self, task: &Task) -> bool {
        let query = self.query.read_untracked();
        let stands_before = |row: &Row| query.compare(task, &row.state.read_untracked().task).is_lt();
        self.next.read_untracked().is_some() && !self.sections.read_untracked().iter().any(|rows| rows.rows().iter().any(stands_before))
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
}
