//! From rows of another system to users and tasks: pure functions.

use app::model::{
    NAME_MAX, Task, Timestamp, User, one_line, validate_description, validate_email, validate_image, validate_tags, validate_text,
    validate_title,
};
use serde_json::{Map, Value};

use super::{
    columns::{Field, Mapped},
    model::{SourceAccount, SourceSession, SourceTask, SourceUser},
    report::{Entry, Kind, Reason},
    values::{self, Moment, Status, Zone},
};

/// A row by the names of its columns.
pub type Row = Map<String, Value>;

/// Longest id, in characters: as long as one of a token may be.
const ID_MAX: usize = 255;
/// A session of Better Auth that ends within this of its last renewal was begun without "remember me", in milliseconds.
const FORGOTTEN_WITHIN_MS: i64 = 25 * 3_600_000;

/// How rows are read.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// For times that do not say their own, and for the days of those that do.
    pub zone: Zone,
    /// Whether what has no place goes into tags and descriptions.
    pub keep_extra: bool,
    /// The time of the import, for what has no time.
    pub now: Timestamp,
}

/// The row of a table, read by fields.
struct Fields<'a> {
    mapped: &'a Mapped,
    row: &'a Row,
}

impl Fields<'_> {
    fn value(&self, field: Field) -> &Value {
        self.mapped.column(field).and_then(|column| self.row.get(column)).unwrap_or(&Value::Null)
    }

    fn text(&self, field: Field) -> Option<String> {
        values::text(self.value(field)).filter(|text| !text.trim().is_empty())
    }

    /// An id as the old API wrote it.
    fn id(&self, field: Field) -> Option<String> {
        let text = self.text(field)?;
        let is_bare = self.mapped.column(field).is_some_and(|column| self.mapped.table.has_bare_uuids(column));
        Some(id_of(&text, is_bare))
    }

    fn time(&self, field: Field, options: &Options) -> Option<Timestamp> {
        values::moment(self.value(field)).map(|moment| moment.at(options.zone))
    }
}

/// An id as the old API wrote it: UUIDs that are stored as 32 digits or as bytes get their hyphens back.
pub fn id_of(text: &str, is_bare_uuid: bool) -> String {
    let digits = text.strip_prefix("\\x").filter(|digits| digits.len() == 32).or(is_bare_uuid.then_some(text));
    match digits {
        Some(digits) if digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            let part = |from: usize, to: usize| digits[from..to].to_ascii_lowercase();
            [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
        }
        _ => text.to_owned(),
    }
}

/// Whether an id can be one here.
fn is_id(id: &str) -> bool {
    !id.contains('\0') && id.chars().count() <= ID_MAX
}

/// A user, without what other tables hold, and what of it was not taken; the error is why nothing was.
pub fn user(mapped: &Mapped, row: &Row, options: &Options) -> Result<(SourceUser, Vec<Entry>), Entry> {
    let fields = Fields { mapped, row };
    let id = fields.id(Field::Id).unwrap_or_default();
    let entry = |reason| Entry::new(Kind::User, &*id, reason);
    if id.is_empty() || !is_id(&id) {
        return Err(entry(Reason::NotReadable).field("id", fields.value(Field::Id).clone()));
    }
    let deleted = fields.value(Field::Deleted);
    if !values::is_empty(deleted) && values::truth(deleted) != Some(false) {
        return Err(entry(Reason::DeletedThere));
    }
    let is = |field| values::truth(fields.value(field));
    if is(Field::Banned) == Some(true) || is(Field::Active) == Some(false) {
        return Err(entry(Reason::ShutOut));
    }
    let email = fields.text(Field::Email).ok_or_else(|| entry(Reason::Missing).field("email", Value::Null))?;
    let email = validate_email(email.trim()).map_err(|_| entry(Reason::NotReadable).field("email", Value::from(email)))?;

    let mut entries = Vec::new();
    let name = one_line(fields.text(Field::Name).unwrap_or_default().trim());
    let name = if validate_text("name", &name, NAME_MAX).is_ok() {
        name
    } else {
        entries.push(entry(Reason::TooLong).field("name", Value::from(name)));
        String::new()
    };
    let mut image = fields.text(Field::Image);
    if image.as_deref().is_some_and(|image| validate_image(image).is_err()) {
        entries.push(entry(Reason::NotReadable).field("image", Value::from(image.take())));
    }
    // A truth value, or when it was verified.
    let verified = fields.value(Field::EmailVerified);
    let email_verified = values::truth(verified).unwrap_or_else(|| values::moment(verified).is_some());
    let created_at = fields.time(Field::CreatedAt, options).unwrap_or(options.now);
    let updated_at = fields.time(Field::UpdatedAt, options).unwrap_or(created_at).max(created_at);
    for name in mapped.others() {
        let value = row.get(name).unwrap_or(&Value::Null);
        if !values::is_empty(value) && !is_secret(name) {
            entries.push(entry(Reason::NoPlace).field(name, value.clone()));
        }
    }
    let user = User { id, name, email, email_verified, image, created_at, updated_at };
    Ok((SourceUser { user, password_hash: fields.text(Field::Password), accounts: Vec::new(), sessions: Vec::new() }, entries))
}

/// Whether a column's name says that its value is a secret: it is not copied into a report.
fn is_secret(name: &str) -> bool {
    let name = values::key(name);
    ["password", "secret", "token", "hash", "salt", "otp", "backupcodes", "apikey"].iter().any(|word| name.contains(word))
}

/// What a row of accounts is.
pub enum Account {
    /// The hash of a user's password.
    Password(String),
    /// An account of another provider.
    Provider(SourceAccount),
}

/// A row of accounts with the id of its user; `None` where it says nothing.
pub fn account(mapped: &Mapped, row: &Row, options: &Options) -> Option<(String, Account)> {
    let fields = Fields { mapped, row };
    let user_id = fields.id(Field::UserId)?;
    let (provider, account_id) = (fields.text(Field::Provider)?, fields.text(Field::AccountId));
    if matches!(&*values::key(&provider), "credential" | "credentials" | "email" | "emailpassword") {
        return fields.text(Field::Password).map(|hash| (user_id, Account::Password(hash)));
    }
    let created_at = fields.time(Field::CreatedAt, options).unwrap_or(options.now);
    Some((user_id, Account::Provider(SourceAccount { provider, account_id: account_id?, created_at })))
}

/// A session with the id of its user; `None` for one that has ended or says nothing.
pub fn session(mapped: &Mapped, row: &Row, options: &Options) -> Option<(String, SourceSession)> {
    let fields = Fields { mapped, row };
    let expires_at = fields.time(Field::ExpiresAt, options).filter(|end| *end > options.now)?;
    let created_at = fields.time(Field::CreatedAt, options).unwrap_or(options.now).min(options.now);
    let updated_at = fields.time(Field::UpdatedAt, options).unwrap_or(created_at).clamp(created_at, options.now);
    let session = SourceSession {
        token: fields.text(Field::Token)?,
        expires_at,
        created_at,
        updated_at,
        ip_address: fields.text(Field::IpAddress),
        user_agent: fields.text(Field::UserAgent),
    };
    Some((fields.id(Field::UserId)?, session))
}

/// Whether the cookie of a session outlives the browser.
pub fn is_remembered(session: &SourceSession) -> bool {
    session.expires_at.0 - session.updated_at.0 > FORGOTTEN_WITHIN_MS
}

/// The owner that a row of tasks names.
pub fn owner(mapped: &Mapped, row: &Row) -> Option<String> {
    Fields { mapped, row }.id(Field::UserId)
}

/// The id of a task.
pub fn task_id(mapped: &Mapped, row: &Row) -> Option<String> {
    Fields { mapped, row }.id(Field::Id)
}

/// A task of this owner, and what of it was not taken; the error is why nothing was. `tags` are those of a table of their own.
pub fn task(mapped: &Mapped, row: &Row, owner: &str, tags: &[String], options: &Options) -> Result<(SourceTask, Vec<Entry>), Entry> {
    let fields = Fields { mapped, row };
    let id = fields.id(Field::Id).unwrap_or_default();
    let entry = |reason| Entry::new(Kind::Task, &*id, reason).of(owner);
    if id.is_empty() || !is_id(&id) {
        return Err(entry(Reason::NotReadable).field("id", fields.value(Field::Id).clone()));
    }
    let deleted = fields.value(Field::Deleted);
    if !values::is_empty(deleted) && values::truth(deleted) != Some(false) {
        return Err(entry(Reason::DeletedThere));
    }

    let mut draft = Draft { entries: Vec::new(), extras: Vec::new(), keep_extra: options.keep_extra, id: &id, owner };
    let mut task = Task { id: id.clone(), user_id: owner.to_owned(), ..Task::default() };
    let created_at = draft.time(&fields, Field::CreatedAt, options);
    let updated_at = draft.time(&fields, Field::UpdatedAt, options);
    let completed_at = draft.time(&fields, Field::CompletedAt, options);
    task.created_at = created_at.or(updated_at).unwrap_or(options.now);
    task.updated_at = updated_at.unwrap_or(task.created_at).max(task.created_at);

    let done = fields.value(Field::Completed);
    task.completed = match (done, values::status(done)) {
        (Value::Null, _) => completed_at.is_some(),
        (_, Status::Known { done: is_done, says_more }) => {
            if says_more {
                draft.extras.push((Field::Completed.as_str().into(), done.clone(), true));
            }
            is_done
        }
        (_, Status::Unknown) => {
            draft.extras.push((Field::Completed.as_str().into(), done.clone(), true));
            completed_at.is_some()
        }
    };
    task.completed_at = task.completed.then(|| completed_at.unwrap_or(task.updated_at));

    let urgency = fields.value(Field::Priority);
    match values::priority(urgency) {
        Some((priority, says_more)) => {
            task.priority = priority;
            if says_more {
                draft.extras.push((Field::Priority.as_str().into(), urgency.clone(), true));
            }
        }
        None => draft.extras.push((Field::Priority.as_str().into(), urgency.clone(), false)),
    }

    let due = fields.value(Field::DueDate);
    match values::moment(due).map(|moment| moment.day(options.zone)) {
        Some((day, time)) => {
            task.due_date = Some(day);
            if let Some(time) = time {
                draft.extras.push(("due time".into(), Value::from(time), false));
            }
        }
        None if values::is_empty(due) => {}
        None => draft.extras.push((Field::DueDate.as_str().into(), due.clone(), false)),
    }

    let listed = fields.value(Field::Tags);
    let mut words = tags.to_vec();
    match values::words(listed) {
        Some(listed) => words.extend(listed),
        None => draft.extras.push((Field::Tags.as_str().into(), listed.clone(), false)),
    }
    for name in mapped.others() {
        let value = row.get(name).unwrap_or(&Value::Null);
        let says_the_same = matches!(&*values::key(name), "status" | "state" | "iscompleted" | "completed")
            && values::status(value) == Status::Known { done: task.completed, says_more: false };
        if !values::is_empty(value) && !says_the_same {
            // A word is a tag; a number, a long text or a list is a line of the description.
            let is_word = value.as_str().is_some_and(|word| word.chars().count() <= 30 && values::moment(value).is_none());
            draft.extras.push((name.to_owned(), value.clone(), is_word));
        }
    }

    let title =
        fields.text(Field::Title).map(|title| one_line(title.trim())).ok_or_else(|| entry(Reason::Missing).field("title", Value::Null))?;
    let text = fields.text(Field::Description);
    draft.finish(&mut task, &title, text, words)?;
    #[allow(clippy::cast_possible_truncation, reason = "it saturates")]
    let order = fields.value(Field::Position).as_f64().map(|place| (place * 1000.0) as i64);
    let entries = draft.entries;
    Ok((SourceTask { task, is_dated: created_at.is_some(), order }, entries))
}

/// A task that is being read, with what has no place.
pub struct Draft<'a> {
    /// What was not taken.
    pub entries: Vec<Entry>,
    /// Field, value, and whether the value is a word that can be a tag.
    pub extras: Vec<(String, Value, bool)>,
    /// Whether they are kept.
    pub keep_extra: bool,
    /// The task's id in the source.
    pub id: &'a str,
    /// Whose it is.
    pub owner: &'a str,
}

impl Draft<'_> {
    fn entry(&self, reason: Reason) -> Entry {
        Entry::new(Kind::Task, self.id, reason).of(self.owner)
    }

    fn time(&mut self, fields: &Fields<'_>, field: Field, options: &Options) -> Option<Timestamp> {
        let value = fields.value(field);
        let moment: Option<Moment> = values::moment(value);
        if moment.is_none() && !values::is_empty(value) {
            self.entries.push(self.entry(Reason::NotReadable).field(field.as_str(), value.clone()));
        }
        moment.map(|moment| moment.at(options.zone))
    }

    /// Gives the task its texts and tags, with what has no place where that is to be kept. Nothing is cut: what is too long is
    /// an error.
    pub fn finish(&mut self, task: &mut Task, title: &str, description: Option<String>, words: Vec<String>) -> Result<(), Entry> {
        let mut lines = Vec::new();
        for word in words {
            self.add_tag(task, word, &mut lines);
        }
        for (name, value, is_word) in std::mem::take(&mut self.extras) {
            if !self.keep_extra {
                self.entries.push(self.entry(Reason::NoPlace).field(name, value));
                continue;
            }
            let text = values::text(&value).unwrap_or_default();
            match validate_tags(&[&task.tags[..], &[text.replace('_', " ")]].concat()) {
                Ok(tags) if is_word => task.tags = tags,
                _ => lines.push(format!("{name}: {text}")),
            }
        }
        match validate_title(title) {
            Ok(title) => task.title = title,
            // The whole of it is kept, and its begin is the title.
            Err(error) if error.code == "TOO_LONG" && self.keep_extra => {
                task.title = format!("{}…", title.chars().take(app::model::TITLE_MAX - 1).collect::<String>().trim_end());
                lines.insert(0, title.to_owned());
            }
            Err(error) => {
                let reason = if error.code == "TOO_LONG" { Reason::TooLong } else { Reason::NotReadable };
                return Err(self.entry(reason).field("title", Value::from(title)));
            }
        }
        let kept = [description.clone().unwrap_or_default().trim_end().to_owned(), lines.join("\n")];
        let text = if lines.is_empty() {
            description
        } else {
            Some(kept.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n\n"))
        };
        task.description = validate_description(text.clone()).map_err(|error| {
            let reason = if error.code == "TOO_LONG" { Reason::TooLong } else { Reason::NotReadable };
            self.entry(reason).field("description", Value::from(text))
        })?;
        Ok(())
    }

    /// A tag that cannot be one here is a line of the description, or is reported.
    fn add_tag(&mut self, task: &mut Task, word: String, lines: &mut Vec<String>) {
        match validate_tags(&[&task.tags[..], std::slice::from_ref(&word)].concat()) {
            Ok(tags) => task.tags = tags,
            Err(_) if self.keep_extra => lines.push(format!("tag: {word}")),
            Err(error) => {
                let reason = if error.code == "INVALID_CHARACTER" { Reason::NotReadable } else { Reason::TooLong };
                self.entries.push(self.entry(reason).field("tags", Value::from(word)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use app::model::{Priority, TITLE_MAX};
    use serde_json::json;

    use super::*;
    use crate::import::columns::{Column, Table, plan};

    const OPTIONS: Options = Options { zone: Zone::UTC, keep_extra: false, now: Timestamp(1_800_000_000_000) };

    fn row(value: &Value) -> Row {
        value.as_object().cloned().expect("an object")
    }

    fn mapped(name: &str, row: &Value) -> Mapped {
        let kind = |column: &str| if column == "uuid" { "char(32)" } else { "text" }.to_owned();
        let columns = row.as_object().expect("an object").keys().map(|name| Column { name: name.clone(), kind: kind(name) }).collect();
        let plan = plan(&[Table { schema: None, name: name.into(), columns }], &[]).expect("a plan");
        plan.tasks.or(plan.users).expect("a table")
    }

    fn read(value: &Value, options: &Options) -> Result<(SourceTask, Vec<Entry>), Entry> {
        task(&mapped("tasks", value), &row(value), "ada", &[], options)
    }

    fn fields(entries: &[Entry]) -> Vec<(&str, Reason)> {
        entries.iter().map(|entry| (entry.field.as_deref().unwrap_or_default(), entry.reason)).collect()
    }

    #[test]
    fn every_field_of_a_task_is_read() {
        let value = json!({
            "id": 7, "owner_id": "ada", "title": " Buy\nmilk ", "details": "two  ", "is_completed": 1, "priority": "HIGH",
            "deadline": "2026-01-31", "labels": "[\"home\"]", "created_at": "2026-01-01 10:00:00", "updated_at": "2026-01-02T10:00:00Z",
            "completed_at": null, "sort_order": 1.5,
        });
        let (read, entries) = read(&value, &OPTIONS).expect("a task");
        assert_eq!(entries, []);
        let time = |text: &str| text.parse().expect("a time");
        let expected = Task {
            id: "7".into(),
            user_id: "ada".into(),
            title: "Buy milk".into(),
            description: Some("two  ".into()),
            completed: true,
            due_date: "2026-01-31".parse().ok(),
            priority: Priority::High,
            tags: vec!["home".into()],
            completed_at: Some(time("2026-01-02T10:00:00.000Z")),
            created_at: time("2026-01-01T10:00:00.000Z"),
            updated_at: time("2026-01-02T10:00:00.000Z"),
            ..Task::default()
        };
        assert_eq!(read, SourceTask { task: expected, is_dated: true, order: Some(1500) });
    }

    #[test]
    fn what_has_no_place_is_reported_or_kept() {
        let value = json!({
            "id": 1, "user_id": "ada", "title": "x", "description": "y", "status": "in_progress", "priority": "urgent",
            "due_date": "2026-01-31T17:30:00", "category": "garden", "estimate": 90, "notes_url": "https://example.com/a/very/long/address",
            "is_starred": false, "parent_id": null,
        });
        let (read_without, entries) = read(&value, &OPTIONS).expect("a task");
        let of = Reason::NoPlace;
        let expected = [("completed", of), ("priority", of), ("due time", of), ("category", of), ("estimate", of), ("notes_url", of)];
        let mut found = fields(&entries);
        found.sort_by_key(|(name, _)| expected.iter().position(|(other, _)| other == name));
        assert_eq!(found, expected);
        assert_eq!((read_without.task.tags, read_without.task.description.as_deref()), (vec![], Some("y")));

        let (kept, entries) = read(&value, &Options { keep_extra: true, ..OPTIONS }).expect("a task");
        assert_eq!(entries, []);
        assert_eq!(kept.task.tags, ["in progress", "urgent", "garden"]);
        let description = kept.task.description.expect("a description");
        for line in ["y\n\n", "due time: 17:30", "estimate: 90", "notes_url: https://example.com/a/very/long/address"] {
            assert!(description.contains(line), "{description}");
        }
    }

    #[test]
    fn what_is_too_long_is_reported_and_never_cut() {
        let title = "🦀".repeat(TITLE_MAX + 1);
        let value = json!({ "id": 1, "user_id": "ada", "title": title });
        let entry = read(&value, &OPTIONS).expect_err("too long");
        assert_eq!((entry.reason, &entry.value), (Reason::TooLong, &json!(title)));
        let (kept, _) = read(&value, &Options { keep_extra: true, ..OPTIONS }).expect("a task");
        assert_eq!((kept.task.title.chars().count(), kept.task.description), (TITLE_MAX, Some(title)));

        let long = "x".repeat(app::model::DESCRIPTION_MAX + 1);
        for keep_extra in [false, true] {
            let value = json!({ "id": 1, "user_id": "ada", "title": "x", "description": long });
            let entry = read(&value, &Options { keep_extra, ..OPTIONS }).expect_err("too long");
            assert_eq!((entry.reason, entry.field.as_deref(), &entry.value), (Reason::TooLong, Some("description"), &json!(long)));
        }
        let tags: Vec<_> = (0..25).map(|n| format!("t{n}")).collect();
        let value = json!({ "id": 1, "user_id": "ada", "title": "x", "tags": tags });
        let (read, entries) = read(&value, &OPTIONS).expect("a task");
        assert_eq!((read.task.tags.len(), entries.len()), (20, 5));
    }

    #[test]
    fn rows_that_are_no_tasks_say_why() {
        for (value, reason) in [
            (json!({ "id": 1, "user_id": "ada", "title": " " }), Reason::Missing),
            (json!({ "id": "a\u{0}b", "user_id": "ada", "title": "x" }), Reason::NotReadable),
            (json!({ "id": 1, "user_id": "ada", "title": "a\u{0}b" }), Reason::NotReadable),
            (json!({ "id": 1, "user_id": "ada", "title": "x", "deleted_at": "2026-01-31" }), Reason::DeletedThere),
            (json!({ "id": 1, "user_id": "ada", "title": "x", "is_deleted": true }), Reason::DeletedThere),
        ] {
            assert_eq!(read(&value, &OPTIONS).expect_err("no task").reason, reason, "{value}");
        }
    }

    #[test]
    fn an_id_is_what_the_old_api_wrote() {
        let uuid = "0199aa00-0000-7000-8000-00000000000a";
        for (stored, is_bare, id) in [
            ("7", false, "7"),
            (uuid, false, uuid),
            ("0199AA0000007000800000000000000A", true, uuid),
            ("\\x0199aa0000007000800000000000000a", false, uuid),
            ("0199aa0000007000800000000000000a", false, "0199aa0000007000800000000000000a"),
            ("V1StGXR8_Z5jdHi6B-myT", true, "V1StGXR8_Z5jdHi6B-myT"),
        ] {
            assert_eq!(id_of(stored, is_bare), id, "{stored}");
        }
    }

    #[test]
    fn users_are_read_or_say_why_not() {
        let value = json!({
            "id": "u1", "email": "Ada@Example.com", "name": "Ada", "emailVerified": "2026-01-01T00:00:00Z", "image": "javascript:x",
            "createdAt": 1_769_846_700_000_i64, "plan": "gold", "resetToken": "hidden",
        });
        let (read, entries) = user(&mapped("user", &value), &row(&value), &OPTIONS).expect("a user");
        assert_eq!((&*read.user.email, read.user.email_verified, read.user.image), ("ada@example.com", true, None));
        assert_eq!(fields(&entries), [("image", Reason::NotReadable), ("plan", Reason::NoPlace)]);
        for (value, reason) in [
            (json!({ "id": 1, "email": null }), Reason::Missing),
            (json!({ "id": 1, "email": "nobody" }), Reason::NotReadable),
            (json!({ "id": 1, "email": "a@b.co", "banned": true }), Reason::ShutOut),
            (json!({ "id": 1, "email": "a@b.co", "is_active": 0 }), Reason::ShutOut),
            (json!({ "id": null, "email": "a@b.co" }), Reason::NotReadable),
        ] {
            assert_eq!(user(&mapped("users", &value), &row(&value), &OPTIONS).expect_err("no user").reason, reason, "{value}");
        }
    }
}
