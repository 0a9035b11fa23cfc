//! Query parameters of the list: filters, order, and cursor.

use std::borrow::Cow;

use app::model::{Day, Due, FieldError, ListQuery, Order, Priority, SEARCH_MAX, Sort, Status, Task, schemas};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::form_urlencoded;
use utoipa::{
    IntoParams,
    openapi::{
        RefOr, Schema,
        path::{Parameter, ParameterIn},
    },
};

use super::input::read_status;
use crate::{
    problem::{Error, Result},
    web::{body::MAX_MEMBERS, described::parameter},
};

/// Most tasks on one page.
const LIMIT_MAX: u32 = 1000;
/// Furthest offset: the database steps over each task before it.
const OFFSET_MAX: u32 = 1_000_000;
/// Most tasks that are counted, or left out before a page, of what a search finds: each is read for it.
pub const COUNTED_MAX: usize = 1000;
/// Tasks on a page when nothing is said.
pub const LIMIT_DEFAULT: u32 = 100;
/// The sort key of tasks without a due date: after all days.
pub const NO_DAY: &str = "~";
/// The sort key of the last task of the page before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// Of a list in order of time or priority.
    Number(i64),
    /// Of a list in order of title, day or position.
    Text(String),
}

/// All parameters, checked.
#[derive(Debug, Clone)]
pub struct ListParams {
    /// Filters.
    pub query: ListQuery,
    /// By what to order.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// The current day by the client's clock.
    pub today: Day,
    /// How many tasks a page has.
    pub limit: u32,
    /// The last task of the page before: its key and its id.
    pub after: Option<(Key, String)>,
    /// How many tasks to leave out before the page; 0 where [`Self::after`] is there.
    pub offset: u32,
    /// Whether the answer is an object with the total beside the tasks.
    pub envelope: bool,
}

impl IntoParams for ListParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let query = |name, words, schema| parameter(ParameterIn::Query, name, words, schema);
        let number = |max, default| schemas::from_json(json!({ "type": "integer", "minimum": 0, "maximum": max, "default": default }));
        let statuses = Status::EACH.iter().map(|status| status.as_str()).chain(["todo", "incomplete", "done", "complete"]);
        let sorts = || schemas::word(Sort::EACH.iter().map(|sort| sort.as_str()));
        let (orders, truths) = (Order::EACH.iter().map(|order| order.as_str()), ["true", "false", "1", "0"]);
        let in_any_case = |words: &mut dyn Iterator<Item = &str>| schemas::word_in_any_case(words);
        vec![
            query("status", "Which tasks; `all` unless it is said", in_any_case(&mut statuses.into_iter())),
            query(
                "due",
                "Those that are due then; what is completed is not overdue; `all` is no filter",
                schemas::word(Due::EACH.iter().map(|due| due.as_str()).chain(["all"])),
            ),
            query("today", "The day from which `due` counts; UTC's unless it is said", schemas::day()),
            query(
                "priority",
                "Those that matter that much; `all` is no filter",
                in_any_case(&mut Priority::EACH.iter().map(|priority| priority.as_str()).chain(["all"])),
            ),
            query("tag", "Those with this tag, in any case", schemas::tag()),
            query(
                "q",
                "At most ten words, each of which title, description or tags must have, whatever its case and accents",
                schemas::text(SEARCH_MAX),
            ),
            query("sort", "By what; `created_at` unless it is said", sorts()),
            query(
                "order",
                "Which way; unless it is said, times newest first, the highest priority first, and all else from its beginning",
                schemas::word(orders.clone()),
            ),
            query("limit", "How many at most", limit_schema()),
            query("cursor", "From the `Link` header of the page before, with the same order", schemas::string()),
            query("offset", "How many tasks to leave out before the page; with large lists, follow `Link` instead", number(OFFSET_MAX, 0)),
            query("envelope", "Whether to answer with an object that has the total", in_any_case(&mut truths.into_iter())),
            query("completed", "The same as `status`, as true or false", in_any_case(&mut truths.into_iter().chain(["all"]))),
            query("search", "The same as `q`", schemas::text(SEARCH_MAX)),
            query("sort_by", "The same as `sort`", sorts()),
            query("sort_order", "The same as `order`", in_any_case(&mut orders.into_iter())),
            query("skip", "The same as `offset`", number(OFFSET_MAX, 0)),
        ]
    }
}

/// What [`read_limit`] reads.
pub fn limit_schema() -> RefOr<Schema> {
    schemas::from_json(json!({ "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT }))
}

/// The content of a cursor. Valid for one order alone; the owner is not part of it.
#[derive(Serialize, Deserialize)]
struct Cursor(Sort, Order, Key, String);

/// The error of a malformed cursor.
pub const NOT_A_CURSOR: &str = "cursor is not one that this list gave out.";

/// A parameter that is not what it must be.
pub fn wrong(field: &str, message: &str) -> FieldError {
    FieldError::new(field, "INVALID_PARAMETER", message)
}

/// The parameters of a query string; refused beyond [`MAX_MEMBERS`].
pub fn parameters(query: &str) -> Result<form_urlencoded::Parse<'_>> {
    if query.split('&').nth(MAX_MEMBERS).is_some() {
        return Err(Error::Invalid(vec![wrong("query", "A query has at most 100 parameters.")]));
    }
    Ok(form_urlencoded::parse(query.as_bytes()))
}

/// How many tasks come before the page.
fn read_offset(value: &str) -> Result<u32, &'static str> {
    let offset = value.parse().ok().filter(|offset| *offset <= OFFSET_MAX && value.bytes().all(|b| b.is_ascii_digit()));
    offset.ok_or("offset is a number from 0 to 1000000; further on, follow the Link header.")
}

fn read_boolean(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A parameter in our own words.
type OurWords<'a> = (&'a str, Cow<'a, str>);

/// The name of a parameter, and its value, as we call them: other front ends of such systems have other words for the same. `all`
/// is no filter, but for a tag, which may be called so. `None` for what filters nothing; an error says what the value must be.
fn in_our_words<'a>(name: &'a str, value: &'a str) -> Result<Option<OurWords<'a>>, &'static str> {
    let is_all = value.eq_ignore_ascii_case("all");
    Ok(Some(match name {
        "completed" | "is_completed" | "due" | "priority" if is_all => return Ok(None),
        "completed" | "is_completed" => {
            let is_completed = read_boolean(value).ok_or("completed is true, false or all.")?;
            ("status", if is_completed { Status::Completed } else { Status::Pending }.as_str().into())
        }
        "status" => ("status", read_status(value).map_or(value.into(), |status| status.as_str().into())),
        "priority" => ("priority", value.to_ascii_lowercase().into()),
        "search" => ("q", value.into()),
        "sort_by" => ("sort", value.into()),
        "sort_order" => ("order", value.to_ascii_lowercase().into()),
        "skip" => ("offset", value.into()),
        _ => (name, value.into()),
    }))
}

/// How many a page may have.
pub fn read_limit(value: &str) -> Result<u32, &'static str> {
    let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit) && value.bytes().all(|b| b.is_ascii_digit()));
    limit.ok_or("limit is a number from 1 to 1000.")
}

impl ListParams {
    /// The first page of a list, on this day.
    pub fn new(query: ListQuery, default_sort: Sort, today: Day) -> Self {
        let sort = query.sort.unwrap_or(default_sort);
        Self {
            sort,
            order: query.order.unwrap_or(sort.order()),
            query,
            today,
            limit: LIMIT_DEFAULT,
            after: None,
            offset: 0,
            envelope: false,
        }
    }

    /// Reads a query string; unknown parameters are ignored, as unknown members of a body are. `today` is UTC's day, unless
    /// the query says which it is.
    pub fn parse(query: &str, default_sort: Sort, today: Day) -> Result<Self> {
        let mut params = Self::new(ListQuery::default(), default_sort, today);
        let (mut errors, mut cursor) = (Vec::new(), None);
        let (mut offset, mut envelope) = (0, false);
        for (name, value) in parameters(query)? {
            let outcome = in_our_words(&name, &value).and_then(|pair| {
                let Some((ours, value)) = pair else { return Ok(()) };
                match ours {
                    "limit" => read_limit(&value).map(|limit| params.limit = limit),
                    "offset" => read_offset(&value).map(|number| offset = number),
                    "envelope" => read_boolean(&value).map(|is_wanted| envelope = is_wanted).ok_or("envelope is true or false."),
                    "today" => value.parse().map(|day| params.today = day).map_err(|_| "today is a day like 2027-01-31."),
                    "cursor" => {
                        cursor = Some(value.into_owned());
                        Ok(())
                    }
                    ours => params.query.set(ours, &value).map(|_| ()),
                }
            });
            // Once for each parameter, however often it is given.
            let message = outcome.err().filter(|_| !errors.iter().any(|error: &FieldError| error.field == *name));
            errors.extend(message.map(|message| wrong(&name, message)));
        }
        let ListParams { query, limit, today, .. } = params;
        if query.search.is_some() && offset as usize > COUNTED_MAX {
            errors.push(wrong("offset", "offset is at most 1000 in a search; further on, follow the Link header."));
        }
        let mut params = Self { limit, offset, envelope, ..Self::new(query, default_sort, today) };
        if let Some(cursor) = cursor {
            match params.read_cursor(&cursor) {
                Some(_) if envelope => errors.push(wrong("cursor", "cursor goes with no envelope: send offset.")),
                Some(_) if offset > 0 => errors.push(wrong("offset", "offset and cursor say different things: send one of them.")),
                Some(after) => params.after = Some(after),
                None => errors.push(wrong("cursor", NOT_A_CURSOR)),
            }
        }
        if errors.is_empty() { Ok(params) } else { Err(Error::Invalid(errors)) }
    }

    fn read_cursor(&self, cursor: &str) -> Option<(Key, String)> {
        let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let Cursor(sort, order, key, id) = serde_json::from_slice(&json).ok()?;
        let is_number = matches!(sort, Sort::CreatedAt | Sort::UpdatedAt | Sort::Priority);
        let is_text = |text: &str| !text.contains('\0');
        let has_its_key = match &key {
            Key::Number(_) => is_number,
            Key::Text(text) => !is_number && is_text(text),
        };
        ((sort, order) == (self.sort, self.order) && has_its_key && is_text(&id)).then_some((key, id))
    }

    /// The sort key and id of a task in this order.
    pub fn place_of(&self, task: &Task) -> (Key, String) {
        let key = match self.sort {
            Sort::CreatedAt => Key::Number(task.created_at.0),
            Sort::UpdatedAt => Key::Number(task.updated_at.0),
            Sort::Priority => Key::Number(task.priority.rank().into()),
            Sort::Title => Key::Text(task.title.to_lowercase()),
            Sort::DueDate => Key::Text(task.due_date.map_or_else(|| NO_DAY.into(), |day| day.to_string())),
            Sort::Position => Key::Text(task.position.clone()),
        };
        (key, task.id.clone())
    }

    /// The query string of the page that follows `last`.
    pub fn next_query(&self, last: &Task) -> String {
        let (key, id) = self.place_of(last);
        let cursor = serde_json::to_vec(&Cursor(self.sort, self.order, key, id)).unwrap_or_default();
        format!("{}&cursor={}", self.query_of_all_pages(), URL_SAFE_NO_PAD.encode(cursor))
    }

    /// The same by offset, where this page has `count` tasks: in an envelope a cursor would not say what the offset is.
    pub fn next_envelope_query(&self, count: usize) -> String {
        format!("{}&envelope=true&offset={}", self.query_of_all_pages(), self.offset as usize + count)
    }

    fn query_of_all_pages(&self) -> String {
        let query = ListQuery { sort: Some(self.sort), order: Some(self.order), ..self.query.clone() }.to_query();
        // The day too: later pages of a list that was begun before midnight filter by the same day.
        format!("{query}&today={}&limit={}", self.today, self.limit)
    }
}
