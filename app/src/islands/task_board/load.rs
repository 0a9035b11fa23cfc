//! Reads the list from the server: from its beginning, the pages after the first, and what is done below it.

use leptos::{prelude::*, task::spawn_local};

use super::{
    page::{is_scrolled, on_cleanup_local, watch_visibility},
    row_state::Row,
    state::{Board, Origin},
};
use crate::{
    model::{ListQuery, Problem, Sort, Task},
    outbox::Effect,
    strings,
};

/// Tasks of a page that is loaded while the list is scrolled.
const PAGE: u32 = 100;

impl Board {
    /// Reads the list again from its beginning.
    pub fn reload(self) {
        let number = self.latest_load.get_value() + 1;
        self.latest_load.set_value(number);
        spawn_local(async move {
            let client = self.client.get_value();
            let outcome = client.list(&self.first_query()).await;
            if self.latest_load.get_value() != number {
                return;
            }
            match outcome {
                Ok(list) => {
                    self.needs_reload.set_value(false);
                    self.select(&[]);
                    // What is open for typing, or only here, stays.
                    let is_kept = |row: &Row| row.is_editing() || row.id().starts_with("new-");
                    let kept: Vec<_> = self.rows_in_order().into_iter().filter(is_kept).collect();
                    let ids: Vec<_> = kept.iter().map(Row::id).collect();
                    self.rows.set_value(kept.iter().map(|row| (row.id(), row.clone())).collect());
                    self.clear_rows();
                    // What is known of a task may be newer than the list that has just come.
                    let is_listed = |id: &str| list.tasks.iter().any(|task| task.id == id) || ids.iter().any(|kept| kept == id);
                    self.outbox.update_value(|outbox| outbox.forget_all_but(is_listed));
                    self.append(kept);
                    let text = strings::found(list.tasks.len(), list.next.is_some());
                    self.append_tasks(list.tasks, list.next);
                    self.announce(text);
                    self.unfold_done(self.is_done_open.get_value());
                }
                Err(problem) => {
                    if problem.code == Problem::UNREACHABLE {
                        self.needs_reload.set_value(true);
                        self.show_known();
                    }
                    self.report_problem(strings::NOT_LOADED, &problem);
                }
            }
        });
    }

    /// Shows what the list holds of the tasks that this page knows, until the server can be asked.
    fn show_known(&self) {
        let (query, today) = (self.query.get_untracked(), self.today.get_untracked());
        let mut tasks: Vec<_> = self.outbox.with_value(|outbox| {
            let known = outbox.ids().filter_map(|id| outbox.displayed(id));
            known.filter(|task| query.holds(task, today)).collect()
        });
        tasks.sort_by(|a, b| query.compare(a, b));
        self.select(&[]);
        let rows: Vec<_> =
            tasks.into_iter().map(|task| self.row(&task.id).unwrap_or_else(|| Row::new(self.next_row_key(), task))).collect();
        self.rows.set_value(rows.iter().map(|row| (row.id(), row.clone())).collect());
        self.clear_rows();
        self.append(rows);
        self.next.set(None);
    }

    /// The request for the list's first page.
    pub fn first_query(&self) -> String {
        let query = self.query.read_untracked();
        let query = ListQuery { sort: query.sort.or(Some(Sort::Position)), ..query.clone() };
        format!("{}&today={}&limit={PAGE}", query.to_query(), self.today.get_untracked())
    }

    /// Loads the next page; whether it came.
    pub async fn load_more(self, limit: u32) -> bool {
        let Some(next) = self.next.try_update(Option::take).flatten() else { return false };
        let number = self.latest_load.get_value();
        let (before, after) = next.split_once("&limit=").unwrap_or((&next, ""));
        let cursor = after.split_once('&').map_or("", |(_, cursor)| cursor);
        let client = self.client.get_value();
        match client.list(&format!("{before}&limit={limit}&{cursor}")).await {
            Ok(_) if self.latest_load.get_value() != number => false,
            Ok(list) => {
                let text = strings::found_more(list.tasks.len());
                self.append_tasks(list.tasks, list.next);
                self.announce(text);
                true
            }
            Err(problem) => {
                self.next.set(Some(next));
                self.report_problem(strings::NOT_LOADED, &problem);
                false
            }
        }
    }

    pub fn load_more_soon(self) {
        spawn_local(async move {
            self.load_more(PAGE).await;
        });
    }

    /// Shows what is done below the list, or folds it away. It is loaded when it is asked for.
    pub fn unfold_done(self, is_open: bool) {
        self.is_done_open.set_value(is_open);
        if !is_open || self.is_done_loaded.get_value() {
            return;
        }
        let number = self.latest_load.get_value();
        let query = self.query.read_untracked().of_done().to_query();
        let query = format!("{query}&today={}&limit={PAGE}", self.today.get_untracked());
        spawn_local(async move {
            let outcome = self.client.get_value().list(&query).await;
            if self.latest_load.get_value() != number || self.is_done_loaded.get_value() {
                return;
            }
            match outcome {
                Ok(list) => {
                    self.is_done_loaded.set_value(true);
                    self.append_rows(list.tasks);
                }
                Err(problem) => self.report_problem(strings::NOT_LOADED, &problem),
            }
        });
    }

    fn append_tasks(&self, tasks: Vec<Task>, next: Option<String>) {
        self.append_rows(tasks);
        self.next.set(next);
    }

    fn append_rows(&self, tasks: Vec<Task>) {
        let ids: Vec<_> = tasks.iter().map(|task| task.id.clone()).collect();
        // Rows that are on the list already are drawn again where their tasks are newer; the others are appended as they come.
        let effects = self.outbox.try_update_value(|outbox| outbox.load(tasks)).unwrap_or_default();
        let is_known = |id: &str| self.rows.with_value(|rows| rows.contains_key(id));
        let known = effects.into_iter().filter(|effect| matches!(effect, Effect::Show(id) if is_known(id))).collect();
        self.apply(known, Origin::Server);
        let rows: Vec<_> = ids
            .iter()
            .filter(|id| !is_known(id))
            .filter_map(|id| self.outbox.with_value(|outbox| outbox.displayed(id)))
            .map(|task| Row::new(self.next_row_key(), task))
            .collect();
        self.rows.update_value(|by_id| by_id.extend(rows.iter().map(|row| (row.id(), row.clone()))));
        self.append(rows);
    }

    /// Loads the next page before its beginning is in sight, once the person has scrolled.
    pub fn watch_end_of_list(self) {
        if let Some(more) = self.more.get_untracked() {
            let observer = watch_visibility(&more, "1500px", move || {
                if is_scrolled() {
                    self.load_more_soon();
                }
            });
            on_cleanup_local(observer);
        }
        // The server knows what the address before this one shows.
        let handle = window_event_listener(leptos::ev::popstate, |_| drop(window().location().reload()));
        on_cleanup(move || handle.remove());
    }
}
