//! The lists that have a name.

use super::{Due, ListQuery, Sort, Status};

/// A list that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Tasks still to do.
    Pending,
    /// Tasks to do that are due today or overdue.
    Today,
    /// Tasks to do that are due after today.
    Upcoming,
    /// Completed tasks.
    Completed,
    /// All tasks.
    All,
}

impl View {
    /// All views, in the order of the navigation.
    pub const EACH: [Self; 5] = [Self::Pending, Self::Today, Self::Upcoming, Self::Completed, Self::All];

    /// The view to which a list belongs, whatever else is asked of it.
    pub const fn of(query: &ListQuery) -> Self {
        match (query.status, query.due) {
            (Status::Pending, Some(Due::ByToday)) => Self::Today,
            (Status::Pending, Some(Due::Upcoming)) => Self::Upcoming,
            (Status::Completed, _) => Self::Completed,
            (Status::Pending, _) => Self::Pending,
            (Status::All, _) => Self::All,
        }
    }

    /// The tasks of the view.
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

    /// The order of the view, unless the address of the page says another.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Upcoming => Sort::DueDate,
            Self::Completed => Sort::UpdatedAt,
            Self::All | Self::Pending | Self::Today => Sort::Position,
        }
    }
}
