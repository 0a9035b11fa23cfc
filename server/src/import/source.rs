//! The database of another system, opened to be read alone. Rows are read as JSON: PostgreSQL writes it (`to_jsonb`), and of
//! SQLite, each value is what it is stored as.

use futures_util::TryStreamExt as _;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions as _, Connection as _, PgConnection, Row as _, SqliteConnection, TypeInfo as _,
    ValueRef as _,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{
    columns::{Column, Table, quoted},
    read::Row,
};
use crate::config::Database;

/// One state of the database: what is written meanwhile is not seen, and nothing can be written here.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL TIME ZONE 'UTC'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// The tables of all schemas, those first where names are looked for first.
const TABLES: &str = "SELECT n.nspname, c.relname, a.attname, lower(format_type(a.atttypid, a.atttypmod))
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
    ORDER BY array_position(current_schemas(false), n.nspname) NULLS LAST, n.nspname, c.relname, a.attnum";

/// A connection that reads.
pub enum Source {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

impl Source {
    /// Opens it. The error names no password.
    pub async fn open(database: &Database) -> Result<Self, String> {
        match database {
            Database::Sqlite(file) => {
                let cannot = |why: &dyn std::fmt::Display| format!("cannot read {}: {why}", file.display());
                if !file.is_file() {
                    return Err(cannot(&"there is no such file"));
                }
                let options = SqliteConnectOptions::new().filename(file).create_if_missing(false).read_only(true).foreign_keys(false);
                let mut connection = options.connect().await.map_err(|error| cannot(&error))?;
                // One state of the file for all that is read.
                sqlx::raw_sql("BEGIN").execute(&mut connection).await.map_err(|error| cannot(&error))?;
                Ok(Self::Sqlite(connection))
            }
            Database::Postgres { options, .. } => {
                let cannot = |error: sqlx::Error| format!("cannot read the database on {}: {error}", options.get_host());
                let mut connection = options.connect().await.map_err(cannot)?;
                sqlx::raw_sql(BEGIN).execute(&mut connection).await.map_err(cannot)?;
                Ok(Self::Postgres(connection))
            }
        }
    }

    /// Ends it.
    pub async fn close(self) {
        // Nothing was written: there is nothing to lose.
        let _ = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
    }

    /// Its tables with their columns.
    pub async fn tables(&mut self) -> sqlx::Result<Vec<Table>> {
        let columns: Vec<(Option<String>, String, String, String)> = match self {
            Self::Sqlite(connection) => {
                let sql = "SELECT NULL, m.name, c.name, lower(c.type) FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS c
                           WHERE m.type = 'table' ORDER BY m.name, c.cid";
                sqlx::query_as(sql).fetch_all(connection).await?
            }
            // The simple protocol, which a pooler takes too.
            Self::Postgres(connection) => {
                let rows = sqlx::raw_sql(TABLES).fetch_all(connection).await?;
                rows.iter()
                    .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))
                    .collect::<sqlx::Result<_>>()?
            }
        };
        let mut tables: Vec<Table> = Vec::new();
        for (schema, name, column, kind) in columns {
            let column = Column { name: column, kind };
            match tables.last_mut().filter(|last| last.name == name && last.schema == schema) {
                Some(table) => table.columns.push(column),
                None => tables.push(Table { schema, name, columns: vec![column] }),
            }
        }
        Ok(tables)
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &Table) -> sqlx::Result<u64> {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {}", table.quoted()));
        let count: i64 = match self {
            Self::Sqlite(connection) => sqlx::raw_sql(sql).fetch_one(connection).await?.try_get(0)?,
            Self::Postgres(connection) => sqlx::raw_sql(sql).fetch_one(connection).await?.try_get(0)?,
        };
        Ok(count.unsigned_abs())
    }

    /// Calls `take` with each row of a table: those with the same value in `grouped` one after the other, and these by `ordered`.
    pub async fn each<E: From<sqlx::Error>>(
        &mut self,
        table: &Table,
        grouped: Option<&str>,
        ordered: Option<&str>,
        mut take: impl AsyncFnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_sqlite = matches!(self, Self::Sqlite(_));
        let as_text = |column: &str| {
            let column = quoted(column);
            if is_sqlite { format!("CAST({column} AS TEXT)") } else { format!("{column}::text") }
        };
        let order: Vec<_> = grouped.map(as_text).into_iter().chain(ordered.map(quoted)).collect();
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
        match self {
            Self::Sqlite(connection) => {
                let sql = format!("SELECT * FROM {}{order}", table.quoted());
                let mut rows = sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    take(row_of_sqlite(&row)?).await?;
                }
            }
            Self::Postgres(connection) => {
                let sql = format!("SELECT to_jsonb(holdfast_row)::text FROM {} AS holdfast_row{order}", table.quoted());
                let mut rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(connection);
                while let Some(row) = rows.try_next().await? {
                    let text: String = row.try_get(0)?;
                    let row = serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()))?;
                    take(row).await?;
                }
            }
        }
        Ok(())
    }
}

fn row_of_sqlite(row: &SqliteRow) -> sqlx::Result<Row> {
    let value = |at: usize| {
        let raw = row.try_get_raw(at)?;
        if raw.is_null() {
            return Ok::<_, sqlx::Error>(Value::Null);
        }
        // That of the value: a column of SQLite holds any.
        let kind = raw.type_info().name().to_owned();
        Ok(match kind.as_str() {
            "INTEGER" => row.try_get_unchecked::<i64, _>(at)?.into(),
            "REAL" => row.try_get_unchecked::<f64, _>(at)?.into(),
            _ => {
                let bytes = row.try_get_unchecked::<&[u8], _>(at)?;
                match std::str::from_utf8(bytes) {
                    Ok(text) if kind == "TEXT" => text.into(),
                    // As PostgreSQL writes bytes.
                    _ => Value::from(bytes.iter().fold("\\x".to_owned(), |text, byte| text + &format!("{byte:02x}"))),
                }
            }
        })
    };
    row.columns().iter().map(|column| Ok((column.name().to_owned(), value(column.ordinal())?))).collect()
}
