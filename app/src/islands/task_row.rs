//! One task of the list: completing, editing in place, deleting.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html::{self, Input, Textarea},
    prelude::*,
    task::spawn_local,
    wasm_bindgen::JsCast as _,
};
use web_sys::HtmlElement;

use super::task_board::Board;
use crate::{
    components::icon::Icon,
    model::{FieldError, PutTask, Task, Timestamp, etag_of, validate_description, validate_title},
    session,
};

/// Separates title, description and what they were typed over in a kept draft; none can have it.
const SEPARATOR: char = '\0';

/// A task as the page shows it.
#[derive(Clone, Copy)]
pub struct Row {
    /// Tells rows apart, also before the server has given an id.
    pub key: u32,
    /// The task as the person wants it.
    pub task: RwSignal<Task>,
    /// Whether the server does not have it like that yet.
    pub is_unsaved: RwSignal<bool>,
    /// Whether it is being edited.
    pub is_editing: RwSignal<bool>,
    /// What the server had last.
    server: StoredValue<Task>,
    is_completing: StoredValue<bool>,
    /// Text that was not saved: title and description.
    draft: StoredValue<Option<(String, String)>>,
    /// The `updated_at` of the task that is being typed over.
    base: StoredValue<Timestamp>,
    /// Whether somebody changed the task while it was being edited: the text of both is shown.
    is_contested: RwSignal<bool>,
}

impl Row {
    /// A row; text of it that was typed before and not saved is open for editing again.
    pub fn new(key: u32, task: Task, user_id: &str) -> Self {
        let row = Self {
            key,
            is_unsaved: RwSignal::new(task.id.is_empty()),
            is_editing: RwSignal::new(false),
            server: StoredValue::new(task.clone()),
            base: StoredValue::new(task.updated_at),
            task: RwSignal::new(task),
            is_completing: StoredValue::new(false),
            draft: StoredValue::new(None),
            is_contested: RwSignal::new(false),
        };
        let user_id = user_id.to_owned();
        // In the browser alone, and after hydration: the server's HTML knows no drafts.
        Effect::new(move || {
            let id = row.server.with_value(|task| task.id.clone());
            let kept = if id.is_empty() { None } else { session::draft(&user_id, &id) };
            let mut parts = kept.as_deref().unwrap_or_default().split(SEPARATOR);
            if let (Some(title), Some(description)) = (parts.next(), parts.next()) {
                if let Some(base) = parts.next().and_then(|base| base.parse().ok()) {
                    row.base.set_value(base);
                }
                row.draft.set_value(Some((title.to_owned(), description.to_owned())));
                row.is_editing.set(true);
            }
        });
        row
    }

    /// Takes what the server answered.
    pub fn saved(&self, task: Task) {
        self.server.set_value(task.clone());
        self.task.set(task);
    }

    fn id(&self) -> String {
        self.server.with_value(|task| task.id.clone())
    }

    fn keep_draft(self, board: Board, draft: Option<(String, String)>) {
        let base = self.base.get_value();
        let text = draft.as_ref().map(|(title, description)| format!("{title}{SEPARATOR}{description}{SEPARATOR}{base}"));
        session::keep_draft(&board.client().user_id, &self.id(), text.as_deref());
        self.draft.set_value(draft);
    }

    /// Completes, or takes it back. Clicks that come while a request is under way are sent after it.
    async fn complete(self, board: Board) {
        let completed = !self.task.with_untracked(|task| task.completed);
        self.show_completed(board, completed);
        board.say(if completed { "Completed" } else { "To do again" });
        if self.is_completing.get_value() {
            return;
        }
        self.is_completing.set_value(true);
        loop {
            let wanted = self.task.with_untracked(|task| task.completed);
            if wanted == self.server.with_value(|task| task.completed) {
                break;
            }
            match board.client().complete(&self.id(), wanted).await {
                Ok(task) => {
                    // One's own tick is nothing that an edit has to be warned of.
                    if self.base.get_value() == self.server.with_value(|task| task.updated_at) {
                        self.base.set_value(task.updated_at);
                    }
                    self.server.set_value(task);
                    board.succeed();
                }
                Err(problem) => {
                    self.show_completed(board, self.server.with_value(|task| task.completed));
                    board.fail("The task was not changed", &problem);
                }
            }
        }
        self.is_completing.set_value(false);
    }

    fn show_completed(self, board: Board, completed: bool) {
        let was = self.task.with_untracked(|task| task.completed);
        if was != completed {
            self.task.update(|task| task.completed = completed);
            board.pending.update(|pending| *pending += if completed { -1 } else { 1 });
        }
    }

    /// Saves an edit: shown at once; when it fails, the text is open for editing again.
    async fn save(self, board: Board, title: String, description: Option<String>) {
        let change = PutTask { title: Some(title.clone()), description: Some(description.clone()), ..PutTask::default() };
        self.task.update(|task| {
            task.title.clone_from(&title);
            task.description.clone_from(&description);
        });
        self.is_unsaved.set(true);
        self.is_editing.set(false);
        let tag = etag_of(self.base.get_value());
        let outcome = board.client().update(&self.id(), &change, &tag).await;
        self.is_unsaved.set(false);
        match outcome {
            Err(problem) if problem.status == 412 => self.contest(board, title, description).await,
            Ok(task) => {
                self.keep_draft(board, None);
                self.is_contested.set(false);
                // A tick that was set meanwhile is on its own way.
                let completed = self.task.with_untracked(|task| task.completed);
                self.server.set_value(task.clone());
                self.task.set(Task { completed, ..task });
                board.say("Saved");
                board.succeed();
            }
            Err(problem) => {
                let server = self.server.get_value();
                self.task.update(|task| {
                    task.title = server.title;
                    task.description = server.description;
                });
                self.draft.set_value(Some((title, description.unwrap_or_default())));
                self.is_editing.set(true);
                board.fail("The change was not saved", &problem);
            }
        }
    }

    /// Somebody was faster: their text and one's own are shown, and whoever saves now has seen both.
    async fn contest(self, board: Board, title: String, description: Option<String>) {
        let theirs = board.client().get(&self.id()).await;
        let draft = (title, description.unwrap_or_default());
        match theirs {
            Ok(theirs) => {
                self.base.set_value(theirs.updated_at);
                self.keep_draft(board, Some(draft));
                self.saved(theirs);
                self.is_contested.set(true);
                self.is_editing.set(true);
                board.say("Somebody changed this task meanwhile");
            }
            Err(problem) => {
                self.keep_draft(board, Some(draft));
                self.saved(self.server.get_value());
                self.is_editing.set(true);
                board.fail("The change was not saved", &problem);
            }
        }
    }

    /// Deletes: gone at once; when it fails, back in its place.
    async fn delete(self, board: Board) {
        let task = self.task.get_untracked();
        let Some(at) = board.take(self.key) else { return };
        board.count(&task, -1);
        // On the row that took its place, or the one above.
        let neighbour = board.rows.with_untracked(|rows| rows.get(at).or(rows.last()).map(|row| row.key));
        focus_on(neighbour.map_or_else(String::new, |key| format!("check-{key}")));
        match board.client().delete(&task.id).await {
            Ok(()) => {
                board.say(format!("Deleted: {}", task.title));
                board.succeed();
            }
            Err(problem) => {
                board.count(&task, 1);
                board.rows.update(|rows| rows.insert(at.min(rows.len()), self));
                board.fail("The task was not deleted", &problem);
            }
        }
    }
}

/// Puts the focus on an element once the page has been drawn anew; on the add line when it is not there.
fn focus_on(id: String) {
    request_animation_frame(move || {
        let element = document().get_element_by_id(&id).or_else(|| document().get_element_by_id("new-title"));
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// The row: the task, or the form that edits it.
#[component]
pub fn TaskRow(
    /// Which.
    row: Row,
    /// What it shares with the others.
    board: Board,
) -> impl IntoView {
    view! {
        <li class="row" class:done=move || row.task.read().completed class:unsaved=row.is_unsaved aria-busy=move || row.is_unsaved.get().then_some("true")>
            {move || if row.is_editing.get() { view! { <Editor row board /> }.into_any() } else { view! { <Shown row board /> }.into_any() }}
        </li>
    }
}

#[component]
fn Shown(row: Row, board: Board) -> impl IntoView {
    let title = move || row.task.read().title.clone();
    // Before it has an id, nothing can be asked of it.
    let is_new = move || row.task.read().id.is_empty();
    let open = move |_| {
        row.draft.set_value(None);
        row.base.set_value(row.server.with_value(|task| task.updated_at));
        row.is_editing.set(true);
    };
    view! {
        <label class="check">
            <input
                id=format!("check-{}", row.key)
                type="checkbox"
                prop:checked=move || row.task.read().completed
                checked=row.task.get_untracked().completed
                aria-label=move || format!("Completed: {}", title())
                disabled=is_new
                on:change=move |_| spawn_local(row.complete(board))
            />
            <span class="box">{Icon::Check.draw()}</span>
        </label>
        <div class="words">
            <span class="title" dir="auto">
                {title}
            </span>
            {move || row.task.read().description.clone().map(|text| view! { <span class="note" dir="auto">{text}</span> })}
        </div>
        <div class="actions">
            <button id=format!("edit-{}", row.key) class="bare" aria-label=move || format!("Edit: {}", title()) disabled=is_new on:click=open>
                {Icon::Edit.draw()}
            </button>
            <button class="bare" aria-label=move || format!("Delete: {}", title()) disabled=is_new on:click=move |_| spawn_local(row.delete(board))>
                {Icon::Delete.draw()}
            </button>
        </div>
    }
}

#[component]
fn Editor(row: Row, board: Board) -> impl IntoView {
    let server = row.server.get_value();
    let (first_title, first_description) =
        row.draft.get_value().unwrap_or_else(|| (server.title.clone(), server.description.clone().unwrap_or_default()));
    let (title, description) = (NodeRef::<Input>::new(), NodeRef::<Textarea>::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let title_id = format!("title-{}", row.key);
    let description_id = format!("description-{}", row.key);

    title.on_load(|input| {
        request_animation_frame(move || {
            let _ = input.focus();
        });
    });
    let typed = move || {
        let title = title.get_untracked().map(|input| input.value()).unwrap_or_default();
        let description = description.get_untracked().map(|area| area.value()).unwrap_or_default();
        (title, description)
    };
    let keep = move || row.keep_draft(board, Some(typed()));
    let submit = move || {
        let (title, description) = typed();
        match (validate_title(&title), validate_description(Some(description))) {
            (Ok(title), Ok(description)) => {
                spawn_local(row.save(board, title, description));
                focus_on(format!("edit-{}", row.key));
            }
            (title, description) => errors.set(title.err().into_iter().chain(description.err()).collect()),
        }
    };
    let cancel = move || {
        row.keep_draft(board, None);
        row.is_contested.set(false);
        row.is_editing.set(false);
        focus_on(format!("edit-{}", row.key));
    };
    let keys = move |event: KeyboardEvent| match event.key().as_str() {
        "Escape" => cancel(),
        "Enter" if event.ctrl_key() || event.meta_key() => submit(),
        _ => {}
    };
    let complaint = move |field: &str| {
        let message = errors.read().iter().find(|error| error.field == field).map(|error| error.message.clone());
        message.map(|message| view! { <p class="error" role="alert">{Icon::Warning.draw()} {message}</p> })
    };
    view! {
        <form
            class="editor"
            on:keydown=keys
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                submit();
            }
        >
            {row
                .is_contested
                .get_untracked()
                .then(|| {
                    view! {
                        <div class="contest" role="alert">
                            <p class="error">{Icon::Warning.draw()} "Somebody changed this task meanwhile. It reads now:"</p>
                            <p class="title" dir="auto">
                                {server.title.clone()}
                            </p>
                            {server.description.clone().map(|text| view! { <p class="note" dir="auto">{text}</p> })}
                        </div>
                    }
                })}
            <label for=title_id.clone()>"Title"</label>
            {html::input()
                .node_ref(title)
                .id(title_id)
                .value(first_title)
                .attr("dir", "auto")
                .attr("autocomplete", "off")
                .on(leptos::ev::input, move |_| keep())}
            {move || complaint("title")}
            <label for=description_id.clone()>"Description"</label>
            <textarea node_ref=description id=description_id rows="3" dir="auto" prop:value=first_description on:input=move |_| keep()></textarea>
            {move || complaint("description")}
            <div class="buttons">
                <button class="primary">{if row.is_contested.get_untracked() { "Save mine" } else { "Save" }}</button>
                <button type="button" on:click=move |_| cancel()>
                    {if row.is_contested.get_untracked() { "Take theirs" } else { "Cancel" }}
                </button>
            </div>
        </form>
    }
}
