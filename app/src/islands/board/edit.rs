//! Editing a task in its place. What is typed is kept from the first letter on; what somebody else wrote meanwhile is
//! shown beside it.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::{Element, Event, KeyboardEvent};

use super::{
    Board, Shared,
    outbox::{Change, Kind},
    row::Row,
};
use crate::{
    dom::{all, around, attribute, class, copy, data, field, find, focus, member, on, set_text, set_value, show, value},
    model::{FieldError, Problem, Task, Timestamp, etag_of, validate_description, validate_tags, validate_title},
    session,
    wire::{self, Body},
    words,
};

/// Begins the name of every kept edit; the task's id follows.
const KEPT: &str = "edit.";
const FIELDS: [&str; 5] = ["title", "description", "due_date", "priority", "tags"];

pub fn wake(board: Shared) {
    on(&board.list, "submit", move |event: Event| {
        event.prevent_default();
        if let Some(row) = board.row_around(&event) {
            board.save(&row);
        }
    });
    on(&board.list, "input", move |event: Event| {
        if let (Some(row), Some(_)) = (board.row_around(&event), around::<Element>(&event, ".editor")) {
            board.keep_edit(&row);
        }
    });
    on(&board.list, "keydown", move |event: KeyboardEvent| {
        let Some(row) = board.row_around(&event).filter(|_| around::<Element>(&event, ".editor").is_some()) else { return };
        match event.key().as_str() {
            "Escape" => board.cancel(&row),
            "Enter" if event.ctrl_key() || event.meta_key() => board.save(&row),
            _ => {}
        }
    });
    // Text that was typed before and not saved is open again.
    for (id, json) in session::drafts(&board.client.user_id, KEPT) {
        if let (Some(row), Some(kept)) = (board.row(&id), wire::parse(&json)) {
            board.open(&row, Some(&kept));
        }
    }
}

impl Board {
    /// Opens a row for editing, with what was typed before or with the task as it is.
    pub fn open(&self, row: &Rc<Row>, kept: Option<&JsValue>) {
        if row.is_editing() {
            return;
        }
        let (Some(task), Some(editor)) = (self.shown(row), copy("editor-template")) else { return };
        for name in FIELDS {
            let now = match name {
                "title" => task.title.clone(),
                "description" => task.description.clone().unwrap_or_default(),
                "due_date" => task.due_date.map(|day| day.to_string()).unwrap_or_default(),
                "priority" => task.priority.as_str().to_owned(),
                _ => task.tags.join(", "),
            };
            let typed = kept.and_then(|kept| member(kept, name).as_string()).unwrap_or(now);
            set_value(&editor, name, &typed);
        }
        let base = kept.and_then(|kept| member(kept, "base").as_string()).and_then(|base| base.parse().ok());
        row.base.set(Some(base.unwrap_or(row.server.borrow().updated_at)));
        for line in all(&editor, "[data-error]") {
            let id = format!("{}-{}", data(&line, "data-error"), task.id);
            attribute(&line, "id", Some(&id));
            if let Some(input) = field(&editor, &data(&line, "data-error")) {
                attribute(&input, "aria-describedby", Some(&id));
            }
        }
        let _ = row.element.append_child(&editor);
        class(&row.element, "editing", true);
        if let Some(title) = field(&editor, "title").filter(|_| kept.is_none()) {
            focus(&title);
        }
    }

    /// Keeps what is typed in a row, if it is being edited.
    pub fn keep_edit(&self, row: &Row) {
        let Some(editor) = find::<Element>(&row.element, ".editor") else { return };
        let base = row.base.get().unwrap_or_default();
        self.keep_edit_of(&row.id(), Some(typed_into_edit(&editor).with("base", base.0.to_string())));
    }

    fn keep_edit_of(&self, id: &str, typed: Option<Body>) {
        let json = typed.map(|typed| wire::stringify(&typed.into_value()));
        session::keep_draft(&self.client.user_id, &format!("{KEPT}{id}"), json.as_deref());
    }

    fn save(&'static self, row: &Rc<Row>) {
        let Some(editor) = find::<Element>(&row.element, ".editor") else { return };
        let typed = |name: &str| value(&editor, name);
        let tags: Vec<_> = typed("tags").split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
        let (title, description, tags) =
            (validate_title(&typed("title")), validate_description(Some(typed("description"))), validate_tags(&tags));
        let (title, description, tags) = match (title, description, tags) {
            (Ok(title), Ok(description), Ok(tags)) => (title, description, tags),
            (title, description, tags) => {
                let errors: Vec<_> = [title.err(), description.err(), tags.err()].into_iter().flatten().collect();
                return show_edit_errors(&editor, &errors);
            }
        };
        let body = Body::default()
            .with("title", title)
            .with_text("description", description)
            .with_text("due_date", Some(typed("due_date")).filter(|day| !day.is_empty()))
            .with("priority", typed("priority"))
            .with_texts("tags", &tags);
        let is_gone = editor.has_attribute("data-gone");
        let id = row.id();
        let base = row.base.get().unwrap_or_default();
        self.close(row);
        if is_gone {
            self.make(Change::new(Kind::Restore, &id, Body::default()));
        }
        let knows_it = !is_gone && !id.starts_with("new-");
        self.make(Change { etag: knows_it.then(|| etag_of(base)), ..Change::put(&id, body) });
    }

    /// Gives an edit up.
    pub fn cancel(&'static self, row: &Rc<Row>) {
        let is_gone = find::<Element>(&row.element, ".editor[data-gone]").is_some();
        self.close(row);
        if is_gone {
            self.drop_row(&row.id());
        }
    }

    fn close(&self, row: &Rc<Row>) {
        self.keep_edit_of(&row.id(), None);
        row.base.set(None);
        if let Some(editor) = find::<Element>(&row.element, ".editor") {
            editor.remove();
        }
        class(&row.element, "editing", false);
        if let Some(button) = find::<Element>(&row.element, "[data-do=edit]") {
            focus(&button);
        }
    }

    /// Somebody was faster: their text and one's own are shown, and whoever saves now has seen both. Without theirs, the task
    /// is gone.
    pub fn contest(&'static self, change: &Change, theirs: Option<Task>) {
        let Some(row) = self.row(&change.id).or_else(|| change.row.clone()) else { return };
        let base = theirs.as_ref().map_or(Timestamp(0), |task| task.updated_at);
        let typed = as_typed(&row, &change.body);
        let is_gone = theirs.is_none();
        if let Some(theirs) = theirs {
            self.alter(&row, || *row.server.borrow_mut() = theirs);
        }
        self.open(&row, Some(&typed.with("base", base.0.to_string()).into_value()));
        row.base.set(Some(base));
        self.keep_edit(&row);
        show_contest(&row, is_gone);
    }

    /// The server refused what was typed: it is open for typing again.
    pub fn reopen(&'static self, change: &Change, problem: &Problem) {
        let Some(row) = self.row(&change.id) else { return };
        let base = row.server.borrow().updated_at;
        let typed = as_typed(&row, &change.body).with("base", base.0.to_string()).into_value();
        self.open(&row, Some(&typed));
        self.keep_edit(&row);
        if let Some(editor) = find::<Element>(&row.element, ".editor") {
            show_edit_errors(&editor, &problem.errors);
        }
        self.fail(words::NOT_SAVED, problem);
    }
}

/// Shows in an open editor what the task has become meanwhile.
pub fn show_contest(row: &Row, is_gone: bool) {
    let Some(editor) = find::<Element>(&row.element, ".editor") else { return };
    let Some(contest) = find::<Element>(&editor, ".contest") else { return };
    let theirs = row.server.borrow().clone();
    show(&contest, true);
    set_text(&contest, "span", if is_gone { words::DELETED_MEANWHILE } else { words::CHANGED_MEANWHILE });
    set_text(&contest, ".theirs-title", if is_gone { "" } else { &theirs.title });
    set_text(&contest, ".theirs-note", theirs.description.as_deref().filter(|_| !is_gone).unwrap_or_default());
    attribute(&editor, "data-gone", is_gone.then_some(""));
    set_text(&editor, "[data-do=save]", if is_gone { words::PUT_BACK } else { words::SAVE_MINE });
    set_text(&editor, "[data-do=cancel]", if is_gone { words::LET_GO } else { words::TAKE_THEIRS });
}

/// A change as the fields of the editor hold it.
fn as_typed(row: &Row, body: &JsValue) -> Body {
    let mut task = row.server.borrow().clone();
    wire::merge(&mut task, body);
    Body::default()
        .with("title", task.title)
        .with("description", task.description.unwrap_or_default())
        .with("due_date", task.due_date.map(|day| day.to_string()).unwrap_or_default())
        .with("priority", task.priority.as_str())
        .with("tags", task.tags.join(", "))
}

fn typed_into_edit(editor: &Element) -> Body {
    FIELDS.iter().fold(Body::default(), |body, name| body.with(name, value(editor, name)))
}

fn show_edit_errors(editor: &Element, errors: &[FieldError]) {
    for line in all(editor, "[data-error]") {
        let name = data(&line, "data-error");
        let error = errors.iter().find(|error| error.field == name);
        show(&line, error.is_some());
        set_text(&line, "span", error.map_or("", |error| &error.message));
        if let Some(input) = field(editor, &name) {
            attribute(&input, "aria-invalid", error.map(|_| "true"));
        }
    }
    let first = errors.first().and_then(|error| field(editor, &error.field));
    if let Some(input) = first {
        focus(&input);
    }
}
