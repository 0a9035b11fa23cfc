//! The table `tasks`. Every statement names the owner: there is no way to a task but through whose it is.

use std::sync::Mutex;

use app::model::{NewTask, PutTask, Task, Timestamp};
use sqlx::FromRow;
use uuid::{ContextV7, Uuid};

use super::{
    idempotency,
    list::{Key, ListParams, Order, Sort},
};
use crate::{db::Db, problem::Result, sql};

/// Makes the ids of one millisecond ascend too.
static IDS: Mutex<ContextV7> = Mutex::new(ContextV7::new());

#[derive(FromRow)]
struct TaskRow {
    id: String,
    user_id: String,
    title: String,
    description: Option<String>,
    completed: bool,
    created_at: i64,
    updated_at: i64,
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            title: row.title,
            description: row.description,
            completed: row.completed,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// The columns of a [`TaskRow`].
macro_rules! columns {
    () => {
        "id, user_id, title, description, completed, created_at, updated_at"
    };
}

/// The statement of a list in one order: `$column` and the direction, after the row `($4, $5)`.
macro_rules! list_sql {
    ($column:literal, $beyond:literal, $direction:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM tasks WHERE user_id = $1 AND ($2 IS NULL OR completed = $2)",
            " AND ($3 IS NULL OR title_key LIKE $3 ESCAPE '\\' OR description_key LIKE $3 ESCAPE '\\')",
            " AND ($4 IS NULL OR (",
            $column,
            ", id) ",
            $beyond,
            " ($4, $5))",
            " ORDER BY ",
            $column,
            " ",
            $direction,
            ", id ",
            $direction,
            " LIMIT $6"
        )
    };
}

/// Writes a new task.
macro_rules! insert_row {
    ($on:expr, $task:ident) => {
        sql!(
            execute $on,
            "INSERT INTO tasks (id, user_id, title, title_key, description, description_key, completed, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            &$task.id,
            &$task.user_id,
            &$task.title,
            $task.title.to_lowercase(),
            &$task.description,
            $task.description.as_deref().map(str::to_lowercase),
            $task.completed,
            $task.created_at.0
        )
    };
}

/// A page of the owner's tasks, and whether there are more.
pub async fn list(db: &Db, owner: &str, params: &ListParams) -> Result<(Vec<Task>, bool)> {
    let sql = match (params.sort, params.order) {
        (Sort::CreatedAt, Order::Asc) => list_sql!("created_at", ">", "ASC"),
        (Sort::CreatedAt, Order::Desc) => list_sql!("created_at", "<", "DESC"),
        (Sort::UpdatedAt, Order::Asc) => list_sql!("updated_at", ">", "ASC"),
        (Sort::UpdatedAt, Order::Desc) => list_sql!("updated_at", "<", "DESC"),
        (Sort::Title, Order::Asc) => list_sql!("title_key", ">", "ASC"),
        (Sort::Title, Order::Desc) => list_sql!("title_key", "<", "DESC"),
    };
    let (time, title, id) = match params.after.clone() {
        Some((Key::Time(time), id)) => (Some(time), None, Some(id)),
        Some((Key::Title(title), id)) => (None, Some(title), Some(id)),
        None => (None, None, None),
    };
    let completed = params.filter.status.completed();
    let search = params.filter.search.as_deref().map(pattern);
    // One row more than asked for tells whether there is a next page.
    let limit = i64::from(params.limit) + 1;
    let mut rows: Vec<TaskRow> = match params.sort {
        Sort::Title => sql!(all db.read(), sql, owner, completed, search, title, id, limit)?,
        Sort::CreatedAt | Sort::UpdatedAt => sql!(all db.read(), sql, owner, completed, search, time, id, limit)?,
    };
    let limit = params.limit as usize;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    Ok((rows.into_iter().map(Task::from).collect(), has_more))
}

/// The `LIKE` pattern of all texts that have `search` in them, whatever its case.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// How many tasks somebody has.
#[derive(Debug, Clone, Copy, FromRow)]
pub struct Counts {
    /// All of them.
    pub total: i64,
    /// Those still to do.
    pub pending: i64,
}

/// Counts the owner's tasks.
pub async fn counts(db: &Db, owner: &str) -> Result<Counts> {
    let sql = "SELECT count(*) AS total, count(CASE WHEN completed THEN NULL ELSE 1 END) AS pending FROM tasks WHERE user_id = $1";
    Ok(sql!(one db.read(), sql, owner)?)
}

/// One task.
pub async fn get(db: &Db, owner: &str, id: &str) -> Result<Option<Task>> {
    let sql = concat!("SELECT ", columns!(), " FROM tasks WHERE user_id = $1 AND id = $2");
    let row: Option<TaskRow> = sql!(optional db.read(), sql, owner, id)?;
    Ok(row.map(Task::from))
}

/// Adds a task, which has been validated; with a key that was used for the same before, it is the task of then.
pub async fn insert(db: &Db, owner: &str, new: &NewTask, key: Option<&str>, now: Timestamp) -> Result<Task> {
    let millis = u64::try_from(now.0).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(&IDS, millis / 1000, nanos));
    let task = Task {
        id: id.to_string(),
        user_id: owner.to_owned(),
        title: new.title.clone(),
        description: new.description.clone(),
        completed: new.completed,
        created_at: now,
        updated_at: now,
    };
    let Some(key) = key else {
        insert_row!(db.write(), task)?;
        return Ok(task);
    };
    let mut transaction = db.begin().await?;
    if let Some(made_before) = idempotency::claim(&mut transaction, key, new, &task, now).await? {
        return Ok(made_before);
    }
    insert_row!(transaction.on(), task)?;
    transaction.commit().await?;
    Ok(task)
}

/// Changes what `change` has, which has been validated. `None` when the owner has no such task, or it is not any more as it
/// was at `seen`.
pub async fn update(db: &Db, owner: &str, id: &str, change: &PutTask, seen: Option<Timestamp>, now: Timestamp) -> Result<Option<Task>> {
    let description = change.description.as_ref().and_then(Option::as_deref);
    let row: Option<TaskRow> = sql!(
        optional db.write(),
        concat!(
            "UPDATE tasks SET title = COALESCE($3, title), title_key = COALESCE($4, title_key),",
            " description = CASE WHEN $5 THEN $6 ELSE description END, description_key = CASE WHEN $5 THEN $7 ELSE description_key END,",
            " completed = COALESCE($8, completed), updated_at = CASE WHEN updated_at < $9 THEN $9 ELSE updated_at + 1 END",
            " WHERE user_id = $1 AND id = $2 AND ($10 IS NULL OR updated_at = $10) RETURNING ",
            columns!()
        ),
        owner,
        id,
        &change.title,
        change.title.as_deref().map(str::to_lowercase),
        change.description.is_some(),
        description,
        description.map(str::to_lowercase),
        change.completed,
        now.0,
        seen.map(|seen| seen.0)
    )?;
    Ok(row.map(Task::from))
}

/// Completes a task or takes that back; with `None`, whichever it is not. One statement, so that no toggle is lost.
/// `seen` is as in [`update`].
pub async fn complete(
    db: &Db,
    owner: &str,
    id: &str,
    completed: Option<bool>,
    seen: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Task>> {
    let row: Option<TaskRow> = sql!(
        optional db.write(),
        concat!(
            "UPDATE tasks SET completed = COALESCE($3, NOT completed), updated_at = CASE WHEN updated_at < $4 THEN $4 ELSE updated_at + 1 END",
            " WHERE user_id = $1 AND id = $2 AND ($5 IS NULL OR updated_at = $5) RETURNING ",
            columns!()
        ),
        owner,
        id,
        completed,
        now.0,
        seen.map(|seen| seen.0)
    )?;
    Ok(row.map(Task::from))
}

/// Removes a task; whether it was there. `seen` is as in [`update`].
pub async fn delete(db: &Db, owner: &str, id: &str, seen: Option<Timestamp>) -> Result<bool> {
    let sql = "DELETE FROM tasks WHERE user_id = $1 AND id = $2 AND ($3 IS NULL OR updated_at = $3)";
    Ok(sql!(execute db.write(), sql, owner, id, seen.map(|seen| seen.0))? > 0)
}
