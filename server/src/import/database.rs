//! Moving in from the database of another system.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    mem,
};

use serde_json::Value;

use super::{
    columns::{self, Field, Mapped, Mapping, Plan, TagTables},
    model::{SourceTask, SourceUser},
    progress::Progress,
    read::{self, Account, Options, Row, id_of},
    report::{Entry, Kind, Reason},
    source::Source,
    values,
    write::{Owner, Writer},
};
use crate::{identity::password, problem};

/// Why it went no further. What was written until then stays, and a second run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The command line asks for what the source does not have.
    #[error("{0}")]
    Usage(String),
    /// The source cannot be read.
    #[error("the source cannot be read: {0}")]
    Source(#[from] sqlx::Error),
    /// The database here cannot be written to, or the report.
    #[error("{}", .0.secret_cause().map_or_else(|| .0.to_string(), str::to_owned))]
    Target(#[from] problem::Error),
    /// Something does not add up.
    #[error("{0}")]
    Count(String),
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        Self::Target(problem::Error::internal(error))
    }
}

/// The users of the source, and how tasks name them.
#[derive(Default)]
struct Users {
    all: Vec<SourceUser>,
    /// By id.
    by_id: HashMap<String, usize>,
    /// By e-mail: some systems keep that with a task.
    by_email: HashMap<String, usize>,
    /// Those who were not taken.
    refused: HashMap<String, Reason>,
}

/// A run of the import.
pub struct Import<'a, 'b> {
    /// Where from.
    pub source: Source,
    /// Where to.
    pub writer: &'a mut Writer<'b>,
    /// How rows are read.
    pub options: Options,
    /// How far it is.
    pub progress: Progress,
    /// What `--map` says.
    pub mappings: Vec<Mapping>,
}

impl Import<'_, '_> {
    /// Moves everything; the names of the tables that were read.
    pub async fn run(&mut self) -> Result<Vec<String>, ImportError> {
        let tables = self.source.tables().await?;
        let plan = columns::plan(&tables, &self.mappings).map_err(ImportError::Usage)?;
        if plan.users.is_none() && plan.tasks.is_none() {
            let names: Vec<_> = tables.iter().map(|table| &*table.name).collect();
            let found = if names.is_empty() { "there is none at all".to_owned() } else { format!("there are {}", names.join(", ")) };
            return Err(ImportError::Usage(format!(
                "no table of users or tasks was found ({found}): name them with --map users=TABLE and --map tasks=TABLE"
            )));
        }
        let mut users = self.read_users(&plan).await?;
        let total = match &plan.tasks {
            Some(tasks) => self.source.count(&tasks.table).await?,
            None => 0,
        };
        self.progress.begin(total + users.all.len() as u64);
        if let Some(tasks) = &plan.tasks {
            self.move_tasks(tasks, plan.tags.as_ref(), &mut users, plan.users.is_some()).await?;
        }
        for user in &users.all {
            self.writer.write(Owner::User(user), Vec::new(), Vec::new()).await?;
            self.progress.step(1);
        }
        for table in &plan.others {
            let count = self.source.count(table).await?;
            if count > 0 {
                let entry = Entry::new(Kind::Table, &*table.name, Reason::NotRead);
                self.writer.report.add(&entry.field(&*table.name, Value::from(count)))?;
            }
        }
        self.progress.end();
        self.check(&plan, total).await?;
        let roles = [&plan.users, &plan.accounts, &plan.sessions, &plan.tasks];
        Ok(roles.into_iter().flatten().map(|mapped| mapped.table.name.clone()).collect())
    }

    /// Whether all rows of the source have become something.
    async fn check(&mut self, plan: &Plan, tasks: u64) -> Result<(), ImportError> {
        let users = match &plan.users {
            Some(users) => self.source.count(&users.table).await?,
            None => 0,
        };
        let counts = &self.writer.counts;
        for (name, count, read) in [("users", counts.users, users), ("tasks", counts.tasks, tasks)] {
            if count.read != read || !count.adds_up() {
                return Err(ImportError::Count(format!("the source has {read} {name}, and the counts are {count:?}: run it again")));
            }
        }
        Ok(())
    }

    async fn read_users(&mut self, plan: &Plan) -> Result<Users, ImportError> {
        let mut users = Users::default();
        let Some(mapped) = &plan.users else { return Ok(users) };
        let (writer, options) = (&mut *self.writer, &self.options);
        let mut emails = HashSet::new();
        self.source
            .each(&mapped.table, None, mapped.column(Field::Id), async |row| {
                writer.counts.users.read += 1;
                let refused = match read::user(mapped, &row, options) {
                    Ok((user, _)) if !emails.insert(user.user.email.clone()) => {
                        Entry::new(Kind::User, user.user.id, Reason::EmailTaken).field("email", Value::from(user.user.email))
                    }
                    Ok((user, entries)) => {
                        writer.report.extend(entries)?;
                        users.by_id.insert(user.user.id.clone(), users.all.len());
                        users.by_email.insert(user.user.email.clone(), users.all.len());
                        users.all.push(user);
                        return Ok::<_, ImportError>(());
                    }
                    Err(entry) => entry,
                };
                writer.counts.users.refuse(refused.reason);
                writer.report.add(&refused)?;
                users.refused.insert(refused.id, if refused.reason.is_loss() { Reason::OwnerNotTaken } else { refused.reason });
                Ok(())
            })
            .await?;
        if let Some(mapped) = &plan.accounts {
            let (source, accounts) = (&mut self.source, &mut self.writer.counts.accounts);
            source
                .each(&mapped.table, None, None, async |row| {
                    let Some((user_id, account)) = read::account(mapped, &row, options) else { return Ok::<_, ImportError>(()) };
                    let user = users.by_id.get(&user_id).and_then(|at| users.all.get_mut(*at));
                    match (account, user) {
                        (Account::Password(hash), Some(user)) => user.password_hash = Some(hash),
                        (Account::Password(_), None) => {}
                        (Account::Provider(account), user) => {
                            accounts.read += 1;
                            match user {
                                Some(user) => user.accounts.push(account),
                                None => accounts.refused += 1,
                            }
                        }
                    }
                    Ok(())
                })
                .await?;
        }
        if let Some(mapped) = &plan.sessions {
            let (source, sessions) = (&mut self.source, &mut self.writer.counts.sessions);
            source
                .each(&mapped.table, None, None, async |row| {
                    let Some((user_id, session)) = read::session(mapped, &row, options) else { return Ok::<_, ImportError>(()) };
                    sessions.read += 1;
                    match users.by_id.get(&user_id).and_then(|at| users.all.get_mut(*at)) {
                        Some(user) => user.sessions.push(session),
                        None => sessions.refused += 1,
                    }
                    Ok(())
                })
                .await?;
        }
        for user in &mut users.all {
            if user.password_hash.as_deref().is_some_and(|hash| !password::is_known_hash(hash)) {
                user.password_hash = None;
                let entry = Entry::new(Kind::User, &*user.user.id, Reason::PasswordNotKept);
                self.writer.report.add(&entry.field("password", Value::Null))?;
            }
        }
        Ok(users)
    }

    /// The tags of each task that are in a table of their own.
    async fn read_tags(&mut self, tags: &TagTables) -> Result<HashMap<String, Vec<String>>, ImportError> {
        let mut names = HashMap::new();
        let text = |row: &Row, column: &str| row.get(column).and_then(values::text);
        if let Some((table, id, name)) = &tags.names {
            self.source
                .each(table, None, None, async |row| {
                    if let (Some(id), Some(name)) = (text(&row, id), text(&row, name)) {
                        names.insert(id, name);
                    }
                    Ok::<_, ImportError>(())
                })
                .await?;
        }
        let mut of_tasks: HashMap<String, BTreeSet<String>> = HashMap::new();
        self.source
            .each(&tags.link, None, None, async |row| {
                let tag = text(&row, &tags.tag).and_then(|tag| if tags.names.is_some() { names.get(&tag).cloned() } else { Some(tag) });
                if let (Some(task_id), Some(tag)) = (text(&row, &tags.task_id), tag) {
                    let id = id_of(&task_id, tags.link.has_bare_uuids(&tags.task_id));
                    of_tasks.entry(id).or_default().insert(tag);
                }
                Ok::<_, ImportError>(())
            })
            .await?;
        Ok(of_tasks.into_iter().map(|(id, tags)| (id, tags.into_iter().collect())).collect())
    }

    /// Writes the tasks of each owner, and with them the owner, who is taken out of `users`.
    async fn move_tasks(
        &mut self,
        mapped: &Mapped,
        tags: Option<&TagTables>,
        users: &mut Users,
        has_users: bool,
    ) -> Result<(), ImportError> {
        let tags = match tags {
            Some(tags) => self.read_tags(tags).await?,
            None => HashMap::new(),
        };
        let mut group = Group { owner: None, tasks: Vec::new(), written: HashSet::new() };
        let (writer, progress, options) = (&mut *self.writer, &mut self.progress, &self.options);
        let grouped = mapped.column(Field::UserId);
        self.source
            .each(&mapped.table, grouped, mapped.column(Field::Id), async |row| {
                writer.counts.tasks.read += 1;
                progress.step(1);
                let named = read::owner(mapped, &row);
                if named != group.owner {
                    group.write(writer, users).await?;
                    group.owner.clone_from(&named);
                }
                let owner = named.map(|named| resolve(users, named));
                let unknown = |reason| {
                    let entry = Entry::new(Kind::Task, read::task_id(mapped, &row).unwrap_or_default(), reason);
                    owner.iter().fold(entry, Entry::of)
                };
                let refused = match &owner {
                    None => Some(unknown(Reason::UnknownOwner)),
                    Some(owner) if users.refused.contains_key(owner) => users.refused.get(owner).map(|reason| unknown(*reason)),
                    Some(owner) if has_users && !users.by_id.contains_key(owner) && !is_here(writer, owner).await? => {
                        Some(unknown(Reason::UnknownOwner))
                    }
                    Some(owner) => {
                        let of_task = read::task_id(mapped, &row).and_then(|id| tags.get(&id)).map_or(&[][..], Vec::as_slice);
                        match read::task(mapped, &row, owner, of_task, options) {
                            Ok((task, entries)) => {
                                writer.report.extend(entries)?;
                                group.tasks.push(task);
                                None
                            }
                            Err(entry) => Some(entry),
                        }
                    }
                };
                if let Some(entry) = refused {
                    writer.counts.tasks.refuse(entry.reason);
                    writer.report.add(&entry)?;
                }
                Ok::<_, ImportError>(())
            })
            .await?;
        group.write(writer, users).await?;
        users.all.retain(|user| !group.written.contains(&user.user.id));
        Ok(())
    }
}

/// The id of the user that a task names, by id or by e-mail.
fn resolve(users: &Users, named: String) -> String {
    if users.by_id.contains_key(&named) || users.refused.contains_key(&named) {
        return named;
    }
    let by_email = users.by_email.get(&named.to_lowercase()).and_then(|at| users.all.get(*at));
    by_email.map_or(named, |user| user.user.id.clone())
}

async fn is_here(writer: &Writer<'_>, id: &str) -> problem::Result<bool> {
    Ok(crate::identity::user::by_id(writer.db, id).await?.is_some())
}

/// The tasks of one owner, as they are read.
struct Group {
    /// As the rows name the owner.
    owner: Option<String>,
    tasks: Vec<SourceTask>,
    /// The users of the source who have been written.
    written: HashSet<String>,
}

impl Group {
    async fn write(&mut self, writer: &mut Writer<'_>, users: &Users) -> Result<(), ImportError> {
        let tasks = mem::take(&mut self.tasks);
        let Some(first) = tasks.first() else { return Ok(()) };
        let owner = first.task.user_id.clone();
        // One who is named by id and by e-mail has two groups, and is written with the first.
        let is_first = self.written.insert(owner.clone());
        match users.by_id.get(&owner).and_then(|at| users.all.get(*at)) {
            Some(user) if is_first => writer.write(Owner::User(user), tasks, Vec::new()).await?,
            _ => writer.write(Owner::Id(&owner), tasks, Vec::new()).await?,
        }
        Ok(())
    }
}
