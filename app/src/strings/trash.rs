//! The trash.

use super::format::{day, named};
use crate::day::Day;

/// The page, and what leads to it.
pub const TRASH: &str = "Trash";
/// Puts a task back.
pub const PUT_TASK_BACK: &str = "Put back";
/// Puts back all of them.
pub const PUT_ALL_BACK: &str = "Put all back";
/// Removes a task for good, or asks whether to.
pub const DELETE_FOR_GOOD: &str = "Delete for good";
/// Removes all of them for good, or asks whether to.
pub const EMPTY_TRASH: &str = "Empty trash";
/// What there is to know before.
pub const NO_WAY_BACK: &str = "This can’t be undone.";
/// And of all.
pub const NO_WAY_BACK_FOR_ALL: &str = "Everything in the trash goes, and this can’t be undone.";
/// Says yes to it.
pub const YES_DELETE: &str = "Yes, delete it";
/// Says yes to it.
pub const YES_EMPTY: &str = "Yes, empty it";
/// A task that was done.
pub const WAS_COMPLETED: &str = "Completed";
/// The page after this one.
pub const OLDER: &str = "Older";
/// The first page.
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
    format!("{PUT_TASK_BACK}: {}", named(title))
}

/// What asks whether to remove a task for good.
pub fn delete_for_good(title: &str) -> String {
    format!("{DELETE_FOR_GOOD}: {}", named(title))
}

/// The button that does it.
pub fn yes_delete(title: &str) -> String {
    format!("{YES_DELETE}: {}", named(title))
}

/// A task was put back.
pub fn put_back(title: &str) -> String {
    format!("Put back: {}", named(title))
}

/// All of them were put back.
pub const ALL_PUT_BACK: &str = "Everything is back among your tasks.";
/// A task was removed for good.
pub const PURGED: &str = "It is gone for good.";
/// All of them were removed for good.
pub const EMPTIED: &str = "Everything that was here is gone for good.";
/// Leads to the task that was put back.
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
