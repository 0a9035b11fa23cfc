//! How changes are kept in the browser and reach the server. Each is sent as often as that takes: creates by their
//! `Idempotency-Key`, everything else is such that twice is as good as once. One that the server refuses is taken back.
//!
//! Each tab keeps and sends its own changes, and holds a lock that has its name; what a tab left behind is adopted by
//! another, once its lock is free.

use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};

use super::{
    apply::CHANGE,
    drafts::{EDIT, NEW_LINES, NEW_TITLE},
    page::{hold_lock, when_lock_is_free},
    state::{Board, Origin},
};
use crate::{
    browser::now,
    model::{ListQuery, NewTask, Problem, Task},
    outbox::{Change, Entry, Request},
    storage, strings,
};

/// Most requests at once: as many as a browser opens connections, but for the one of the events.
const AT_ONCE: usize = 5;
/// How long until changes that could not be sent are tried again, in milliseconds, doubled each time up to the last.
const RETRY_AFTER: [u32; 2] = [1_000, 30_000];

impl Board {
    fn lock_name(&self, tab: &str) -> String {
        format!("holdfast.tab.{}.{tab}", self.user_id())
    }

    /// Takes up what earlier pages could not send, and what was typed there and not saved.
    pub fn adopt_kept(self) {
        let user_id = self.user_id();
        let has_locks = hold_lock(&self.lock_name(&self.tab.get_value()), || {});
        let mut tabs = Vec::new();
        for prefix in [CHANGE, EDIT, NEW_TITLE, NEW_LINES] {
            let names = storage::names(&user_id, prefix);
            let rests = names.iter().filter_map(|name| name.strip_prefix(prefix));
            tabs.extend(rests.map(|rest| rest.split_once('.').map_or(rest, |(tab, _)| tab).to_owned()));
        }
        tabs.sort_unstable();
        tabs.dedup();
        for other in tabs {
            if has_locks {
                self.adopt_when_closed(other);
            } else {
                self.adopt_from(&other);
            }
        }
        let online = window_event_listener(leptos::ev::online, move |_| self.send_now());
        on_cleanup(move || online.remove());
    }

    /// Takes up what another tab kept, once it is closed.
    pub fn adopt_when_closed(self, other: String) {
        if other != self.tab.get_value() {
            when_lock_is_free(&self.lock_name(&other), move || self.adopt_from(&other));
        }
    }

    pub fn adopt_from(self, other: &str) {
        let user_id = self.user_id();
        let names = storage::names(&user_id, &format!("{CHANGE}{other}."));
        let entries = names.iter().filter_map(|name| storage::read::<Entry>(&user_id, name)).collect();
        self.adopt(entries);
        for name in names {
            storage::write::<Entry>(&user_id, &name, None);
        }
        self.adopt_drafts(&format!("{NEW_TITLE}{other}"), &format!("{NEW_LINES}{other}"));
        let edits = format!("{EDIT}{other}");
        for name in storage::names(&user_id, &edits) {
            if let Some(id) = name.strip_prefix(&edits).and_then(|rest| rest.strip_prefix('.')) {
                self.adopt_edit(&name, id);
            }
        }
    }

    fn adopt(self, entries: Vec<Entry>) {
        for entry in &entries {
            self.keep_entry(entry);
        }
        let effects = self.outbox.try_update_value(|outbox| outbox.adopt(entries)).unwrap_or_default();
        self.apply(effects, Origin::Person);
        self.send_waiting();
    }

    /// Sends what can be sent.
    pub fn send_waiting(self) {
        if self.is_over.get_untracked() || self.retry.with_value(|(timer, _)| timer.is_some()) {
            return;
        }
        let (requests, effects) = self.outbox.try_update_value(|outbox| outbox.take_sendable(AT_ONCE, now())).unwrap_or_default();
        self.apply(effects, Origin::Server);
        for request in requests {
            spawn_local(self.send(request));
        }
    }

    async fn send(self, request: Request) {
        let client = self.client.get_value();
        let outcome = match &request.change {
            Change::Create { task } => match self.existing(&request, task).await {
                Ok(Some(task)) => Ok(Some(task)),
                Ok(None) => client.create(task, &request.key).await.map(Some),
                Err(problem) => Err(problem),
            },
            Change::Update { changes, .. } => client.update(&request.task_id, changes, request.if_match).await.map(Some),
            Change::Delete => client.delete(&request.task_id).await.map(|()| None),
            Change::Restore => client.restore(&request.task_id).await.map(Some),
        };
        match outcome {
            Ok(task) => self.confirm(&request.key, task),
            Err(problem) if is_temporary(&problem) => self.postpone(&request.key, &problem),
            // A task that is gone already is as good as deleted.
            Err(problem) if problem.status == 404 && request.change == Change::Delete => self.confirm(&request.key, None),
            Err(problem) if matches!(problem.status, 404 | 412) && request.if_match.is_some() => {
                let theirs = if problem.status == 412 { client.get(&request.task_id).await } else { Err(problem) };
                match theirs {
                    Ok(theirs) => self.settle_conflict(&request.key, Some(theirs)),
                    Err(problem) if problem.status == 404 => self.settle_conflict(&request.key, None),
                    // It is not known what the task is now: the change waits.
                    Err(problem) => self.postpone(&request.key, &problem),
                }
            }
            Err(problem) => {
                let effects = self.outbox.try_update_value(|outbox| outbox.reject(&request.key, problem)).unwrap_or_default();
                self.apply(effects, Origin::Person);
            }
        }
        self.send_waiting();
    }

    /// A task that an earlier page may have made already, longer ago than the server knows its key: found by its position,
    /// which is its own.
    async fn existing(self, request: &Request, task: &NewTask) -> Result<Option<Task>, Problem> {
        if !request.must_check {
            return Ok(None);
        }
        let word = task.title.split_whitespace().next().map(str::to_owned);
        let query = ListQuery { search: word, ..ListQuery::default() };
        let list = self.client.get_value().list(&format!("{}&limit=1000", query.to_query())).await?;
        Ok(list.tasks.into_iter().find(|other| Some(&other.position) == task.position.as_ref()))
    }

    fn confirm(self, key: &str, task: Option<Task>) {
        self.retry.update_value(|(_, delay)| *delay = 0);
        // What the change made of the counts was counted when it was made.
        let effects = self.outbox.try_update_value(|outbox| outbox.confirm(key, task)).unwrap_or_default();
        self.apply(effects, Origin::Server);
        self.clear_offline_notice();
    }

    fn settle_conflict(self, key: &str, theirs: Option<Task>) {
        let effects = self.outbox.try_update_value(|outbox| outbox.conflict(key, theirs)).unwrap_or_default();
        self.apply(effects, Origin::Server);
    }

    /// Takes back what was said of changes that wait, once none does.
    pub fn clear_offline_notice(&self) {
        let none_waits = self.outbox.with_value(|outbox| outbox.waiting() == 0);
        if none_waits && !self.is_over.get_untracked() {
            self.offline.set(None);
            self.notice.set(None);
        }
    }

    /// A change that could not be sent waits: for a session, or for the next try.
    fn postpone(self, key: &str, problem: &Problem) {
        self.outbox.update_value(|outbox| outbox.postpone(key));
        if matches!(problem.status, 401 | 403) {
            return self.report_problem("", problem);
        }
        self.offline.set(Some(strings::problem(problem).to_owned()));
        if self.retry.with_value(|(timer, _)| timer.is_some()) {
            return;
        }
        let delay = self.retry.with_value(|(_, delay)| (delay * 2).clamp(RETRY_AFTER[0], RETRY_AFTER[1]));
        let timer = Timeout::new(delay, move || {
            self.retry.update_value(|(timer, _)| *timer = None);
            self.send_waiting();
        });
        self.retry.set_value((Some(timer), delay));
    }

    /// Sends at once what waits for its next try.
    pub fn send_now(self) {
        self.retry.update_value(|(timer, _)| *timer = None);
        self.send_waiting();
    }
}

/// Whether the same request may succeed later.
fn is_temporary(problem: &Problem) -> bool {
    problem.code == Problem::UNREACHABLE || problem.status >= 500 || matches!(problem.status, 401 | 403 | 429)
}
