//! All users' data as lines of JSON, which both databases write byte for byte alike, and which can be read back: see
//! `docs/export.md`.

use std::io::{BufRead, Write};

use app::model::{Task, Timestamp, User};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    database::ImportError,
    model::{DeletedTask, SourceAccount, SourceTask, SourceUser},
    progress::Progress,
    report::{Entry, Kind, Reason},
    write::{Owner, Writer},
};
use crate::{
    db::Db,
    identity::{
        password::{self, NO_PASSWORD},
        user,
    },
    problem::{Error, Result},
    sql, tasks,
};

/// The version of the format. A reader refuses a newer one; members that it does not know are left out.
const VERSION: u32 = 1;
/// What the first line says.
const HOLDFAST: &str = "export";
/// How many rows are read at once.
const ROWS_AT_ONCE: usize = 500;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    holdfast: String,
    version: u32,
}

/// Every other line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    User(Box<Account>),
    Task(Box<Task>),
    DeletedTask(Box<DeletedTask>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    #[serde(flatten)]
    user: User,
    password_hash: Option<String>,
    accounts: Vec<SourceAccount>,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Exported {
    /// Users.
    pub users: u64,
    /// Tasks.
    pub tasks: u64,
    /// Tasks in the trash.
    pub deleted_tasks: u64,
}

/// Writes everything: users by their ids, each followed by their tasks by theirs, then by what is in their trash.
pub async fn export(db: &Db, out: &mut dyn Write) -> Result<Exported> {
    let mut exported = Exported::default();
    put(out, &Head { holdfast: HOLDFAST.into(), version: VERSION })?;
    let mut owners = user::ids(db).await?;
    owners.extend(tasks::owners(db).await?);
    // In the order of bytes, whatever that of the database is.
    owners.sort_unstable();
    owners.dedup();
    for owner in &owners {
        if let Some(row) = user::by_id(db, owner).await? {
            let sql = "SELECT provider, account_id, created_at FROM provider_accounts WHERE user_id = $1";
            let rows: Vec<(String, String, i64)> = sql!(all db.read(), sql, owner)?;
            let account = |(provider, account_id, at)| SourceAccount { provider, account_id, created_at: Timestamp(at) };
            let mut accounts: Vec<_> = rows.into_iter().map(account).collect();
            accounts.sort_unstable_by(|one, other| (&one.provider, &one.account_id).cmp(&(&other.provider, &other.account_id)));
            let password_hash = Some(row.password_hash.clone()).filter(|hash| hash != NO_PASSWORD);
            put(out, &Line::User(Box::new(Account { user: row.into(), password_hash, accounts })))?;
            exported.users += 1;
        }
        let mut after = String::new();
        loop {
            let page = tasks::by_id(db, owner, &after, ROWS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            exported.tasks += page.len() as u64;
            page.into_iter().try_for_each(|task| put(out, &Line::Task(Box::new(task))))?;
        }
        let mut after = (Timestamp(i64::MIN), String::new());
        loop {
            let (page, has_more) = tasks::deleted(db, owner, &after, ROWS_AT_ONCE).await?;
            for deleted in page {
                let task = serde_json::from_value(deleted.task).map_err(Error::internal)?;
                after = (deleted.deleted_at, deleted.id);
                put(out, &Line::DeletedTask(Box::new(DeletedTask { task, deleted_at: deleted.deleted_at })))?;
                exported.deleted_tasks += 1;
            }
            if !has_more {
                break;
            }
        }
    }
    out.flush().map_err(Error::internal)?;
    Ok(exported)
}

fn put(out: &mut dyn Write, line: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, line).map_err(Error::internal)?;
    out.write_all(b"\n").map_err(Error::internal)
}

/// Whether a file begins as an export does.
pub fn is_export(first_line: &str) -> bool {
    serde_json::from_str::<Head>(first_line).is_ok_and(|head| head.holdfast == HOLDFAST)
}

/// What was read of one user, until the next begins.
#[derive(Default)]
struct Group {
    owner: Option<String>,
    user: Option<SourceUser>,
    tasks: Vec<SourceTask>,
    deleted: Vec<DeletedTask>,
}

impl Group {
    async fn write(&mut self, writer: &mut Writer<'_>) -> Result<()> {
        let Self { owner: Some(owner), user, tasks, deleted } = std::mem::take(self) else { return Ok(()) };
        let owner = user.as_ref().map_or(Owner::Id(&owner), Owner::User);
        writer.write(owner, tasks, deleted).await
    }

    /// Makes room for a line of this owner.
    async fn turn_to(&mut self, owner: &str, writer: &mut Writer<'_>) -> Result<()> {
        if self.owner.as_deref() != Some(owner) {
            self.write(writer).await?;
            self.owner = Some(owner.to_owned());
        }
        Ok(())
    }
}

/// Reads an export back.
pub async fn import(lines: impl BufRead, writer: &mut Writer<'_>, progress: &mut Progress) -> Result<(), ImportError> {
    let mut group = Group::default();
    for (at, line) in lines.lines().enumerate() {
        let line = line?;
        if at == 0 {
            let head: Head = serde_json::from_str(&line).map_err(|_| ImportError::Usage("the file is no export of Holdfast".into()))?;
            if head.version > VERSION {
                return Err(ImportError::Usage(format!(
                    "the export is of version {}, and this is holdfast {}",
                    head.version,
                    env!("CARGO_PKG_VERSION")
                )));
            }
            continue;
        }
        progress.step(line.len() as u64 + 1);
        // PostgreSQL has no NUL in texts, and no text here has one.
        let read = serde_json::from_str::<Line>(&line).ok().filter(|_| !line.contains("\\u0000"));
        let Some(read) = read else {
            writer.report.add(&Entry::new(Kind::Line, (at + 1).to_string(), Reason::NotReadable).field("line", Value::Null))?;
            continue;
        };
        match read {
            Line::User(account) => {
                group.turn_to(&account.user.id, writer).await?;
                writer.counts.users.read += 1;
                writer.counts.accounts.read += account.accounts.len() as u64;
                let Account { user, password_hash, accounts } = *account;
                let kept = password_hash.filter(|hash| password::is_known_hash(hash));
                group.user = Some(SourceUser { user, password_hash: kept, accounts, sessions: Vec::new() });
            }
            Line::Task(task) => {
                group.turn_to(&task.user_id, writer).await?;
                writer.counts.tasks.read += 1;
                group.tasks.push(SourceTask { task: *task, is_dated: true, order: None });
            }
            Line::DeletedTask(deleted) => {
                group.turn_to(&deleted.task.user_id, writer).await?;
                writer.counts.deleted_tasks.read += 1;
                group.deleted.push(*deleted);
            }
        }
    }
    group.write(writer).await?;
    progress.end();
    Ok(())
}
