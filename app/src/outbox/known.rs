//! What is known of one task, and which of two versions is newer.

use crate::model::Task;

/// How this page came to know of a task. What arrives later may still be older: requests and events go different ways.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Page,
    Answer,
    Restored,
    Event,
}

/// How this page came to know that a task is deleted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deletion {
    Answer,
    Event,
}

/// What is known of one task.
#[derive(Default)]
pub(super) struct Known {
    /// The newest version; of a deleted task the last one, for a restore to show at once.
    pub(super) task: Option<Task>,
    pub(super) deletion: Option<Deletion>,
    /// The key of a pending create that may have made this task. It is not displayed besides that one.
    pub(super) duplicate_of: Option<String>,
    /// Whether a newer version arrived since the last request about this task was sent.
    pub(super) is_newer_than_sent: bool,
}

impl Known {
    /// Whether what arrived now is news.
    pub(super) fn is_older_than(&self, task: &Task, source: Source) -> bool {
        match (&self.task, self.deletion) {
            // Whatever else tells of a task that is known only to be deleted, is of the time before.
            (None, deletion) => deletion.is_none() || matches!(source, Source::Event | Source::Restored),
            // Events are in order: after the one of its deletion, this is of a restored task, whose version an answer may have
            // brought before.
            (Some(known), Some(Deletion::Event)) if source == Source::Event => task.updated_at >= known.updated_at,
            (Some(known), _) => task.updated_at > known.updated_at,
        }
    }
}
