//! The words of `model` as JavaScript's objects: in the browser, its own JSON reads and writes them, which spares the WASM a
//! parser of its own.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::{
    dom::{js_text, member},
    model::{FieldError, Problem, Task, Timestamp},
};

/// The members of an object that is to be sent.
#[derive(Debug, Clone, Default)]
pub struct Body(Object);

impl Body {
    /// With this member too.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    /// With this member too, `null` for none.
    #[must_use]
    pub fn with_text(self, name: &str, text: Option<String>) -> Self {
        self.with(name, text.map_or(JsValue::NULL, JsValue::from))
    }

    /// With this member too: a list of texts.
    #[must_use]
    pub fn with_texts(self, name: &str, texts: &[String]) -> Self {
        let list = texts.iter().map(JsValue::from).collect::<Array>();
        self.with(name, list)
    }

    /// As JavaScript has it.
    pub fn into_value(self) -> JsValue {
        self.0.into()
    }
}

/// Reads JSON; `None` for what is none.
pub fn parse(text: &str) -> Option<JsValue> {
    JSON::parse(text).ok()
}

/// Writes JSON.
pub fn stringify(value: &JsValue) -> String {
    JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Changes what the object has: all of a task that the server sent, or the members of a change.
pub fn merge(task: &mut Task, value: &JsValue) {
    let text = |name: &str| member(value, name).as_string();
    // Absent is one thing, null another.
    let nullable = |name: &str| Some(member(value, name)).filter(|member| !member.is_undefined()).map(|member| member.as_string());
    let time = |name: &str| text(name).and_then(|time| time.parse::<Timestamp>().ok());
    let set = |place: &mut String, name: &str| {
        if let Some(text) = text(name) {
            *place = text;
        }
    };
    set(&mut task.id, "id");
    set(&mut task.user_id, "user_id");
    set(&mut task.title, "title");
    set(&mut task.position, "position");
    if let Some(description) = nullable("description") {
        task.description = description;
    }
    if let Some(completed) = member(value, "completed").as_bool() {
        task.completed = completed;
    }
    if let Some(day) = nullable("due_date") {
        task.due_date = day.and_then(|day| day.parse().ok());
    }
    if let Some(priority) = text("priority").and_then(|word| word.parse().ok()) {
        task.priority = priority;
    }
    let tags = member(value, "tags");
    if Array::is_array(&tags) {
        task.tags = Array::from(&tags).iter().filter_map(|tag| tag.as_string()).collect();
    }
    if let Some(created_at) = time("created_at") {
        task.created_at = created_at;
    }
    if let Some(updated_at) = time("updated_at") {
        task.updated_at = updated_at;
    }
}

/// A task that the server sent.
pub fn task(value: &JsValue) -> Task {
    let mut task = Task::default();
    merge(&mut task, value);
    task
}

/// A problem document; of any other answer, a problem of that status.
pub fn problem(status: u16, value: &JsValue) -> Problem {
    let errors = member(value, "errors");
    let errors = if Array::is_array(&errors) { Array::from(&errors).to_vec() } else { Vec::new() };
    let error =
        |error: JsValue| FieldError { field: js_text(&error, "field"), code: js_text(&error, "code"), message: js_text(&error, "message") };
    Problem {
        status,
        code: js_text(value, "code"),
        message: js_text(value, "message"),
        errors: errors.into_iter().map(error).collect(),
        ..Problem::default()
    }
}
