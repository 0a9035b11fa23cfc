//! Commands that do not migrate, unless they make the database.

use crate::{
    config::Database,
    db::{Db, OpenError, Schema},
};

/// Why a command that does not migrate does nothing.
pub fn migrations_are_due(count: usize) -> String {
    format!("{count} migrations are due: run `holdfast migrate`")
}

/// Whether there is no database yet: commands that add to it make it, so that the server need not be started first.
pub async fn is_new(database: &Database) -> Result<bool, OpenError> {
    match database {
        Database::Sqlite(file) if !file.exists() => Ok(true),
        _ => Ok(matches!(Db::schema(database).await?, Schema::New { .. })),
    }
}
