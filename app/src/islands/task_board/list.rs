//! The rows, in groups: the browser passes over the groups that are out of sight (`content-visibility`), and a row that is
//! added or moved touches one group alone.

use std::cmp::Ordering;

use leptos::prelude::*;

use super::{
    focus::{ADD_FIELD, focus_soon, is_within, row_element_id},
    row::{LiveRow, Row, RowKey},
    state::Board,
};
use crate::{
    model::Task,
    routes::tasks::TaskPage,
    words::{self, View},
};

/// How many rows stand in one group; one of twice as many is split.
pub const GROUP: usize = 25;

/// Some rows that stand one after the other.
#[derive(Clone)]
pub struct Group {
    id: u32,
    pub rows: ArcRwSignal<Vec<Row>>,
}

/// The rows, and what stands in their place where there are none.
#[component]
pub fn TaskList(page: TaskPage) -> impl IntoView {
    let board = expect_context::<Board>();
    let has_tasks = !page.tasks.is_empty();
    // The server draws the rows without the groups of the board.
    let is_empty = move || if cfg!(feature = "ssr") { !has_tasks } else { board.is_empty() };
    view! {
        <div
            id="list"
            class:arranged=move || board.query.read().is_arranged()
            on:focusout=move |_| board.focused.set_value(None)
            on:pointerup=move |_| board.end_drag()
            on:pointercancel=move |_| board.end_drag()
        >
            {groups(page)}
        </div>
        <p class="empty" id="empty" hidden=move || !is_empty()>
            {move || {
                let query = board.query.read();
                if query.is_narrowed() { words::NOTHING_FOUND } else { View::of(&query).empty() }
            }}
        </p>
        <p class="more" id="more" hidden=move || board.next.read().is_none() node_ref=board.more>
            <a
                class="button"
                href=move || format!("/tasks?{}", board.next.get().unwrap_or_default())
                on:click=move |event| {
                    event.prevent_default();
                    board.load_more_soon();
                }
            >
                {words::SHOW_MORE}
            </a>
        </p>
    }
}

/// In the browser, groups and rows are keyed, and follow their signals.
#[cfg(not(feature = "ssr"))]
fn groups(page: TaskPage) -> impl IntoView {
    drop(page);
    let board = expect_context::<Board>();
    view! {
        <For each=move || board.groups.get() key=|group| group.id let:group>
            <ul aria-labelledby="heading">
                <For each=move || group.rows.get() key=|row| row.key let:row>
                    <LiveRow row />
                </For>
            </ul>
        </For>
    }
}

/// On the server they are written once: a signal for each row would cost more than the row.
#[cfg(feature = "ssr")]
fn groups(page: TaskPage) -> impl IntoView {
    use super::{
        row::{RowState, static_row},
        state::BoardHandle,
    };

    let board = expect_context::<BoardHandle>();
    let mut keys = 0..;
    let TaskPage { tasks, today, .. } = page;
    let rows: Vec<RowState> = tasks.into_iter().map(RowState::new).collect();
    rows.chunks(GROUP)
        .map(|rows| {
            let rows = rows.iter().zip(&mut keys).map(|(state, key)| static_row(board, key, state, today)).collect::<Vec<_>>();
            view! { <ul aria-labelledby="heading">{rows}</ul> }
        })
        .collect::<Vec<_>>()
}

/// The rows of a page's tasks in their groups, and how many keys they use.
pub fn grouped(tasks: &[Task]) -> (Vec<Group>, RowKey) {
    let mut keys = 0..;
    let rows: Vec<_> = tasks.iter().cloned().zip(&mut keys).map(|(task, key)| Row::new(key, task)).collect();
    let groups = rows.chunks(GROUP).zip(0..).map(|(rows, id)| Group { id, rows: ArcRwSignal::new(rows.to_vec()) }).collect();
    (groups, keys.start)
}

impl Board {
    /// All rows, from the top.
    pub fn rows_in_order(&self) -> Vec<Row> {
        self.groups.read_untracked().iter().flat_map(|group| group.rows.read_untracked().clone()).collect()
    }

    /// The row of this key.
    pub fn row_of_key(&self, key: RowKey) -> Option<Row> {
        let groups = self.groups.read_untracked();
        groups.iter().find_map(|group| group.rows.read_untracked().iter().find(|row| row.key == key).cloned())
    }

    pub fn is_editing(&self, key: RowKey) -> bool {
        self.row_of_key(key).is_some_and(|row| row.is_editing())
    }

    fn is_empty(&self) -> bool {
        self.groups.read().iter().all(|group| group.rows.read().is_empty())
    }

    fn new_group(&self, rows: Vec<Row>) -> Group {
        let id = self.group_ids.with_value(|next| *next);
        self.group_ids.set_value(id + 1);
        Group { id, rows: ArcRwSignal::new(rows) }
    }

    /// Puts rows at the end, in the order in which they come.
    pub fn append(&self, rows: Vec<Row>) {
        let mut rows = rows;
        let last = self.groups.read_untracked().last().cloned();
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
            self.groups.update(|all| all.extend(groups));
        }
    }

    /// Puts a row before that of another key; without one, at the end.
    pub fn insert_before(&self, row: Row, follower: Option<RowKey>) {
        let place = follower.and_then(|follower| {
            let groups = self.groups.read_untracked();
            groups.iter().enumerate().find_map(|(at, group)| {
                let within = group.rows.read_untracked().iter().position(|row| row.key == follower)?;
                Some((at, within, group.rows.clone()))
            })
        });
        let Some((at, within, rows)) = place else { return self.append(vec![row]) };
        rows.update(|rows| rows.insert(within, row));
        if rows.read_untracked().len() > 2 * GROUP {
            let rest = rows.write().split_off(GROUP);
            let group = self.new_group(rest);
            self.groups.update(|groups| groups.insert(at + 1, group));
        }
    }

    /// Takes a row out of its group.
    pub fn detach(&self, key: RowKey) {
        let rows = self
            .groups
            .read_untracked()
            .iter()
            .map(|group| group.rows.clone())
            .find(|rows| rows.read_untracked().iter().any(|row| row.key == key));
        let Some(rows) = rows else { return };
        rows.update(|rows| rows.retain(|row| row.key != key));
        if rows.read_untracked().is_empty() {
            self.groups.update(|groups| groups.retain(|group| !group.rows.read_untracked().is_empty()));
        }
    }

    /// The key of the first row that follows a task in the order of the list.
    fn follower_of(&self, task: &Task, except: RowKey) -> Option<RowKey> {
        let query = self.query.read_untracked();
        let is_after = |row: &Row| row.key != except && query.compare(task, &row.state.read_untracked().task) == Ordering::Less;
        let groups = self.groups.read_untracked();
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
        let follower = self.follower_of(&task, row.key);
        let rows = self.rows_in_order();
        let at = rows.iter().position(|other| other.key == row.key);
        let is_there = at.is_some_and(|at| rows.get(at + 1).map(|next| next.key) == follower);
        if !is_there {
            self.move_before(row, follower);
        }
    }

    /// Moves a row. The browser takes the focus from an element that moves: it gets it back.
    pub fn move_before(&self, row: &Row, follower: Option<RowKey>) {
        let focused = self.focused.get_value() == Some(row.key);
        self.detach(row.key);
        self.insert_before(row.clone(), follower);
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
        let last = self.groups.read_untracked().last().and_then(|group| group.rows.read_untracked().last().map(Row::task));
        self.next.read_untracked().is_some() && last.is_none_or(|last| self.query.read_untracked().compare(task, &last).is_gt())
    }
}
