//! `/tasks/{id}/edit`: the form of one task as a page of its own, which works without a script.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{RouteData, route_data};
use crate::{
    components::{
        alert::{Alert, ErrorLine},
        icon::Icon,
    },
    model::{Day, FieldError, Priority, Task, Timestamp, one_line},
    strings,
};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct EditTaskPage {
    /// The name or e-mail of the visitor.
    pub shown_name: String,
    /// Which task.
    pub id: String,
    /// When the task last changed that the form was filled from, or was last shown beside.
    pub base: Timestamp,
    /// What the fields hold.
    pub fields: TaskFields,
    /// Where to go then: a path of this site.
    pub return_to: String,
    /// What was wrong with what was sent; an empty field name means all of it.
    pub errors: Vec<FieldError>,
    /// What the task has become meanwhile, if it changed since `base`.
    pub changed: Option<Task>,
    /// What day it is where the visitor is.
    pub today: Day,
}

/// The fields as text.
#[derive(Debug, Clone, Default)]
pub struct TaskFields {
    /// The title.
    pub title: String,
    /// The description; empty for none.
    pub description: String,
    /// The day, or nothing.
    pub due_date: String,
    /// A priority's name.
    pub priority: String,
    /// The tags, with commas between them.
    pub tags: String,
}

impl From<&Task> for TaskFields {
    fn from(task: &Task) -> Self {
        Self {
            title: one_line(&task.title),
            description: task.description.clone().unwrap_or_default(),
            due_date: task.due_date.map(|day| day.to_string()).unwrap_or_default(),
            priority: task.priority.as_str().to_owned(),
            tags: task.tags.join(", "),
        }
    }
}

impl RouteData for EditTaskPage {
    fn path(&self) -> &'static str {
        "/tasks/task/edit"
    }

    fn user(&self) -> Option<String> {
        Some(self.shown_name.clone())
    }
}

/// A text as it can stand in a `<textarea>`: nothing in it is a character reference or ends the element (HTML, section
/// 13.1.2.2).
fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The form, and what the task has become where it changed meanwhile.
#[component]
pub fn EditTask() -> impl IntoView {
    let EditTaskPage { id, base, fields, return_to, errors, changed, today, .. } = route_data();
    let TaskFields { title, description, due_date, priority, tags } = fields;
    let message = |name: &str| errors.iter().find(|error| error.field == name).map(|error| error.message.clone());
    let [title_error, description_error, due_error, priority_error, tags_error] =
        ["title", "description", "due_date", "priority", "tags"].map(message);
    let is_invalid = |error: &Option<String>| error.is_some().then_some("true");
    let choices = Priority::EACH.iter().map(|&each| {
        let is_selected = each.as_str() == priority;
        view! { <option value=each.as_str() selected=is_selected>{strings::priority(each)}</option> }
    });
    let choices = choices.collect_view();
    view! {
        <Title text=strings::page_title(strings::EDIT_TASK) />
        <h1>{strings::EDIT_TASK}</h1>
        {changed.map(|task| view! { <Changed task today /> })}
        <form class="editor" method="post" action=format!("/tasks/{id}") novalidate>
            <Alert errors />
            <input type="hidden" name="base" value=base.to_string() />
            <input type="hidden" name="return_to" value=return_to.clone() />
            <label>
                {strings::TITLE}
                <input name="title" value=title dir="auto" autocomplete="off" required aria-describedby="title-error" aria-invalid=is_invalid(&title_error) />
            </label>
            <ErrorLine id="title-error" message=title_error />
            <label>
                {strings::DESCRIPTION}
                // A parser leaves out the first line feed. Leptos writes what stands in a `<textarea>` as it is.
                <textarea name="description" rows="6" dir="auto" aria-describedby="description-error" aria-invalid=is_invalid(&description_error)>
                    {format!("\n{}", escape_text(&description))}
                </textarea>
            </label>
            <ErrorLine id="description-error" message=description_error />
            <div class="choices">
                <label>
                    {strings::DUE}
                    <input
                        name="due_date"
                        type="date"
                        min="0001-01-01"
                        max="9999-12-31"
                        value=due_date
                        aria-describedby="due_date-error"
                        aria-invalid=is_invalid(&due_error)
                    />
                </label>
                <label>
                    {strings::PRIORITY}
                    <select name="priority" aria-describedby="priority-error" aria-invalid=is_invalid(&priority_error)>
                        {choices}
                    </select>
                </label>
                <label>
                    {strings::TAGS}
                    <input
                        name="tags"
                        value=tags
                        autocomplete="off"
                        dir="auto"
                        placeholder=strings::TAGS_HINT
                        aria-describedby="tags-error"
                        aria-invalid=is_invalid(&tags_error)
                    />
                </label>
            </div>
            <ErrorLine id="due_date-error" message=due_error />
            <ErrorLine id="priority-error" message=priority_error />
            <ErrorLine id="tags-error" message=tags_error />
            <div class="buttons">
                <button class="primary">{strings::SAVE}</button>
                <a class="button" href=return_to>{strings::CANCEL}</a>
            </div>
        </form>
    }
}

/// What the task reads now.
#[component]
fn Changed(task: Task, today: Day) -> impl IntoView {
    let Task { title, description, completed, due_date, priority, tags, .. } = task;
    let details = [
        (priority != Priority::None).then(|| strings::priority(priority).to_owned()),
        due_date.map(|day| strings::due(day, today, completed)),
        (!tags.is_empty()).then(|| tags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ")),
    ];
    let details = details.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <div class="conflict" role="alert">
            <p class="error">{Icon::Warning.draw()} <span>{strings::CHANGED_MEANWHILE}</span></p>
            <p class="title" dir="auto">{title}</p>
            {description.map(|description| view! { <p class="note" dir="auto">{description}</p> })}
            {(!details.is_empty()).then(|| view! { <p class="hint" dir="auto">{details}</p> })}
            <p class="hint">{strings::SAVE_OVER_IT}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_task_says_is_no_markup_in_a_text_area() {
        assert_eq!(escape_text("</textarea><script>&amp;"), "&lt;/textarea>&lt;script>&amp;amp;");
    }
}
