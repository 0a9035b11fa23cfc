//! The list of tasks while somebody works on it: what it says has happened, and what has not.

use super::{
    format::{named, some},
    tasks::{DESCRIPTION, DUE, PRIORITY, TAGS, TITLE, priority, view_name},
};
use crate::model::{Day, Field, Priority, Task, View};

/// The last change is taken back.
pub const UNDONE: &str = "Undone";
/// An edit is on its way.
pub const SAVED: &str = "Saved";
/// What the server refused.
pub const NOT_ADDED: &str = "The task was not added";
/// What the server refused.
pub const NOT_CHANGED: &str = "The task was not changed";
/// What the server refused.
pub const NOT_DELETED: &str = "The task was not deleted";
/// What the server refused.
pub const NOT_RESTORED: &str = "The task was not put back";
/// What the server refused.
pub const NOT_SAVED: &str = "The change was not saved";
/// What the server refused.
pub const NOT_LOADED: &str = "The tasks were not loaded";
/// An edit of a task that is another by now.
pub const CHANGED_MEANWHILE: &str = "Somebody changed this task meanwhile. It reads now:";
/// An edit of a task that is gone by now.
pub const DELETED_MEANWHILE: &str = "Somebody deleted this task meanwhile. What you typed is here.";
/// Keeps one's own text.
pub const SAVE_MINE: &str = "Save mine";
/// Gives it up for the other one.
pub const TAKE_THEIRS: &str = "Take theirs";
/// Makes the task be there again, with one's own text.
pub const PUT_BACK: &str = "Put it back with my text";
/// Describes a task that is selected.
pub const IS_SELECTED: &str = "selected";
/// Gives it up.
pub const LET_GO: &str = "Let it go";
/// A row is one further up.
pub const MOVED_UP: &str = "Moved up";
/// A row is one further down.
pub const MOVED_DOWN: &str = "Moved down";
/// A list in another order cannot be arranged.
pub const NOT_ARRANGED: &str = "Sort by “My order” to move tasks.";

/// Closes a question without an answer.
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

/// What a task has in a field, to be read.
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

/// An edit was given up.
pub fn not_saved(title: &str) -> String {
    let title = named(title);
    format!("Not saved: {title}")
}

/// A task is not in the list that is shown.
pub fn now_elsewhere(title: &str, view: View) -> String {
    let title = named(title);
    format!("{title} is in “{}”", view_name(view))
}

/// Leads to the view where it is.
pub fn show_in(view: View) -> String {
    format!("Show {}", view_name(view))
}

/// A task was moved.
pub fn moved(title: &str) -> String {
    let title = named(title);
    format!("Moved: {title}")
}

/// Changes that could not be sent.
pub fn not_saved_yet(why: &str, count: usize) -> String {
    let why = why.trim_end_matches("Check your connection and try again.").trim_end_matches("Try again in a moment.").trim();
    format!("{why} {} not saved yet: kept here, and sent again by itself.", some(count, "change is", "changes are"))
}

/// A task was added.
pub fn added(title: &str) -> String {
    let title = named(title);
    format!("Added: {title}")
}

/// Tasks were completed, or taken back.
pub fn completed(is_done: bool, count: usize, title: &str) -> String {
    let title = named(title);
    match (is_done, count) {
        (true, 1) => format!("Completed: {title}"),
        (true, _) => format!("{count} tasks completed"),
        (false, 1) => format!("To do again: {title}"),
        (false, _) => format!("{count} tasks to do again"),
    }
}

/// Tasks were deleted.
pub fn deleted(count: usize, title: &str) -> String {
    let title = named(title);
    if count == 1 { format!("Deleted: {title}") } else { format!("{count} tasks deleted") }
}

/// Tasks matter more or less.
pub fn prioritised(priority: Priority, count: usize) -> String {
    format!("{}: {}", super::tasks::priority(priority), some(count, "task", "tasks"))
}

/// Tasks are due then, or never.
pub fn scheduled(day: Option<Day>, today: Day, count: usize, title: &str) -> String {
    let day = day.map_or_else(|| "No date".into(), |due| super::format::day(due, today));
    if count == 1 { format!("{day}: {}", named(title)) } else { format!("{day}: {count} tasks") }
}

/// Tasks have a tag.
pub fn tagged(tag: &str, count: usize) -> String {
    let tag = named(tag);
    format!("#{tag}: {}", some(count, "task", "tasks"))
}

/// Tasks have lost a tag.
pub fn untagged(tag: &str, count: usize) -> String {
    let tag = named(tag);
    format!("#{tag} removed: {}", some(count, "task", "tasks"))
}

/// The button that takes a tag away.
pub fn remove_tag(tag: &str) -> String {
    let tag = named(tag);
    format!("Remove #{tag}")
}

/// A chip that can be made a word again.
pub fn keep_as_word(words: &str) -> String {
    format!("{words}: keep it as a word")
}

/// Several lines were pasted.
pub fn several_lines(count: usize) -> String {
    format!("These are {count} lines.")
}

/// Makes a task of each.
pub fn add_several(count: usize) -> String {
    format!("Add {count} tasks")
}

/// What the server refused, and why.
pub fn refused(what: &str, why: &str) -> String {
    format!("{what}: {why}")
}

/// Why nothing can be saved any more.
pub fn over(why: &str) -> String {
    format!("{why} What you typed is kept.")
}

/// A list has come.
pub fn found(count: usize, has_more: bool) -> String {
    let found = some(count, "task", "tasks");
    if has_more { format!("{found}, and more") } else { found }
}

/// The next page of a list has come.
pub fn found_more(count: usize) -> String {
    some(count, "more task", "more tasks")
}

/// The toolbar of the selection counts.
pub fn selected_count(count: usize) -> String {
    some(count, "selected", "selected")
}

/// The selection has changed.
pub fn selection(count: usize) -> String {
    some(count, "task selected", "tasks selected")
}
