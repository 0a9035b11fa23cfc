//! The refusal of commands that do not migrate.

/// Why a command that does not migrate does nothing.
pub fn migrations_are_due(count: usize) -> String {
    format!("{count} migrations are due: run `holdfast migrate`")
}
