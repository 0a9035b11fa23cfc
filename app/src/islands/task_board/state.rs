//! What all parts of the list share.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use gloo_timers::callback::{Interval, Timeout};
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    drag::Drag,
    focus::{ADD_FIELD, focus_in_place, is_free},
    gesture::Gesture,
    list::{SectionRows, grouped},
    pointer::Floating,
    popover::OpenPopover,
    row::{Row, RowKey},
    toast::{Held, ToastState, UndoStep},
};
use crate::{
    browser::{has_keyboard, now, random_id, utc_offset},
    client::Client,
    islands::sign_out::{SignOutStage, sign_out_stage},
    model::{Counts, Day, ListQuery, Problem, Section, Task, TaskPage, Timestamp, UtcOffset},
    outbox::{Effect as OutboxEffect, Outbox},
    storage::{self, SessionChange},
    strings,
};

/// How often the calendar is looked at, in milliseconds.
const CALENDAR_EVERY: u32 = 15_000;

/// How long a row that was ticked stays where it is.
const SETTLE_AFTER: Duration = Duration::from_secs(2);

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
    pub said: RwSignal<String>,
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
    pub live: StoredValue<super::live::Live, LocalStorage>,
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
            said: RwSignal::new(String::new()),
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
            live: StoredValue::new_local(super::live::Live::new(page.now)),
            clock_offset,
            last_position_millis: StoredValue::new(0),
            is_over: RwSignal::new(false),
            is_hydrated: RwSignal::new(false),
        }
    }

    /// Begins the life of the list in the browser.
    pub fn mount(self) {
        self.watch_calendar();
        Effect::new(move |_| document().set_title(&strings::tasks_title(self.counts.read().pending)));
        self.watch_session();
        self.watch_sign_out();
        self.adopt_kept();
        self.mount_shortcuts();
        self.watch_end_of_list();
        self.mount_live();
        self.is_hydrated.set(true);
        super::shortcuts::replay_early_presses();
        // Don't steal focus.
        if has_keyboard() && is_free() {
            focus_in_place(ADD_FIELD);
        }
    }

    pub fn user_id(&self) -> String {
        self.client.with_value(|client| client.user_id.clone())
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
        self.said.set(text.into());
    }

    /// Says what went wrong; `what` is what the person wanted, as in “The task was not added”.
    pub fn fail(&self, what: &str, problem: &Problem) {
        match problem.status {
            401 => self.end_session(strings::SESSION_EXPIRED),
            403 => self.show_stale(),
            _ => self.notice.set(Some(Notice { text: strings::refused(what, strings::problem(problem)), button: None })),
        }
    }

    /// From here on nothing can be saved. What was typed and not saved waits in the browser for the same user.
    fn end_session(&self, why: &str) {
        self.is_over.set(true);
        storage::forget_token(&self.user_id());
        self.clear();
        self.notice.set(Some(Notice { text: strings::over(why), button: Some((strings::SIGN_IN_AGAIN, NoticeAction::SignIn)) }));
    }

    fn show_stale(&self) {
        self.is_over.set(true);
        self.notice.set(Some(Notice { text: strings::SOMEBODY_ELSE.into(), button: Some((strings::RELOAD, NoticeAction::Reload)) }));
    }

    pub fn answer_notice(action: NoticeAction) {
        let location = window().location();
        match action {
            NoticeAction::Reload => drop(location.reload()),
            NoticeAction::SignIn => {
                let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
                let here = String::from(js_sys::encode_uri_component(&here));
                let _ = location.assign(&format!("/signin?expired=1&return_to={here}"));
            }
        }
    }

    /// Follows the button that signs out: it waits for the changes, or ends the list here.
    fn watch_sign_out(self) {
        Effect::new(move |_| match sign_out_stage() {
            SignOutStage::SignedIn => {}
            SignOutStage::Requested => self.send_now(),
            SignOutStage::SignedOut => {
                self.is_over.set(true);
                self.clear();
            }
        });
    }

    /// What the account holds leaves the screen, for the next person at this device.
    fn clear(&self) {
        self.clear_rows();
        self.rows.set_value(HashMap::new());
        self.counts.set(Counts::default());
        self.toast.set(None);
    }

    fn watch_session(self) {
        let guard = storage::watch_session(self.user_id(), move |change| match change {
            SessionChange::SignedOut => self.end_session(strings::SIGNED_OUT_ELSEWHERE),
            SessionChange::OtherUser => self.show_stale(),
        });
        on_cleanup_local(guard);
    }

    /// Follows the day of this place, also when the page stays open over midnight, or wakes up with the computer.
    fn watch_calendar(self) {
        self.update_today();
        on_cleanup_local(Interval::new(CALENDAR_EVERY, move || {
            if self.update_today() {
                self.reload();
                self.restart_stream();
            }
        }));
    }

    /// Sets what day it is here, by the browser's clock and time zone; whether it is another.
    fn update_today(self) -> bool {
        self.utc_offset.set_value(UtcOffset { minutes: utc_offset() });
        let today = self.utc_offset.get_value().day(Timestamp(now()));
        let is_another = today != self.today.get_untracked();
        if is_another {
            self.today.set(today);
        }
        is_another
    }

    /// Changes the counts by a task that comes (1) or goes (-1).
    pub fn count(&self, task: Option<&Task>, by: i64) {
        if let Some(task) = task {
            let today = self.today.get_untracked();
            self.counts.update(|counts| counts.add(task, today, by));
        }
    }

    /// Does what the outbox says: keeps changes, and redraws the rows that they touch.
    pub fn apply(&self, effects: Vec<OutboxEffect>, origin: Origin) {
        let pending = self.outbox.with_value(|outbox| outbox.entries().len());
        if pending != self.pending.get_untracked() {
            self.pending.set(pending);
        }
        for effect in effects {
            match effect {
                OutboxEffect::Keep(entry) => self.keep_entry(&entry),
                OutboxEffect::Forget(key) => self.forget_entry(&key),
                OutboxEffect::Show(id) => self.show(&id, origin),
                OutboxEffect::Rename { from, to } => self.rename(&from, &to),
                OutboxEffect::Confirmed { entry, task } => self.on_confirmed(&entry, task.as_ref()),
                OutboxEffect::Rejected { entry, problem } => self.on_rejected(&entry, &problem),
                OutboxEffect::Conflict { entry, fields, theirs } => self.on_conflict(&entry, &fields, theirs),
            }
        }
    }

    /// After the action that is under way has shown its own toast.
    fn point_to_soon(self, task: Task) {
        request_animation_frame(move || self.point_to(&task));
    }

    /// A task that was made here has got its id.
    fn rename(&self, from: &str, to: &str) {
        let renamed = self.rows.try_update_value(|rows| {
            let row = rows.remove(from)?;
            rows.insert(to.to_owned(), row.clone());
            Some(row)
        });
        if let Some(row) = renamed.flatten() {
            row.state.update_untracked(|state| to.clone_into(&mut state.task.id));
        }
    }

    /// A row that was ticked waits a moment, for a second thought; then it goes where it belongs.
    pub fn settle_later(self, key: RowKey) {
        set_timeout(
            move || {
                if let Some(row) = self.row_of_key(key).filter(|row| !row.is_editing()) {
                    match self.section_for(&row.task()) {
                        None => self.remove_row(&row),
                        section if section != self.section_of_row(key) => self.place(&row),
                        _ => {}
                    }
                }
            },
            SETTLE_AFTER,
        );
    }

    /// Makes the list agree with what the outbox says of one task.
    fn show(&self, id: &str, origin: Origin) {
        let (task, is_unsaved) = self.outbox.with_value(|outbox| (outbox.displayed(id), outbox.is_pending(id)));
        match (self.row(id), task) {
            (Some(row), Some(task)) => {
                let before = row.task();
                if before.completed != task.completed || before.due_date != task.due_date {
                    self.count(Some(&before), -1);
                    self.count(Some(&task), 1);
                }
                let (query, today) = (self.query.get_untracked(), self.today.get_untracked());
                let was_ticked = before.completed != task.completed;
                let has_moved = query.key_differs(&before, &task) || self.section_for(&before) != self.section_for(&task);
                let has_left = !row.is_editing() && query.holds(&before, today) && !query.holds(&task, today);
                if before != task || row.state.read_untracked().is_unsaved != is_unsaved {
                    row.state.update(|state| {
                        state.task = task.clone();
                        state.is_unsaved = is_unsaved;
                    });
                }
                if was_ticked {
                    self.settle_later(row.key);
                } else if has_left {
                    self.remove_row(&row);
                    if origin == Origin::Person {
                        self.point_to_soon(task);
                    }
                } else if has_moved && !row.is_editing() {
                    self.place(&row);
                }
            }
            (Some(row), None) if row.is_editing() && origin == Origin::Server => Self::show_deleted_meanwhile(&row),
            (Some(row), None) => {
                self.count(Some(&row.task()), -1);
                self.remove_row(&row);
            }
            (None, Some(task)) => {
                let is_held = self.section_for(&task).is_some();
                let is_wanted = match origin {
                    Origin::Person => {
                        self.count(Some(&task), 1);
                        if !is_held {
                            self.point_to_soon(task.clone());
                        }
                        is_held
                    }
                    Origin::PutBack => {
                        self.count(Some(&task), 1);
                        true
                    }
                    // Counted by the event that follows.
                    Origin::Server => is_held && !self.is_beyond_loaded(&task),
                };
                // When the session is over, nothing of the account is on the screen.
                if is_wanted && !self.is_over.get_untracked() {
                    let row = Row::new(self.next_row_key(), task);
                    row.state.update_untracked(|state| state.is_unsaved = is_unsaved);
                    self.add_row(&row);
                }
            }
            (None, None) => {}
        }
    }
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

/// Keeps a value of the browser, which stays on this thread, for as long as the island lives.
pub fn on_cleanup_local<T: 'static>(value: T) {
    let kept = StoredValue::new_local(Some(value));
    on_cleanup(move || drop(kept.try_update_value(Option::take)));
}
