//! Parameters of the list: what to hold, in which order, and from where on.

use std::fmt::Write as _;

use app::model::{FieldError, Status, Task};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::problem::{Error, Result};

/// Most tasks on one page.
const LIMIT_MAX: u32 = 1000;
/// Tasks on a page when nothing is said.
const LIMIT_DEFAULT: u32 = 100;
/// Longest search text, in characters.
const SEARCH_MAX: usize = 500;

/// What the tasks are ordered by; equal ones by id, that is by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// When they were made.
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// By title, whatever its case.
    Title,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Oldest first, or A to Z.
    Asc,
    /// Newest first, or Z to A.
    Desc,
}

/// Where the page before ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// Of a list in order of time.
    Time(i64),
    /// Of a list in order of title.
    Title(String),
}

/// What a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Done, to do, or both.
    pub status: Status,
    /// Text that the title or description has.
    pub search: Option<String>,
}

/// All parameters, checked.
#[derive(Debug, Clone)]
pub struct ListParams {
    /// What to hold.
    pub filter: Filter,
    /// By what to order.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// How many tasks a page has.
    pub limit: u32,
    /// The last task of the page before: its key and its id.
    pub after: Option<(Key, String)>,
}

/// What a cursor says. It holds for one order alone; the owner is never part of it.
#[derive(Serialize, Deserialize)]
struct Cursor(Sort, Order, Key, String);

impl Default for ListParams {
    fn default() -> Self {
        Self { filter: Filter::default(), sort: Sort::CreatedAt, order: Order::Desc, limit: LIMIT_DEFAULT, after: None }
    }
}

impl ListParams {
    /// Reads a query string; unknown parameters are ignored, as unknown members of a body are.
    pub fn parse(query: &str) -> Result<Self> {
        let mut params = Self::default();
        let (mut errors, mut order, mut cursor) = (Vec::new(), None, None);
        let wrong = |field: &str, message: &str| FieldError::new(field, "INVALID_PARAMETER", message);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let outcome = match &*name {
                "status" => word(&value).map(|status| params.filter.status = status).ok_or("status is all, pending or completed."),
                "sort" => word(&value).map(|sort| params.sort = sort).ok_or("sort is created_at, updated_at or title."),
                "order" => word(&value).map(|given| order = Some(given)).ok_or("order is asc or desc."),
                "limit" => match value.parse() {
                    Ok(limit) if (1..=LIMIT_MAX).contains(&limit) && value.bytes().all(|b| b.is_ascii_digit()) => {
                        params.limit = limit;
                        Ok(())
                    }
                    _ => Err("limit is a number from 1 to 1000."),
                },
                "q" if value.contains('\0') || value.chars().count() > SEARCH_MAX => Err("q has at most 500 characters, none of them NUL."),
                "q" => {
                    params.filter.search = Some(value.trim().to_owned()).filter(|text| !text.is_empty());
                    Ok(())
                }
                "cursor" => {
                    cursor = Some(value.into_owned());
                    Ok(())
                }
                _ => Ok(()),
            };
            errors.extend(outcome.err().map(|message| wrong(&name, message)));
        }
        // People expect dates newest first and titles from A.
        params.order = order.unwrap_or(if params.sort == Sort::Title { Order::Asc } else { Order::Desc });
        if let Some(cursor) = cursor {
            match params.read_cursor(&cursor) {
                Some(after) => params.after = Some(after),
                None => errors.push(wrong("cursor", "cursor is not one that this list gave out.")),
            }
        }
        if errors.is_empty() { Ok(params) } else { Err(Error::Invalid(errors)) }
    }

    fn read_cursor(&self, cursor: &str) -> Option<(Key, String)> {
        let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let Cursor(sort, order, key, id) = serde_json::from_slice(&json).ok()?;
        let has_its_key = matches!((&key, sort), (Key::Title(_), Sort::Title) | (Key::Time(_), Sort::CreatedAt | Sort::UpdatedAt));
        let is_text = |text: &str| !text.contains('\0');
        let is_clean = is_text(&id) && if let Key::Title(title) = &key { is_text(title) } else { true };
        ((sort, order) == (self.sort, self.order) && has_its_key && is_clean).then_some((key, id))
    }

    /// Where a task stands in this order.
    pub fn place_of(&self, task: &Task) -> (Key, String) {
        let key = match self.sort {
            Sort::CreatedAt => Key::Time(task.created_at.0),
            Sort::UpdatedAt => Key::Time(task.updated_at.0),
            Sort::Title => Key::Title(task.title.to_lowercase()),
        };
        (key, task.id.clone())
    }

    /// The query string of the page that follows `last`.
    pub fn next_query(&self, last: &Task) -> String {
        let (key, id) = self.place_of(last);
        let cursor = serde_json::to_vec(&Cursor(self.sort, self.order, key, id)).unwrap_or_default();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("status", self.filter.status.as_str());
        if let Some(search) = &self.filter.search {
            query.append_pair("q", search);
        }
        query.append_pair(
            "sort",
            match self.sort {
                Sort::CreatedAt => "created_at",
                Sort::UpdatedAt => "updated_at",
                Sort::Title => "title",
            },
        );
        query.append_pair("order", if self.order == Order::Asc { "asc" } else { "desc" });
        let mut query = query.finish();
        // Neither needs escaping.
        let _ = write!(query, "&limit={}&cursor={}", self.limit, URL_SAFE_NO_PAD.encode(cursor));
        query
    }
}

/// A word of one of the enums above.
fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Option<T> {
    let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = serde::de::IntoDeserializer::into_deserializer(text);
    T::deserialize(deserializer).ok()
}
