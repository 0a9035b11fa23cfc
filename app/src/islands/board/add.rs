//! The line for a new task. What is typed there is kept until it is saved, and what it understands is shown before.

use wasm_bindgen::JsValue;
use web_sys::{ClipboardEvent, Element, Event, HtmlInputElement, KeyboardEvent};

use super::{
    Board, Shared,
    outbox::{Change, Kind},
};
use crate::{
    browser::random_id,
    dom::{around, attribute, by_id, copy, data, find, focus, js_text, now, on, set_text, show},
    model::{NewTask, Priority, Problem},
    position::first_at,
    quick::{Quick, as_word},
    session,
    wire::Body,
    words::{self, View},
};

/// The draft of the line.
const DRAFT: &str = "new-title";
/// The draft of several lines that were pasted.
const LINES: &str = "new-lines";

pub fn wake(board: Shared) {
    let (Some(form), Some(input)) = (by_id::<Element>("add"), by_id::<HtmlInputElement>("new-title")) else { return };
    if let Some(draft) = session::draft(&board.client.user_id, DRAFT).filter(|_| input.value().is_empty()) {
        input.set_value(&draft);
    }
    // What was typed before this was awake is no less worth. What it means is shown at the next letter: nothing on the page
    // may move because something else loaded.
    board.keep_line(&input.value());
    if let Some(lines) = session::draft(&board.client.user_id, LINES) {
        board.offer_lines(&lines);
    }
    let field = input.clone();
    on(&form, "submit", move |event: Event| {
        event.prevent_default();
        board.add(&field);
    });
    let field = input.clone();
    on(&input, "input", move |_: Event| board.typed_into_add(&field));
    let field = input.clone();
    on(&input, "keydown", move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            refuse_add("");
            let _ = field.blur();
        }
    });
    on(&input, "paste", move |event: ClipboardEvent| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
        if text.trim().lines().filter(|line| !line.trim().is_empty()).count() > 1 {
            event.prevent_default();
            board.offer_lines(text.trim());
        }
    });
    if let Some(chips) = by_id::<Element>("chips") {
        on(&chips, "click", move |event: Event| {
            let Some(chip) = around::<Element>(&event, ".chip") else { return };
            input.set_value(&as_word(&input.value(), &data(&chip, "data-mark")));
            board.typed_into_add(&input);
            focus(&input);
        });
    }
}

impl Board {
    fn add(&'static self, input: &HtmlInputElement) {
        match Quick::read(&input.value(), self.today.get()).task().validate() {
            Ok(task) => {
                input.set_value("");
                self.typed_into_add(input);
                self.create(&task);
            }
            Err(errors) => refuse_add(errors.first().map_or("", |error| &error.message)),
        }
    }

    fn create(&'static self, task: &NewTask) {
        // It carries its position: several are sent at once, and the server may be done with them in any order.
        let mut body = Body::default()
            .with("title", task.title.as_str())
            .with("completed", false)
            .with("position", first_at(self.next_position_millis()));
        // Where the list shows nothing else, that is meant.
        let query = self.query.borrow();
        let priority = if task.priority == Priority::None { query.priority.unwrap_or_default() } else { task.priority };
        let mut tags = task.tags.clone();
        if let Some(tag) = query.tag.clone().filter(|_| tags.is_empty()) {
            tags.push(tag);
        }
        drop(query);
        let due = task.due_date.or_else(|| self.is_today().then(|| self.today.get()));
        body = body.with("priority", priority.as_str()).with_texts("tags", &tags);
        if let Some(day) = due {
            body = body.with("due_date", day.to_string());
        }
        self.make(Change::new(Kind::Create, &format!("new-{}", random_id()), body));
    }

    /// The server's time, in milliseconds since 1970, that a new task's position is made of: later than when all tasks on the
    /// page were made and than that of the task added before, so that each new task stands before them.
    fn next_position_millis(&self) -> i64 {
        let newest = self.rows.borrow().iter().map(|row| row.server.borrow().created_at.0).max().unwrap_or(0);
        let millis = (now() + self.clock_offset).max(newest + 1).max(self.last_position_millis.get() + 1);
        self.last_position_millis.set(millis);
        millis
    }

    fn is_today(&self) -> bool {
        View::of(&self.query.borrow()) == View::Today
    }

    fn keep_line(&self, text: &str) {
        session::keep_draft(&self.client.user_id, DRAFT, Some(text).filter(|text| !text.trim().is_empty()));
    }

    /// Keeps what is typed, and shows what is understood of it.
    fn typed_into_add(&self, input: &HtmlInputElement) {
        let text = input.value();
        self.keep_line(&text);
        refuse_add("");
        let Some(chips) = by_id::<Element>("chips") else { return };
        chips.set_text_content(None);
        let today = self.today.get();
        let quick = Quick::read(&text, today);
        for mark in quick.marks {
            let Some(chip) = copy("chip-template") else { return };
            let words = match mark.chars().next() {
                Some('#') => mark.clone(),
                Some('!') => words::priority(quick.priority).to_owned(),
                _ => quick.due_date.map(|day| words::day(day, today)).unwrap_or_default(),
            };
            set_text(&chip, "span", &words);
            attribute(&chip, "aria-label", Some(&words::keep_as_word(&words)));
            attribute(&chip, "data-mark", Some(&mark));
            let _ = chips.append_child(&chip);
        }
    }

    /// The server refused a new task: its text is in the line again, unless another is there.
    pub fn give_back(&'static self, body: &JsValue, problem: &Problem) {
        if let Some(input) = by_id::<HtmlInputElement>("new-title").filter(|input| input.value().is_empty()) {
            input.set_value(&js_text(body, "title"));
            self.typed_into_add(&input);
        }
        self.fail(words::NOT_ADDED, problem);
    }

    /// Several lines can be several tasks.
    fn offer_lines(&self, text: &str) {
        let Some(offer) = by_id::<Element>("lines") else { return };
        let count = text.lines().filter(|line| !line.trim().is_empty()).count();
        session::keep_draft(&self.client.user_id, LINES, Some(text));
        set_text(&offer, "span", &words::several_lines(count));
        set_text(&offer, "[data-do=add-lines]", &words::add_several(count));
        show(&offer, true);
        if let Some(button) = find::<Element>(&offer, "button") {
            focus(&button);
        }
    }

    /// What the person chose to do with them.
    pub fn take_lines(&'static self, each: bool) {
        let (Some(offer), Some(input)) = (by_id::<Element>("lines"), by_id::<HtmlInputElement>("new-title")) else { return };
        let text = session::draft(&self.client.user_id, LINES).unwrap_or_default();
        session::keep_draft(&self.client.user_id, LINES, None);
        show(&offer, false);
        focus(&input);
        if !each {
            let line = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            input.set_value(&format!("{}{line}", input.value()));
            return self.typed_into_add(&input);
        }
        let mut refused = Vec::new();
        // The last one first: each new one stands before the one added before it.
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).rev() {
            match Quick::read(line, self.today.get()).task().validate() {
                Ok(task) => self.create(&task),
                Err(errors) => refused.push((line, errors)),
            }
        }
        if let Some((line, errors)) = refused.first() {
            input.set_value(line);
            self.typed_into_add(&input);
            refuse_add(errors.first().map_or("", |error| &error.message));
        }
    }
}

/// Says beside the line why it is no task; without words, nothing.
fn refuse_add(words: &str) {
    let (Some(line), Some(input)) = (by_id::<Element>("new-title-error"), by_id::<Element>("new-title")) else { return };
    show(&line, !words.is_empty());
    set_text(&line, "span", words);
    attribute(&input, "aria-invalid", (!words.is_empty()).then_some("true"));
}
