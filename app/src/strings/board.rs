//! Messages of the task board: what was done, what failed, and conflicts.

use super::{
    format::{counted, isolated},
    tasks::{DESCRIPTION, DUE, PRIORITY, TAGS, TITLE, priority, view_name},
};
use crate::model::{Day, Field, Priority, Task, View};

/// The last change was undone.
pub const UNDONE: &str = "Undone";
/// An edit was saved.
pub const SAVED: &str = "Saved";
/// A refused create.
pub const NOT_ADDED: &str = "The task was not added";
/// A refused change.
pub const NOT_CHANGED: &str = "The task was not changed";
/// A refused deletion.
pub const NOT_DELETED: &str = "The task was not deleted";
/// A refused restore.
pub const NOT_RESTORED: &str = "The task was not put back";
/// A refused edit.
pub const NOT_SAVED: &str = "The change was not saved";
/// A list that could not be read.
pub const NOT_LOADED: &str = "The tasks were not loaded";
/// Conflict: the task was changed elsewhere while it was edited.
pub const CHANGED_MEANWHILE: &str = "Somebody changed this task meanwhile. It reads now:";
/// Conflict: the task was deleted elsewhere while it was edited.
pub const DELETED_MEANWHILE: &str = "Somebody deleted this task meanwhile. What you typed is here.";
/// The button that resolves a conflict with the own text.
pub const SAVE_MINE: &str = "Save mine";
/// The button that resolves a conflict with the other text.
pub const TAKE_THEIRS: &str = "Take theirs";
/// The button that restores a task deleted elsewhere, with the own text.
pub const PUT_BACK: &str = "Put it back with my text";
/// Describes a task that is selected.
pub const IS_SELECTED: &str = "selected";
/// The button that discards the own text of a task deleted elsewhere.
pub const DISCARD_MINE: &str = "Let it go";
/// A row was moved up by one.
pub const MOVED_UP: &str = "Moved up";
/// A row was moved down by one.
pub const MOVED_DOWN: &str = "Moved down";
/// Rows can be moved in the order by position alone.
pub const NOT_ARRANGED: &str = "Sort by “My order” to move tasks.";

/// The button that closes a question without an answer.
pub const DISMISS: &str = "Dismiss";

/// The name of a field of the editor.
pub const fn field(field: Field) -> &'static str {
    match field {
        Field::Title => TITLE,
        Field::Description => DESCRIPTION,
        Field::Completed => "Completed",
        Field::DueDate => DUE,
        Field::Priority => PRIORITY,
        Field::Tags => TAGS,
        Field::Position => "Place",
    }
}

/// The value of a field as text.
pub fn field_value(field: Field, task: &Task) -> String {
    match field {
        Field::Title => task.title.clone(),
        Field::Description => task.description.clone().unwrap_or_default(),
        Field::Completed => (if task.completed { "yes" } else { "no" }).to_owned(),
        Field::DueDate => task.due_date.map(|day| day.to_string()).unwrap_or_default(),
        Field::Priority => priority(task.priority).to_owned(),
        Field::Tags => task.tags.join(", "),
        Field::Position => task.position.clone(),
    }
}

/// An edit was cancelled.
pub fn not_saved(title: &str) -> String {
    let title = isolated(title);
    format!("Not saved: {title}")
}

/// A task is not in the list that is shown.
pub fn now_elsewhere(title: &str, view: View) -> String {
    let title = isolated(title);
    format!("{title} is in “{}”", view_name(view))
}

/// The link to that view.
pub fn show_in(view: View) -> String {
    format!("Show {}", view_name(view))
}

/// A task was moved.
pub fn moved(title: &str) -> String {
    let title = isolated(title);
    format!("Moved: {title}")
}

/// Changes that could not be sent.
pub fn not_saved_yet(why: &str, count: usize) -> String {
    let why = why.trim_end_matches("Check your connection and try again.").trim_end_matches("Try again in a moment.").trim();
    format!("{why} {} not saved yet: kept here, and sent again by itself.", counted(count, "change is", "changes are"))
}

/// A task was added.
pub fn added(title: &str) -> String {
    let title = isolated(title);
    format!("Added: {title}")
}

/// Tasks were completed, or marked as to do again.
pub fn completed(is_done: bool, count: usize, title: &str) -> String {
    let title = isolated(title);
    match (is_done, count) {
        (true, 1) => format!("Completed: {title}"),
        (true, _) => format!("{count} tasks completed"),
        (false, 1) => format!("To do again: {title}"),
        (false, _) => format!("{count} tasks to do again"),
    }
}

/// Tasks were deleted.
pub fn deleted(count: usize, title: &str) -> String {
    let title = isolated(title);
    if count == 1 { format!("Deleted: {title}") } else { format!("{count} tasks deleted") }
}

/// The priority of tasks was set.
pub fn prioritised(priority: Priority, count: usize) -> String {
    format!("{}: {}", super::tasks::priority(priority), counted(count, "task", "tasks"))
}

/// The due date of tasks was set or cleared.
pub fn scheduled(day: Option<Day>, today: Day, count: usize, title: &str) -> String {
    let day = day.map_or_else(|| "No date".into(), |due| super::format::day(due, today));
    if count == 1 { format!("{day}: {}", isolated(title)) } else { format!("{day}: {count} tasks") }
}

/// A tag was added to tasks.
pub fn tagged(tag: &str, count: usize) -> String {
    let tag = isolated(tag);
    format!("#{tag}: {}", counted(count, "task", "tasks"))
}

/// A tag was removed from tasks.
pub fn untagged(tag: &str, count: usize) -> String {
    let tag = isolated(tag);
    format!("#{tag} removed: {}", counted(count, "task", "tasks"))
}

/// The button that removes a tag.
pub fn remove_tag(tag: &str) -> String {
    let tag = isolated(tag);
    format!("Remove #{tag}")
}

/// The accessible name of a chip: pressed, its token becomes plain text of the title.
pub fn keep_as_word(words: &str) -> String {
    format!("{words}: keep it as a word")
}

/// Several lines were pasted.
pub fn several_lines(count: usize) -> String {
    format!("These are {count} lines.")
}

/// The button that adds one task for each line.
pub fn add_several(count: usize) -> String {
    format!("Add {count} tasks")
}

/// What the server refused, and why.
pub fn refused(what: &str, why: &str) -> String {
    format!("{what}: {why}")
}

/// The session ended: nothing can be saved any more.
pub fn over(why: &str) -> String {
    format!("{why} What you typed is kept.")
}

/// A list was loaded.
pub fn found(count: usize, has_more: bool) -> String {
    let found = counted(count, "task", "tasks");
    if has_more { format!("{found}, and more") } else { found }
}

/// The next page of a list was loaded.
pub fn found_more(count: usize) -> String {
    counted(count, "more task", "more tasks")
}

/// The count in the toolbar of the selection.
pub fn selected_count(count: usize) -> String {
    counted(count, "selected", "selected")
}

/// The selection changed.
pub fn selection(count: usize) -> String {
    counted(count, "task selected", "tasks selected")
}
