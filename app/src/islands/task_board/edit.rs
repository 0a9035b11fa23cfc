//! A task that is being edited: what is typed, and what becomes of it.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{Field, FieldError, Priority, PutTask, Task, one_line, validate_description, validate_tags, validate_title};

/// An edit that is under way.
#[derive(Clone)]
pub struct Edit {
    /// The task over which one types.
    pub opened: Task,
    pub draft: ArcRwSignal<Draft>,
    pub errors: ArcRwSignal<Vec<FieldError>>,
    pub conflict: ArcRwSignal<Option<Conflict>>,
}

/// What the fields hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub title: String,
    pub description: String,
    pub due_date: String,
    pub priority: Priority,
    pub tags: String,
    /// The task over which they were typed.
    pub opened: Option<Task>,
}

/// What the task became elsewhere while it was edited here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The members that were changed here and elsewhere.
    pub fields: Vec<Field>,
    /// What they are now; `None` when the task was deleted.
    pub theirs: Option<Task>,
}

impl Draft {
    pub fn of(task: &Task) -> Self {
        Self {
            title: one_line(&task.title),
            // A text area has LF alone (HTML, section 4.10.11).
            description: with_lf(task.description.as_deref().unwrap_or_default()),
            due_date: task.due_date.map(|day| day.to_string()).unwrap_or_default(),
            priority: task.priority,
            tags: task.tags.join(", "),
            opened: Some(task.clone()),
        }
    }

    /// The members that differ from the task, or what is wrong with them.
    pub fn changes(&self, opened: &Task) -> Result<PutTask, Vec<FieldError>> {
        let before = Self::of(opened);
        let mut errors = Vec::new();
        let mut changes = PutTask::default();
        if self.title != before.title {
            match validate_title(&one_line(&self.title)) {
                Ok(title) => changes.title = Some(title).filter(|title| *title != opened.title),
                Err(error) => errors.push(error),
            }
        }
        if self.description != before.description {
            match validate_description(Some(self.description.clone())) {
                Ok(description) => changes.description = Some(description),
                Err(error) => errors.push(error),
            }
        }
        if self.due_date != before.due_date {
            changes.due_date = Some(self.due_date.parse().ok());
        }
        if self.priority != before.priority {
            changes.priority = Some(self.priority);
        }
        if self.tags != before.tags {
            // “#home” is what the list shows and the add line takes: the tag is “home”.
            let tags = self.tags.split(',').map(|tag| tag.trim().trim_start_matches('#').to_owned());
            let tags: Vec<_> = tags.filter(|tag| !tag.is_empty()).collect();
            match validate_tags(&tags) {
                Ok(tags) => changes.tags = Some(tags).filter(|tags| *tags != opened.tags),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(changes) } else { Err(errors) }
    }
}

fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}
