//! The table `tasks`. Every statement names the owner: there is no way to a task but through whose it is.

use std::{sync::Mutex, time::Duration};

use app::{
    Counts,
    model::{Day, Due, NewTask, Order, Priority, PutTask, Sort, Status, Task, Timestamp},
    position,
};
use rusqlite::Row;
use serde::Serialize;
use sqlx::FromRow;
use uuid::{ContextV7, Uuid};

use super::{
    events::Change,
    idempotency,
    list::{Key, ListParams, NO_DAY},
};
use crate::{
    AppState,
    db::Db,
    problem::{Error, Result},
    sql,
};

/// How long a deleted task can be put back.
pub const DELETED_KEPT_FOR: Duration = Duration::from_hours(24);

/// How much text a page of a list has at most, in bytes of JSON, but for its last task: it is held whole until the client has
/// read it.
pub const PAGE_BYTES: usize = 512 * 1024;
/// How much text the changes have at most that a stream tells one by one to a client that comes back.
const CHANGES_BYTES: usize = 1024 * 1024;

/// Makes the ids of one millisecond ascend too.
static IDS: Mutex<ContextV7> = Mutex::new(ContextV7::new());

#[derive(FromRow)]
struct TaskRow {
    id: String,
    user_id: String,
    title: String,
    description: Option<String>,
    completed: bool,
    due_date: Option<String>,
    priority: i16,
    tags: String,
    position: String,
    completed_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TaskRow {
    /// How many bytes its texts may take in JSON.
    fn text_bytes(&self) -> usize {
        json_bytes(&self.title) + self.description.as_deref().map_or(0, json_bytes) + json_bytes(&self.tags)
    }
}

/// How many bytes a text takes in JSON at most.
pub fn json_bytes(text: &str) -> usize {
    let is_escaped = |byte: &&u8| **byte < b' ' || matches!(**byte, b'"' | b'\\');
    // The longest escape has six bytes.
    text.len() + 5 * text.as_bytes().iter().filter(is_escaped).count()
}

impl TryFrom<&Row<'_>> for TaskRow {
    type Error = rusqlite::Error;

    fn try_from(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            user_id: row.get(1)?,
            title: row.get(2)?,
            description: row.get(3)?,
            completed: row.get(4)?,
            due_date: row.get(5)?,
            priority: row.get(6)?,
            tags: row.get(7)?,
            position: row.get(8)?,
            completed_at: row.get(9)?,
            created_at: row.get(10)?,
            updated_at: row.get(11)?,
        })
    }
}

impl From<TaskRow> for Task {
    fn from(row: TaskRow) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            title: row.title,
            description: row.description,
            completed: row.completed,
            due_date: row.due_date.and_then(|day| day.parse().ok()),
            priority: Priority::of_rank(row.priority),
            tags: row.tags.split('\n').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            position: row.position,
            completed_at: row.completed_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        }
    }
}

/// The columns of a [`TaskRow`], in its order.
macro_rules! columns {
    () => {
        "id, user_id, title, description, completed, due_date, priority, tags, position, completed_at, created_at, updated_at"
    };
}

/// The statements of a list in one order, `$column` and the direction: of its first page, and of those after the row
/// `($4, $5)`, where the index begins to read.
macro_rules! list_sql {
    ($column:literal, $beyond:literal, $direction:literal) => {
        [
            list_sql!(@page $column, $direction, ""),
            list_sql!(@page $column, $direction, concat!(" AND (", $column, ", id) ", $beyond, " ($4, $5)")),
        ]
    };
    (@page $column:literal, $direction:literal, $after:expr) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM tasks WHERE user_id = $1 AND ($2 IS NULL OR completed = $2)",
            " AND ($3 IS NULL OR title_key LIKE $3 ESCAPE '\\' OR description_key LIKE $3 ESCAPE '\\')",
            " AND ($7 IS NULL OR priority = $7) AND ($8 IS NULL OR tags_key LIKE $8 ESCAPE '\\')",
            " AND ($9 IS NULL OR due_key BETWEEN $9 AND $10)",
            $after,
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
            "INSERT INTO tasks (id, user_id, title, title_key, description, description_key, completed, due_date, priority, tags, tags_key,
                                position, completed_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            &$task.id,
            &$task.user_id,
            &$task.title,
            $task.title.to_lowercase(),
            &$task.description,
            $task.description.as_deref().map(str::to_lowercase),
            $task.completed,
            $task.due_date.map(|day| day.to_string()),
            $task.priority.rank(),
            joined(&$task.tags),
            joined(&$task.tags).to_lowercase(),
            &$task.position,
            $task.completed_at.map(|time| time.0),
            $task.created_at.0,
            $task.updated_at.0
        )
    };
}

/// Tags as one text: each between two line feeds, which none of them has.
fn joined(tags: &[String]) -> String {
    if tags.is_empty() { String::new() } else { format!("\n{}\n", tags.join("\n")) }
}

/// A page of the owner's tasks, and whether there are more. It ends after the task with which it has [`PAGE_BYTES`] of text,
/// also where more tasks were asked for.
pub async fn list(db: &Db, owner: &str, params: &ListParams) -> Result<(Vec<Task>, bool)> {
    let sql = match (params.sort, params.order) {
        (Sort::CreatedAt, Order::Asc) => list_sql!("created_at", ">", "ASC"),
        (Sort::CreatedAt, Order::Desc) => list_sql!("created_at", "<", "DESC"),
        (Sort::UpdatedAt, Order::Asc) => list_sql!("updated_at", ">", "ASC"),
        (Sort::UpdatedAt, Order::Desc) => list_sql!("updated_at", "<", "DESC"),
        (Sort::Title, Order::Asc) => list_sql!("title_key", ">", "ASC"),
        (Sort::Title, Order::Desc) => list_sql!("title_key", "<", "DESC"),
        (Sort::DueDate, Order::Asc) => list_sql!("due_key", ">", "ASC"),
        (Sort::DueDate, Order::Desc) => list_sql!("due_key", "<", "DESC"),
        (Sort::Priority, Order::Asc) => list_sql!("priority", ">", "ASC"),
        (Sort::Priority, Order::Desc) => list_sql!("priority", "<", "DESC"),
        (Sort::Position, Order::Asc) => list_sql!("position", ">", "ASC"),
        (Sort::Position, Order::Desc) => list_sql!("position", "<", "DESC"),
    };
    let sql = sql[usize::from(params.after.is_some())];
    let (number, text, id) = match params.after.clone() {
        Some((Key::Number(number), id)) => (Some(number), None, Some(id)),
        Some((Key::Text(text), id)) => (None, Some(text), Some(id)),
        None => (None, None, None),
    };
    let query = &params.query;
    // Nothing that is done is overdue.
    let completed = match (query.due, query.status) {
        (Some(Due::Overdue), Status::Completed) => return Ok((Vec::new(), false)),
        (Some(Due::Overdue), _) => Some(false),
        _ => query.status.completed(),
    };
    let search = query.search.as_deref().map(pattern);
    let priority = query.priority.map(Priority::rank);
    let tag = query.tag.as_deref().map(|tag| pattern(&format!("\n{tag}\n")));
    let (first, last) = match query.due.map(|due| due.days(params.today)) {
        None => (None, None),
        Some(None) => (Some(NO_DAY.to_owned()), Some(NO_DAY.to_owned())),
        Some(Some((first, last))) => (Some(first.to_string()), Some(last.to_string())),
    };
    // One row more than asked for tells whether there is a next page.
    let limit = i64::from(params.limit) + 1;
    let mut rows: Vec<TaskRow> = match params.sort {
        Sort::Title | Sort::DueDate | Sort::Position => {
            sql!(here all db, sql, owner, completed, search, text, id, limit, priority, tag, first, last)?
        }
        Sort::CreatedAt | Sort::UpdatedAt | Sort::Priority => {
            sql!(here all db, sql, owner, completed, search, number, id, limit, priority, tag, first, last)?
        }
    };
    let mut bytes = 0;
    let fits = |row: &&TaskRow| {
        let fits = bytes < PAGE_BYTES;
        bytes += row.text_bytes();
        fits
    };
    let count = rows.iter().take(params.limit as usize).take_while(fits).count();
    let has_more = rows.len() > count;
    rows.truncate(count);
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

/// Counts the owner's tasks, of each view.
pub async fn counts(db: &Db, owner: &str, today: Day) -> Result<Counts> {
    let counts: Option<(i64, i64, i64, i64)> = sql!(
        here optional db,
        "SELECT count(*), count(CASE WHEN completed THEN NULL ELSE 1 END),
                count(CASE WHEN NOT completed AND due_key <= $2 THEN 1 END),
                count(CASE WHEN NOT completed AND due_key > $2 AND due_key < $3 THEN 1 END)
         FROM tasks WHERE user_id = $1",
        owner,
        today.to_string(),
        NO_DAY
    )?;
    let (total, pending, today, upcoming) = counts.unwrap_or_default();
    Ok(Counts { total, pending, today, upcoming })
}

/// One task.
pub async fn get(db: &Db, owner: &str, id: &str) -> Result<Option<Task>> {
    let sql = concat!("SELECT ", columns!(), " FROM tasks WHERE user_id = $1 AND id = $2");
    let row: Option<TaskRow> = sql!(here optional db, sql, owner, id)?;
    Ok(row.map(Task::from))
}

/// Adds a task, which has been validated; with a key that was used for the same before, it is the task of then.
pub async fn insert(state: &AppState, owner: &String, new: &NewTask, key: Option<&str>) -> Result<Task> {
    state.throttle_write(owner)?;
    let now = state.clock.now();
    let millis = u64::try_from(now.0).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    let id = Uuid::new_v7(uuid::Timestamp::from_unix(&IDS, millis / 1000, nanos)).to_string();
    let task = Task {
        user_id: owner.to_owned(),
        title: new.title.clone(),
        description: new.description.clone(),
        completed: new.completed,
        due_date: new.due_date,
        priority: new.priority,
        tags: new.tags.clone(),
        position: new.position.clone().unwrap_or_else(|| position::of_id(&id)),
        completed_at: new.completed.then_some(now),
        created_at: now,
        updated_at: now,
        id,
    };
    match key {
        None => {
            state.task_quota.take(&state.db, owner, now).await?;
            let mut write = state.db.join().await?;
            let outcome = insert_row!(write.on()?, task);
            write.done(outcome).await?;
        }
        Some(key) => {
            let mut transaction = state.db.begin().await?;
            if let Some(made_before) = idempotency::claim(&mut transaction, key, new, &task, now).await? {
                return Ok(made_before);
            }
            state.task_quota.take(&state.db, owner, now).await?;
            insert_row!(transaction.on(), task)?;
            transaction.commit().await?;
        }
    }
    state.events.saved(&task);
    Ok(task)
}

/// Changes what `change` has, which has been validated. `None` when the owner has no such task, or it is not any more as it
/// was at `seen`.
pub async fn update(state: &AppState, owner: &String, id: &str, change: &PutTask, seen: Option<Timestamp>) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let description = change.description.as_ref().and_then(Option::as_deref);
    let tags = change.tags.as_deref().map(joined);
    let mut write = state.db.join().await?;
    let row = sql!(
        optional write.on()?,
        concat!(
            "UPDATE tasks SET title = COALESCE($3, title), title_key = COALESCE($4, title_key),",
            " description = CASE WHEN $5 THEN $6 ELSE description END, description_key = CASE WHEN $5 THEN $7 ELSE description_key END,",
            " completed = COALESCE($8, completed),",
            " completed_at = CASE WHEN NOT COALESCE($8, completed) THEN NULL ELSE COALESCE(completed_at, $9) END,",
            " due_date = CASE WHEN $11 THEN $12 ELSE due_date END, priority = COALESCE($13, priority),",
            " tags = COALESCE($14, tags), tags_key = COALESCE($15, tags_key), position = COALESCE($16, position),",
            " updated_at = CASE WHEN updated_at < $9 THEN $9 ELSE updated_at + 1 END",
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
        state.clock.now().0,
        seen.map(|seen| seen.0),
        change.due_date.is_some(),
        change.due_date.flatten().map(|day| day.to_string()),
        change.priority.map(Priority::rank),
        &tags,
        tags.as_deref().map(str::to_lowercase),
        &change.position
    );
    Ok(told(state, write.done(row).await?))
}

/// Completes a task or takes that back; with `None`, whichever it is not. One statement, so that no toggle is lost.
/// `seen` is as in [`update`].
pub async fn complete(
    state: &AppState,
    owner: &String,
    id: &str,
    completed: Option<bool>,
    seen: Option<Timestamp>,
) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let mut write = state.db.join().await?;
    let row = sql!(
        optional write.on()?,
        concat!(
            "UPDATE tasks SET completed = COALESCE($3, NOT completed),",
            " completed_at = CASE WHEN NOT COALESCE($3, NOT completed) THEN NULL ELSE COALESCE(completed_at, $4) END,",
            " updated_at = CASE WHEN updated_at < $4 THEN $4 ELSE updated_at + 1 END",
            " WHERE user_id = $1 AND id = $2 AND ($5 IS NULL OR updated_at = $5) RETURNING ",
            columns!()
        ),
        owner,
        id,
        completed,
        state.clock.now().0,
        seen.map(|seen| seen.0)
    );
    Ok(told(state, write.done(row).await?))
}

/// Removes a task, and keeps it for a while, so that it can be put back; whether it was there. `seen` is as in [`update`].
pub async fn delete(state: &AppState, owner: &String, id: &str, seen: Option<Timestamp>) -> Result<bool> {
    state.throttle_write(owner)?;
    let sql = concat!("DELETE FROM tasks WHERE user_id = $1 AND id = $2 AND ($3 IS NULL OR updated_at = $3) RETURNING ", columns!());
    let mut transaction = state.db.begin().await?;
    let row: Option<TaskRow> = sql!(optional transaction.on(), sql, owner, id, seen.map(|seen| seen.0))?;
    let Some(task) = row.map(Task::from) else { return Ok(false) };
    let at = Timestamp(state.clock.now().0.max(task.updated_at.0 + 1));
    sql!(
        execute transaction.on(),
        "INSERT INTO deleted_tasks (user_id, id, task, deleted_at) VALUES ($1, $2, $3, $4)",
        owner,
        id,
        serde_json::to_string(&task).map_err(Error::internal)?,
        at.0
    )?;
    transaction.commit().await?;
    state.task_quota.give_back(owner);
    state.events.deleted(owner, id, at);
    Ok(true)
}

/// Puts a deleted task back as it was; one that is there stays as it is. `None` when there is none to put back any more.
pub async fn restore(state: &AppState, owner: &String, id: &str) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let too_old = state.clock.now().0 - i64::try_from(DELETED_KEPT_FOR.as_millis()).unwrap_or(0);
    let mut transaction = state.db.begin().await?;
    let sql = "DELETE FROM deleted_tasks WHERE user_id = $1 AND id = $2 AND deleted_at > $3 RETURNING task, deleted_at";
    let Some((json, deleted_at)): Option<(String, i64)> = sql!(optional transaction.on(), sql, owner, id, too_old)? else {
        drop(transaction);
        return get(&state.db, owner, id).await;
    };
    state.task_quota.take(&state.db, owner, state.clock.now()).await?;
    let task: Task = serde_json::from_str(&json).map_err(Error::internal)?;
    let task = Task { updated_at: Timestamp(state.clock.now().0.max(deleted_at + 1)), ..task };
    insert_row!(transaction.on(), task)?;
    transaction.commit().await?;
    state.events.saved(&task);
    Ok(Some(task))
}

/// A task that can be put back.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeletedTask {
    /// When it was deleted.
    pub deleted_at: Timestamp,
    /// What it was.
    pub task: serde_json::Value,
    /// Its id.
    #[serde(skip)]
    pub id: String,
}

/// A page of the owner's deleted tasks that are kept, the oldest first, after the one of this time and id; and whether there are more.
pub async fn deleted(db: &Db, owner: &str, after: &(Timestamp, String), limit: usize) -> Result<(Vec<DeletedTask>, bool)> {
    let sql = "SELECT id, task, deleted_at FROM deleted_tasks WHERE user_id = $1 AND (deleted_at, id) > ($2, $3)
               ORDER BY deleted_at, id LIMIT $4";
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let mut rows: Vec<(String, String, i64)> = sql!(all db.read(), sql, owner, after.0.0, &after.1, one_more)?;
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let read = |(id, task, deleted_at): (String, String, i64)| {
        let task = serde_json::from_str(&task).map_err(Error::internal)?;
        Ok(DeletedTask { id, task, deleted_at: Timestamp(deleted_at) })
    };
    Ok((rows.into_iter().map(read).collect::<Result<_>>()?, has_more))
}

/// What has happened to the owner's tasks after `since`, the oldest first; `None` when that is more than `limit` changes, or
/// much text.
pub async fn changes(db: &Db, owner: &str, since: Timestamp, limit: usize) -> Result<Option<Vec<Change>>> {
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let sql = concat!("SELECT ", columns!(), " FROM tasks WHERE user_id = $1 AND updated_at > $2 ORDER BY updated_at, id LIMIT $3");
    let saved: Vec<TaskRow> = sql!(all db.read(), sql, owner, since.0, one_more)?;
    let sql = "SELECT id, deleted_at FROM deleted_tasks WHERE user_id = $1 AND deleted_at > $2 ORDER BY deleted_at LIMIT $3";
    let deleted: Vec<(String, i64)> = sql!(all db.read(), sql, owner, since.0, one_more)?;
    if saved.len() + deleted.len() > limit || saved.iter().map(TaskRow::text_bytes).sum::<usize>() > CHANGES_BYTES {
        return Ok(None);
    }
    let saved = saved.into_iter().map(|row| Change::saved(&row.into()));
    let mut changes: Vec<_> = saved.chain(deleted.into_iter().map(|(id, at)| Change::deleted(&id, Timestamp(at)))).collect();
    changes.sort_by_key(|change| change.at);
    Ok(Some(changes))
}

/// What last happened to a task.
pub async fn last_change(db: &Db, owner: &str, id: &str) -> Result<Option<Change>> {
    if let Some(task) = get(db, owner, id).await? {
        return Ok(Some(Change::saved(&task)));
    }
    let sql = "SELECT deleted_at FROM deleted_tasks WHERE user_id = $1 AND id = $2";
    let at: Option<(i64,)> = sql!(optional db.read(), sql, owner, id)?;
    Ok(at.map(|(at,)| Change::deleted(id, Timestamp(at))))
}

/// Tells those who watch about a task that was written.
fn told(state: &AppState, row: Option<TaskRow>) -> Option<Task> {
    let task = Task::from(row?);
    state.events.saved(&task);
    Some(task)
}
