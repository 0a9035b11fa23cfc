//! A row of the list: its task as it is shown, and the edit of it.

use leptos::prelude::*;

use super::{edit::Edit, types::RowKey};
use crate::model::Task;

/// A row of the list in the browser.
#[derive(Clone)]
pub struct Row {
    pub key: RowKey,
    /// What it shows.
    pub state: ArcRwSignal<RowState>,
    /// What is being typed, while it is edited.
    pub edit: ArcRwSignal<Option<Edit>>,
}

impl Row {
    pub fn new(key: RowKey, task: Task) -> Self {
        Self { key, state: ArcRwSignal::new(RowState::new(task)), edit: ArcRwSignal::new(None) }
    }

    pub fn id(&self) -> String {
        self.state.read_untracked().task.id.clone()
    }

    pub fn task(&self) -> Task {
        self.state.read_untracked().task.clone()
    }

    pub fn is_editing(&self) -> bool {
        self.edit.read_untracked().is_some()
    }
}

/// What a row shows.
#[derive(Clone, PartialEq, Eq)]
pub struct RowState {
    /// The task with the pending changes.
    pub task: Task,
    /// Whether changes of it wait for the server.
    pub is_unsaved: bool,
    pub is_selected: bool,
    /// Whether the pointer drags it.
    pub is_dragged: bool,
    /// How far aside a finger has moved it, in pixels; 0 while it goes back.
    pub shift: Option<i32>,
}

impl RowState {
    pub const fn new(task: Task) -> Self {
        Self { task, is_unsaved: false, is_selected: false, is_dragged: false, shift: None }
    }
}
