//! What happens in other tabs and on other devices shows here. One tab of a browser reads the stream of events and passes
//! them on to the others: a browser has few connections to one server.

use std::cell::{Cell, RefCell};

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent, ReadableStreamDefaultReader, TextDecoder};

use super::{Board, Shared, edit::show_contest, row::Row};
use crate::{
    dom::{after, call, js_text, member, on},
    model::Task,
    routes::tasks::Counts,
    wire::{self, Body},
};

/// How long until the stream is asked for again, in milliseconds, doubled each time up to the last.
const AGAIN_AFTER: [i32; 2] = [500, 15_000];

/// Where this page is in the stream.
pub struct Live {
    /// The last event that it knows of; at first, the time when the page was drawn.
    last: RefCell<String>,
    delay: Cell<i32>,
    channel: RefCell<Option<BroadcastChannel>>,
    /// Ends the stream that is being read, for another that begins earlier.
    reader: RefCell<Option<ReadableStreamDefaultReader>>,
    is_interrupted: Cell<bool>,
    /// Events of tasks that may be those that this page is making.
    held: RefCell<Vec<JsValue>>,
}

impl Live {
    pub fn new(now: String) -> Self {
        Self {
            last: RefCell::new(now),
            delay: Cell::new(0),
            channel: RefCell::default(),
            reader: RefCell::default(),
            is_interrupted: Cell::new(false),
            held: RefCell::default(),
        }
    }
}

pub fn wake(board: Shared) {
    let name = format!("holdfast.events.{}", board.client.user_id);
    if let Ok(channel) = BroadcastChannel::new(&name) {
        on(&channel, "message", move |message: MessageEvent| board.hear(&message.data()));
        // Whoever reads begins again from what this page knows.
        let _ = channel.post_message(&Body::default().with("event", "hello").with("id", board.live.last.borrow().as_str()).into_value());
        *board.live.channel.borrow_mut() = Some(channel);
    }
    // The lock is held until this page is gone; then it goes to the next. Plain http beyond this machine has none.
    let locks = member(&window().navigator(), "locks");
    let lead = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |_| {
        board.read();
        js_sys::Promise::new(&mut |_, _| {}).into()
    });
    if call(&locks, "request", &[&name.into(), &lead.into_js_value()]).is_none() {
        board.read();
    }
}

impl Board {
    /// Reads the stream, and reads it again when it ends.
    fn read(&'static self) {
        spawn_local(async move {
            let last = self.live.last.borrow().clone();
            match self.client.events(&last).await {
                Ok(response) => {
                    if let Some(reader) = response.body().map(|body| body.get_reader()) {
                        self.follow(reader.unchecked_into()).await;
                    }
                }
                Err(problem) if matches!(problem.status, 401 | 403) => return self.fail("", &problem),
                Err(_) => {}
            }
            if self.is_over.get() {
                return;
            }
            if self.live.is_interrupted.take() {
                return self.read();
            }
            let delay = (self.live.delay.get() * 2).clamp(AGAIN_AFTER[0], AGAIN_AFTER[1]);
            self.live.delay.set(delay);
            after(delay, move || self.read());
        });
    }

    async fn follow(&'static self, reader: ReadableStreamDefaultReader) {
        *self.live.reader.borrow_mut() = Some(reader.clone());
        let Ok(decoder) = TextDecoder::new() else { return };
        let mut text = String::new();
        while let Ok(piece) = JsFuture::from(reader.read()).await {
            let value = member(&piece, "value");
            if value.is_undefined() {
                break;
            }
            let options = Body::default().with("stream", true).into_value();
            text += &call(&decoder, "decode", &[&value, &options]).and_then(|text| text.as_string()).unwrap_or_default();
            while let Some((event, rest)) = text.split_once("\n\n") {
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default();
                let message = Body::default().with("event", line("event")).with("id", line("id")).with("data", line("data")).into_value();
                text = rest.to_owned();
                if let Some(channel) = &*self.live.channel.borrow() {
                    let _ = channel.post_message(&message);
                }
                self.hear(&message);
            }
        }
        *self.live.reader.borrow_mut() = None;
    }

    /// Takes an event, from the stream or from the tab that reads it.
    fn hear(&'static self, message: &JsValue) {
        let (event, id) = (js_text(message, "event"), js_text(message, "id"));
        let data = wire::parse(&js_text(message, "data")).unwrap_or_default();
        match event.as_str() {
            "hello" => return self.begin_again(id),
            "ready" => {
                self.live.delay.set(0);
                // The server is there again.
                self.try_again();
            }
            "reset" => self.load_anew(),
            "counts" => self.told_counts(&data),
            "deleted" => self.told_deleted(&js_text(&data, "id")),
            "saved" => self.told_saved(&data),
            _ => {}
        }
        if !id.is_empty() {
            *self.live.last.borrow_mut() = id;
        }
    }

    /// Another tab has just come. What was told since it was drawn, it has missed: the stream begins again from there.
    fn begin_again(&self, id: String) {
        let reader = self.live.reader.borrow().clone();
        let Some(reader) = reader.filter(|_| id < *self.live.last.borrow()) else { return };
        *self.live.last.borrow_mut() = id;
        self.live.is_interrupted.set(true);
        drop(reader.cancel());
    }

    #[allow(clippy::cast_possible_truncation, reason = "counts are whole")]
    fn told_counts(&self, data: &JsValue) {
        // What is on its way, the server does not count yet.
        if !self.outbox.is_empty() {
            return;
        }
        let number = |name: &str| member(data, name).as_f64().unwrap_or(0.0) as i64;
        self.counts.set(Counts {
            total: number("total"),
            pending: number("pending"),
            today: number("today"),
            upcoming: number("upcoming"),
        });
    }

    fn told_deleted(&'static self, id: &str) {
        let Some(row) = self.row(id) else { return };
        if row.is_editing() {
            return show_contest(&row, true);
        }
        // Not that which is being put back.
        if !self.outbox.concerns(id) {
            self.drop_row(id);
        }
    }

    fn told_saved(&'static self, data: &JsValue) {
        let task = wire::task(data);
        if let Some(row) = self.row(&task.id) {
            if task.updated_at <= row.server.borrow().updated_at {
                return;
            }
            let has_moved = task.position != row.server.borrow().position;
            self.alter(&row, || *row.server.borrow_mut() = task);
            if has_moved && !row.is_editing() {
                self.place(&row);
            }
            return;
        }
        // It may be one that this page is making, whose answer has not arrived.
        if self.outbox.has_creates() {
            self.live.held.borrow_mut().push(data.clone());
            return;
        }
        let is_held = self.query.borrow().holds(&task, self.today.get());
        if !is_held || self.outbox.concerns(&task.id) || self.is_beyond(&task) {
            return;
        }
        let Some(row) = Row::new(task) else { return };
        if let Some(task) = self.shown(&row) {
            self.draw(&row, &task);
            // Counted by the event that follows.
            self.put_on(&row);
        }
    }

    /// Whether a task stands in a part of the list that is not loaded yet.
    fn is_beyond(&self, task: &Task) -> bool {
        !self.next.borrow().is_empty() && self.last_task().is_none_or(|last| self.query.borrow().compare(task, &last).is_gt())
    }

    /// Takes the events that had to wait for an answer.
    pub fn flush_events(&'static self) {
        if !self.outbox.has_creates() {
            for data in self.live.held.take() {
                self.told_saved(&data);
            }
        }
    }
}
