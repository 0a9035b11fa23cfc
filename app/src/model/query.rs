//! Which tasks a list holds, and in which order: the same words in the address of the page and in a request to the API.

use std::{cmp::Ordering, fmt::Write as _};

use serde::{Deserialize, Serialize};

use super::{Day, Priority, Search, TAG_MAX, Task, lower};

string_enum! {
    /// Which tasks, by whether they are done.
    #[derive(Default)]
    Status, "status is all, pending or completed." {
        /// Every task.
        #[default]
        All = "all",
        /// Those still to do.
        Pending = "pending",
        /// Those done.
        Completed = "completed",
    }
}

impl Status {
    /// What `completed` must be; `None` when it does not matter.
    pub const fn completed(self) -> Option<bool> {
        match self {
            Self::All => None,
            Self::Pending => Some(false),
            Self::Completed => Some(true),
        }
    }
}

string_enum! {
    /// Which tasks, by the day when they are due.
    Due, "due is overdue, today, by_today, week, upcoming or none." {
        /// Before today, and not done.
        Overdue = "overdue",
        /// Today.
        Today = "today",
        /// Today or before.
        ByToday = "by_today",
        /// Today or on one of the six days after it.
        Week = "week",
        /// After today.
        Upcoming = "upcoming",
        /// Never.
        None = "none",
    }
}

impl Due {
    /// The first and the last day of these tasks; `None` for those without a day.
    pub const fn days(self, today: Day) -> Option<(Day, Day)> {
        Some(match self {
            Self::Overdue => (Day::MIN, today.plus(-1)),
            Self::Today => (today, today),
            Self::ByToday => (Day::MIN, today),
            Self::Week => (today, today.plus(6)),
            Self::Upcoming => (today.plus(1), Day::MAX),
            Self::None => return None,
        })
    }
}

string_enum! {
    /// What the tasks are ordered by; equal ones by id, that is by age.
    Sort, "sort is created_at, updated_at, title, due_date, priority or position." {
        /// When they were made.
        CreatedAt = "created_at",
        /// When they last changed.
        UpdatedAt = "updated_at",
        /// By title, whatever its case.
        Title = "title",
        /// By the day when they are due; those without one come last.
        DueDate = "due_date",
        /// By how much they matter.
        Priority = "priority",
        /// As the user arranged them.
        Position = "position",
    }
}

impl Sort {
    /// What people expect: times newest first, the most important first, everything else from its beginning.
    pub const fn order(self) -> Order {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Priority => Order::Desc,
            Self::Title | Self::DueDate | Self::Position => Order::Asc,
        }
    }
}

string_enum! {
    /// Which way.
    Order, "order is asc or desc." {
        /// Oldest first, or A to Z.
        Asc = "asc",
        /// Newest first, or Z to A.
        Desc = "desc",
    }
}

/// Which tasks, and in which order. What is `None` was not said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListQuery {
    /// Done, to do, or both.
    pub status: Status,
    /// Only those that are due then.
    pub due: Option<Due>,
    /// Only those that matter that much.
    pub priority: Option<Priority>,
    /// Only those with this tag, whatever its case.
    pub tag: Option<String>,
    /// Only those that this finds: see [`Search`].
    pub search: Option<String>,
    /// By what to order.
    pub sort: Option<Sort>,
    /// Which way.
    pub order: Option<Order>,
}

impl ListQuery {
    /// Its parameters.
    pub const NAMES: [&str; 7] = ["status", "due", "priority", "tag", "q", "sort", "order"];

    /// Takes a parameter; whether there is one of this name. An error says what it must be.
    pub fn set(&mut self, name: &str, value: &str) -> Result<bool, &'static str> {
        match name {
            "status" => self.status = value.parse()?,
            "due" => self.due = Some(value.parse()?),
            "priority" => self.priority = Some(value.parse().map_err(|_| "priority is none, low, medium or high.")?),
            "tag" if value.chars().any(char::is_control) || value.trim().is_empty() || value.trim().chars().count() > TAG_MAX => {
                return Err("tag has 1 to 50 characters, none of them a control character.");
            }
            "tag" => self.tag = Some(value.trim().to_owned()),
            "q" => self.search = Search::read(value)?.map(|_| value.trim().to_owned()),
            "sort" => self.sort = Some(value.parse()?),
            "order" => self.order = Some(value.parse()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes a parameter back, so that it says nothing.
    pub fn clear(&mut self, name: &str) {
        match name {
            "status" => self.status = Status::default(),
            "due" => self.due = None,
            "priority" => self.priority = None,
            "tag" => self.tag = None,
            "q" => self.search = None,
            "sort" => self.sort = None,
            "order" => self.order = None,
            _ => {}
        }
    }

    /// As a query string, without `?`; empty when it says nothing.
    pub fn to_query(&self) -> String {
        let mut query = String::new();
        let status = Some(self.status).filter(|status| *status != Status::All);
        let pairs = [
            ("status", status.map(Status::as_str)),
            ("due", self.due.map(Due::as_str)),
            ("priority", self.priority.map(Priority::as_str)),
            ("tag", self.tag.as_deref()),
            ("q", self.search.as_deref()),
            ("sort", self.sort.map(Sort::as_str)),
            ("order", self.order.map(Order::as_str)),
        ];
        for (name, value) in pairs {
            let Some(value) = value else { continue };
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            percent_encode(value, &mut query);
        }
        query
    }

    /// Whether a search or a filter beside those of a view is in use.
    pub const fn has_filters(&self) -> bool {
        self.search.is_some() || self.tag.is_some() || self.priority.is_some()
    }

    /// Whether the list is in the order that the person arranged, so that a task can be moved in it.
    pub fn is_arranged(&self) -> bool {
        self.sort.is_none_or(|sort| sort == Sort::Position) && self.order.is_none_or(|order| order == Order::Asc)
    }

    /// Whether two versions of a task may stand at different places of this list.
    pub fn key_differs(&self, before: &Task, after: &Task) -> bool {
        match self.sort.unwrap_or(Sort::Position) {
            Sort::CreatedAt => before.created_at != after.created_at,
            // Not while one looks at it: each change would take the task from under the pointer.
            Sort::UpdatedAt => false,
            Sort::Title => before.title != after.title,
            Sort::DueDate => before.due_date != after.due_date,
            Sort::Priority => before.priority != after.priority,
            Sort::Position => before.position != after.position,
        }
    }

    /// How two tasks stand in this list, which is in `Sort::Position` when it does not say.
    pub fn compare(&self, a: &Task, b: &Task) -> Ordering {
        let sort = self.sort.unwrap_or(Sort::Position);
        let by_key = match sort {
            Sort::CreatedAt => a.created_at.cmp(&b.created_at),
            Sort::UpdatedAt => a.updated_at.cmp(&b.updated_at),
            Sort::Title => lower(&a.title).cmp(&lower(&b.title)),
            Sort::DueDate => a.due_date.unwrap_or(Day::MAX).cmp(&b.due_date.unwrap_or(Day::MAX)),
            Sort::Priority => a.priority.rank().cmp(&b.priority.rank()),
            Sort::Position => a.position.cmp(&b.position),
        };
        let ascending = by_key.then_with(|| a.id.cmp(&b.id));
        if self.order.unwrap_or(sort.order()) == Order::Asc { ascending } else { ascending.reverse() }
    }

    /// Whether a task belongs in this list.
    pub fn holds(&self, task: &Task, today: Day) -> bool {
        let is_due = self.due.is_none_or(|due| match (due.days(today), task.due_date) {
            (Some((first, last)), Some(day)) => (first..=last).contains(&day) && !(due == Due::Overdue && task.completed),
            (days, day) => days.is_none() && day.is_none(),
        });
        let has_tag = self.tag.as_ref().is_none_or(|tag| {
            let tag = lower(tag);
            task.tags.iter().any(|has| lower(has) == tag)
        });
        // What cannot be read finds nothing: `set` lets none in.
        let has_text = self.search.as_ref().is_none_or(|text| match Search::read(text) {
            Ok(search) => search.is_none_or(|search| search.finds(task)),
            Err(_) => false,
        });
        let has_priority = self.priority.is_none_or(|priority| priority == task.priority);
        self.status.completed().is_none_or(|completed| completed == task.completed) && is_due && has_tag && has_text && has_priority
    }
}

/// Appends a value of a query string (RFC 3986: all but unreserved characters are escaped).
fn percent_encode(value: &str, query: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(byte.into());
        } else {
            let _ = write!(query, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_written_as_it_is_read() {
        let mut query = ListQuery::default();
        let pairs = [
            ("status", "pending"),
            ("due", "by_today"),
            ("priority", "high"),
            ("tag", "büro & co"),
            ("q", "a=b"),
            ("sort", "due_date"),
            ("order", "asc"),
        ];
        for (name, value) in pairs {
            assert_eq!(query.set(name, value), Ok(true), "{name}");
        }
        assert_eq!(query.to_query(), "status=pending&due=by_today&priority=high&tag=b%C3%BCro%20%26%20co&q=a%3Db&sort=due_date&order=asc");
        assert_eq!(ListQuery::default().to_query(), "");
        assert_eq!(query.set("limit", "5"), Ok(false));
    }

    #[test]
    fn a_word_that_is_none_is_refused() {
        for name in ["status", "due", "priority", "tag", "sort", "order"] {
            assert!(ListQuery::default().set(name, "").is_err(), "{name}");
            assert!(ListQuery::default().set(name, "nothing\0").is_err(), "{name}");
        }
    }
}
