//! The list of tasks as the server draws it: its views, its forms, its commands and keys.

use super::named;
use crate::model::{Due, ListQuery, Priority, Sort, Status};

/// The title of the tab: it carries what is still to do.
pub fn tasks_title(pending: i64) -> String {
    if pending == 0 { "Tasks · Holdfast".into() } else { format!("({pending}) Tasks · Holdfast") }
}

/// A priority.
pub const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::None => "No priority",
        Priority::Low => "Low",
        Priority::Medium => "Medium",
        Priority::High => "High",
    }
}

/// The views, each with its address.
pub const VIEWS: [(View, &str); 5] = [
    (View::All, "/tasks"),
    (View::Pending, "/tasks?status=pending"),
    (View::Today, "/tasks?status=pending&due=by_today"),
    (View::Upcoming, "/tasks?status=pending&due=upcoming&sort=due_date"),
    (View::Completed, "/tasks?status=completed&sort=updated_at"),
];

/// A list that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything.
    All,
    /// What is to be done.
    Pending,
    /// What is due today, or was before.
    Today,
    /// What is due later.
    Upcoming,
    /// What is done.
    Completed,
}

impl View {
    /// The one whose list this is, whatever else is asked of it.
    pub const fn of(query: &ListQuery) -> Self {
        match (query.status, query.due) {
            (Status::Pending, Some(Due::ByToday)) => Self::Today,
            (Status::Pending, Some(Due::Upcoming)) => Self::Upcoming,
            (Status::Completed, _) => Self::Completed,
            (Status::Pending, _) => Self::Pending,
            (Status::All, _) => Self::All,
        }
    }

    /// Its list.
    pub fn query(self) -> ListQuery {
        let (status, due) = match self {
            Self::All => (Status::All, None),
            Self::Pending => (Status::Pending, None),
            Self::Today => (Status::Pending, Some(Due::ByToday)),
            Self::Upcoming => (Status::Pending, Some(Due::Upcoming)),
            Self::Completed => (Status::Completed, None),
        };
        ListQuery { status, due, ..ListQuery::default() }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Pending => "To do",
            Self::Today => "Today",
            Self::Upcoming => "Upcoming",
            Self::Completed => "Completed",
        }
    }

    /// Its heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::All => "All tasks",
            other => other.name(),
        }
    }

    /// What it says when it has nothing.
    pub const fn empty(self) -> &'static str {
        match self {
            Self::All => "Nothing here yet. What is on your mind?",
            Self::Pending => "All done. Enjoy the quiet.",
            Self::Today => "Nothing is due today. Enjoy the quiet.",
            Self::Upcoming => "Nothing is planned. Write a day at the end of a task: tomorrow, fri, 2027-01-31.",
            Self::Completed => "Nothing completed yet. The first tick will show up here.",
        }
    }

    /// The order that it has when nobody says another.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Upcoming => Sort::DueDate,
            Self::Completed => Sort::UpdatedAt,
            Self::All | Self::Pending | Self::Today => Sort::Position,
        }
    }
}

/// What a list with a search or a filter says when it has nothing.
pub const NOTHING_FOUND: &str = "Nothing matches. Try fewer words, or take a filter away.";

/// How many tasks there are.
pub fn count(pending: i64, total: i64) -> String {
    match (pending, total) {
        (_, 0) => String::new(),
        (0, _) => "all done".into(),
        (pending, total) => format!("{pending} of {total} to do"),
    }
}

/// Orders to choose from.
pub const SORTS: [(Sort, &str); 6] = [
    (Sort::Position, "My order"),
    (Sort::DueDate, "Day"),
    (Sort::Priority, "Priority"),
    (Sort::Title, "Title"),
    (Sort::CreatedAt, "Newest"),
    (Sort::UpdatedAt, "Last changed"),
];

/// Days to choose from.
pub const DUES: [(Due, &str); 5] = [
    (Due::Overdue, "Overdue"),
    (Due::Today, "Today"),
    (Due::Week, "This week"),
    (Due::Upcoming, "Later than today"),
    (Due::None, "No day"),
];

/// The button of a done task, where no script is.
pub const TO_DO_AGAIN: &str = "To do again";

/// The box that completes a task.
pub fn completed_box(title: &str) -> String {
    let title = named(title);
    format!("Completed: {title}")
}

/// The button that opens a task for editing.
pub fn edit(title: &str) -> String {
    let title = named(title);
    format!("Edit: {title}")
}

/// The button that deletes a task.
pub fn delete(title: &str) -> String {
    let title = named(title);
    format!("Delete: {title}")
}

/// The navigation.
pub const VIEWS_NAME: &str = "Which tasks";
/// The line for a new task.
pub const NEW_TASK: &str = "New task";
/// What it invites to.
pub const ADD_A_TASK: &str = "Add a task";
/// Its button.
pub const ADD: &str = "Add";
/// Several lines are one task.
pub const ONE_TASK: &str = "As one task";
/// The search field.
pub const SEARCH: &str = "Search";
/// What narrows a list.
pub const FILTER_AND_SORT: &str = "Filter and sort";
/// Sends the filters, where no script does.
pub const APPLY: &str = "Apply";
/// A filter that filters nothing.
pub const ANY: &str = "Any";
/// When.
pub const DUE: &str = "Due";
/// The filter of the view of today.
pub const BY_TODAY: &str = "Today or before";
/// How much it matters.
pub const PRIORITY: &str = "Priority";
/// A word to find it by.
pub const TAG: &str = "Tag";
/// Several of them.
pub const TAGS: &str = "Tags";
/// How they are written.
pub const TAGS_HINT: &str = "home, garden";
/// The order.
pub const SORT: &str = "Sort by";
/// The next page.
pub const SHOW_MORE: &str = "Show more";
/// The palette.
pub const COMMANDS: &str = "Commands";
/// Its field.
pub const FIND_COMMAND: &str = "Find a command";
/// What it says when it has none.
pub const NO_COMMAND: &str = "There is no such command.";
/// The list of keys.
pub const SHORTCUTS: &str = "Keyboard shortcuts";
/// Whether they do anything.
pub const KEYS_ON: &str = "Use these keys";
/// What the add line understands.
pub const QUICK_HINT: &str =
    "At the end of a new task: !high, !medium or !low, #tag, today, tomorrow, fri, 2027-01-31. A backslash before a word keeps it a word.";
/// Closes a dialog.
pub const CLOSE: &str = "Close";
/// Takes back.
pub const UNDO: &str = "Undo";
/// The toolbar of the selection.
pub const SELECTED_TASKS: &str = "Selected tasks";
/// Ticks it off.
pub const COMPLETE: &str = "Complete";
/// Adds a tag to all that are selected.
pub const ADD_TAG: &str = "Add a tag";
/// Removes.
pub const DELETE: &str = "Delete";
/// Selects nothing.
pub const CLEAR: &str = "Clear";
/// A member of a task.
pub const TITLE: &str = "Title";
/// A member of a task.
pub const DESCRIPTION: &str = "Description";
/// The page that edits one task.
pub const EDIT_TASK: &str = "Edit the task";
/// What the form of a task does that changed meanwhile.
pub const SAVE_OVER_IT: &str = "Below is what you typed. Save it to replace what the task says now, or cancel.";
/// Keeps an edit.
pub const SAVE: &str = "Save";
/// Gives an edit up.
pub const CANCEL: &str = "Cancel";
/// Moves a task towards the top.
pub const MOVE_UP: &str = "Move up";
/// Moves a task towards the end.
pub const MOVE_DOWN: &str = "Move down";
/// The command that leads to a view.
pub fn go_to(view: View) -> String {
    format!("Go to {}", view.name())
}

/// A command of the palette.
pub const COMPLETE_TASK: &str = "Complete the task";
/// A command of the palette.
pub const DELETE_TASK: &str = "Delete the task";
/// A command of the palette.
pub const MOVE_TASK_UP: &str = "Move the task up";
/// A command of the palette.
pub const MOVE_TASK_DOWN: &str = "Move the task down";
/// A command of the palette.
pub const SELECT_EVERY_TASK: &str = "Select every task";
/// A command of the palette.
pub const DARK_COLOURS: &str = "Dark colours";
/// A command of the palette.
pub const LIGHT_COLOURS: &str = "Light colours";
/// A command of the palette.
pub const SYSTEM_COLOURS: &str = "The system’s colours";

/// Other words by which a command is found, in lower case.
pub const SYNONYMS: [(&str, &str); 12] = [
    (ADD_A_TASK, "new create"),
    (SEARCH, "find filter"),
    (COMPLETE_TASK, "done finish tick check"),
    (EDIT_TASK, "change rename due date priority tags"),
    (DELETE_TASK, "remove trash"),
    (SELECT_EVERY_TASK, "all mark"),
    (UNDO, "revert take back"),
    (DARK_COLOURS, "theme night mode colors"),
    (LIGHT_COLOURS, "theme day bright mode colors"),
    (SYSTEM_COLOURS, "theme automatic mode colors"),
    (SHORTCUTS, "help keys"),
    (super::YOUR_ACCOUNT, "settings profile password devices export log out sign out"),
];

/// The key that moves a task up.
pub const KEY_MOVE_UP: &str = "Alt ↑";
/// The key that moves a task down.
pub const KEY_MOVE_DOWN: &str = "Alt ↓";
/// The key that selects every task.
pub const KEY_SELECT_ALL: &str = "Ctrl A";
/// The key that takes back.
pub const KEY_UNDO: &str = "Ctrl Z";
/// The key that deletes.
pub const KEY_DELETE: &str = "Del";

/// The keys of the list of keys, and what they do.
pub const KEYS: [(&str, &str); 13] = [
    ("n", "Add a task"),
    ("/", "Search"),
    ("j k", "Next task, task before"),
    ("x", "Complete"),
    ("e", "Edit"),
    ("Del", "Delete"),
    ("1 2 3 4", "Priority: none, low, medium, high"),
    ("s", "Select; with Shift and j or k several"),
    ("Ctrl A", "Select every task"),
    ("Alt ↑ ↓", "Move the task"),
    ("Ctrl Z", "Undo"),
    ("Ctrl K", "Commands"),
    ("?", "These keys"),
];
