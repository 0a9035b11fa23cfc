//! Search, filters and order, all of them in the address of the page; and the pages of the list after the first.

use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use super::{
    focus::SEARCH_FIELD,
    page::{is_scrolled, watch_visibility},
    row::Row,
    state::{Board, Origin, on_cleanup_local},
};
use crate::{
    client::UNREACHABLE,
    model::{Due, ListQuery, Order, Priority, SEARCH_MAX, Sort, Status},
    words::{self, View},
};

/// How long until a person who types has typed something, in milliseconds.
const TYPING_PAUSE: u32 = 120;
/// Tasks of a page that is loaded while the list is scrolled.
const PAGE: u32 = 100;

/// Search, filters and order: a form, which works without a script.
#[allow(clippy::too_many_lines, reason = "one form is one view")]
#[component]
pub fn Filters() -> impl IntoView {
    let board = expect_context::<Board>();
    let query = board.query.get_untracked();
    let (search, due, priority, tag, sort) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
        NodeRef::<html::Select>::new(),
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
    );
    // What was typed or chosen before the page was hydrated counts.
    Effect::new(move |_| {
        let (Some(search), Some(due), Some(priority), Some(tag), Some(sort)) =
            (search.get(), due.get(), priority.get(), tag.get(), sort.get())
        else {
            return;
        };
        let mut query = board.query.get_untracked();
        for (name, value) in [("due", due.value()), ("priority", priority.value()), ("tag", tag.value()), ("sort", sort.value())] {
            set(&mut query, name, &value);
        }
        set(&mut query, "q", &search.value());
        board.apply_filters(query);
    });
    let timer = StoredValue::new_local(None::<Timeout>);
    let typed = move |text: String| {
        timer.set_value(Some(Timeout::new(TYPING_PAUSE, move || board.search(&text))));
    };
    let chosen = move |name: &'static str| {
        move |event| {
            let mut query = board.query.get_untracked();
            set(&mut query, name, &event_target_value(&event));
            board.apply_filters(query);
        }
    };
    let is_open = query.priority.is_some() || query.tag.is_some() || query.sort.is_some_and(|sort| sort != View::of(&query).sort());
    view! {
        <form class="find" id="find" role="search" action="/tasks" on:submit=|event| event.prevent_default()>
            {(query.status != Status::All).then(|| view! { <input type="hidden" name="status" value=query.status.as_str() /> })}
            <label class="visually-hidden" for=SEARCH_FIELD>
                {words::SEARCH}
            </label>
            <input
                id=SEARCH_FIELD
                name="q"
                type="search"
                node_ref=search
                placeholder=words::SEARCH
                value=query.search.clone()
                maxlength=SEARCH_MAX
                autocomplete="off"
                dir="auto"
                on:input=move |event| typed(event_target_value(&event))
            />
            <details open=is_open>
                <summary>{words::FILTER_AND_SORT}</summary>
                <div class="choices">
                    <label>
                        {words::DUE}
                        <select name="due" node_ref=due on:change=chosen("due")>
                            <option value="">{words::ANY}</option>
                            {words::DUES
                                .map(|(due, name)| view! { <option value=due.as_str() selected=query.due == Some(due)>{name}</option> })
                                .collect_view()}
                            {(query.due == Some(Due::ByToday))
                                .then(|| view! { <option value="by_today" selected>{words::BY_TODAY}</option> })}
                        </select>
                    </label>
                    <label>
                        {words::PRIORITY}
                        <select name="priority" node_ref=priority on:change=chosen("priority")>
                            <option value="">{words::ANY}</option>
                            {Priority::EACH
                                .iter()
                                .rev()
                                .map(|&priority| {
                                    view! {
                                        <option value=priority.as_str() selected=query.priority == Some(priority)>
                                            {words::priority(priority)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        {words::TAG}
                        <input
                            name="tag"
                            node_ref=tag
                            value=query.tag.clone()
                            maxlength="50"
                            autocomplete="off"
                            dir="auto"
                            placeholder=words::ANY
                            on:change=chosen("tag")
                        />
                    </label>
                    <label>
                        {words::SORT}
                        <select name="sort" node_ref=sort on:change=chosen("sort")>
                            {words::SORTS
                                .map(|(sort, name)| {
                                    let is_current = query.sort.unwrap_or(Sort::Position) == sort;
                                    view! { <option value=sort.as_str() selected=is_current>{name}</option> }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    {query.order.map(|order: Order| view! { <input type="hidden" name="order" value=order.as_str() /> })}
                    <button>{words::APPLY}</button>
                </div>
            </details>
        </form>
    }
}

/// Sets a parameter of a query from a field: an empty one says nothing, and what cannot be read changes nothing.
fn set(query: &mut ListQuery, name: &str, value: &str) {
    if value.trim().is_empty() || (name == "sort" && value == Sort::Position.as_str()) {
        query.clear(name);
    } else {
        // “#work” is how the list shows the tag “work”.
        let value = if name == "tag" { value.trim().trim_start_matches('#') } else { value };
        let _ = query.set(name, value);
    }
}

/// The address of the list.
fn address(query: &ListQuery) -> String {
    let query = query.to_query();
    if query.is_empty() { "/tasks".into() } else { format!("/tasks?{query}") }
}

impl Board {
    /// Shows what the filters ask for. The way back leads to what was shown before.
    fn apply_filters(&self, query: ListQuery) {
        if query == *self.query.read_untracked() {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address(&query)));
        }
        self.query.set(query);
        self.reload();
    }

    /// Shows what has this text, without leaving the page.
    fn search(&self, text: &str) {
        let mut query = self.query.get_untracked();
        set(&mut query, "q", text);
        if query == *self.query.read_untracked() {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address(&query)));
        }
        self.query.set(query);
        self.reload();
    }

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
                    self.groups.set(Vec::new());
                    // What is known of a task may be newer than the list that has just come.
                    let is_listed = |id: &str| list.tasks.iter().any(|task| task.id == id) || ids.iter().any(|kept| kept == id);
                    self.outbox.update_value(|outbox| outbox.forget_all_but(is_listed));
                    self.append(kept);
                    let said = words::found(list.tasks.len(), list.next.is_some());
                    self.append_tasks(list.tasks, list.next);
                    self.announce(said);
                }
                Err(problem) => {
                    if problem.code == UNREACHABLE {
                        self.needs_reload.set_value(true);
                        self.show_known();
                    }
                    self.fail(words::NOT_LOADED, &problem);
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
        self.groups.set(Vec::new());
        self.append(rows);
        self.next.set(None);
    }

    /// The request for the list's first page.
    fn first_query(&self) -> String {
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
                let said = words::found_more(list.tasks.len());
                self.append_tasks(list.tasks, list.next);
                self.announce(said);
                true
            }
            Err(problem) => {
                self.next.set(Some(next));
                self.fail(words::NOT_LOADED, &problem);
                false
            }
        }
    }

    pub fn load_more_soon(self) {
        spawn_local(async move {
            self.load_more(PAGE).await;
        });
    }

    fn append_tasks(&self, tasks: Vec<crate::model::Task>, next: Option<String>) {
        let ids: Vec<_> = tasks.iter().map(|task| task.id.clone()).collect();
        // Rows that are on the list already are drawn again where their tasks are newer; the others are appended as they come.
        let effects = self.outbox.try_update_value(|outbox| outbox.load(tasks)).unwrap_or_default();
        let is_known = |id: &str| self.rows.with_value(|rows| rows.contains_key(id));
        let known = effects.into_iter().filter(|effect| matches!(effect, crate::outbox::Effect::Show(id) if is_known(id))).collect();
        self.apply(known, Origin::Server);
        let rows: Vec<_> = ids
            .iter()
            .filter(|id| !is_known(id))
            .filter_map(|id| self.outbox.with_value(|outbox| outbox.displayed(id)))
            .map(|task| Row::new(self.next_row_key(), task))
            .collect();
        self.rows.update_value(|by_id| by_id.extend(rows.iter().map(|row| (row.id(), row.clone()))));
        self.append(rows);
        self.next.set(next);
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
