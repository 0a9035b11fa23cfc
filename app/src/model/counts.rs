//! How many tasks a user has.

use serde::{Deserialize, Serialize};

use super::{Day, Task, View};

/// How many tasks a user has, in each view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All of them.
    pub total: i64,
    /// Those still to do.
    pub pending: i64,
    /// Those of them that are due today or before.
    pub today: i64,
    /// Those of them that are due later.
    pub upcoming: i64,
}

impl Counts {
    /// Adds a task (`by` is 1), or takes one away (-1).
    pub fn add(&mut self, task: &Task, today: Day, by: i64) {
        self.total += by;
        if !task.completed {
            self.pending += by;
            self.today += by * i64::from(task.due_date.is_some_and(|day| day <= today));
            self.upcoming += by * i64::from(task.due_date.is_some_and(|day| day > today));
        }
    }

    /// Of one view.
    pub const fn of(&self, view: View) -> i64 {
        match view {
            View::All => self.total,
            View::Pending => self.pending,
            View::Today => self.today,
            View::Upcoming => self.upcoming,
            View::Completed => self.total - self.pending,
        }
    }
}
