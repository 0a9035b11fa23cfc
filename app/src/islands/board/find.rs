//! Search, filters and order, all of them in the address of the page; and the pages of the list after the first.

use std::cell::{Cell, RefCell};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlFormElement, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

use super::{Board, Shared, client::TaskList, row::Row};
use crate::{
    dom::{after, all, around, attribute, by_id, cancel, class, on, set_text, show, value},
    model::{ListQuery, Sort},
    words::{self, View},
};

/// How long until somebody who types has typed something, in milliseconds.
const PAUSE: i32 = 120;
/// Tasks of a page that is loaded while the list is scrolled.
const PAGE: u32 = 100;

thread_local! {
    static TIMER: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    /// Which search is the latest: the answer to another comes too late.
    static LATEST: Cell<u32> = const { Cell::new(0) };
}

pub fn wake(board: Shared) {
    if let Some(form) = by_id::<HtmlFormElement>("find") {
        let this = form.clone();
        on(&form, "input", move |event: Event| {
            if around::<Element>(&event, "#search").is_none() {
                return;
            }
            TIMER.with_borrow(cancel);
            let text = value(&this, "q");
            TIMER.set(after(PAUSE, move || board.search(&text)));
        });
        let this = form.clone();
        on(&form, "change", move |event: Event| {
            if around::<Element>(&event, "#search").is_none() {
                board.narrow(&this);
            }
        });
        let this = form.clone();
        on(&form, "submit", move |event: Event| {
            event.prevent_default();
            board.narrow(&this);
        });
    }
    // The server knows what the address before this one shows.
    on(&window(), "popstate", |_: Event| drop(window().location().reload()));
    let Some(more) = by_id::<Element>("more") else { return };
    on(&more, "click", move |event: Event| {
        event.prevent_default();
        spawn_local(async move {
            board.load_more(PAGE).await;
        });
    });
    // The next page comes before its beginning is in sight.
    let seen = Closure::<dyn FnMut(js_sys::Array)>::new(move |entries: js_sys::Array| {
        if entries.iter().any(|entry| entry.unchecked_into::<IntersectionObserverEntry>().is_intersecting()) && is_scrolled() {
            spawn_local(async move {
                board.load_more(PAGE).await;
            });
        }
    });
    let init = IntersectionObserverInit::new();
    init.set_root_margin("1500px");
    if let Ok(observer) = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &init) {
        observer.observe(&more);
    }
    seen.forget();
}

impl Board {
    /// Shows what the form asks for. The way back leads to what was shown before.
    fn narrow(&'static self, form: &HtmlFormElement) {
        let mut query = ListQuery::default();
        for name in ListQuery::NAMES {
            let value = value(form, name);
            if !value.trim().is_empty() {
                let _ = query.set(name, &value);
            }
        }
        if query.sort == Some(Sort::Position) {
            query.sort = None;
        }
        if query == *self.query.borrow() {
            return;
        }
        let history = window().history();
        let _ = history.map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&address(&query))));
        class(&self.list, "arranged", query.is_arranged());
        let view = View::of(&query);
        set_text(&self.root, "#heading", view.heading());
        for (link, (each, _)) in all(&self.root, ".views a").iter().zip(words::VIEWS) {
            attribute(link, "aria-current", (each == view).then_some("page"));
        }
        self.query.replace(query);
        self.load_anew();
    }

    /// Shows what has this text, without leaving the page.
    fn search(&'static self, text: &str) {
        let before = self.query.borrow().search.clone();
        let _ = self.query.borrow_mut().set("q", text);
        if self.query.borrow().search == before {
            return;
        }
        let history = window().history();
        let address = address(&self.query.borrow());
        let _ = history.map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
        self.load_anew();
    }

    /// Reads the list again from its beginning.
    pub fn load_anew(&'static self) {
        let number = LATEST.get() + 1;
        LATEST.set(number);
        spawn_local(async move {
            let outcome = self.client.list(&self.first_query()).await;
            if LATEST.get() != number {
                return;
            }
            match outcome {
                Ok(list) => {
                    // What is open for typing, or only here, stays.
                    for row in self.in_order() {
                        if !row.is_editing() && !row.id().starts_with("new-") {
                            row.element.remove();
                            self.rows.borrow_mut().remove(&row.id());
                        }
                    }
                    self.select(&[]);
                    let said = words::found(list.tasks.len(), list.next.is_some());
                    self.append(list);
                    self.note_emptiness();
                    self.say(&said);
                }
                Err(problem) => self.fail(words::NOT_LOADED, &problem),
            }
        });
    }

    /// The request for the list's first page.
    fn first_query(&self) -> String {
        let query = self.query.borrow();
        let query = ListQuery { sort: query.sort.or(Some(Sort::Position)), ..query.clone() };
        format!("{}&today={}&limit={PAGE}", query.to_query(), self.today.get())
    }

    /// Loads the next page; whether it came.
    pub async fn load_more(&'static self, limit: u32) -> bool {
        let next = self.next.take();
        if next.is_empty() {
            return false;
        }
        let number = LATEST.get();
        let (before, after) = next.split_once("&limit=").unwrap_or((&next, ""));
        let cursor = after.split_once('&').map_or("", |(_, cursor)| cursor);
        match self.client.list(&format!("{before}&limit={limit}&{cursor}")).await {
            Ok(_) if LATEST.get() != number => false,
            Ok(list) => {
                let said = words::found_more(list.tasks.len());
                self.append(list);
                self.say(&said);
                true
            }
            Err(problem) => {
                self.next.replace(next);
                self.fail(words::NOT_LOADED, &problem);
                false
            }
        }
    }

    fn append(&'static self, list: TaskList) {
        for task in list.tasks {
            // One that has come by itself is there already.
            if self.row(&task.id).is_some() {
                continue;
            }
            let Some(row) = Row::new(task) else { continue };
            if let Some(task) = self.shown(&row) {
                self.draw(&row, &task);
                self.append_row(&row);
                self.rows.borrow_mut().insert(row.id(), row);
            }
        }
        if let Some(more) = by_id::<Element>("more") {
            show(&more, list.next.is_some());
        }
        self.next.replace(list.next.unwrap_or_default());
    }
}

fn address(query: &ListQuery) -> String {
    let query = query.to_query();
    if query.is_empty() { "/tasks".into() } else { format!("/tasks?{query}") }
}

/// Whether a page that is loaded by itself surprises nobody: whoever has not scrolled has not asked for more.
fn is_scrolled() -> bool {
    window().scroll_y().unwrap_or(0.0) > 0.0
}
