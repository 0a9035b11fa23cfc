//! Which tables and columns of another system hold what: found by their names, or said by `--map`.

use std::collections::{BTreeMap, BTreeSet};

use super::values::key;

/// A table of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The schema of a PostgreSQL.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type, in lower case.
    pub kind: String,
}

impl Table {
    /// Its name as an identifier in SQL, with that of its schema.
    pub fn quoted(&self) -> String {
        let name = quoted(&self.name);
        self.schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{}.{name}", quoted(schema)))
    }

    /// Whether a column of this name holds UUIDs as 32 hexadecimal digits, as `SQLAlchemy` does on SQLite.
    pub fn has_bare_uuids(&self, column: &str) -> bool {
        self.columns.iter().any(|other| other.name == column && matches!(other.kind.as_str(), "char(32)" | "character(32)"))
    }

    fn column(&self, names: &[&str], taken: &BTreeSet<&str>) -> Option<&str> {
        let find = |name: &&str| self.columns.iter().find(|column| key(&column.name) == **name && !taken.contains(&*column.name));
        names.iter().find_map(find).map(|column| &*column.name)
    }

    fn has(&self, names: &[&str]) -> bool {
        self.column(names, &BTreeSet::new()).is_some()
    }
}

/// A name as an identifier in SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Users.
    Users,
    /// Passwords, and accounts of other providers.
    Accounts,
    /// Better Auth's sessions.
    Sessions,
    /// Tasks.
    Tasks,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The row's own id.
    Id,
    /// Whose it is.
    UserId,
    /// What is to be done.
    Title,
    /// More about it.
    Description,
    /// Whether it is done.
    Completed,
    /// When it was done.
    CompletedAt,
    /// How much it matters.
    Priority,
    /// By when it is to be done.
    DueDate,
    /// Words to find it by.
    Tags,
    /// Its place in an order made by hand.
    Position,
    /// When it was made.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// When it was deleted, or whether.
    Deleted,
    /// A user's e-mail.
    Email,
    /// A user's name.
    Name,
    /// Whether the e-mail is proven.
    EmailVerified,
    /// A user's picture.
    Image,
    /// The hash of a password.
    Password,
    /// Whether the user is shut out.
    Banned,
    /// Whether the user is let in.
    Active,
    /// The provider of an account.
    Provider,
    /// The provider's id of the user.
    AccountId,
    /// A session's token.
    Token,
    /// When a session ends.
    ExpiresAt,
    /// Where a session began.
    IpAddress,
    /// The client of a session.
    UserAgent,
}

/// The name of each field, as `--map` has it.
const NAMES: [(Field, &str); 26] = [
    (Field::Id, "id"),
    (Field::UserId, "user_id"),
    (Field::Title, "title"),
    (Field::Description, "description"),
    (Field::Completed, "completed"),
    (Field::CompletedAt, "completed_at"),
    (Field::Priority, "priority"),
    (Field::DueDate, "due_date"),
    (Field::Tags, "tags"),
    (Field::Position, "position"),
    (Field::CreatedAt, "created_at"),
    (Field::UpdatedAt, "updated_at"),
    (Field::Deleted, "deleted"),
    (Field::Email, "email"),
    (Field::Name, "name"),
    (Field::EmailVerified, "email_verified"),
    (Field::Image, "image"),
    (Field::Password, "password"),
    (Field::Banned, "banned"),
    (Field::Active, "active"),
    (Field::Provider, "provider"),
    (Field::AccountId, "account_id"),
    (Field::Token, "token"),
    (Field::ExpiresAt, "expires_at"),
    (Field::IpAddress, "ip_address"),
    (Field::UserAgent, "user_agent"),
];

impl Field {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(field, _)| *field == self).map_or("", |(_, name)| name)
    }
}

impl Role {
    const EACH: [Self; 4] = [Self::Users, Self::Accounts, Self::Sessions, Self::Tasks];

    /// Its name, as `--map` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Accounts => "accounts",
            Self::Sessions => "sessions",
            Self::Tasks => "tasks",
        }
    }

    /// How such tables are called, the likeliest first, as [`key`] writes names.
    const fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Users => &["user", "users", "authuser", "authusers", "appuser", "appusers", "useraccount", "useraccounts"],
            Self::Accounts => &["account", "accounts", "authaccount", "authaccounts"],
            Self::Sessions => &["session", "sessions", "authsession", "authsessions"],
            Self::Tasks => &["tasks", "task", "todos", "todo", "todoitems", "todoitem", "taskitems", "taskitem", "usertasks", "usertask"],
        }
    }

    /// How its columns are called, the likeliest first. A column is of one field alone: the first that asks for it has it.
    const fn fields(self) -> &'static [(Field, &'static [&'static str])] {
        match self {
            Self::Users => &[
                (Field::Id, &["id", "userid", "uuid", "uid"]),
                (Field::Email, &["email", "emailaddress", "mail"]),
                (Field::Name, &["name", "fullname", "displayname", "username"]),
                (
                    Field::EmailVerified,
                    &["emailverified", "isverified", "isemailverified", "verified", "emailconfirmed", "emailverifiedat"],
                ),
                (Field::Image, &["image", "imageurl", "avatar", "avatarurl", "picture"]),
                (Field::Password, &["passwordhash", "hashedpassword", "password", "pwhash", "passwordhashed"]),
                (Field::Banned, &["banned", "isbanned", "disabled", "isdisabled", "blocked"]),
                (Field::Active, &["isactive", "active", "enabled"]),
                (Field::CreatedAt, &["createdat", "created", "createdon", "datejoined", "joinedat"]),
                (Field::UpdatedAt, &["updatedat", "updated", "modifiedat", "updatedon"]),
                (Field::Deleted, &["deletedat", "isdeleted", "deleted"]),
            ],
            Self::Accounts => &[
                (Field::UserId, &["userid"]),
                (Field::Provider, &["providerid", "provider"]),
                (Field::AccountId, &["accountid", "provideraccountid"]),
                (Field::Password, &["password", "passwordhash", "hashedpassword"]),
                (Field::CreatedAt, &["createdat", "created"]),
            ],
            Self::Sessions => &[
                (Field::UserId, &["userid"]),
                (Field::Token, &["token"]),
                (Field::ExpiresAt, &["expiresat", "expires"]),
                (Field::CreatedAt, &["createdat", "created"]),
                (Field::UpdatedAt, &["updatedat", "updated"]),
                (Field::IpAddress, &["ipaddress", "ip"]),
                (Field::UserAgent, &["useragent"]),
            ],
            Self::Tasks => &[
                (Field::Id, &["id", "taskid", "todoid", "uuid"]),
                (
                    Field::UserId,
                    &["userid", "ownerid", "owner", "createdbyid", "createdby", "authorid", "creatorid", "accountid", "user", "useremail"],
                ),
                (Field::Title, &["title", "name", "summary", "subject", "task", "todo", "text", "content"]),
                (Field::Description, &["description", "details", "notes", "note", "body", "content", "desc", "text"]),
                (
                    Field::Completed,
                    &["completed", "iscompleted", "done", "isdone", "complete", "iscomplete", "finished", "status", "state"],
                ),
                (Field::CompletedAt, &["completedat", "doneat", "finishedat", "completedon", "datecompleted"]),
                (Field::Priority, &["priority", "prioritylevel", "importance"]),
                (Field::DueDate, &["duedate", "dueat", "due", "deadline", "dueon", "duedatetime", "targetdate"]),
                (Field::Tags, &["tags", "labels", "taglist", "tagnames"]),
                (Field::Position, &["position", "sortorder", "orderindex", "order", "sortindex", "rank"]),
                (Field::CreatedAt, &["createdat", "created", "createdon", "datecreated", "insertedat"]),
                (Field::UpdatedAt, &["updatedat", "updated", "modifiedat", "updatedon", "lastmodified", "dateupdated"]),
                (Field::Deleted, &["deletedat", "isdeleted", "deleted"]),
            ],
        }
    }

    /// What such a table must have; without it, one of that name is something else.
    const fn required(self) -> &'static [Field] {
        match self {
            Self::Users => &[Field::Id, Field::Email],
            Self::Accounts => &[Field::UserId, Field::Provider, Field::AccountId],
            Self::Sessions => &[Field::UserId, Field::Token, Field::ExpiresAt],
            Self::Tasks => &[Field::Id, Field::UserId, Field::Title],
        }
    }
}

/// One `--map`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// The table of this role has this name.
    Table(Role, String),
    /// The column of this field, in the table of this role, has this name.
    Column(Role, Field, String),
}

impl Mapping {
    /// `tasks=TABLE`, `FIELD=COLUMN` of the tasks, or `users.FIELD=COLUMN` of another table.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (left, right) = text.split_once('=').filter(|(_, name)| !name.is_empty()).ok_or("it must be like user_id=owner_id")?;
        let role_of = |name: &str| Role::EACH.into_iter().find(|role| role.as_str() == name);
        if let Some(role) = role_of(left) {
            return Ok(Self::Table(role, right.to_owned()));
        }
        let (role, name) = left.split_once('.').map_or((Some(Role::Tasks), left), |(table, name)| (role_of(table), name));
        let role = role.ok_or("before the dot, it must be users, accounts, sessions or tasks")?;
        let fields = role.fields().iter().map(|(field, _)| *field);
        let field = fields.clone().find(|field| field.as_str() == name);
        let known = || fields.map(Field::as_str).collect::<Vec<_>>().join(", ");
        field.map(|field| Self::Column(role, field, right.to_owned())).ok_or_else(|| format!("{} have {}", role.as_str(), known()))
    }
}

/// A table with what its columns hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The table.
    pub table: Table,
    columns: BTreeMap<Field, String>,
}

impl Mapped {
    /// The column of a field.
    pub fn column(&self, field: Field) -> Option<&str> {
        self.columns.get(&field).map(String::as_str)
    }

    /// The columns that hold none of the fields.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.table.columns.iter().map(|column| &*column.name).filter(|name| !self.columns.values().any(|taken| taken == name))
    }

    fn new(role: Role, table: &Table, mappings: &[Mapping]) -> Result<Self, String> {
        let mut columns = BTreeMap::new();
        for mapping in mappings {
            if let Mapping::Column(of, field, name) = mapping
                && *of == role
            {
                if !table.columns.iter().any(|column| column.name == *name) {
                    let names: Vec<_> = table.columns.iter().map(|column| &*column.name).collect();
                    return Err(format!("the table {} has no column {name}: it has {}", table.name, names.join(", ")));
                }
                columns.insert(*field, name.clone());
            }
        }
        for (field, names) in role.fields() {
            let taken = columns.values().map(String::as_str).collect();
            if !columns.contains_key(field)
                && let Some(column) = table.column(names, &taken)
            {
                columns.insert(*field, column.to_owned());
            }
        }
        Ok(Self { table: table.clone(), columns })
    }

    fn missing(&self, role: Role) -> Option<Field> {
        role.required().iter().copied().find(|field| !self.columns.contains_key(field))
    }
}

/// Tags in a table of their own, beside that of the tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagTables {
    /// The table that says which task has which tag.
    pub link: Table,
    /// Its column of the task's id.
    pub task_id: String,
    /// Its column of the tag: its id, or its name where there is no table of tags.
    pub tag: String,
    /// The table of the tags, with the columns of the id and the name.
    pub names: Option<(Table, String, String)>,
}

/// What is read of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Users.
    pub users: Option<Mapped>,
    /// Passwords and accounts of other providers.
    pub accounts: Option<Mapped>,
    /// Better Auth's sessions.
    pub sessions: Option<Mapped>,
    /// Tasks.
    pub tasks: Option<Mapped>,
    /// Tags that are in tables of their own.
    pub tags: Option<TagTables>,
    /// Tables that are not read.
    pub others: Vec<Table>,
}

/// Tables that hold nothing that a person would miss: of migrations, of what is under way for minutes, of keys and counters.
const OF_NO_USE: [&str; 12] = [
    "alembicversion",
    "prismamigrations",
    "drizzlemigrations",
    "sqlxmigrations",
    "djangomigrations",
    "kyselymigration",
    "kyselymigrationlock",
    "verification",
    "verifications",
    "verificationtoken",
    "jwks",
    "ratelimit",
];

/// Finds what to read. The error is what is wrong with the `--map`s.
pub fn plan(tables: &[Table], mappings: &[Mapping]) -> Result<Plan, String> {
    let mut plan = Plan {
        users: find(Role::Users, tables, mappings)?,
        accounts: find(Role::Accounts, tables, mappings)?,
        sessions: find(Role::Sessions, tables, mappings)?,
        tasks: find(Role::Tasks, tables, mappings)?,
        ..Plan::default()
    };
    plan.tags = plan.tasks.as_ref().filter(|tasks| tasks.column(Field::Tags).is_none()).and_then(|tasks| tag_tables(tables, &tasks.table));
    let roles = [&plan.users, &plan.accounts, &plan.sessions, &plan.tasks];
    let mut read: Vec<&Table> = roles.into_iter().flatten().map(|mapped| &mapped.table).collect();
    if let Some(tags) = &plan.tags {
        read.push(&tags.link);
        read.extend(tags.names.as_ref().map(|(table, ..)| table));
    }
    plan.others = (tables.iter())
        .filter(|table| !read.contains(table) && !OF_NO_USE.contains(&&*key(&table.name)) && !table.name.starts_with("sqlite_"))
        .cloned()
        .collect();
    Ok(plan)
}

fn find(role: Role, tables: &[Table], mappings: &[Mapping]) -> Result<Option<Mapped>, String> {
    let named = mappings.iter().find_map(|mapping| match mapping {
        Mapping::Table(of, name) if *of == role => Some(name),
        _ => None,
    });
    if let Some(name) = named {
        let is_it =
            |table: &&Table| table.name == *name || format!("{}.{}", table.schema.as_deref().unwrap_or_default(), table.name) == *name;
        let table = tables.iter().find(is_it).ok_or_else(|| format!("there is no table {name}"))?;
        let mapped = Mapped::new(role, table, mappings)?;
        return match mapped.missing(role) {
            Some(field) => Err(format!(
                "which column of {name} is {field}? Say it with --map {}.{field}=COLUMN",
                role.as_str(),
                field = field.as_str()
            )),
            None => Ok(Some(mapped)),
        };
    }
    let candidates = role.tables().iter().flat_map(|name| tables.iter().filter(|table| key(&table.name) == **name));
    let mut found = Vec::new();
    for table in candidates {
        // A column that `--map` names may be in one of several tables that are called alike.
        match Mapped::new(role, table, mappings) {
            Ok(mapped) if mapped.missing(role).is_none() => found.push(mapped),
            Err(why) if tables.iter().filter(|other| role.tables().contains(&&*key(&other.name))).count() == 1 => return Err(why),
            _ => {}
        }
    }
    // Of two tables of users, that with what Better Auth keeps is the one that people sign in with.
    let best = found.iter().position(|mapped| role == Role::Users && mapped.table.has(&["emailverified"])).unwrap_or(0);
    Ok((!found.is_empty()).then(|| found.swap_remove(best)))
}

/// A table with a column of tasks and one of tags, and the table of tags that it refers to.
fn tag_tables(tables: &[Table], tasks: &Table) -> Option<TagTables> {
    let none = BTreeSet::new();
    let of_task = ["taskid", "todoid", "itemid", "todoitemid", "task"];
    let of_tag = ["tagid", "labelid", "tag", "label", "tagname", "name"];
    let links = tables.iter().filter(|table| *table != tasks && (key(&table.name).contains("tag") || key(&table.name).contains("label")));
    links.into_iter().find_map(|link| {
        let (task_id, tag) = (link.column(&of_task, &none)?, link.column(&of_tag, &none)?);
        let refers = matches!(&*key(tag), "tagid" | "labelid");
        let is_of_tags = |table: &&Table| matches!(&*key(&table.name), "tags" | "tag" | "labels" | "label");
        let names = tables.iter().filter(is_of_tags).find_map(|table| {
            let (id, name) = (table.column(&["id"], &none)?, table.column(&["name", "title", "label", "tag"], &none)?);
            Some((table.clone(), id.to_owned(), name.to_owned()))
        });
        let names = names.filter(|_| refers);
        (names.is_some() || !refers).then(|| TagTables { link: link.clone(), task_id: task_id.to_owned(), tag: tag.to_owned(), names })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| Column { name: (*name).to_owned(), kind: "text".into() };
        Table { schema: None, name: name.into(), columns: columns.iter().map(column).collect() }
    }

    fn columns_of(mapped: Option<&Mapped>) -> Vec<(&'static str, &str)> {
        mapped.map(|mapped| mapped.columns.iter().map(|(field, column)| (field.as_str(), &**column)).collect()).unwrap_or_default()
    }

    #[test]
    fn an_identifier_is_quoted_whatever_it_holds() {
        let strange = Table { schema: Some("a\"b".into()), ..table("x\"; DROP TABLE y; --", &[]) };
        assert_eq!(strange.quoted(), "\"a\"\"b\".\"x\"\"; DROP TABLE y; --\"");
    }

    #[test]
    fn tables_and_columns_are_found_in_camel_case_and_in_snake_case() {
        let better_auth = [
            table("user", &["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"]),
            table("account", &["id", "accountId", "providerId", "userId", "accessToken", "password", "createdAt"]),
            table("session", &["id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"]),
            table("verification", &["id", "identifier", "value"]),
            table("Task", &["id", "userId", "title", "isCompleted", "dueDate", "priority", "category"]),
        ];
        let found = plan(&better_auth, &[]).expect("a plan");
        assert_eq!(
            columns_of(found.tasks.as_ref())[..4],
            [("id", "id"), ("user_id", "userId"), ("title", "title"), ("completed", "isCompleted")]
        );
        assert_eq!(found.tasks.as_ref().map(|tasks| tasks.others().collect::<Vec<_>>()), Some(vec!["category"]));
        assert_eq!(columns_of(found.accounts.as_ref()).len(), 5);
        assert_eq!(columns_of(found.sessions.as_ref()).len(), 7);
        assert_eq!(found.others, []);

        let snake = [
            table("users", &["id", "email", "hashed_password", "is_active", "full_name"]),
            table("todos", &["id", "owner_id", "name", "details", "status", "deadline", "created_at"]),
            table("categories", &["id", "name"]),
        ];
        let found = plan(&snake, &[]).expect("a plan");
        let tasks = found.tasks.as_ref();
        assert_eq!(
            columns_of(tasks)[1..6],
            [("user_id", "owner_id"), ("title", "name"), ("description", "details"), ("completed", "status"), ("due_date", "deadline")]
        );
        assert_eq!(found.users.as_ref().and_then(|users| users.column(Field::Password)), Some("hashed_password"));
        assert_eq!(found.others, [snake[2].clone()]);
    }

    #[test]
    fn a_map_names_tables_and_columns_and_a_wrong_one_is_refused() {
        let tables = [table("people", &["id", "login"]), table("tasks", &["id", "assignee", "what"])];
        let maps =
            ["users=people", "users.email=login", "user_id=assignee", "title=what"].map(|text| Mapping::parse(text).expect("a mapping"));
        let found = plan(&tables, &maps).expect("a plan");
        assert_eq!(columns_of(found.users.as_ref()), [("id", "id"), ("email", "login")]);
        assert_eq!(columns_of(found.tasks.as_ref()), [("id", "id"), ("user_id", "assignee"), ("title", "what")]);
        for text in ["", "user_id", "user_id=", "colour=red", "cats.id=x", "users.title=x"] {
            assert!(Mapping::parse(text).is_err(), "{text}");
        }
        for text in ["tasks=nothing", "title=nowhere", "tasks=people"] {
            assert!(plan(&tables, &[Mapping::parse(text).expect("a mapping")]).is_err(), "{text}");
        }
    }

    #[test]
    fn of_two_tables_of_users_that_of_better_auth_is_read() {
        let tables = [table("user", &["id", "email"]), table("users", &["id", "email", "email_verified"])];
        assert_eq!(plan(&tables, &[]).expect("a plan").users.map(|users| users.table.name), Some("users".into()));
    }

    #[test]
    fn tags_of_a_join_table_are_found_with_their_names() {
        let tasks = table("tasks", &["id", "user_id", "title"]);
        let (link, tag) = (table("task_tags", &["task_id", "tag_id"]), table("tags", &["id", "name"]));
        let found = plan(&[tasks.clone(), link.clone(), tag.clone()], &[]).expect("a plan").tags.expect("tags");
        assert_eq!((&*found.task_id, &*found.tag, found.names), ("task_id", "tag_id", Some((tag, "id".into(), "name".into()))));
        let words = table("task_tag", &["taskId", "tag"]);
        let found = plan(&[tasks, words], &[]).expect("a plan").tags.expect("tags");
        assert_eq!((&*found.task_id, &*found.tag, found.names), ("taskId", "tag", None));
    }
}
