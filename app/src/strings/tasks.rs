//! The task list: views, forms, filters, commands and keyboard shortcuts.

use super::{
    account::YOUR_ACCOUNT,
    format::{day_heading, isolated},
    trash::TRASH,
};
use crate::model::{Day, Due, Priority, Section, Sort, View};

/// The title of the browser tab, with the number of tasks to do.
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

/// The name of a view.
pub const fn view_name(view: View) -> &'static str {
    match view {
        View::All => "All",
        View::Pending => "To do",
        View::Today => "Today",
        View::Upcoming => "Upcoming",
        View::Completed => "Completed",
    }
}

/// The heading of a view.
pub const fn view_heading(view: View) -> &'static str {
    match view {
        View::All => "All tasks",
        other => view_name(other),
    }
}

/// What a view says that has no tasks.
pub const fn view_empty(view: View) -> &'static str {
    match view {
        View::All => "Nothing here yet. What is on your mind?",
        View::Pending => "All done. Enjoy the quiet.",
        View::Today => "Nothing is due today. Enjoy the quiet.",
        View::Upcoming => "Nothing is planned. Write a day at the end of a task: tomorrow, fri, 2027-01-31.",
        View::Completed => "Nothing completed yet. The first tick will show up here.",
    }
}

/// The heading of a part of the list.
pub fn section(section: Section, today: Day) -> String {
    match section {
        Section::Whole | Section::Done => String::new(),
        Section::Overdue => "Overdue".into(),
        Section::Day(day) => day_heading(day, today),
    }
}

/// The navigation at the bottom of a narrow screen.
pub const BOTTOM_BAR: &str = "Main";
/// The button that opens the other views.
pub const BROWSE: &str = "Browse";

/// The label of the due date.
pub const DATE: &str = "Date";
/// The choice of no due date.
pub const NO_DATE: &str = "No date";
/// The field of the popover of a date.
pub const TYPE_A_DATE: &str = "Type a date";
/// Examples in that field.
pub const TYPE_A_DATE_HINT: &str = "tomorrow, fri, 5 dec";
/// The hint for a text that is no date.
pub const NO_DATE_UNDERSTOOD: &str = "No date is understood yet.";
/// The button that shows the previous month.
pub const MONTH_BEFORE: &str = "Month before";
/// The button that shows the next month.
pub const NEXT_MONTH: &str = "Next month";
/// The heads of the columns of a month.
pub const SHORT_WEEKDAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
/// The link to all tasks with a tag.
pub const SHOW_ALL_WITH_TAG: &str = "Show all tasks with this tag";

/// The near days to choose from: the weekend is the next Saturday, the week begins on the next Monday.
pub fn near_days(today: Day) -> impl Iterator<Item = (&'static str, Day)> {
    let until = |weekday: usize| {
        let days = (weekday + 7 - today.weekday()) % 7;
        today.plus(i32::try_from(if days == 0 { 7 } else { days }).unwrap_or(7))
    };
    [("Today", today), ("Tomorrow", today.plus(1)), ("This weekend", until(5)), ("Next week", until(0))].into_iter()
}

/// The button that sets the day of a task that has none.
pub fn set_date(title: &str) -> String {
    let title = isolated(title);
    format!("Set a date: {title}")
}

/// The button that changes the day of a task.
pub fn change_date(date: &str, title: &str) -> String {
    let title = isolated(title);
    format!("{date}, date of {title}")
}

/// The button that changes the priority of a task.
pub fn change_priority(priority: Priority, title: &str) -> String {
    let title = isolated(title);
    format!("{} priority: {title}", self::priority(priority))
}

/// The button beside what is overdue.
pub const MOVE_ALL_TO_TODAY: &str = "Move all to today";
/// The link to the completed tasks.
pub const SHOW_ALL_COMPLETED: &str = "Show all completed";

/// An example of the add line, which a click puts there.
pub const EXAMPLE_TASK: &str = "Call Grandma tomorrow #family";

/// No task matches the search and filters.
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

/// The button of a completed task in a page without a script.
pub const TO_DO_AGAIN: &str = "To do again";

/// The box that completes a task.
pub fn completed_box(title: &str) -> String {
    let title = isolated(title);
    format!("Completed: {title}")
}

/// The button that opens a task for editing.
pub fn edit(title: &str) -> String {
    let title = isolated(title);
    format!("Edit: {title}")
}

/// The button that deletes a task.
pub fn delete(title: &str) -> String {
    let title = isolated(title);
    format!("Delete: {title}")
}

/// The name of the navigation between views.
pub const VIEWS_NAME: &str = "Which tasks";
/// The label of the add line.
pub const NEW_TASK: &str = "New task";
/// Its placeholder.
pub const ADD_A_TASK: &str = "Add a task";
/// Its button.
pub const ADD: &str = "Add";
/// The button that joins pasted lines into one task.
pub const ONE_TASK: &str = "As one task";
/// The search field.
pub const SEARCH: &str = "Search";
/// Shows the search field.
pub const FIND: &str = "Find";
/// The button that shows filters and order.
pub const FILTER_AND_SORT: &str = "Filter and sort";
/// A search as a filter.
pub fn quoted(text: &str) -> String {
    format!("“{text}”")
}

/// A priority as a filter.
pub fn of_priority(priority: Priority) -> String {
    match priority {
        Priority::None => self::priority(priority).into(),
        other => format!("{} priority", self::priority(other)),
    }
}

/// An order as a filter.
pub fn sorted_by(order: &str) -> String {
    format!("Sorted: {order}")
}

/// The accessible name of the link that removes a filter.
pub fn without(filter: &str) -> String {
    format!("{filter}: remove this filter")
}

/// The link that removes all filters.
pub const CLEAR_FILTERS: &str = "Clear";
/// The button that sends the filters in a page without a script.
pub const APPLY: &str = "Apply";
/// The choice of no filter.
pub const ANY: &str = "Any";
/// The label of the due date.
pub const DUE: &str = "Due";
/// The filter of the view of today.
pub const BY_TODAY: &str = "Today or before";
/// The label of the priority.
pub const PRIORITY: &str = "Priority";
/// The label of a tag.
pub const TAG: &str = "Tag";
/// The label of the tags.
pub const TAGS: &str = "Tags";
/// An example of them.
pub const TAGS_HINT: &str = "home, garden";
/// The order.
pub const SORT: &str = "Sort by";
/// The link to the next page of the list.
pub const SHOW_MORE: &str = "Show more";
/// The palette.
pub const COMMANDS: &str = "Commands";
/// Its field.
pub const FIND_COMMAND: &str = "Find a command";
/// No command matches.
pub const NO_COMMAND: &str = "There is no such command.";
/// The dialog of the keyboard shortcuts.
pub const SHORTCUTS: &str = "Keyboard shortcuts";
/// The box that switches them on.
pub const KEYS_ON: &str = "Use these keys";
/// The syntax of the add line.
pub const QUICK_HINT: &str =
    "At the end of a new task: !high, !medium or !low, #tag, today, tomorrow, fri, 2027-01-31. A backslash before a word keeps it a word.";
/// Closes a dialog.
pub const CLOSE: &str = "Close";
/// The button that undoes the last action.
pub const UNDO: &str = "Undo";
/// The toolbar of the selection.
pub const SELECTED_TASKS: &str = "Selected tasks";
/// The button that completes a task.
pub const COMPLETE: &str = "Complete";
/// Adds a tag to all that are selected.
pub const ADD_TAG: &str = "Add a tag";
/// The button that deletes.
pub const DELETE: &str = "Delete";
/// The button that clears the selection.
pub const CLEAR: &str = "Clear";
/// The label of the title.
pub const TITLE: &str = "Title";
/// The label of the description.
pub const DESCRIPTION: &str = "Description";
/// The page that edits one task.
pub const EDIT_TASK: &str = "Edit the task";
/// The hint of the form of a task that was changed elsewhere since.
pub const SAVE_OVER_IT: &str = "Below is what you typed. Save it to replace what the task says now, or cancel.";
/// The button that saves an edit.
pub const SAVE: &str = "Save";
/// The button that cancels an edit.
pub const CANCEL: &str = "Cancel";
/// The button that moves a task up by one.
pub const MOVE_UP: &str = "Move up";
/// The button that moves a task down by one.
pub const MOVE_DOWN: &str = "Move down";
/// The command that leads to a view.
pub fn go_to(view: View) -> String {
    format!("Go to {}", view_name(view))
}

/// A command of the palette.
pub const COMPLETE_TASK: &str = "Complete the task";
/// A command of the palette.
pub const SET_DATE: &str = "Set a date";
/// A command of the palette.
pub const DUE_TODAY: &str = "Due today";
/// A command of the palette.
pub const DUE_TOMORROW: &str = "Due tomorrow";
/// A command of the palette.
pub const SET_TAGS: &str = "Set tags";
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
pub const SYNONYMS: [(&str, &str); 16] = [
    (ADD_A_TASK, "new create"),
    (SEARCH, "find filter"),
    (COMPLETE_TASK, "done finish tick check"),
    (EDIT_TASK, "change rename due date priority tags"),
    (SET_DATE, "due day schedule postpone snooze calendar"),
    (SET_TAGS, "label"),
    (FILTER_AND_SORT, "order priority tag due"),
    (DELETE_TASK, "remove trash"),
    (SELECT_EVERY_TASK, "all mark"),
    (UNDO, "revert take back"),
    (DARK_COLOURS, "theme night mode colors"),
    (LIGHT_COLOURS, "theme day bright mode colors"),
    (SYSTEM_COLOURS, "theme automatic mode colors"),
    (SHORTCUTS, "help keys"),
    (TRASH, "deleted bin restore recover put back"),
    (YOUR_ACCOUNT, "settings profile password devices export log out sign out"),
];

/// The key that moves a task up.
pub const KEY_MOVE_UP: &str = "Alt ↑";
/// The key that moves a task down.
pub const KEY_MOVE_DOWN: &str = "Alt ↓";
/// The key that selects every task.
pub const KEY_SELECT_ALL: &str = "Ctrl A";
/// The key that undoes.
pub const KEY_UNDO: &str = "Ctrl Z";
/// The key that deletes.
pub const KEY_DELETE: &str = "Del";

/// The keyboard shortcuts, each with what it does.
pub const KEYS: [(&str, &str); 15] = [
    ("n", "Add a task"),
    ("/", "Search"),
    ("f", "Filter and sort"),
    ("j k", "Next task, task before"),
    ("x", "Complete"),
    ("e", "Edit"),
    ("d t", "Date, tags"),
    ("Del", "Delete"),
    ("1 2 3 4", "Priority: none, low, medium, high"),
    ("s", "Select; with Shift and j or k several"),
    ("Ctrl A", "Select every task"),
    ("Alt ↑ ↓", "Move the task"),
    ("Ctrl Z", "Undo"),
    ("Ctrl K", "Commands"),
    ("?", "These keys"),
];
