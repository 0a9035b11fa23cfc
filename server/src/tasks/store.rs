//! The table `tasks`. Every statement names the owner: there is no way to a task but through whose it is.

use std::{collections::HashMap, sync::Mutex};

use app::{
    model::{Counts, Day, Due, NewTask, Order, Priority, PutTask, Search, Sort, Status, Task, Timestamp},
    position,
};
use rusqlite::{Row, params};
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};
use uuid::{ContextV7, Uuid};

use super::{
    changes::Change,
    idempotency,
    list::{COUNTED_MAX, Key, ListParams, NO_DAY},
    search::{self, tags_of},
    state::TasksState,
};
use crate::{
    db::{Db, On, Transaction, Writer, borrowed, owned, with_statement_timeout},
    problem::{Error, Result},
    sql,
};

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
            tags: tags_of(&row.tags),
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

/// The statements of a list in one order, `$column` and the direction: of its first page, of those after the row `($3, $4)`, where
/// the index begins to read, and of the row at an offset; then the same of what the index of the search has, of SQLite and of
/// PostgreSQL.
macro_rules! list_sql {
    ($column:literal, $beyond:literal, $direction:literal) => {
        ListSql {
            all: list_sql!(@pages $column, $beyond, $direction, concat!(" FROM tasks WHERE user_id = $1", filters!("$2", "$6", "$7", "$8", "$9"))),
            // Without an index that begins with the user: the tasks that were found are read, and sorted.
            found_on_sqlite: list_sql!(
                @pages $column, $beyond, $direction,
                concat!(
                    " FROM tasks WHERE number IN (SELECT value FROM json_each($10)) AND +user_id = $1",
                    filters!("$2", "$6", "$7", "$8", "$9")
                )
            ),
            // `OFFSET` says that each is read by its id.
            found_on_postgres: list_sql!(
                @pages $column, $beyond, $direction,
                concat!(
                    " FROM unnest($10::TEXT[]) AS found (task_id)",
                    " CROSS JOIN LATERAL (SELECT * FROM tasks WHERE id = task_id AND user_id = $1",
                    filters!("$2", "$6", "$7", "$8", "$9"),
                    " OFFSET 0) AS tasks WHERE TRUE"
                )
            ),
        }
    };
    (@pages $column:literal, $beyond:literal, $direction:literal, $from:expr) => {
        [
            list_sql!(@page $column, $direction, $from, "", " LIMIT $5"),
            list_sql!(@page $column, $direction, $from, concat!(" AND (", $column, ", id) ", $beyond, " ($3, $4)"), " LIMIT $5"),
            list_sql!(@page $column, $direction, $from, "", " LIMIT 1 OFFSET $5"),
        ]
    };
    (@page $column:literal, $direction:literal, $from:expr, $after:expr, $limit:literal) => {
        concat!("SELECT ", columns!(), $from, $after, " ORDER BY ", $column, " ", $direction, ", id ", $direction, $limit)
    };
}

/// What a list leaves out: the numbers of the parameters for completed, priority, tag, and the first and the last day.
macro_rules! filters {
    ($completed:literal, $priority:literal, $tag:literal, $first:literal, $last:literal) => {
        concat!(
            " AND (",
            $completed,
            " IS NULL OR completed = ",
            $completed,
            ") AND (",
            $priority,
            " IS NULL OR priority = ",
            $priority,
            ")",
            " AND (",
            $tag,
            " IS NULL OR tags_key LIKE ",
            $tag,
            " ESCAPE '\\') AND (",
            $first,
            " IS NULL OR due_key BETWEEN ",
            $first,
            " AND ",
            $last,
            ")"
        )
    };
}

/// How many tasks a list has.
const COUNT: &str = concat!("SELECT count(*) FROM tasks WHERE user_id = $1", filters!("$2", "$3", "$4", "$5", "$6"));

/// Of each the first page, those after a row, and the row at an offset.
struct ListSql {
    all: [&'static str; 3],
    found_on_sqlite: [&'static str; 3],
    found_on_postgres: [&'static str; 3],
}

/// Calls a macro with a task's columns, `$1` to `$14`, after other arguments.
macro_rules! with_columns {
    ($task:ident, $call:ident!($($arguments:tt)*)) => {
        $call!(
            $($arguments)*
            &$task.id,
            &$task.user_id,
            &$task.title,
            $task.title.to_lowercase(),
            &$task.description,
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

/// A statement with its parameters.
macro_rules! bound {
    ($sql:expr $(, $value:expr)*) => { sqlx::query($sql)$(.bind($value))* };
}

/// Writes a new task.
macro_rules! insert_sql {
    ($insert:literal) => {
        insert_sql!($insert, "")
    };
    ($insert:literal, $conflict:literal) => {
        concat!(
            $insert,
            " INTO tasks (id, user_id, title, title_key, description, completed, due_date, priority, tags, tags_key, position,
                          completed_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            $conflict
        )
    };
}

/// The constraints are checked before a row is written. Without `OR FAIL`, SQLite would copy each page that the insert changes, to
/// take back what a trigger may have done by then.
const INSERT_ON_SQLITE: &str = insert_sql!("INSERT OR FAIL");

/// Writes a new task, and into PostgreSQL's index of the search what it is found by; how many were written.
macro_rules! insert_row {
    ($on:expr, $task:ident) => {
        insert_row!($on, $task, INSERT_ON_SQLITE, "")
    };
    ($on:expr, $task:ident, $on_sqlite:expr, $conflict:literal) => {
        match $on {
            On::Sqlite(on) => with_columns!($task, bound!($on_sqlite,)).execute(on).await.map(|done| done.rows_affected()),
            On::Postgres(on) => {
                let numbers = search::numbers_of_task(&$task.user_id, &$task.title, $task.description.as_deref(), &$task.tags);
                let sql = concat!(
                    "WITH made AS (",
                    insert_sql!("INSERT", $conflict),
                    " RETURNING id) INSERT INTO task_search (task_id, pieces) SELECT id, $15 FROM made"
                );
                let made = with_statement_timeout(with_columns!($task, bound!(sql,)).bind(numbers).execute(on)).await;
                made.map(|done| done.rows_affected())
            }
        }
    };
}

/// Tags as one text: each between two line feeds, which none of them has.
fn joined(tags: &[String]) -> String {
    if tags.is_empty() { String::new() } else { format!("\n{}\n", tags.join("\n")) }
}

/// How many tasks are read at once to see whether a search finds them.
const CHUNK: usize = 250;
/// How many times that many are looked at before the index is asked, as long as they seem to have enough for the page.
const CHUNKS_MAX: usize = 20;

/// A page of the owner's tasks, and whether there are more. It ends after the task with which it has [`PAGE_BYTES`] of text,
/// also where more tasks were asked for.
pub async fn list(db: &Db, owner: &str, params: &ListParams) -> Result<(Vec<Task>, bool)> {
    // Nothing that is done is overdue.
    if (params.query.due, params.query.status) == (Some(Due::Overdue), Status::Completed) {
        return Ok((Vec::new(), false));
    }
    let mut page = Page { limit: params.limit as usize, ..Page::default() };
    let search = params.query.search.as_deref().and_then(|text| Search::read(text).ok().flatten());
    match search {
        None => {
            let start = match params.offset {
                0 => Start::of(params.after.clone()),
                offset => match rows(db, owner, params, Source::All, Start::Nth, offset as usize - 1).await?.pop() {
                    None => return Ok((Vec::new(), false)),
                    Some(row) => Start::After(params.place_of(&row.into())),
                },
            };
            // One row more than asked for tells whether there is a next page.
            for row in rows(db, owner, params, Source::All, start, page.limit + 1).await? {
                page.add(row.text_bytes(), row.into());
            }
        }
        Some(search) => {
            page.skip = params.offset as usize;
            find(db, owner, params, &search, &mut page).await?;
        }
    }
    Ok((page.tasks, page.has_more))
}

/// How many tasks the list has on all its pages; with a search, [`COUNTED_MAX`] stands for that many or more.
pub async fn count(db: &Db, owner: &str, params: &ListParams) -> Result<i64> {
    if (params.query.due, params.query.status) == (Some(Due::Overdue), Status::Completed) {
        return Ok(0);
    }
    if let Some(search) = params.query.search.as_deref().and_then(|text| Search::read(text).ok().flatten()) {
        let mut page = Page { limit: COUNTED_MAX, is_counted_only: true, ..Page::default() };
        find(db, owner, &ListParams { limit: u32::MAX, after: None, ..params.clone() }, &search, &mut page).await?;
        return Ok(i64::try_from(page.found).unwrap_or(i64::MAX));
    }
    let Filters { completed, priority, tag, first, last } = Filters::of(params);
    let counts: Vec<(i64,)> = sql!(long all db, for owner, COUNT, owner.to_owned(), completed, priority, tag, first, last)?;
    Ok(counts.first().map_or(0, |(count,)| *count))
}

/// A page that is being filled.
#[derive(Default)]
struct Page {
    limit: usize,
    /// How many tasks that a search finds come before it.
    skip: usize,
    /// Whether the tasks are counted and not kept.
    is_counted_only: bool,
    tasks: Vec<Task>,
    found: usize,
    bytes: usize,
    has_more: bool,
}

impl Page {
    /// Adds a task with so many bytes of text, if it belongs to this page and not to the next.
    fn add(&mut self, bytes: usize, task: Task) {
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.has_more |= self.found == self.limit || self.bytes >= PAGE_BYTES;
        if self.has_more {
            return;
        }
        self.found += 1;
        if !self.is_counted_only {
            self.bytes += bytes;
            self.tasks.push(task);
        }
    }
}

/// Fills a page with what a search finds. The list's first rows are looked at, which is all there is of most lists, and for as
/// long as so many are found that the page will soon be full; else the index says which tasks to read and to sort.
async fn find(db: &Db, owner: &str, params: &ListParams, search: &Search, page: &mut Page) -> Result<()> {
    let mut after = params.after.clone();
    let mut source = Source::All;
    for chunks in 1.. {
        let rows = rows(db, owner, params, source.clone(), Start::of(after.take()), CHUNK).await?;
        let is_last = rows.len() < CHUNK;
        for row in rows {
            let (bytes, task) = (row.text_bytes(), Task::from(row));
            after = Some(params.place_of(&task));
            if search.finds(&task) {
                page.add(bytes, task);
            }
            if page.has_more {
                return Ok(());
            }
        }
        if is_last {
            break;
        }
        // As many as it takes at this rate.
        let is_far = (page.limit + 1) * chunks > page.found * CHUNKS_MAX;
        if source == Source::All && is_far {
            source = Source::Found(known(db, owner, search).await?);
        }
        // Others have their turn between two chunks.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The tasks that the index has for a search, or does not have yet, as a list of numbers in JSON or an array of ids.
async fn known(db: &Db, owner: &str, search: &Search) -> Result<String> {
    let wanted = search::wanted(db, owner, search);
    let known: Vec<(String,)> = match db {
        Db::Sqlite { .. } => {
            let sql = "SELECT json_group_array(number) FROM
                           (SELECT rowid AS number FROM task_search WHERE task_search MATCH $1
                            UNION ALL SELECT number FROM tasks
                            WHERE number > (SELECT indexed_up_to FROM task_search_state) AND +user_id = $2)";
            sql!(long all db, for owner, sql, wanted, owner.to_owned())?
        }
        Db::Postgres { .. } => {
            let sql = "SELECT COALESCE(array_agg(task_id), '{}')::TEXT FROM task_search WHERE pieces @> $1::BIGINT[]";
            sql!(long all db, for owner, sql, wanted)?
        }
    };
    Ok(known.into_iter().next().map(|(known,)| known).unwrap_or_default())
}

/// Where rows of a list come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// All tasks of the owner.
    All,
    /// Those that are [`known`] to the index.
    Found(String),
}

/// Where in a list the rows begin.
enum Start {
    /// At its first.
    First,
    /// After the one at this place.
    After((Key, String)),
    /// At an offset, in place of the number of rows: that row alone.
    Nth,
}

impl Start {
    fn of(after: Option<(Key, String)>) -> Self {
        after.map_or(Self::First, Self::After)
    }
}

/// The parameters of [`filters!`].
struct Filters {
    completed: Option<bool>,
    priority: Option<i16>,
    tag: Option<String>,
    first: Option<String>,
    last: Option<String>,
}

impl Filters {
    fn of(params: &ListParams) -> Self {
        let query = &params.query;
        let (first, last) = match query.due.map(|due| due.days(params.today)) {
            None => (None, None),
            Some(None) => (Some(NO_DAY.to_owned()), Some(NO_DAY.to_owned())),
            Some(Some((first, last))) => (Some(first.to_string()), Some(last.to_string())),
        };
        Self {
            completed: if query.due == Some(Due::Overdue) { Some(false) } else { query.status.completed() },
            priority: query.priority.map(Priority::rank),
            tag: query.tag.as_deref().map(|tag| pattern(&format!("\n{tag}\n"))),
            first,
            last,
        }
    }
}

/// Rows of a list, up to so many, from there on.
async fn rows(db: &Db, owner: &str, params: &ListParams, from: Source, start: Start, count: usize) -> Result<Vec<TaskRow>> {
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
    let (page, number, text, id) = match start {
        Start::First => (0, None, None, None),
        Start::After((Key::Number(number), id)) => (1, Some(number), None, Some(id)),
        Start::After((Key::Text(text), id)) => (1, None, Some(text), Some(id)),
        Start::Nth => (2, None, None, None),
    };
    let is_text = matches!(params.sort, Sort::Title | Sort::DueDate | Sort::Position);
    let Filters { completed, priority, tag, first, last } = Filters::of(params);
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    // Such a list may go through all tasks to find a few; on SQLite, only one that does is taken for long.
    let may_take_long = matches!(db, Db::Postgres { .. }) && (tag.is_some() || priority.is_some() || first.is_some());
    match from {
        Source::All if may_take_long => {
            let (sql, user) = (sql.all[page], owner.to_owned());
            if is_text {
                sql!(long all db, for owner, sql, user, completed, text, id, count, priority, tag, first, last)
            } else {
                sql!(long all db, for owner, sql, user, completed, number, id, count, priority, tag, first, last)
            }
        }
        Source::All => {
            let sql = sql.all[page];
            if is_text {
                sql!(inline all db, for owner, sql, owner, completed, text, id, count, priority, tag, first, last)
            } else {
                sql!(inline all db, for owner, sql, owner, completed, number, id, count, priority, tag, first, last)
            }
        }
        Source::Found(known) => {
            let user = owner.to_owned();
            let sql = if matches!(db, Db::Sqlite { .. }) { sql.found_on_sqlite } else { sql.found_on_postgres }[page];
            if is_text {
                sql!(long all db, for owner, sql, user, completed, text, id, count, priority, tag, first, last, known)
            } else {
                sql!(long all db, for owner, sql, user, completed, number, id, count, priority, tag, first, last, known)
            }
        }
    }
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
        inline optional db, for owner,
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
    let row: Option<TaskRow> = sql!(inline optional db, for owner, sql, owner, id)?;
    Ok(row.map(Task::from))
}

/// Adds a task, which has been validated; with a key that was used for the same before, it is the task of then.
pub async fn insert(state: &TasksState, owner: &String, new: &NewTask, key: Option<&str>) -> Result<Task> {
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
            match &state.db {
                Db::Sqlite { group, .. } => {
                    let values = owned(with_columns!(task, params!()));
                    group.execute(INSERT_ON_SQLITE, values).await?;
                }
                Db::Postgres { pool, writes, .. } => {
                    writes.run(async { insert_row!(On::<&mut SqliteConnection, _>::Postgres(pool), task) }).await?;
                }
            }
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
    state.search_backlog.note();
    state.events.saved(&task);
    Ok(task)
}

/// Adds a task that was made elsewhere, with its id; `false` where a task of that id is there, of whichever user.
pub async fn insert_foreign(transaction: &mut Transaction, task: &Task) -> Result<bool> {
    const ON_SQLITE: &str = insert_sql!("INSERT", " ON CONFLICT (id) DO NOTHING");
    Ok(insert_row!(transaction.on(), task, ON_SQLITE, " ON CONFLICT (id) DO NOTHING")? > 0)
}

/// The ids of a user's tasks with when they were made, and of those that the user has deleted, without a time.
pub async fn known_ids(transaction: &mut Transaction, owner: &str) -> Result<HashMap<String, Option<Timestamp>>> {
    let sql = "SELECT id, created_at FROM tasks WHERE user_id = $1";
    let tasks: Vec<(String, i64)> = sql!(all transaction.on(), sql, owner)?;
    let deleted: Vec<(String,)> = sql!(all transaction.on(), "SELECT id FROM deleted_tasks WHERE user_id = $1", owner)?;
    let tasks = tasks.into_iter().map(|(id, created_at)| (id, Some(Timestamp(created_at))));
    Ok(tasks.chain(deleted.into_iter().map(|(id,)| (id, None))).collect())
}

/// Adds a deleted task that can be put back; `false` where a task of that id is there, deleted or not.
pub async fn insert_foreign_deleted(transaction: &mut Transaction, task: &Task, deleted_at: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO deleted_tasks (user_id, id, task, deleted_at)
               SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM tasks WHERE id = $2) ON CONFLICT (id) DO NOTHING";
    let json = serde_json::to_string(task).map_err(Error::internal)?;
    Ok(sql!(execute transaction.on(), sql, &task.user_id, &task.id, json, deleted_at.0)? > 0)
}

/// The ids of all users who have tasks, deleted ones too.
pub async fn owners(db: &Db) -> Result<Vec<String>> {
    let mut owners = Vec::new();
    // From one to the next in the index: there are few owners and many tasks.
    for sql in [
        "SELECT user_id FROM tasks WHERE user_id > $1 ORDER BY user_id LIMIT 1",
        "SELECT user_id FROM deleted_tasks WHERE user_id > $1 ORDER BY user_id LIMIT 1",
    ] {
        let mut after = String::new();
        while let Some((owner,)) = sql!(optional db.read(), sql, &after).map(|row: Option<(String,)>| row)? {
            after.clone_from(&owner);
            owners.push(owner);
        }
    }
    Ok(owners)
}

/// Tasks of the owner by their ids, after the one of this id.
pub async fn by_id(db: &Db, owner: &str, after: &str, limit: usize) -> Result<Vec<Task>> {
    let sql = concat!("SELECT ", columns!(), " FROM tasks WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<TaskRow> = sql!(all db.read(), sql, owner, after, limit)?;
    Ok(rows.into_iter().map(Task::from).collect())
}

/// Changes a task; each parameter from `$3` on says what becomes of one column.
const UPDATE: &str = concat!(
    "UPDATE tasks SET title = COALESCE($3, title), title_key = COALESCE($4, title_key),",
    " description = CASE WHEN $5 THEN $6 ELSE description END, description_key = NULL,",
    " completed = COALESCE($7, completed),",
    " completed_at = CASE WHEN NOT COALESCE($7, completed) THEN NULL ELSE COALESCE(completed_at, $8) END,",
    " due_date = CASE WHEN $10 THEN $11 ELSE due_date END, priority = COALESCE($12, priority),",
    " tags = COALESCE($13, tags), tags_key = COALESCE($14, tags_key), position = COALESCE($15, position),",
    " updated_at = CASE WHEN updated_at < $8 THEN $8 ELSE updated_at + 1 END",
    " WHERE user_id = $1 AND id = $2 AND ($9 IS NULL OR updated_at = $9) RETURNING ",
    columns!()
);

/// Changes what `change` has, which has been validated. `None` when the owner has no such task, or it is not any more as it
/// was at `seen`.
pub async fn update(state: &TasksState, owner: &String, id: &str, change: &PutTask, seen: Option<Timestamp>) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let description = change.description.as_ref().and_then(Option::as_deref);
    let tags = change.tags.as_deref().map(joined);
    let now = state.clock.now().0;
    /// Calls a macro with the parameters of [`UPDATE`] after other arguments.
    macro_rules! with_change {
        ($call:ident!($($arguments:tt)*)) => {
            $call!(
                $($arguments)*
                owner,
                id,
                &change.title,
                change.title.as_deref().map(str::to_lowercase),
                change.description.is_some(),
                description,
                change.completed,
                now,
                seen.map(|seen| seen.0),
                change.due_date.is_some(),
                change.due_date.flatten().map(|day| day.to_string()),
                change.priority.map(Priority::rank),
                &tags,
                tags.as_deref().map(str::to_lowercase),
                &change.position
            )
        };
    }
    if change.title.is_none() && change.description.is_none() && change.tags.is_none() {
        return Ok(told(state, with_change!(sql!(grouped optional &state.db, UPDATE,))?));
    }
    // What it is found by depends on what it has become.
    let user = owner.clone();
    let numbers = move |row: &TaskRow| search::numbers_of_task(&user, &row.title, row.description.as_deref(), &tags_of(&row.tags));
    let row: Option<TaskRow> = match &state.db {
        Db::Sqlite { group, .. } => {
            let values = owned(with_change!(params!()))?;
            let update = move |writer: &Writer<'_>| {
                let row: Option<TaskRow> = writer.optional(UPDATE, &borrowed(&values))?;
                if let Some(changed) = &row {
                    // One that is not in the index yet comes there as it is then.
                    let sql = "REPLACE INTO task_search (rowid, pieces) SELECT number, $2 FROM tasks
                               WHERE id = $1 AND number <= (SELECT indexed_up_to FROM task_search_state)";
                    writer.execute(sql, params![changed.id, search::as_words(&numbers(changed))])?;
                }
                Ok(row)
            };
            group.write(update).await?
        }
        Db::Postgres { .. } => {
            let mut transaction = state.db.begin().await?;
            let row: Option<TaskRow> = with_change!(sql!(optional transaction.on(), UPDATE,))?;
            if let (Some(changed), On::Postgres(on)) = (&row, transaction.on()) {
                let sql = "INSERT INTO task_search (task_id, pieces) VALUES ($1, $2) ON CONFLICT (task_id) DO UPDATE SET pieces = excluded.pieces";
                with_statement_timeout(sqlx::query(sql).bind(id).bind(numbers(changed)).execute(on)).await?;
            }
            transaction.commit().await?;
            row
        }
    };
    Ok(told(state, row))
}

/// Completes a task or takes that back; with `None`, whichever it is not. One statement, so that no toggle is lost.
/// `seen` is as in [`update`].
pub async fn complete(
    state: &TasksState,
    owner: &String,
    id: &str,
    completed: Option<bool>,
    seen: Option<Timestamp>,
) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let row = sql!(
        grouped optional &state.db,
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
    )?;
    Ok(told(state, row))
}

/// Removes a task, and keeps it for a while, so that it can be put back; whether it was there. `seen` is as in [`update`].
pub async fn delete(state: &TasksState, owner: &String, id: &str, seen: Option<Timestamp>) -> Result<bool> {
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

/// The latest time at which a task was deleted that cannot be put back any more.
pub fn too_old(state: &TasksState) -> i64 {
    state.clock.now().0 - i64::try_from(state.config.trash_kept_for().as_millis()).unwrap_or(i64::MAX)
}

/// Puts a deleted task back as it was; one that is there stays as it is. `None` when there is none to put back any more.
pub async fn restore(state: &TasksState, owner: &String, id: &str) -> Result<Option<Task>> {
    state.throttle_write(owner)?;
    let too_old = too_old(state);
    let mut transaction = state.db.begin().await?;
    let sql = "DELETE FROM deleted_tasks WHERE user_id = $1 AND id = $2 AND task <> '' AND deleted_at > $3 RETURNING task, deleted_at";
    let Some((json, deleted_at)): Option<(String, i64)> = sql!(optional transaction.on(), sql, owner, id, too_old)? else {
        drop(transaction);
        return get(&state.db, owner, id).await;
    };
    state.task_quota.take(&state.db, owner, state.clock.now()).await?;
    let task: Task = serde_json::from_str(&json).map_err(Error::internal)?;
    let task = Task { updated_at: Timestamp(state.clock.now().0.max(deleted_at + 1)), ..task };
    insert_row!(transaction.on(), task)?;
    transaction.commit().await?;
    state.search_backlog.note();
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
    let sql = "SELECT id, task, deleted_at FROM deleted_tasks WHERE user_id = $1 AND task <> '' AND (deleted_at, id) > ($2, $3)
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
fn told(state: &TasksState, row: Option<TaskRow>) -> Option<Task> {
    let task = Task::from(row?);
    state.events.saved(&task);
    Some(task)
}
