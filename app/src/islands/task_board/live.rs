//! What happens in other tabs and on other devices shows here. One tab of a browser reads the stream of events and passes
//! them on to the others: a browser has few connections to one server.

use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent, ReadableStreamDefaultReader, TextDecodeOptions, TextDecoder};

use super::{
    page::{hold_lock, on_cleanup_local},
    state::{Board, Origin},
};
use crate::{
    browser::utc_offset,
    model::{Counts, Task},
    outbox::Outbox,
};

/// How long until the stream is asked for again, in milliseconds, doubled each time up to the last.
const RETRY_AFTER: [u32; 2] = [500, 15_000];

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
enum Message {
    /// A tab has opened: `last_event` is where it is in the stream.
    Opened { tab: String, last_event: String },
    /// An event of the server.
    Event(ServerEvent),
}

/// An event as the server writes it (HTML, section 9.2.6).
#[derive(Serialize, Deserialize, Default)]
struct ServerEvent {
    event: String,
    id: String,
    data: String,
}

impl ServerEvent {
    fn read(text: &str) -> Self {
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            value.unwrap_or_default().to_owned()
        };
        Self { event: field("event"), id: field("id"), data: field("data") }
    }
}

/// The data of `deleted`.
#[derive(Deserialize)]
struct Deleted {
    id: String,
}

impl Board {
    pub fn mount_live(self) {
        let name = format!("holdfast.events.{}", self.user_id());
        if let Ok(channel) = BroadcastChannel::new(&name) {
            let listener = EventListener::new(&channel, "message", move |event| {
                let event: &MessageEvent = event.unchecked_ref();
                if let Some(message) = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok()) {
                    self.receive(message);
                }
            });
            on_cleanup_local(listener);
            self.live.update_value(|live| live.channel = Some(channel));
            let (tab, last_event) = (self.tab.get_value(), self.live.with_value(|live| live.last_event.clone()));
            self.broadcast(&Message::Opened { tab, last_event });
        }
        if !hold_lock(&name, move || self.read_stream()) {
            self.read_stream();
        }
    }

    fn broadcast(&self, message: &Message) {
        if let Ok(text) = serde_json::to_string(message) {
            self.live.with_value(|live| live.channel.as_ref().map(|channel| channel.post_message(&JsValue::from(text))));
        }
    }

    fn receive(self, message: Message) {
        match message {
            Message::Opened { tab, last_event } => {
                self.restart_stream_from(last_event);
                self.adopt_when_closed(tab);
            }
            Message::Event(event) => self.handle_event(event),
        }
    }

    /// Reads the stream, and reads it again when it ends.
    fn read_stream(self) {
        spawn_local(async move {
            let client = self.client.get_value();
            let mut delay = 0;
            while !self.is_over.get_untracked() {
                let last = self.live.with_value(|live| live.last_event.clone());
                match client.events(&last, utc_offset()).await {
                    Ok(response) => {
                        if let Some(body) = response.body() {
                            delay = 0;
                            self.follow(body.get_reader().unchecked_into()).await;
                        }
                    }
                    Err(problem) if matches!(problem.status, 401 | 403) => return self.report_problem("", &problem),
                    Err(_) => {}
                }
                if !self.live.try_update_value(|live| std::mem::take(&mut live.is_interrupted)).unwrap_or_default() {
                    delay = (delay * 2).clamp(RETRY_AFTER[0], RETRY_AFTER[1]);
                    TimeoutFuture::new(delay).await;
                }
            }
        });
    }

    async fn follow(self, reader: ReadableStreamDefaultReader) {
        self.live.update_value(|live| live.reader = Some(reader.clone()));
        let Ok(decoder) = TextDecoder::new() else { return };
        let options = TextDecodeOptions::new();
        options.set_stream(true);
        let mut text = String::new();
        while let Ok(chunk) = JsFuture::from(reader.read()).await {
            let chunk: web_sys::ReadableStreamReadResult = chunk.unchecked_into();
            let Ok(bytes) = chunk.get_value().dyn_into::<js_sys::Uint8Array>() else { break };
            text += &decoder.decode_with_buffer_source_and_options(&bytes, &options).unwrap_or_default();
            while let Some((event, rest)) = text.split_once("\n\n") {
                let event = ServerEvent::read(event);
                text = rest.to_owned();
                let message = Message::Event(event);
                self.broadcast(&message);
                self.receive(message);
            }
        }
        self.live.update_value(|live| live.reader = None);
    }

    fn handle_event(self, event: ServerEvent) {
        let ServerEvent { event, id, data } = event;
        match event.as_str() {
            // The server is there again.
            "ready" => {
                self.send_now();
                if self.needs_reload.get_value() {
                    self.reload();
                }
            }
            "reset" => self.reload(),
            // What is pending, the server does not count yet.
            "counts" if self.outbox.with_value(Outbox::is_empty) => {
                if let Ok(counts) = serde_json::from_str::<Counts>(&data) {
                    self.counts.set(counts);
                }
            }
            "deleted" => {
                if let Ok(Deleted { id }) = serde_json::from_str(&data) {
                    let effects = self.outbox.try_update_value(|outbox| outbox.deleted(&id)).unwrap_or_default();
                    self.apply(effects, Origin::Server);
                }
            }
            "saved" => {
                if let Ok(task) = serde_json::from_str::<Task>(&data) {
                    let effects = self.outbox.try_update_value(|outbox| outbox.saved(task)).unwrap_or_default();
                    self.apply(effects, Origin::Server);
                }
            }
            _ => {}
        }
        // What is known now may settle a change, or let it be sent.
        self.send_waiting();
        if !id.is_empty() {
            self.live.update_value(|live| live.last_event = id);
        }
    }

    /// Asks for the stream again, with the day that it is now: it begins with the counts.
    pub fn restart_stream(&self) {
        let reader = self.live.try_update_value(|live| {
            live.is_interrupted = live.reader.is_some();
            live.reader.clone()
        });
        if let Some(reader) = reader.flatten() {
            drop(reader.cancel());
        }
    }

    /// Another tab has just opened. What happened since it was drawn, it has missed: the stream begins again from there.
    fn restart_stream_from(&self, last_event: String) {
        let reader = self.live.try_update_value(|live| {
            if last_event >= live.last_event {
                return None;
            }
            let reader = live.reader.clone()?;
            live.last_event = last_event;
            live.is_interrupted = true;
            Some(reader)
        });
        if let Some(reader) = reader.flatten() {
            drop(reader.cancel());
        }
    }
}
