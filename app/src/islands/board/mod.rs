//! The list of tasks, awake. What a row shows is what the server said last, with the changes that it has not confirmed yet
//! laid over it (`outbox`): a change shows at once, is sent until it is answered, and is taken back when it is refused.

mod add;
mod drag;
mod edit;
mod find;
mod keys;
mod live;
mod order;
mod outbox;
mod row;
mod select;
mod sending;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::{Element, Event, HtmlInputElement};

use self::{
    outbox::Outbox,
    row::{Row, Rows},
};
use crate::{
    client::Client,
    dom::{
        active, after, all, around, by_id, call, cancel, class, copy, data, find, focus_id, has_keyboard, member, now, on, set_text, show,
        utc_offset,
    },
    model::{Day, ListQuery, Problem, Task},
    routes::tasks::Counts,
    session::{self, Elsewhere},
    words::{self, View},
};

/// What all parts of the list share; there is one for as long as the page lives.
pub struct Board {
    client: Client,
    root: Element,
    list: Element,
    query: RefCell<ListQuery>,
    /// Query string of the page that is not loaded yet; empty when all are.
    next: RefCell<String>,
    today: Cell<Day>,
    rows: RefCell<Rows>,
    counts: RwSignal<Counts>,
    /// How many rows are selected.
    selected: RwSignal<usize>,
    /// The one that was selected last.
    anchor: RefCell<String>,
    outbox: Outbox,
    undo: RefCell<Vec<outbox::Change>>,
    toast_timer: RefCell<JsValue>,
    live: live::Live,
    /// How many milliseconds the server's clock is ahead of the browser's.
    clock_offset: i64,
    /// The time that the position of the task added last was made of.
    last_position_millis: Cell<i64>,
    is_over: Cell<bool>,
}

type Shared = &'static Board;

/// Wakes the list of the page, if it has one.
pub fn wake() -> Option<()> {
    let root: Element = by_id("board")?;
    let mut query = ListQuery::default();
    for pair in data(&root, "data-query").split('&') {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        let value = js_sys::decode_uri_component(value).ok().and_then(|value| value.as_string()).unwrap_or_default();
        let _ = query.set(name, &value);
    }
    let counted: Vec<i64> = data(&root, "data-counts").split(',').filter_map(|count| count.parse().ok()).collect();
    let &[total, pending, today, upcoming] = counted.as_slice() else { return None };
    let board: Shared = Box::leak(Box::new(Board {
        client: Client { user_id: data(&root, "data-user") },
        list: by_id("list")?,
        query: RefCell::new(query),
        next: RefCell::new(data(&root, "data-next")),
        today: Cell::new(data(&root, "data-today").parse().ok()?),
        rows: RefCell::default(),
        counts: RwSignal::new(Counts { total, pending, today, upcoming }),
        selected: RwSignal::new(0),
        anchor: RefCell::default(),
        outbox: Outbox::default(),
        undo: RefCell::default(),
        toast_timer: RefCell::default(),
        live: live::Live::new(data(&root, "data-now")),
        clock_offset: data(&root, "data-now").parse().map_or(0, |server_now: i64| server_now - now()),
        last_position_millis: Cell::new(0),
        is_over: Cell::new(false),
        root,
    }));
    let rows = all(&board.list, ".row").into_iter().filter_map(Row::found);
    for row in rows {
        board.rows.borrow_mut().insert(row.id(), row);
    }
    board.look_at_the_calendar();
    board.show_counts();
    board.listen();
    outbox::wake(board);
    select::wake(board);
    edit::wake(board);
    add::wake(board);
    find::wake(board);
    drag::wake(board);
    keys::wake(board);
    live::wake(board);
    class(&board.root, "awake", true);
    board.take_what_came_early();
    // Whoever has begun somewhere else stays there.
    let is_free = active().is_none_or(|element| element.tag_name() == "BODY" || element.id() == "main");
    if has_keyboard() && is_free {
        focus_id("new-title");
    }
    Some(())
}

impl Board {
    /// Says something to people who don't see the page.
    fn say(&self, words: &str) {
        set_text(&self.root, "#said", words);
    }

    /// What went wrong; `what` is what the person wanted, as in “The task was not added”.
    fn fail(&'static self, what: &str, problem: &Problem) {
        match problem.status {
            401 => self.session_is_over(words::SESSION_EXPIRED),
            403 => self.is_stale(),
            _ => notice(&words::refused(what, &problem.message), "", || {}),
        }
    }

    /// From here on nothing can be saved. What the account holds leaves the screen, for who comes to this device next; what was
    /// typed and not saved waits in the browser for the same user.
    fn session_is_over(&'static self, why: &str) {
        self.is_over.set(true);
        session::forget_token(&self.client.user_id);
        self.list.set_text_content(None);
        self.counts.set(Counts::default());
        if let Some(toast) = by_id::<Element>("toast") {
            show(&toast, false);
        }
        notice(&words::over(why), words::SIGN_IN_AGAIN, || {
            let location = window().location();
            let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            let _ = location.assign(&format!("/signin?expired=1&return_to={}", String::from(js_sys::encode_uri_component(&here))));
        });
    }

    fn is_stale(&'static self) {
        self.is_over.set(true);
        notice(words::SOMEBODY_ELSE, words::RELOAD, || drop(window().location().reload()));
    }

    /// The row of a task.
    fn row(&self, id: &str) -> Option<Rc<Row>> {
        self.rows.borrow().get(id)
    }

    /// The row around an event's target.
    fn row_around(&self, event: &Event) -> Option<Rc<Row>> {
        self.row_of(&around(event, ".row")?)
    }

    fn row_of(&self, element: &Element) -> Option<Rc<Row>> {
        self.row(&data(element, "data-id"))
    }

    /// The row that has the focus, or has something in it that has.
    fn current(&self) -> Option<Rc<Row>> {
        self.row_of(&active()?.closest(".row").ok()??)
    }

    /// Changes what is known of a row's task, and everything that shows it.
    fn alter(&self, row: &Rc<Row>, change: impl FnOnce()) {
        let before = self.shown(row);
        change();
        let after = self.shown(row);
        self.count(before.as_ref(), -1);
        self.count(after.as_ref(), 1);
        if let Some(task) = after {
            self.draw(row, &task);
        }
    }

    fn count(&self, task: Option<&Task>, by: i64) {
        let Some(task) = task else { return };
        let today = self.today.get();
        self.counts.update(|counts| {
            counts.total += by;
            if !task.completed {
                counts.pending += by;
                counts.today += by * i64::from(task.due_date.is_some_and(|day| day <= today));
                counts.upcoming += by * i64::from(task.due_date.is_some_and(|day| day > today));
            }
        });
    }

    fn show_counts(&'static self) {
        Effect::new(move || {
            let counts = self.counts.get();
            document().set_title(&words::tasks_title(counts.pending));
            set_text(&self.root, "#count", &words::count(counts.pending, counts.total));
            for (link, (view, _)) in all(&self.root, ".views .number").iter().zip(words::VIEWS) {
                link.set_text_content(Some(&counts.of(view).to_string()));
            }
        });
    }

    /// Says so where the list has nothing.
    fn note_emptiness(&self) {
        let Some(place) = by_id::<Element>("empty") else { return };
        let query = self.query.borrow();
        place.set_text_content(Some(if query.is_narrowed() { words::NOTHING_FOUND } else { View::of(&query).empty() }));
        show(&place, self.rows.borrow().is_empty());
    }

    /// The day is that of this place.
    fn look_at_the_calendar(&self) {
        let today = Day::of_millis(now() + utc_offset() * 60_000);
        if today != self.today.replace(today) {
            for row in self.rows.borrow().iter() {
                if let Some(task) = self.shown(row) {
                    self.draw(row, &task);
                }
            }
        }
    }

    fn listen(&'static self) {
        on(&self.root, "click", move |event: Event| {
            if let Some(button) = around::<Element>(&event, "[data-do]") {
                keys::perform(self, &data(&button, "data-do"), Some(&event));
            }
        });
        on(&self.list, "change", move |event: Event| {
            let Some(row) = around::<HtmlInputElement>(&event, ".check input").and_then(|_| self.row_around(&event)) else { return };
            self.complete(&[row]);
        });
        session::watch(self.client.user_id.clone(), move |elsewhere| match elsewhere {
            Elsewhere::SignedOut => self.session_is_over(words::SIGNED_OUT_ELSEWHERE),
            Elsewhere::SomebodyElse => self.is_stale(),
        });
    }

    /// Clicks from before the page was awake count: boxes are as they were left, buttons were noted by the page's first
    /// script.
    fn take_what_came_early(&'static self) {
        for row in self.in_order() {
            if self.shown(&row).is_some_and(|task| task.completed != row.tick.checked()) {
                self.complete(&[row]);
            }
        }
        let early = member(&window(), "early");
        let _ = js_sys::Reflect::set(&window(), &"awake".into(), &true.into());
        if js_sys::Array::is_array(&early) {
            for target in js_sys::Array::from(&early).iter() {
                call(&target, "click", &[]);
            }
        }
    }

    /// Offers for ten seconds to take back what was just done.
    fn offer_undo(&'static self, words: &str, undo: Vec<outbox::Change>) {
        *self.undo.borrow_mut() = undo;
        let Some(toast) = by_id::<Element>("toast") else { return };
        set_text(&toast, "span", words);
        show(&toast, true);
        self.keep_toast();
    }

    /// The toast goes ten seconds after the last time that it was of use.
    fn keep_toast(&'static self) {
        cancel(&self.toast_timer.borrow());
        if by_id::<Element>("toast").is_some_and(|toast| toast.matches(":hover, :focus-within").unwrap_or(false)) {
            return;
        }
        self.toast_timer.replace(after(10_000, move || self.forget_undo()));
    }

    fn forget_undo(&self) {
        cancel(&self.toast_timer.borrow());
        self.undo.borrow_mut().clear();
        if let Some(toast) = by_id::<Element>("toast") {
            let has_focus = active().is_some_and(|element| toast.contains(Some(&element)));
            show(&toast, false);
            if has_focus {
                focus_id("new-title");
            }
        }
    }

    fn take_back(&'static self) {
        let changes = self.undo.take();
        if changes.is_empty() {
            return;
        }
        self.forget_undo();
        for change in changes {
            self.make(change);
        }
        self.say(words::UNDONE);
    }
}

/// Tells something that matters, with a button where `button` says what it does; without any words, nothing.
fn notice(words: &str, button: &str, then: impl FnMut() + 'static) {
    let Some(place) = by_id::<Element>("notices") else { return };
    if place.text_content().unwrap_or_default().starts_with(words) && !words.is_empty() {
        return;
    }
    place.set_text_content(None);
    if words.is_empty() {
        return;
    }
    let Some(notice) = copy("notice-template") else { return };
    set_text(&notice, "span", words);
    if let Some(element) = find::<Element>(&notice, "button") {
        element.set_text_content(Some(button));
        show(&element, !button.is_empty());
        let mut then = then;
        on(&element, "click", move |_: Event| then());
    }
    let _ = place.append_child(&notice);
}
