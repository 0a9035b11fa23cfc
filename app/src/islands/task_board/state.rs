//! What all parts of the list share.

use std::collections::{HashMap, HashSet};

use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};
use web_sys::{BroadcastChannel, ReadableStreamDefaultReader};

use super::{
    edit::Draft,
    focus::{Area, Place},
    gesture::Gesture,
    row_state::Row,
    sections::{SectionRows, grouped},
    types::{PopoverKind, RowKey},
};
use crate::{
    browser::{now, random_id},
    client::Client,
    model::{Counts, Day, ListQuery, Section, Task, TaskPage, Timestamp, UtcOffset, View},
    outbox::{Change, Outbox},
};

/// The list of one person, as this page has it. All its parts are handles, so that it is copied like a signal.
#[derive(Clone, Copy)]
pub struct Board {
    pub client: StoredValue<Client>,
    /// Which tasks the list holds, in which order.
    pub query: RwSignal<ListQuery>,
    /// Query string of the page that is not loaded yet.
    pub next: RwSignal<Option<String>>,
    pub today: RwSignal<Day>,
    pub counts: RwSignal<Counts>,
    /// How far the clock of this place is ahead of UTC.
    pub utc_offset: StoredValue<UtcOffset>,
    /// The rows in their sections, but for what is done below them.
    pub sections: RwSignal<Vec<SectionRows>>,
    pub has_overdue: RwSignal<bool>,
    /// Below a list of what is to do: what is done, once it is unfolded and loaded.
    pub done: StoredValue<SectionRows>,
    pub is_done_open: StoredValue<bool>,
    pub is_done_loaded: StoredValue<bool>,
    pub group_ids: StoredValue<u32>,
    /// The rows by the ids of their tasks.
    pub rows: StoredValue<HashMap<String, Row>>,
    pub row_keys: StoredValue<RowKey>,
    /// Names this tab among those of one person.
    pub tab: StoredValue<String>,
    /// Whether the editor that opens next gets the focus.
    pub focus_editor: StoredValue<bool>,
    /// The row that has the focus.
    pub focused: StoredValue<Option<RowKey>>,
    /// The rows that are selected; a row's state follows, some hundreds at a time.
    pub selection: StoredValue<HashSet<RowKey>>,
    /// How many they are.
    pub selected: RwSignal<usize>,
    /// The row that was selected last: a range begins there.
    pub anchor: StoredValue<Option<RowKey>>,
    pub outbox: StoredValue<Outbox>,
    /// The timer of the next try to send, and how long the last one waited, in milliseconds.
    pub retry: StoredValue<(Option<Timeout>, u32), LocalStorage>,
    pub toast: RwSignal<Option<ToastState>>,
    pub toast_timer: StoredValue<Option<Timeout>, LocalStorage>,
    pub toast_held: StoredValue<Held>,
    pub undo: StoredValue<Vec<UndoStep>>,
    /// What screen readers are told.
    pub announcement: RwSignal<String>,
    pub notice: RwSignal<Option<Notice>>,
    /// Why changes could not be sent, while some wait for the next try.
    pub offline: RwSignal<Option<String>>,
    /// How many changes the server has not confirmed.
    pub pending: RwSignal<usize>,
    pub popover: RwSignal<Option<OpenPopover>>,
    pub is_palette_open: RwSignal<bool>,
    pub is_help_open: RwSignal<bool>,
    /// What is typed into the add line.
    pub new_title: RwSignal<String>,
    /// Whether what is understood of it is shown: not of a text that was there when the page opened, since nothing on the page
    /// may move because something else loaded.
    pub shows_tokens: RwSignal<bool>,
    /// Why that is no task.
    pub new_title_error: RwSignal<Option<String>>,
    /// Several lines that were pasted, until the person has said whether they are one task.
    pub pasted: RwSignal<Option<String>>,
    /// What a pointer does with a row.
    pub gesture: StoredValue<Gesture>,
    /// Whether the finger that is on a row, or was there until now, has held it.
    pub was_held: StoredValue<bool>,
    pub drag: StoredValue<Option<Drag>>,
    /// What is drawn under or over the rows meanwhile.
    pub floating: RwSignal<Option<Floating>>,
    /// Whether the search field and the filters are shown.
    pub is_search_open: RwSignal<bool>,
    pub is_filter_open: RwSignal<bool>,
    /// The element after the list: once it is near, the next page is loaded.
    pub more: NodeRef<html::P>,
    /// Which reading of the list is the latest: the answer to another comes too late.
    pub latest_load: StoredValue<u32>,
    /// Whether the list could not be read when it was to be: it is once the server is there again.
    pub needs_reload: StoredValue<bool>,
    pub live: StoredValue<Live, LocalStorage>,
    /// How many milliseconds the server's clock is ahead of the browser's.
    pub clock_offset: i64,
    /// The time that the position of the task added last was made of.
    pub last_position_millis: StoredValue<i64>,
    /// Whether the session is over: nothing can be sent any more.
    pub is_over: RwSignal<bool>,
    pub is_hydrated: RwSignal<bool>,
}

/// The same for the closures of rows: ten thousand rows have several each, and a copy of all its parts in every one of them
/// would be megabytes.
pub type BoardHandle = StoredValue<Board>;

/// Something that the person has to know or decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub button: Option<(&'static str, NoticeAction)>,
}

/// What the button of a notice does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeAction {
    SignIn,
    Reload,
}

/// Where a change comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The person at this page.
    Person,
    /// The same, who takes back a deletion: the row is shown wherever it belongs.
    PutBack,
    /// The server: an answer, or an event.
    Server,
}

/// What takes one action back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoStep {
    /// What was done, in the words of the task.
    pub text: String,
    /// The changes that take it back, each with the id of its task.
    pub changes: Vec<(String, Change)>,
    /// An edit that was given up, to be opened again.
    pub draft: Option<(String, Draft)>,
}

impl UndoStep {
    pub const fn of_changes(text: String, changes: Vec<(String, Change)>) -> Self {
        Self { text, changes, draft: None }
    }
}

/// What the toast shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToastState {
    pub text: String,
    /// Whether the last step can be taken back from it.
    pub has_undo: bool,
    /// Where the task is that left this list, or never came onto it.
    pub elsewhere: Option<View>,
}

/// What keeps the toast.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    pub by_pointer: bool,
    pub by_focus: bool,
}

/// A popover that is open.
#[derive(Clone)]
pub struct OpenPopover {
    pub kind: PopoverKind,
    /// The rows of the tasks that it changes.
    pub rows: Vec<Row>,
    pub place: Place,
    /// The elements that get the focus afterwards: the first that is there.
    pub back_to: Vec<String>,
}

/// What is drawn under or over the rows while a finger moves one.
#[derive(Clone, PartialEq)]
pub enum Floating {
    /// What the swipe does, under the row.
    Swipe { area: Area, is_right: bool, is_enough: bool, is_done: bool },
    /// The row that was lifted, and where it would land.
    Row { area: Area, moved: f64, title: String, line: Option<f64> },
}

/// The row that the pointer holds.
#[derive(Clone)]
pub struct Drag {
    pub row: Row,
    /// The other rows and the headings of the sections, from the top.
    pub places: Vec<DropPlace>,
    pub landing: Option<Landing>,
}

#[derive(Clone, Copy)]
pub struct DropPlace {
    pub section: Section,
    /// `None` is its heading.
    pub row: Option<RowKey>,
}

/// Where a row goes when it is let go: before the follower, or at the end of the section.
#[derive(Clone, Copy)]
pub struct Landing {
    pub section: Section,
    pub follower: Option<RowKey>,
}

/// Where this page is in the stream.
pub struct Live {
    /// The last event that it knows of; at first, the time when the page was drawn.
    pub last_event: String,
    pub channel: Option<BroadcastChannel>,
    /// Ends the stream that is being read, for another that begins earlier.
    pub reader: Option<ReadableStreamDefaultReader>,
    pub is_interrupted: bool,
}

impl Live {
    pub fn new(now: Timestamp) -> Self {
        Self { last_event: now.0.to_string(), channel: None, reader: None, is_interrupted: false }
    }
}

impl Board {
    /// The list as the page has it.
    pub fn new(page: &TaskPage) -> Self {
        // The server draws the rows without them.
        let (sections, next_group, next_key) = if cfg!(feature = "ssr") { (Vec::new(), 0, 0) } else { grouped(page) };
        let rows: HashMap<_, _> = sections.iter().flat_map(SectionRows::rows).map(|row| (row.id(), row)).collect();
        let has_overdue = page.tasks.iter().any(|task| Section::of(&page.query, task, page.today, page.utc_offset) == Section::Overdue);
        let outbox = if cfg!(feature = "ssr") { Outbox::default() } else { Outbox::new(page.tasks.clone()) };
        let clock_offset = if cfg!(feature = "ssr") { 0 } else { page.now.0 - now() };
        Self {
            client: StoredValue::new(Client { user_id: page.user_id.clone() }),
            query: RwSignal::new(page.query.clone()),
            next: RwSignal::new(page.next.clone()),
            today: RwSignal::new(page.today),
            counts: RwSignal::new(page.counts),
            group_ids: StoredValue::new(next_group),
            utc_offset: StoredValue::new(page.utc_offset),
            sections: RwSignal::new(sections),
            has_overdue: RwSignal::new(has_overdue),
            done: StoredValue::new(SectionRows::new(Section::Done)),
            is_done_open: StoredValue::new(false),
            is_done_loaded: StoredValue::new(false),
            rows: StoredValue::new(rows),
            row_keys: StoredValue::new(next_key),
            tab: StoredValue::new(if cfg!(feature = "ssr") { String::new() } else { random_id() }),
            focus_editor: StoredValue::new(false),
            focused: StoredValue::new(None),
            selection: StoredValue::new(HashSet::new()),
            selected: RwSignal::new(0),
            anchor: StoredValue::new(None),
            outbox: StoredValue::new(outbox),
            retry: StoredValue::new_local((None, 0)),
            toast: RwSignal::new(None),
            toast_timer: StoredValue::new_local(None),
            toast_held: StoredValue::new(Held::default()),
            undo: StoredValue::new(Vec::new()),
            announcement: RwSignal::new(String::new()),
            notice: RwSignal::new(None),
            offline: RwSignal::new(None),
            pending: RwSignal::new(0),
            popover: RwSignal::new(None),
            is_palette_open: RwSignal::new(false),
            is_help_open: RwSignal::new(false),
            new_title: RwSignal::new(String::new()),
            shows_tokens: RwSignal::new(false),
            new_title_error: RwSignal::new(None),
            pasted: RwSignal::new(None),
            gesture: StoredValue::new(Gesture::Idle),
            was_held: StoredValue::new(false),
            drag: StoredValue::new(None),
            floating: RwSignal::new(None),
            is_search_open: RwSignal::new(page.query.search.is_some()),
            is_filter_open: RwSignal::new(false),
            more: NodeRef::new(),
            latest_load: StoredValue::new(0),
            needs_reload: StoredValue::new(false),
            live: StoredValue::new_local(Live::new(page.now)),
            clock_offset,
            last_position_millis: StoredValue::new(0),
            is_over: RwSignal::new(false),
            is_hydrated: RwSignal::new(false),
        }
    }

    pub fn user_id(&self) -> String {
        self.client.with_value(|client| client.user_id.clone())
    }

    /// A name for something that this tab keeps.
    pub fn name_in_tab(&self, prefix: &str) -> String {
        self.tab.with_value(|tab| format!("{prefix}{tab}"))
    }

    /// A key for a row that comes onto the list.
    pub fn next_row_key(&self) -> RowKey {
        let key = self.row_keys.get_value();
        self.row_keys.set_value(key + 1);
        key
    }

    pub fn row(&self, id: &str) -> Option<Row> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    /// Tells people who do not see the page.
    pub fn announce(&self, text: impl Into<String>) {
        self.announcement.set(text.into());
    }

    /// Changes the counts by a task that comes (1) or goes (-1).
    pub fn count(&self, task: Option<&Task>, by: i64) {
        if let Some(task) = task {
            let today = self.today.get_untracked();
            self.counts.update(|counts| counts.add(task, today, by));
        }
    }
}
