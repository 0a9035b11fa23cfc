//! All words of the interface.

use crate::{
    day::Day,
    model::{Due, ListQuery, Priority, Sort, Status},
};

/// No answer came.
pub const UNREACHABLE: &str = "Holdfast can’t be reached. Check your connection and try again.";
/// An answer came that is none of Holdfast's.
pub const NO_SENSE: &str = "Holdfast gave an answer that makes no sense. Try again in a moment.";
/// Somebody signed out elsewhere.
pub const SIGNED_OUT_ELSEWHERE: &str = "You signed out in another tab.";
/// A session is over.
pub const SESSION_EXPIRED: &str = "Your session has expired.";
/// Nothing is lost.
pub const TYPED_IS_KEPT: &str = "What you typed is kept.";
/// Another account is in use in this browser.
pub const SOMEBODY_ELSE: &str = "Another tab is signed in as somebody else.";

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day as people say it.
pub fn day(day: Day, today: Day) -> String {
    match day.since(today) {
        -1 => "Yesterday".into(),
        0 => "Today".into(),
        1 => "Tomorrow".into(),
        2..=6 => WEEKDAYS[day.weekday()].into(),
        _ => {
            let (year, month, number) = day.civil();
            let month = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"");
            if year == today.civil().0 { format!("{number} {month}") } else { format!("{number} {month} {year}") }
        }
    }
}

/// When something is due; that it is late is said, not only coloured.
pub fn due(due: Day, today: Day, is_done: bool) -> String {
    if due < today && !is_done { format!("Overdue: {}", day(due, today)) } else { day(due, today) }
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

/// How many, and of what.
pub fn some(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// Makes a password readable.
pub const SHOW_PASSWORD: &str = "Show the password";
/// The opposite.
pub const HIDE_PASSWORD: &str = "Hide the password";
/// What the button says that makes a password readable.
pub const SHOW: &str = "Show";
/// What it says then.
pub const HIDE: &str = "Hide";
/// Something is on its way.
pub const ONE_MOMENT: &str = "One moment…";

/// The box that completes a task.
pub fn completed_box(title: &str) -> String {
    format!("Completed: {title}")
}

/// The button that opens a task for editing.
pub fn edit(title: &str) -> String {
    format!("Edit: {title}")
}

/// The button that deletes a task.
pub fn delete(title: &str) -> String {
    format!("Delete: {title}")
}

impl View {
    /// The order that it has when nobody says another.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Upcoming => Sort::DueDate,
            Self::Completed => Sort::UpdatedAt,
            Self::All | Self::Pending | Self::Today => Sort::Position,
        }
    }
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
/// Keeps an edit.
pub const SAVE: &str = "Save";
/// Gives an edit up.
pub const CANCEL: &str = "Cancel";
/// Moves a task towards the top.
pub const MOVE_UP: &str = "Move up";
/// Moves a task towards the end.
pub const MOVE_DOWN: &str = "Move down";
/// The page of the account.
pub const YOUR_ACCOUNT: &str = "Your account";

/// The command that leads to a view.
pub fn go_to(view: View) -> String {
    format!("Go to {}", view.name())
}

/// Commands of the palette: what each does, its name, its key.
pub const COMMAND_LIST: [(&str, &str, &str); 13] = [
    ("add", "Add a task", "n"),
    ("search", "Search", "/"),
    ("complete", "Complete the task", "x"),
    ("edit", "Edit the task", "e"),
    ("delete", "Delete the task", "Del"),
    ("up", "Move the task up", "Alt ↑"),
    ("down", "Move the task down", "Alt ↓"),
    ("all", "Select every task", "Ctrl A"),
    ("undo", "Undo", "Ctrl Z"),
    ("theme-dark", "Dark colours", ""),
    ("theme-light", "Light colours", ""),
    ("theme-system", "The system’s colours", ""),
    ("help", "Keyboard shortcuts", "?"),
];

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

/// Signing up with an address that is known.
pub const EMAIL_TAKEN: &str = "That e-mail already has an account. Sign in instead?";
/// Signing in with what does not belong together.
pub const WRONG_CREDENTIALS: &str = "The e-mail and the password don’t belong together. Check both and try again.";
/// Signing in without a password.
pub const PASSWORD_MISSING: &str = "Enter your password.";
/// What to know before choosing a password.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few words are easier to remember than symbols.";

/// Leads to the sign-in page.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// Reads the page again.
pub const RELOAD: &str = "Reload";
/// Sends again what could not be sent.
pub const TRY_AGAIN: &str = "Try again";
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
/// Gives it up.
pub const LET_GO: &str = "Let it go";
/// A row is one further up.
pub const MOVED_UP: &str = "Moved up";
/// A row is one further down.
pub const MOVED_DOWN: &str = "Moved down";
/// A list in another order cannot be arranged.
pub const NOT_ARRANGED: &str = "Sort by “My order” to move tasks.";

/// Changes that could not be sent.
pub fn not_saved_yet(why: &str, count: usize) -> String {
    let why = why.trim_end_matches("Check your connection and try again.").trim_end_matches("Try again in a moment.").trim();
    format!("{why} {} not saved yet: kept here, and sent again by itself.", some(count, "change is", "changes are"))
}

/// A task was added.
pub fn added(title: &str) -> String {
    format!("Added: {title}")
}

/// A task that is selected.
pub fn selected(title: &str) -> String {
    format!("{title} (selected)")
}

/// Tasks were completed, or taken back.
pub fn completed(is_done: bool, count: usize, title: &str) -> String {
    match (is_done, count) {
        (true, 1) => format!("Completed: {title}"),
        (true, _) => format!("{count} tasks completed"),
        (false, 1) => format!("To do again: {title}"),
        (false, _) => format!("{count} tasks to do again"),
    }
}

/// Tasks were deleted.
pub fn deleted(count: usize, title: &str) -> String {
    if count == 1 { format!("Deleted: {title}") } else { format!("{count} tasks deleted") }
}

/// Tasks matter more or less.
pub fn prioritised(priority: Priority, count: usize) -> String {
    format!("{}: {}", self::priority(priority), some(count, "task", "tasks"))
}

/// Tasks have a tag.
pub fn tagged(tag: &str, count: usize) -> String {
    format!("#{tag}: {}", some(count, "task", "tasks"))
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
