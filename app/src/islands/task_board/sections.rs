//! The sections of the list, each with its rows in groups: see `list`.

use leptos::prelude::*;

use super::{row_state::Row, types::RowKey};
use crate::model::{Section, TaskPage};

/// How many rows stand in one group; one of twice as many is split.
pub const GROUP: usize = 25;

/// Some rows that stand one after the other.
#[derive(Clone)]
pub struct Group {
    pub id: u32,
    pub rows: ArcRwSignal<Vec<Row>>,
}

/// The rows of one section.
#[derive(Clone)]
pub struct SectionRows {
    pub section: Section,
    pub groups: ArcRwSignal<Vec<Group>>,
}

impl SectionRows {
    pub fn new(section: Section) -> Self {
        Self { section, groups: ArcRwSignal::new(Vec::new()) }
    }

    pub fn rows(&self) -> Vec<Row> {
        self.groups.read_untracked().iter().flat_map(|group| group.rows.read_untracked().clone()).collect()
    }
}

/// The rows of a page's tasks in their sections and groups; how many groups they are, and how many keys they use.
pub fn grouped(page: &TaskPage) -> (Vec<SectionRows>, u32, RowKey) {
    let (mut ids, mut keys) = (0.., 0..);
    let tasks = page.tasks.iter().map(|task| (Section::of(&page.query, task, page.today, page.utc_offset), task));
    let sections = Section::arrange(&page.query, page.today, tasks)
        .into_iter()
        .map(|(section, tasks)| {
            let rows: Vec<_> = tasks.into_iter().cloned().zip(&mut keys).map(|(task, key)| Row::new(key, task)).collect();
            let groups = rows.chunks(GROUP).zip(&mut ids).map(|(rows, id)| Group { id, rows: ArcRwSignal::new(rows.to_vec()) }).collect();
            SectionRows { section, groups: ArcRwSignal::new(groups) }
        })
        .collect();
    (sections, ids.start, keys.start)
}
