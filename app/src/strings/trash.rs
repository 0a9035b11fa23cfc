//! The trash.

use super::format::{day, isolated};
use crate::day::Day;

/// The title of the page, and the text of links to it.
pub const TRASH: &str = "Trash";
/// The button that restores a task.
pub const PUT_TASK_BACK: &str = "Put back";
/// The button that restores all tasks.
pub const PUT_ALL_BACK: &str = "Put all back";
/// The button that asks whether to remove a task for good.
pub const DELETE_FOR_GOOD: &str = "Delete for good";
/// The button that asks whether to remove all tasks for good.
pub const EMPTY_TRASH: &str = "Empty trash";
/// The warning before removing a task.
pub const NO_WAY_BACK: &str = "This can’t be undone.";
/// The warning before removing all tasks.
pub const NO_WAY_BACK_FOR_ALL: &str = "Everything in the trash goes, and this can’t be undone.";
/// The button that removes a task.
pub const YES_DELETE: &str = "Yes, delete it";
/// The button that removes all tasks.
pub const YES_EMPTY: &str = "Yes, empty it";
/// Marks a completed task.
pub const WAS_COMPLETED: &str = "Completed";
/// The link to the next page.
pub const OLDER: &str = "Older";
/// The link to the first page.
pub const NEWEST: &str = "Newest";

/// What the page is, or that there is nothing on it.
pub fn trash_lead(days: u32, is_empty: bool) -> String {
    let days = if days == 1 { "a day".into() } else { format!("{days} days") };
    if is_empty {
        format!("The trash is empty. What you delete stays here for {days}.")
    } else {
        format!("What you delete stays here for {days}, then it is gone for good.")
    }
}

/// When a task was deleted, and until when it can be put back.
pub fn deleted_and_kept(deleted: Day, until: Day, today: Day) -> String {
    let spoken = |on: &str, then: Day| match then.since(today) {
        -1..=1 => day(then, today).to_lowercase(),
        _ => format!("{on}{}", day(then, today)),
    };
    format!("Deleted {}, kept until {}", spoken("on ", deleted), spoken("", until))
}

/// The button that puts a task back.
pub fn put_task_back(title: &str) -> String {
    format!("{PUT_TASK_BACK}: {}", isolated(title))
}

/// What asks whether to remove a task for good.
pub fn delete_for_good(title: &str) -> String {
    format!("{DELETE_FOR_GOOD}: {}", isolated(title))
}

/// The accessible name of the button that removes it.
pub fn yes_delete(title: &str) -> String {
    format!("{YES_DELETE}: {}", isolated(title))
}

/// A task was restored.
pub fn put_back(title: &str) -> String {
    format!("Put back: {}", isolated(title))
}

/// All tasks were restored.
pub const ALL_PUT_BACK: &str = "Everything is back among your tasks.";
/// A task was removed for good.
pub const PURGED: &str = "It is gone for good.";
/// All tasks were removed for good.
pub const EMPTIED: &str = "Everything that was here is gone for good.";
/// The link to the restored task.
pub const OPEN_IT: &str = "Open it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_task_was_deleted_and_until_when_it_is_kept_is_said_as_people_say_it() {
        let today: Day = "2026-11-25".parse().expect("a day");
        for (deleted, until, words) in [
            (0, 30, "Deleted today, kept until 25 Dec"),
            (-1, 29, "Deleted yesterday, kept until 24 Dec"),
            (-2, 45, "Deleted on 23 Nov, kept until 9 Jan 2027"),
            (-23, 3, "Deleted on 2 Nov, kept until Saturday"),
            (-29, 1, "Deleted on 27 Oct, kept until tomorrow"),
            (-30, 0, "Deleted on 26 Oct, kept until today"),
        ] {
            assert_eq!(deleted_and_kept(today.plus(deleted), today.plus(until), today), words);
        }
    }

    #[test]
    fn how_long_the_trash_is_kept_is_said_in_days() {
        assert!(trash_lead(1, true).ends_with("for a day."));
        assert!(trash_lead(30, false).contains("for 30 days,"));
    }
}
