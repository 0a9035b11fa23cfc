//! What goes into the outbox and what comes out of it.

use serde::{Deserialize, Serialize};

use crate::model::{Field, NewTask, Problem, PutTask, Task, Timestamp};

/// A change of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A new task. The entry's `task_id` is a local id, `new-…`, until the server answers.
    Create {
        /// As it is sent. Its position finds it among what others say before the answer is here.
        task: NewTask,
    },
    /// Other values in some fields.
    Update {
        /// The new values.
        changes: PutTask,
        /// The values that exactly these fields had before.
        base: PutTask,
        /// Whether it was typed over a text: then a change of the same field by others is a conflict, not overwritten.
        is_guarded: bool,
    },
    /// Moves the task to the trash.
    Delete,
    /// Takes it out of there.
    Restore,
}

/// A change that the server has not confirmed. Kept in the browser's storage, so that it outlives the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Names the entry, and is the `Idempotency-Key` of a create.
    pub key: String,
    /// The task, by its id or by a local one.
    pub task_id: String,
    /// What is to change.
    pub change: Change,
    /// When it was made, in milliseconds since 1970; ascends in an outbox.
    pub made_at: i64,
    /// Whether it was ever sent: the server may have done it, even if no answer came.
    pub was_sent: bool,
    /// Whether its answer is awaited by this page.
    #[serde(skip)]
    pub in_flight: bool,
}

/// An entry to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Of the entry.
    pub key: String,
    /// The task's id; of a create the local one.
    pub task_id: String,
    /// What to send.
    pub change: Change,
    /// The version that the task must still have.
    pub if_match: Option<Timestamp>,
    /// Whether this is a create that is older than the server keeps idempotency keys: look whether it exists before sending.
    pub must_check: bool,
}

/// What follows from what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Store this entry, in the place of what is stored under its key.
    Keep(Entry),
    /// Remove what is stored under this key.
    Forget(String),
    /// What is displayed of this id may be different now; it may also have appeared, or be gone.
    Show(String),
    /// A created task got its id.
    Rename {
        /// The local id.
        from: String,
        /// The server's.
        to: String,
    },
    /// The server did it.
    Confirmed {
        /// What was sent.
        entry: Entry,
        /// The answer.
        task: Option<Task>,
    },
    /// The server will not do it: taken back.
    Rejected {
        /// What was sent.
        entry: Entry,
        /// Why.
        problem: Problem,
    },
    /// Others changed the same fields: taken back.
    Conflict {
        /// What was sent.
        entry: Entry,
        /// The fields that were changed in both.
        fields: Vec<Field>,
        /// The task as it is now; `None` when it was deleted meanwhile.
        theirs: Option<Task>,
    },
}
