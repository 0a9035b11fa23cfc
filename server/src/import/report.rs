//! What was not taken, row by row: counted for the summary, and written as JSON lines where a file is asked for.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::Value;

/// What a line of the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A user.
    User,
    /// An account of another provider.
    Account,
    /// A session.
    Session,
    /// A task.
    Task,
    /// A whole table.
    Table,
    /// A line of a file.
    Line,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Account => "account",
            Self::Session => "session",
            Self::Task => "task",
            Self::Table => "table",
            Self::Line => "line",
        }
    }
}

/// Why something was not taken, or not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There is no field for it.
    NoPlace,
    /// Longer than the field may be.
    TooLong,
    /// Its value cannot be read.
    NotReadable,
    /// A required field is empty.
    Missing,
    /// It belongs to no user that was found.
    UnknownOwner,
    /// The id is that of something else here.
    IdTaken,
    /// The e-mail is that of another account.
    EmailTaken,
    /// Its owner was not taken.
    OwnerNotTaken,
    /// The user was shut out there.
    ShutOut,
    /// The account was deleted here.
    DeletedHere,
    /// It had been deleted there.
    DeletedThere,
    /// The session had been ended here.
    EndedHere,
    /// A hash that does not protect the password, or that cannot be checked: the user sets a new one.
    PasswordNotKept,
    /// The user has as many tasks as one may have.
    Quota,
    /// A whole table that is not read.
    NotRead,
}

impl Reason {
    /// For a person.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoPlace => "has no place here",
            Self::TooLong => "is too long",
            Self::NotReadable => "cannot be read",
            Self::Missing => "is empty",
            Self::UnknownOwner => "belongs to a user who is not there",
            Self::IdTaken => "has an id that something else has here",
            Self::EmailTaken => "has an e-mail that another account has",
            Self::OwnerNotTaken => "belongs to a user who was not taken",
            Self::ShutOut => "was shut out there",
            Self::DeletedHere => "was deleted here",
            Self::DeletedThere => "had been deleted there",
            Self::EndedHere => "was ended here",
            Self::PasswordNotKept => "is plain, unsalted or of a kind that is not known: the user asks for a link to set a new one",
            Self::Quota => "is more than one user may have",
            Self::NotRead => "is not read",
        }
    }

    /// Whether something is missing afterwards that people had before. What was deleted is not.
    pub const fn is_loss(self) -> bool {
        !matches!(self, Self::DeletedThere | Self::DeletedHere | Self::EndedHere)
    }
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// What it is about.
    pub kind: Kind,
    /// Its id in the source.
    pub id: String,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The column or field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why.
    pub reason: Reason,
    /// What was there; never a password.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub value: Value,
}

impl Entry {
    /// A line about the whole of something.
    pub fn new(kind: Kind, id: impl Into<String>, reason: Reason) -> Self {
        Self { kind, id: id.into(), user_id: None, field: None, reason, value: Value::Null }
    }

    /// A line about a field of it.
    #[must_use]
    pub fn field(self, field: impl Into<String>, value: Value) -> Self {
        Self { field: Some(field.into()), value, ..self }
    }

    /// With its owner.
    #[must_use]
    pub fn of(self, user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), ..self }
    }
}

/// What lines are counted by: what they are about, the field, and why.
type Key = (Kind, Option<String>, Reason);

fn in_words((kind, field, reason): &Key) -> String {
    let field = field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
    format!("{}{field}: {}", kind.as_str(), reason.words())
}

/// Counts what was not taken.
pub struct Report {
    counts: BTreeMap<Key, u64>,
    lines: Option<Box<dyn Write + Send + Sync>>,
}

impl Report {
    /// Writes each line there, if anywhere.
    pub fn new(lines: Option<Box<dyn Write + Send + Sync>>) -> Self {
        Self { counts: BTreeMap::new(), lines }
    }

    /// Adds a line.
    pub fn add(&mut self, entry: &Entry) -> io::Result<()> {
        *self.counts.entry((entry.kind, entry.field.clone(), entry.reason)).or_default() += 1;
        if let Some(lines) = &mut self.lines {
            serde_json::to_writer(&mut *lines, entry)?;
            lines.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Adds several.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = Entry>) -> io::Result<()> {
        entries.into_iter().try_for_each(|entry| self.add(&entry))
    }

    /// How many lines say that something is missing.
    pub fn losses(&self) -> u64 {
        self.counts.iter().filter(|((.., reason), _)| reason.is_loss()).map(|(_, count)| count).sum()
    }

    /// Each kind of line in words, with how many there are.
    pub fn lines(&self) -> impl Iterator<Item = (u64, String)> {
        self.counts.iter().map(|(key, count)| (*count, in_words(key)))
    }

    /// The same of those that say that something is missing, each with its count.
    pub fn losses_in_words(&self) -> impl Iterator<Item = String> {
        let losses = self.counts.iter().filter(|((.., reason), _)| reason.is_loss());
        losses.map(|(key, count)| format!("{count} × {}", in_words(key)))
    }

    /// Writes what is still in memory.
    pub fn finish(&mut self) -> io::Result<()> {
        self.lines.as_mut().map_or(Ok(()), Write::flush)
    }
}
