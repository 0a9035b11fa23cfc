//! The small types that name a row, a direction, and what an action is about.

/// Names a row for as long as the page lives: a task that was made here gets its id from the server later.
pub type RowKey = u32;

/// Which tasks an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Those that are selected; without any, the one that has the focus.
    Chosen,
    Row(RowKey),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// What a popover changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopoverKind {
    Date,
    Priority,
    Tags,
}
