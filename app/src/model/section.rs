//! The parts of a list that have headings of their own.

use std::cmp::Ordering;

use super::{Day, Due, ListQuery, Sort, Status, Task, UtcOffset};

/// How many days after today have a heading in the list of what is due later, also when nothing is due then.
const DAYS_AHEAD: i32 = 7;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// The whole list: it has no heading.
    Whole,
    /// What was due before today.
    Overdue,
    /// What is due on this day, or was done then.
    Day(Day),
    /// Below a list of what is to do: what is done, folded away.
    Done,
}

/// By what a list is parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    None,
    /// Overdue, and today.
    Today,
    DueDays,
    CompletedDays,
}

impl Parts {
    fn of(query: &ListQuery) -> Self {
        match (query.status, query.due, query.sort) {
            (Status::Pending, Some(Due::ByToday), _) => Self::Today,
            (Status::Pending, Some(Due::Upcoming), Some(Sort::DueDate)) if query.order.is_none() => Self::DueDays,
            (Status::Completed, _, Some(Sort::UpdatedAt)) if query.order.is_none() => Self::CompletedDays,
            _ => Self::None,
        }
    }
}

impl Section {
    /// Where a task of this list stands.
    pub fn of(query: &ListQuery, task: &Task, today: Day, offset: UtcOffset) -> Self {
        match (Parts::of(query), task.due_date) {
            (Parts::None, _) => Self::Whole,
            (Parts::Today, Some(due)) if due < today => Self::Overdue,
            (Parts::Today, _) => Self::Day(today),
            (Parts::DueDays, due) => Self::Day(due.unwrap_or(today)),
            (Parts::CompletedDays, _) => Self::Day(offset.day(task.completed_at.unwrap_or(task.updated_at))),
        }
    }

    /// The parts that a list has, also without any task; but for what is done below it.
    pub fn fixed(query: &ListQuery, today: Day) -> Vec<Self> {
        match Parts::of(query) {
            Parts::None => vec![Self::Whole],
            Parts::Today => vec![Self::Day(today)],
            Parts::DueDays => (1..=DAYS_AHEAD).map(|days| Self::Day(today.plus(days))).collect(),
            Parts::CompletedDays => Vec::new(),
        }
    }

    /// How two parts of a list stand: days in the order of the list, what is done last.
    pub fn compare(self, other: Self, query: &ListQuery) -> Ordering {
        let rank = |section| match section {
            Self::Whole | Self::Overdue => 0,
            Self::Day(_) => 1,
            Self::Done => 2,
        };
        match (self, other) {
            (Self::Day(a), Self::Day(b)) if query.status == Status::Completed => b.cmp(&a),
            (Self::Day(a), Self::Day(b)) => a.cmp(&b),
            _ => rank(self).cmp(&rank(other)),
        }
    }

    /// The tasks of a list in its parts, in order.
    pub fn arrange<T>(query: &ListQuery, today: Day, items: impl IntoIterator<Item = (Self, T)>) -> Vec<(Self, Vec<T>)> {
        let mut sections: Vec<_> = Self::fixed(query, today).into_iter().map(|section| (section, Vec::new())).collect();
        for (section, item) in items {
            // Those that follow each other are mostly of one part, and there are few parts.
            let at = sections.iter().rposition(|(other, _)| *other == section).unwrap_or_else(|| {
                let at = sections.iter().position(|(other, _)| section.compare(*other, query).is_lt()).unwrap_or(sections.len());
                sections.insert(at, (section, Vec::new()));
                at
            });
            sections[at].1.push(item);
        }
        sections
    }
}

impl ListQuery {
    /// Whether a list of what is to do shows below it, folded, what is done.
    pub const fn has_done_below(&self) -> bool {
        matches!(self.status, Status::Pending) && self.due.is_none()
    }

    /// The list of what is done that belongs to a list of what is to do: the latest first.
    #[must_use]
    pub fn of_done(&self) -> Self {
        Self { status: Status::Completed, sort: Some(Sort::UpdatedAt), order: None, ..self.clone() }
    }

    /// Whether a task that is moved to another day's part becomes due on that day.
    pub fn has_due_days(&self) -> bool {
        matches!(Parts::of(self), Parts::Today | Parts::DueDays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(parameters: &[(&str, &str)]) -> ListQuery {
        let mut query = ListQuery::default();
        for (name, value) in parameters {
            assert_eq!(query.set(name, value), Ok(true), "{name}");
        }
        query
    }

    fn due(day: Day) -> Task {
        Task { due_date: Some(day), ..Task::default() }
    }

    #[test]
    fn what_is_due_later_is_parted_by_days_and_the_next_seven_have_a_heading() {
        let today = Day::MIN.plus(1000);
        let upcoming = query(&[("status", "pending"), ("due", "upcoming"), ("sort", "due_date")]);
        let tasks = [due(today.plus(2)), due(today.plus(2)), due(today.plus(40))];
        let items = tasks.iter().map(|task| (Section::of(&upcoming, task, today, UtcOffset::default()), ()));
        let sections = Section::arrange(&upcoming, today, items);
        let days: Vec<_> = sections.iter().map(|(section, items)| (*section, items.len())).collect();
        let mut expected: Vec<_> = (1..=7).map(|day| (Section::Day(today.plus(day)), usize::from(day == 2) * 2)).collect();
        expected.push((Section::Day(today.plus(40)), 1));
        assert_eq!(days, expected);
    }

    #[test]
    fn what_is_overdue_stands_before_today() {
        let today = Day::MIN.plus(1000);
        let list = query(&[("status", "pending"), ("due", "by_today")]);
        let tasks = [due(today), due(today.plus(-1)), due(today.plus(-300))];
        let items = tasks.iter().map(|task| (Section::of(&list, task, today, UtcOffset::default()), ()));
        let sections: Vec<_> = Section::arrange(&list, today, items).into_iter().map(|(section, items)| (section, items.len())).collect();
        assert_eq!(sections, [(Section::Overdue, 2), (Section::Day(today), 1)]);
    }

    #[test]
    fn what_is_done_is_parted_by_the_day_when_it_was_done_the_latest_first() {
        let today = Day::MIN.plus(1000);
        let list = query(&[("status", "completed"), ("sort", "updated_at")]);
        let sections = Section::arrange(
            &list,
            today,
            [(Section::Day(today.plus(-3)), 1), (Section::Day(today), 2), (Section::Day(today.plus(-3)), 3)],
        );
        assert_eq!(sections, [(Section::Day(today), vec![2]), (Section::Day(today.plus(-3)), vec![1, 3])]);
    }

    #[test]
    fn a_list_in_an_order_of_its_own_has_no_parts() {
        let list = query(&[("status", "pending"), ("due", "upcoming"), ("sort", "title")]);
        assert_eq!(Section::fixed(&list, Day::MIN), [Section::Whole]);
        assert_eq!(Section::of(&list, &due(Day::MIN), Day::MIN, UtcOffset::default()), Section::Whole);
    }
}
