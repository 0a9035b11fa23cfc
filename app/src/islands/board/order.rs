//! Where rows stand. They stand in groups, so that the browser passes over the hundreds that are out of sight at once.

use std::{iter::successors, rc::Rc};

use web_sys::{Element, Node};

use super::{Board, row::Row};
use crate::{
    components::task_row::GROUP,
    dom::{active, focus, focus_id},
    model::Task,
};

/// The row after this one.
pub fn next(row: &Element) -> Option<Element> {
    row.next_element_sibling().or_else(|| {
        let first = row.parent_element()?.next_element_sibling();
        successors(first, Element::next_element_sibling).find_map(|group| group.first_element_child())
    })
}

/// The row before this one.
pub fn previous(row: &Element) -> Option<Element> {
    row.previous_element_sibling().or_else(|| {
        let last = row.parent_element()?.previous_element_sibling();
        successors(last, Element::previous_element_sibling).find_map(|group| group.last_element_child())
    })
}

impl Board {
    /// All rows, from the top.
    pub fn in_order(&self) -> Vec<Rc<Row>> {
        self.elements().filter_map(|element| self.row_of(&element)).collect()
    }

    fn elements(&self) -> impl Iterator<Item = Element> {
        let groups = successors(self.list.first_element_child(), Element::next_element_sibling);
        groups.flat_map(|group| successors(group.first_element_child(), Element::next_element_sibling))
    }

    /// The task of the last row.
    pub fn last_task(&self) -> Option<Task> {
        let groups = successors(self.list.last_element_child(), Element::previous_element_sibling);
        let row = groups.map(|group| group.last_element_child()).find(Option::is_some)??;
        self.row_of(&row).and_then(|row| self.shown(&row))
    }

    /// Puts a row at the end.
    pub fn append_row(&self, row: &Row) {
        let is_free = |group: &Element| (group.child_element_count() as usize) < GROUP;
        let last = self.list.last_element_child();
        let group = last.clone().filter(is_free).map(Node::from).or_else(|| {
            let group = last?.clone_node_with_deep(false).ok()?;
            self.list.append_child(&group).ok()
        });
        if let Some(group) = group {
            let _ = group.append_child(&row.element);
        }
    }

    /// Puts a row where the list's order has it.
    pub fn place(&self, row: &Rc<Row>) {
        let Some(task) = self.shown(row) else { return };
        let query = self.query.borrow();
        let is_after = |element: &Element| {
            self.row_of(element).and_then(|other| self.shown(&other)).is_some_and(|other| query.compare(&task, &other).is_lt())
        };
        let follows = self.elements().find(|element| *element != row.element && is_after(element));
        let is_there = row.element.parent_element().is_some() && next(&row.element) == follows;
        if !is_there {
            self.insert_before(row, follows.as_ref());
        }
    }

    /// Moves a row on the page. What is moved would lose the focus.
    pub fn insert_before(&self, row: &Row, follows: Option<&Element>) {
        let focused = active().filter(|element| row.element.contains(Some(element)));
        match follows.and_then(|follows| Some((follows.parent_element()?, follows))) {
            Some((group, follows)) => drop(group.insert_before(&row.element, Some(follows))),
            None => self.append_row(row),
        }
        if let Some(element) = focused {
            focus(&element);
        }
    }

    /// Takes a row off the page. The focus that it had goes to the one that takes its place, or the one above.
    pub fn take_off(&self, row: &Rc<Row>) {
        let has_focus = active().is_some_and(|element| row.element.contains(Some(&element)));
        let neighbour = next(&row.element).or_else(|| previous(&row.element));
        row.element.remove();
        self.rows.borrow_mut().remove(&row.id());
        self.note_emptiness();
        if has_focus {
            match neighbour.and_then(|element| self.row_of(&element)) {
                Some(row) => focus(&row.tick),
                None => focus_id("new-title"),
            }
        }
    }

    pub fn put_on(&self, row: &Rc<Row>) {
        self.rows.borrow_mut().insert(row.id(), row.clone());
        self.place(row);
        self.note_emptiness();
    }
}
