//! Writes what is moved in: a transaction for each user, in which everything that is here already stays as it is, so that it can
//! be run again after it was interrupted, and for what has come since.

use std::time::Duration;

use app::{
    model::{Timestamp, User},
    position,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    model::{DeletedTask, SourceTask, SourceUser},
    read::is_remembered,
    report::{Entry, Kind, Reason, Report},
};
use crate::{
    db::{Db, Transaction},
    identity::{
        imported_session::{self, Imported},
        password::NO_PASSWORD,
        user,
    },
    problem::{Error, Result},
    sql, tasks,
};

/// Most entropy of a position's second part: more tasks than this of one owner are not moved at once.
const PLACE_DIGITS: usize = 8;

/// What became of things of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// In the source.
    pub read: u64,
    /// Taken over.
    pub taken: u64,
    /// Here already.
    pub there: u64,
    /// Left out, since it was deleted there or here.
    pub deleted: u64,
    /// Not taken, and reported.
    pub refused: u64,
}

impl Count {
    /// Whether everything that was read became something.
    pub const fn adds_up(&self) -> bool {
        self.read == self.taken + self.there + self.deleted + self.refused
    }

    /// Counts one that was not taken.
    pub const fn refuse(&mut self, reason: Reason) {
        if reason.is_loss() {
            self.refused += 1;
        } else {
            self.deleted += 1;
        }
    }

    const fn add(&mut self, other: Self) {
        self.taken += other.taken;
        self.there += other.there;
        self.deleted += other.deleted;
        self.refused += other.refused;
    }
}

/// What became of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Users.
    pub users: Count,
    /// Sessions that have not ended.
    pub sessions: Count,
    /// Accounts of other providers.
    pub accounts: Count,
    /// Tasks.
    pub tasks: Count,
    /// Tasks in the trash.
    pub deleted_tasks: Count,
}

impl Counts {
    const fn add(&mut self, other: Self) {
        self.users.add(other.users);
        self.sessions.add(other.sessions);
        self.accounts.add(other.accounts);
        self.tasks.add(other.tasks);
        self.deleted_tasks.add(other.deleted_tasks);
    }
}

/// Writes to a database.
pub struct Writer<'a> {
    /// Where to.
    pub db: &'a Db,
    /// Whether it is only tried.
    pub dry_run: bool,
    /// When the import began.
    pub now: Timestamp,
    /// How long a session may last.
    pub session_max_age: Duration,
    /// How many tasks one user may have, where that counts.
    pub quota: Option<u32>,
    /// What became of everything.
    pub counts: Counts,
    /// What was not taken.
    pub report: Report,
}

/// Whose tasks are written.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// A user of the source.
    User(&'a SourceUser),
    /// A user of this id, who is here or of another service.
    Id(&'a str),
}

impl Owner<'_> {
    fn id(&self) -> &str {
        match self {
            Self::User(user) => &user.user.id,
            Self::Id(id) => id,
        }
    }
}

/// What was written of one user.
#[derive(Default)]
struct Written {
    counts: Counts,
    entries: Vec<Entry>,
}

impl Writer<'_> {
    /// Writes a user, their tasks and what is in their trash, all of it or nothing.
    pub async fn write(&mut self, owner: Owner<'_>, tasks: Vec<SourceTask>, deleted: Vec<DeletedTask>) -> Result<()> {
        let mut transaction = self.db.begin().await?;
        let mut written = Written::default();
        let refused = self.write_owner(&mut transaction, owner, &mut written).await?;
        if let Some(reason) = refused {
            for task in &tasks {
                written.counts.tasks.refuse(reason);
                written.entries.push(Entry::new(Kind::Task, &*task.task.id, reason).of(owner.id()));
            }
            for _ in &deleted {
                written.counts.deleted_tasks.refuse(reason);
            }
        } else {
            self.write_tasks(&mut transaction, owner.id(), tasks, &mut written).await?;
            for deleted in &deleted {
                let is_new = tasks::insert_foreign_deleted(&mut transaction, &deleted.task, deleted.deleted_at).await?;
                let count = &mut written.counts.deleted_tasks;
                if is_new { count.taken += 1 } else { count.there += 1 }
            }
        }
        if !self.dry_run {
            transaction.commit().await?;
        }
        self.counts.add(written.counts);
        self.report.extend(written.entries).map_err(Error::internal)
    }

    /// Writes the user; why their tasks cannot be taken, if so.
    async fn write_owner(&self, transaction: &mut Transaction, owner: Owner<'_>, written: &mut Written) -> Result<Option<Reason>> {
        let sql = "SELECT EXISTS (SELECT 1 FROM revocations WHERE subject = $1 AND issued_before IS NULL)";
        let is_deleted: bool = sql!(scalar transaction.on(), sql, owner.id())?;
        let Owner::User(source) = owner else { return Ok(is_deleted.then_some(Reason::DeletedHere)) };
        let User { id, email, .. } = &source.user;
        if is_deleted {
            written.counts.users.deleted += 1;
            written.entries.push(Entry::new(Kind::User, id, Reason::DeletedHere));
            return Ok(Some(Reason::DeletedHere));
        }
        let known: Option<(String,)> = sql!(optional transaction.on(), "SELECT id FROM users WHERE id = $1", id)?;
        if known.is_some() {
            written.counts.users.there += 1;
        } else {
            let hash = source.password_hash.as_deref().unwrap_or(NO_PASSWORD);
            match user::insert(transaction, &source.user, hash).await {
                Ok(()) => written.counts.users.taken += 1,
                Err(Error::EmailTaken) => {
                    written.counts.users.refused += 1;
                    written.entries.push(Entry::new(Kind::User, id, Reason::EmailTaken).field("email", Value::from(&**email)));
                    return Ok(Some(Reason::OwnerNotTaken));
                }
                Err(error) => return Err(error),
            }
        }
        self.write_accounts(transaction, source, written).await?;
        Ok(None)
    }

    async fn write_accounts(&self, transaction: &mut Transaction, source: &SourceUser, written: &mut Written) -> Result<()> {
        let user_id = &source.user.id;
        for account in &source.accounts {
            let sql = "INSERT INTO provider_accounts (provider, account_id, user_id, created_at) VALUES ($1, $2, $3, $4)
                       ON CONFLICT (provider, account_id) DO NOTHING";
            if sql!(execute transaction.on(), sql, &account.provider, &account.account_id, user_id, account.created_at.0)? > 0 {
                written.counts.accounts.taken += 1;
                continue;
            }
            let sql = "SELECT user_id FROM provider_accounts WHERE provider = $1 AND account_id = $2";
            let whose: String = sql!(scalar transaction.on(), sql, &account.provider, &account.account_id)?;
            if whose == *user_id {
                written.counts.accounts.there += 1;
            } else {
                written.counts.accounts.refused += 1;
                let entry = Entry::new(Kind::Account, &*account.account_id, Reason::IdTaken).of(user_id);
                written.entries.push(entry.field("provider", Value::from(&*account.provider)));
            }
        }
        for session in &source.sessions {
            let imported = Imported {
                token: &session.token,
                user_id,
                remember: is_remembered(session),
                expires_at: session.expires_at.min(self.now + self.session_max_age),
                created_at: session.created_at,
                updated_at: session.updated_at,
                ip_address: session.ip_address.as_deref(),
                user_agent: session.user_agent.as_deref(),
            };
            if imported_session::insert(transaction, &imported).await? {
                written.counts.sessions.taken += 1;
            } else {
                written.counts.sessions.there += 1;
            }
        }
        Ok(())
    }

    async fn write_tasks(
        &self,
        transaction: &mut Transaction,
        owner: &str,
        mut tasks: Vec<SourceTask>,
        written: &mut Written,
    ) -> Result<()> {
        if tasks.is_empty() {
            return Ok(());
        }
        place(&mut tasks);
        let known = tasks::known_ids(transaction, owner).await?;
        let before = known.values().filter(|made| made.is_some()).count() as u64;
        let mut taken = 0;
        for source in &tasks {
            let task = &source.task;
            let entry = |reason| Entry::new(Kind::Task, &*task.id, reason).of(owner);
            match known.get(&task.id) {
                None if self.quota.is_some_and(|quota| before + taken >= u64::from(quota)) => {
                    written.counts.tasks.refused += 1;
                    written.entries.push(entry(Reason::Quota).field("title", Value::from(&*task.title)));
                }
                None if tasks::insert_foreign(transaction, task).await? => taken += 1,
                Some(None) => {
                    written.counts.tasks.deleted += 1;
                    written.entries.push(entry(Reason::DeletedHere));
                }
                Some(Some(made)) if !source.is_dated || *made == task.created_at => written.counts.tasks.there += 1,
                // The id is that of another task, of this user or of another one.
                _ => {
                    written.counts.tasks.refused += 1;
                    written.entries.push(entry(Reason::IdTaken).field("title", Value::from(&*task.title)));
                }
            }
        }
        let after: i64 = sql!(scalar transaction.on(), "SELECT count(*) FROM tasks WHERE user_id = $1", owner)?;
        if after.unsigned_abs() != before + taken {
            let why = format!("the user {owner} had {before} tasks, {taken} were written, and there are {after}: run it again");
            return Err(Error::Internal(why.into()));
        }
        written.counts.tasks.taken += taken;
        Ok(())
    }
}

/// Gives tasks their positions, unless they have them: in the order that was made by hand, where there is one, or with the newest first, which is where
/// new tasks go. An id from elsewhere does not ascend, so that the time comes first.
pub fn place(tasks: &mut [SourceTask]) {
    if tasks.iter().all(|task| position::is_position(&task.task.position)) {
        return;
    }
    let is_ordered = tasks.iter().any(|task| task.order.is_some_and(|order| order != 0));
    let latest = tasks.iter().map(|task| task.task.created_at).max().unwrap_or_default();
    if is_ordered {
        tasks.sort_by_key(|task| task.order.unwrap_or(i64::MAX));
    } else {
        tasks.sort_by_key(|task| task.task.created_at);
    }
    let count = tasks.len();
    for (at, task) in tasks.iter_mut().enumerate() {
        let (time, number) = if is_ordered { (latest, count - at) } else { (task.task.created_at, at) };
        task.task.position = position::of_id(&format!("{:012x}{number:0PLACE_DIGITS$x}", time.0.max(0)));
    }
}

#[cfg(test)]
mod tests {
    use app::model::Task;

    use super::*;

    fn task(id: &str, created_at: i64, order: Option<i64>) -> SourceTask {
        let task = Task { id: id.into(), created_at: Timestamp(created_at), ..Task::default() };
        SourceTask { task, is_dated: true, order }
    }

    fn placed(mut tasks: Vec<SourceTask>) -> Vec<String> {
        place(&mut tasks);
        assert!(tasks.iter().all(|task| position::is_position(&task.task.position)));
        tasks.sort_by(|one, other| one.task.position.cmp(&other.task.position));
        tasks.into_iter().map(|task| task.task.id).collect()
    }

    #[test]
    fn the_newest_task_is_first_and_an_order_made_by_hand_stays() {
        assert_eq!(placed(vec![task("1", 5, None), task("2", 9, None), task("3", 5, None)]), ["2", "3", "1"]);
        assert_eq!(placed(vec![task("1", 5, Some(3000)), task("2", 9, Some(2000)), task("3", 5, Some(1000))]), ["3", "2", "1"]);
        assert_eq!(placed(vec![task("1", 5, Some(0)), task("2", 9, Some(0))]), ["2", "1"], "zeros are no order");
    }

    #[test]
    fn a_new_task_stands_before_those_that_were_moved_in() {
        let mut tasks = vec![task("1", 0x019a_a000_0000, Some(1000)), task("2", 0x019a_9000_0000, Some(2000))];
        place(&mut tasks);
        let new = position::of_id("019aa000-0001-7000-8000-000000000001");
        assert!(tasks.iter().all(|task| new < task.task.position));
    }
}
