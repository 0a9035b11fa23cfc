//! Several tasks at once, and what is done to one or many: each has one undo.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use web_sys::{Element, Event, HtmlSelectElement, MouseEvent};

use super::{
    Board, Shared, notice,
    outbox::{Change, Kind},
    row::Row,
};
use crate::{
    dom::{active, after, around, by_id, cancel, class, find, focus, focus_id, on, set_text, set_value, show, value},
    model::{Priority, Task, validate_tags},
    wire::Body,
    words,
};

pub fn wake(board: Shared) {
    on(&board.list, "click", move |event: MouseEvent| {
        if !(event.ctrl_key() || event.meta_key() || event.shift_key()) || around::<Element>(&event, "button, a, .editor").is_some() {
            return;
        }
        let Some(row) = board.row_around(&event) else { return };
        // A click with a key is no tick.
        event.prevent_default();
        if event.shift_key() { board.select_up_to(&row) } else { board.toggle_selected(&row) }
    });
    let Some(bulk) = by_id::<Element>("bulk") else { return };
    Effect::new(move || {
        let count = board.selected.get();
        set_text(&bulk, ".bulk-count", &words::selected_count(count));
        show(&bulk, count > 0);
        if let Some(page) = document().document_element() {
            class(&page, "selecting", count > 0);
        }
    });
    if let Some(select) = by_id::<Element>("bulk").and_then(|bulk| find::<HtmlSelectElement>(&bulk, "select")) {
        let this = select.clone();
        on(&select, "change", move |_: Event| {
            if let Ok(priority) = this.value().parse() {
                board.prioritise(&board.chosen(), priority);
            }
            this.set_value("");
        });
    }
    if let Some(form) = by_id::<Element>("bulk-tag") {
        let this = form.clone();
        on(&form, "submit", move |event: Event| {
            event.prevent_default();
            let tag = value(&this, "tag");
            if board.tag(&board.chosen(), tag.trim().trim_start_matches('#')) {
                set_value(&this, "tag", "");
            }
        });
    }
    if let Some(toast) = by_id::<Element>("toast") {
        for event in ["mouseenter", "focusin"] {
            on(&toast, event, move |_: Event| cancel(&board.toast_timer.borrow()));
        }
        for event in ["mouseleave", "focusout"] {
            on(&toast, event, move |_: Event| board.keep_toast());
        }
    }
}

/// Makes rows look selected or not, some hundreds at a time: nobody waits for those that are out of sight.
fn show_selection(rows: Vec<Rc<Row>>, from: usize) {
    let to = from + 250;
    for row in rows.iter().take(to).skip(from) {
        row.show_selection();
    }
    if to < rows.len() {
        after(0, move || show_selection(rows, to));
    }
}

impl Board {
    /// The rows that are selected, from the top; without any, the one that has the focus.
    pub fn chosen(&self) -> Vec<Rc<Row>> {
        if self.selected.get_untracked() == 0 {
            return self.current().into_iter().collect();
        }
        self.in_order().into_iter().filter(|row| row.is_selected.get()).collect()
    }

    /// Selects these, the last one as the one from which a range begins, and no others.
    pub fn select(&self, wanted: &[Rc<Row>]) {
        let were_some = self.selected.get_untracked() > 0;
        let mut changed: Vec<_> = self.rows.borrow().iter().filter(|row| row.is_selected.replace(false)).cloned().collect();
        for row in wanted {
            row.is_selected.set(true);
        }
        changed.extend_from_slice(wanted);
        show_selection(changed, 0);
        let anchor = self.anchor.replace(wanted.last().map(|row| row.id()).unwrap_or_default());
        let had_focus = active().is_some_and(|element| element.closest(".bulk").ok().flatten().is_some());
        self.selected.set(wanted.len());
        if were_some || !wanted.is_empty() {
            self.say(&words::selection(wanted.len()));
        }
        if wanted.is_empty() && had_focus {
            // The toolbar goes: back to the list.
            let row = self.row(&anchor).or_else(|| self.in_order().into_iter().next());
            match row {
                Some(row) => focus(&row.tick),
                None => focus_id("new-title"),
            }
        }
    }

    pub fn toggle_selected(&self, row: &Rc<Row>) {
        let mut wanted: Vec<_> = self.in_order().into_iter().filter(|other| other.is_selected.get() && !Rc::ptr_eq(other, row)).collect();
        if !row.is_selected.get() {
            wanted.push(row.clone());
        }
        self.select(&wanted);
    }

    /// Selects all from the one that was selected last, or has the focus, to this one.
    pub fn select_up_to(&self, row: &Rc<Row>) {
        let rows = self.in_order();
        let start =
            self.row(&self.anchor.borrow()).filter(|row| row.is_selected.get()).or_else(|| self.current()).unwrap_or_else(|| row.clone());
        let place = |row: &Rc<Row>| rows.iter().position(|other| Rc::ptr_eq(other, row));
        let (Some(from), Some(to)) = (place(&start), place(row)) else { return };
        let range = from.min(to)..=from.max(to);
        let others = rows.iter().enumerate().filter(|(at, row)| row.is_selected.get() || range.contains(at)).map(|(_, row)| row);
        // The next range goes on from here.
        let mut wanted: Vec<_> = others.filter(|other| !Rc::ptr_eq(other, row)).cloned().collect();
        wanted.push(row.clone());
        self.select(&wanted);
    }

    /// All of the list, also what is not loaded yet.
    pub fn select_all(&'static self) {
        spawn_local(async move {
            while !self.next.borrow().is_empty() && self.load_more(1000).await {}
            self.select(&self.in_order());
        });
    }

    /// Makes a change of each, which `change` says, and offers to take all of it back.
    fn each(&'static self, rows: &[Rc<Row>], said: &str, change: impl Fn(&Task) -> Option<(Change, Change)>) {
        let mut undo = Vec::new();
        for row in rows {
            let Some((there, back)) = self.shown(row).and_then(|task| change(&task)) else { continue };
            let row = (there.kind == Kind::Delete).then(|| row.clone());
            self.make(there);
            undo.push(Change { row, ..back });
        }
        if undo.is_empty() {
            return;
        }
        // Said here: the toast is for the eyes.
        self.say(said);
        self.offer_undo(said, undo);
    }

    /// Completes all of them; where all are done already, takes that back.
    pub fn complete(&'static self, rows: &[Rc<Row>]) {
        let wanted = rows.iter().any(|row| self.shown(row).is_some_and(|task| !task.completed));
        let title = self.first_title(rows);
        let put = |task: &Task, completed: bool| Change::put(&task.id, Body::default().with("completed", completed));
        self.each(rows, &words::completed(wanted, rows.len(), &title), |task| {
            (task.completed != wanted).then(|| (put(task, wanted), put(task, !wanted)))
        });
    }

    pub fn prioritise(&'static self, rows: &[Rc<Row>], priority: Priority) {
        let put = |task: &Task, priority: Priority| Change::put(&task.id, Body::default().with("priority", priority.as_str()));
        self.each(rows, &words::prioritised(priority, rows.len()), |task| {
            (task.priority != priority).then(|| (put(task, priority), put(task, task.priority)))
        });
    }

    /// Adds a tag to all of them; whether it is one.
    fn tag(&'static self, rows: &[Rc<Row>], tag: &str) -> bool {
        if let Err(error) = validate_tags(&[tag.to_owned()]) {
            notice(&error.message, "", || {});
            return false;
        }
        let put = |task: &Task, tags: &[String]| Change::put(&task.id, Body::default().with_texts("tags", tags));
        self.each(rows, &words::tagged(tag, rows.len()), |task| {
            let tags: Vec<_> = task.tags.iter().cloned().chain([tag.to_owned()]).collect();
            // One that has it, or has as many as it can have, stays as it is.
            let tags = validate_tags(&tags).ok().filter(|tags| *tags != task.tags)?;
            Some((put(task, &tags), put(task, &task.tags)))
        });
        true
    }

    pub fn delete(&'static self, rows: &[Rc<Row>]) {
        if rows.is_empty() {
            return;
        }
        let title = self.first_title(rows);
        self.each(rows, &words::deleted(rows.len(), &title), |task| {
            let change = |kind| Change::new(kind, &task.id, Body::default());
            Some((change(Kind::Delete), change(Kind::Restore)))
        });
        self.select(&[]);
        self.say(&words::deleted(rows.len(), &title));
    }

    fn first_title(&self, rows: &[Rc<Row>]) -> String {
        rows.first().and_then(|row| self.shown(row)).map(|task| task.title).unwrap_or_default()
    }
}
