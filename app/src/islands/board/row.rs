//! One row: what it shows, and how it is drawn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use leptos::prelude::document;
use web_sys::{Element, HtmlInputElement};

use super::Board;
use crate::{
    components::task_row::tag_href,
    dom::{all, attribute, class, copy, data, find, set_text, show},
    model::{Priority, Task, Timestamp},
    words,
};

/// A task that is on the page.
pub struct Row {
    /// Its `li`.
    pub element: Element,
    /// The box that completes it.
    pub tick: HtmlInputElement,
    /// What the server said last; of a task that it does not know yet, nothing but an id of this page's.
    pub server: RefCell<Task>,
    /// Whether it is selected.
    pub is_selected: Cell<bool>,
    /// The `updated_at` of the task that is being typed over, while somebody types.
    pub base: Cell<Option<Timestamp>>,
}

impl Row {
    /// One that the server drew: what it drew, it means.
    pub fn found(element: Element) -> Option<Rc<Self>> {
        let number = |name: &str| Timestamp(data(&element, name).parse().unwrap_or(0));
        let text = |selector: &str| find::<Element>(&element, selector).and_then(|element| element.text_content()).unwrap_or_default();
        let tags = data(&element, "data-tags");
        let task = Task {
            id: data(&element, "data-id"),
            title: text(".title"),
            description: Some(text(".note")).filter(|text| !text.is_empty()),
            completed: element.class_list().contains("done"),
            due_date: find::<Element>(&element, "time").and_then(|time| data(&time, "datetime").parse().ok()),
            priority: data(&element, "data-priority").parse().unwrap_or_default(),
            tags: tags.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            position: data(&element, "data-position"),
            created_at: number("data-created"),
            updated_at: number("data-at"),
            ..Task::default()
        };
        Self::of(element, task)
    }

    /// One for a task that has just come, not on the page yet.
    pub fn new(task: Task) -> Option<Rc<Self>> {
        Self::of(copy("row-template")?, task)
    }

    fn of(element: Element, task: Task) -> Option<Rc<Self>> {
        let tick = find(&element, "input")?;
        Some(Rc::new(Self { element, tick, server: RefCell::new(task), is_selected: Cell::new(false), base: Cell::new(None) }))
    }

    pub fn id(&self) -> String {
        self.server.borrow().id.clone()
    }

    /// Makes it look selected, or not, as it is.
    pub fn show_selection(&self) {
        let is_selected = self.is_selected.get();
        class(&self.element, "selected", is_selected);
        attribute(&self.tick, "aria-describedby", is_selected.then_some("is-selected"));
    }

    pub fn is_editing(&self) -> bool {
        self.element.class_list().contains("editing")
    }
}

/// The rows of the page by the ids of their tasks. Sorted, not hashed: that is less code for a browser to load.
#[derive(Default)]
pub struct Rows(Vec<(String, Rc<Row>)>);

impl Rows {
    fn place(&self, id: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(id))
    }

    pub fn get(&self, id: &str) -> Option<Rc<Row>> {
        self.place(id).ok().map(|at| self.0[at].1.clone())
    }

    pub fn insert(&mut self, id: String, row: Rc<Row>) {
        match self.place(&id) {
            Ok(at) => self.0[at].1 = row,
            Err(at) => self.0.insert(at, (id, row)),
        }
    }

    pub fn remove(&mut self, id: &str) -> Option<Rc<Row>> {
        self.place(id).ok().map(|at| self.0.remove(at).1)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Rc<Row>> {
        self.0.iter().map(|(_, row)| row)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Board {
    /// Makes a row look like its task.
    pub fn draw(&self, row: &Row, task: &Task) {
        let element = &row.element;
        let today = self.today.get();
        attribute(element, "data-id", Some(&task.id));
        attribute(element, "data-priority", Some(task.priority.as_str()));
        class(element, "done", task.completed);
        class(element, "unsaved", self.outbox.concerns(&task.id));
        row.tick.set_checked(task.completed);
        attribute(&row.tick, "aria-label", Some(&words::completed_box(&task.title)));
        set_text(element, ".title", &task.title);
        set_text(element, ".note", task.description.as_deref().unwrap_or_default());
        set_text(element, ".priority", words::priority(task.priority));
        let shown = [
            (".note", task.description.is_some()),
            (".priority", task.priority != Priority::None),
            (".due", task.due_date.is_some()),
            (".meta", task.due_date.is_some() || task.priority != Priority::None || !task.tags.is_empty()),
        ];
        for (selector, is_shown) in shown {
            if let Some(part) = find::<Element>(element, selector) {
                show(&part, is_shown);
            }
        }
        if let Some(due) = find::<Element>(element, ".due") {
            let day = task.due_date;
            attribute(&due, "datetime", day.map(|day| day.to_string()).as_deref());
            due.set_text_content(day.map(|day| words::due(day, today, task.completed)).as_deref());
            class(&due, "late", day.is_some_and(|day| day < today) && !task.completed);
        }
        draw_tags(row, task);
        for (selector, words) in [("[data-do=edit]", words::edit(&task.title)), ("[data-do=delete]", words::delete(&task.title))] {
            if let Some(part) = find::<Element>(element, selector) {
                attribute(&part, "aria-label", Some(&words));
            }
        }
    }
}

fn draw_tags(row: &Row, task: &Task) {
    let joined = task.tags.join(",");
    if joined == data(&row.element, "data-tags") && all(&row.element, ".tag").len() == task.tags.len() {
        return;
    }
    attribute(&row.element, "data-tags", Some(&joined));
    let Some(place) = find::<Element>(&row.element, ".tags") else { return };
    place.set_text_content(None);
    for tag in &task.tags {
        let Ok(link) = document().create_element("a") else { continue };
        attribute(&link, "class", Some("tag"));
        attribute(&link, "dir", Some("auto"));
        attribute(&link, "href", Some(&tag_href(tag)));
        link.set_text_content(Some(&format!("#{tag}")));
        let _ = place.append_child(&link);
    }
}
