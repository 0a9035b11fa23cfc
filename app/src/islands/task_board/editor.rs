//! Editing a task in its place. What is typed is kept from the first letter on; what changed elsewhere meanwhile is shown
//! beside it, and only the members that were changed here are sent.

use leptos::{ev, html, prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    action::{Action, Direction, Target},
    focus::{edit_button_id, focus_soon, move_button_id},
    row::{Row, RowKey},
    state::Board,
    toast::UndoStep,
};
use crate::{
    components::icon::Icon,
    model::{Field, FieldError, Priority, Problem, PutTask, Task, one_line, validate_description, validate_tags, validate_title},
    outbox::{Change, Entry},
    storage, strings,
};

/// Begins the name of every kept edit; the tab's name, a dot and the task's id follow.
pub const KEPT: &str = "edit.";

/// An edit that is under way.
#[derive(Clone)]
pub struct Edit {
    /// The task over which one types.
    opened: Task,
    draft: ArcRwSignal<Draft>,
    errors: ArcRwSignal<Vec<FieldError>>,
    conflict: ArcRwSignal<Option<Conflict>>,
}

/// What the fields hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    title: String,
    description: String,
    due_date: String,
    priority: Priority,
    tags: String,
    /// The task over which they were typed.
    opened: Option<Task>,
}

/// What the task became elsewhere while it was edited here.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Conflict {
    /// The members that were changed here and elsewhere.
    fields: Vec<Field>,
    /// What they are now; `None` when the task was deleted.
    theirs: Option<Task>,
}

impl Draft {
    fn of(task: &Task) -> Self {
        Self {
            title: one_line(&task.title),
            // A text area has LF alone (HTML, section 4.10.11).
            description: with_lf(task.description.as_deref().unwrap_or_default()),
            due_date: task.due_date.map(|day| day.to_string()).unwrap_or_default(),
            priority: task.priority,
            tags: task.tags.join(", "),
            opened: Some(task.clone()),
        }
    }

    /// The members that differ from the task, or what is wrong with them.
    fn changes(&self, opened: &Task) -> Result<PutTask, Vec<FieldError>> {
        let before = Self::of(opened);
        let mut errors = Vec::new();
        let mut changes = PutTask::default();
        if self.title != before.title {
            match validate_title(&one_line(&self.title)) {
                Ok(title) => changes.title = Some(title).filter(|title| *title != opened.title),
                Err(error) => errors.push(error),
            }
        }
        if self.description != before.description {
            match validate_description(Some(self.description.clone())) {
                Ok(description) => changes.description = Some(description),
                Err(error) => errors.push(error),
            }
        }
        if self.due_date != before.due_date {
            changes.due_date = Some(self.due_date.parse().ok());
        }
        if self.priority != before.priority {
            changes.priority = Some(self.priority);
        }
        if self.tags != before.tags {
            // “#home” is what the list shows and the add line takes: the tag is “home”.
            let tags = self.tags.split(',').map(|tag| tag.trim().trim_start_matches('#').to_owned());
            let tags: Vec<_> = tags.filter(|tag| !tag.is_empty()).collect();
            match validate_tags(&tags) {
                Ok(tags) => changes.tags = Some(tags).filter(|tags| *tags != opened.tags),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(changes) } else { Err(errors) }
    }
}

/// The id of a field of the editor of a row.
fn field_id(name: &str, key: RowKey) -> String {
    format!("{name}-{key}")
}

fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The form that edits a task in its place.
#[allow(clippy::too_many_lines, reason = "one form is one view")]
#[component]
pub fn Editor(row: Row, edit: Edit) -> impl IntoView {
    let board = expect_context::<Board>();
    let title = NodeRef::<html::Input>::new();
    let Edit { draft, errors, conflict, .. } = edit;
    let initial = draft.get_untracked();
    // Don't steal the focus for an edit that was kept from before.
    Effect::new(move |_| {
        if let Some(title) = title.get().filter(|_| board.focus_editor.get_value()) {
            board.focus_editor.set_value(false);
            let _ = title.focus();
        }
    });
    let key = row.key;
    let save = {
        let row = row.clone();
        move || board.save_edit(&row)
    };
    let (save_by_key, save_by_button) = (save.clone(), save);
    let (row_of_key, row_of_button) = (row.clone(), row.clone());
    let typed = move |change: fn(&mut Draft, String)| {
        let (row, draft) = (row.clone(), draft.clone());
        move |event: ev::Event| {
            draft.update(|draft| change(draft, event_target_value(&event)));
            board.keep_edit(&row);
        }
    };
    let error_id = move |name: &str| format!("{name}-error-{key}");
    let error_line = {
        let errors = errors.clone();
        move |name: &'static str| {
            let errors = errors.clone();
            view! {
                <p class="error" role="alert" id=error_id(name)>
                    {move || {
                        let errors = errors.read();
                        let error = errors.iter().find(|error| error.field == name);
                        error.map(|error| view! { {Icon::Warning.draw()} <span>{error.message.clone()}</span> })
                    }}
                </p>
            }
        }
    };
    let is_wrong = move |name: &'static str| {
        let errors = errors.clone();
        move || errors.read().iter().any(|error| error.field == name).then_some("true")
    };
    let (conflict_of_save, conflict_of_cancel) = (conflict.clone(), conflict.clone());
    let conflict_name = |conflict: &Option<Conflict>, none, changed, deleted| match conflict {
        None => none,
        Some(Conflict { theirs: Some(_), .. }) => changed,
        Some(Conflict { theirs: None, .. }) => deleted,
    };
    view! {
        <form
            class="editor"
            on:submit=move |event| {
                event.prevent_default();
                save_by_button();
            }
            on:keydown=move |event| match event.key().as_str() {
                "Escape" => board.cancel_edit(&row_of_key),
                "Enter" if event.ctrl_key() || event.meta_key() => save_by_key(),
                _ => {}
            }
        >
            {move || conflict.get().map(|conflict| view! { <ConflictNote conflict /> })}
            <label>
                {strings::TITLE}
                <input
                    name="title"
                    id=field_id("title", key)
                    node_ref=title
                    dir="auto"
                    autocomplete="off"
                    prop:value=initial.title
                    aria-invalid=is_wrong("title")
                    aria-describedby=error_id("title")
                    on:input=typed(|draft, value| draft.title = value)
                />
            </label>
            {error_line("title")}
            <label>
                {strings::DESCRIPTION}
                <textarea
                    name="description"
                    id=field_id("description", key)
                    rows="3"
                    dir="auto"
                    prop:value=initial.description
                    aria-invalid=is_wrong("description")
                    aria-describedby=error_id("description")
                    on:input=typed(|draft, value| draft.description = value)
                ></textarea>
            </label>
            {error_line("description")}
            <div class="choices">
                <label>
                    {strings::DUE}
                    <input
                        name="due_date"
                        type="date"
                        min="0001-01-01"
                        max="9999-12-31"
                        prop:value=initial.due_date
                        on:input=typed(|draft, value| draft.due_date = value)
                    />
                </label>
                <label>
                    {strings::PRIORITY}
                    <select name="priority" on:change=typed(|draft, value| draft.priority = value.parse().unwrap_or_default())>
                        {Priority::EACH
                            .iter()
                            .map(|&priority| {
                                view! {
                                    <option value=priority.as_str() selected=initial.priority == priority>
                                        {strings::priority(priority)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    {strings::TAGS}
                    <input
                        name="tags"
                        id=field_id("tags", key)
                        autocomplete="off"
                        dir="auto"
                        placeholder=strings::TAGS_HINT
                        prop:value=initial.tags
                        aria-invalid=is_wrong("tags")
                        aria-describedby=error_id("tags")
                        on:input=typed(|draft, value| draft.tags = value)
                    />
                </label>
            </div>
            {error_line("tags")}
            <div class="buttons">
                <button class="primary">
                    {move || conflict_name(&conflict_of_save.read(), strings::SAVE, strings::SAVE_MINE, strings::PUT_BACK)}
                </button>
                <button type="button" on:click=move |_| board.cancel_edit(&row_of_button)>
                    {move || conflict_name(&conflict_of_cancel.read(), strings::CANCEL, strings::TAKE_THEIRS, strings::LET_GO)}
                </button>
                <span class="move">
                    {[(Direction::Up, strings::MOVE_UP), (Direction::Down, strings::MOVE_DOWN)]
                        .map(|(direction, name)| {
                            view! {
                                <button
                                    type="button"
                                    class="link"
                                    id=move_button_id(key, direction)
                                    on:click=move |_| board.dispatch(Action::Move(Target::Row(key), direction))
                                >
                                    {name}
                                </button>
                            }
                        })}
                </span>
            </div>
        </form>
    }
}

/// What became of the task meanwhile: only the members that were changed on both sides.
#[component]
fn ConflictNote(conflict: Conflict) -> impl IntoView {
    let text = if conflict.theirs.is_some() { strings::CHANGED_MEANWHILE } else { strings::DELETED_MEANWHILE };
    let theirs = conflict.theirs.map(|theirs| {
        let fields = conflict.fields.into_iter();
        fields
            .map(|field| view! { <dt>{strings::field(field)}</dt> <dd dir="auto">{strings::field_value(field, &theirs)}</dd> })
            .collect_view()
    });
    view! {
        <div class="contest" role="alert">
            <p class="error">{Icon::Warning.draw()} <span>{text}</span></p>
            {theirs.map(|theirs| view! { <dl>{theirs}</dl> })}
        </div>
    }
}

impl Board {
    /// Opens a row for editing, with what was typed before or with the task as it is.
    pub fn open_editor(&self, row: &Row, kept: Option<Draft>) {
        if row.is_editing() {
            return;
        }
        self.focus_editor.set_value(kept.is_none());
        Self::show_editor(row, kept.unwrap_or_else(|| Draft::of(&row.task())), None, Vec::new());
    }

    fn show_editor(row: &Row, draft: Draft, conflict: Option<Conflict>, errors: Vec<FieldError>) {
        row.edit.set(Some(Edit {
            opened: draft.opened.clone().unwrap_or_else(|| row.task()),
            draft: ArcRwSignal::new(draft),
            errors: ArcRwSignal::new(errors),
            conflict: ArcRwSignal::new(conflict),
        }));
    }

    /// Opens what was typed in another tab over one task and not saved.
    pub fn adopt_edit(&self, name: &str, id: &str) {
        let user_id = self.user_id();
        let Some(row) = self.row(id).filter(|row| !row.is_editing()) else { return };
        if let Some(draft) = storage::read(&user_id, name) {
            storage::write::<Draft>(&user_id, name, None);
            self.open_editor(&row, Some(draft));
            self.keep_edit(&row);
        }
    }

    /// Keeps what is typed in a row, if it is being edited.
    pub fn keep_edit(&self, row: &Row) {
        if let Some(edit) = row.edit.get_untracked() {
            storage::write(&self.user_id(), &self.kept_edit_name(row), Some(&*edit.draft.read_untracked()));
        }
    }

    fn kept_edit_name(&self, row: &Row) -> String {
        format!("{}.{}", self.name_in_tab(KEPT), row.id())
    }

    fn forget_edit(&self, row: &Row) {
        storage::write::<Draft>(&self.user_id(), &self.kept_edit_name(row), None);
    }

    fn save_edit(&self, row: &Row) {
        let Some(edit) = row.edit.get_untracked() else { return };
        let changes = match edit.draft.read_untracked().changes(&edit.opened) {
            Ok(changes) => changes,
            Err(errors) => {
                let first = errors.first().map(|error| field_id(&error.field, row.key));
                edit.errors.set(errors);
                return first.into_iter().for_each(focus_soon);
            }
        };
        let is_deleted = edit.conflict.read_untracked().as_ref().is_some_and(|conflict| conflict.theirs.is_none());
        self.close_editor(row);
        let id = row.id();
        if is_deleted {
            self.change(&id, Change::Restore);
        }
        if changes != PutTask::default() {
            let base = PutTask::of(&edit.opened, &changes);
            let back = Change::Update { changes: base.clone(), base: changes.clone(), is_guarded: false };
            self.remember_undo(UndoStep::of_changes(strings::SAVED.into(), vec![(id.clone(), back)]));
            self.change(&id, Change::Update { changes, base, is_guarded: !is_deleted });
        }
    }

    /// Gives an edit up.
    fn cancel_edit(&self, row: &Row) {
        let Some(edit) = row.edit.get_untracked() else { return };
        let (conflict, draft) = (edit.conflict.get_untracked(), edit.draft.get_untracked());
        self.close_editor(row);
        if conflict.is_none() && draft != Draft::of(&edit.opened) {
            let said = strings::not_saved(&edit.opened.title);
            self.announce(said.clone());
            self.offer_undo(UndoStep { said, changes: Vec::new(), draft: Some((row.id(), draft)) });
        }
        if conflict.is_some_and(|conflict| conflict.theirs.is_none()) {
            self.count(Some(&row.task()), -1);
            self.remove_row(row);
        }
    }

    fn close_editor(&self, row: &Row) {
        self.forget_edit(row);
        row.edit.set(None);
        // It may have been ticked meanwhile.
        self.settle_later(row.key);
        focus_soon(edit_button_id(row.key));
    }

    /// A task was deleted elsewhere while it is edited here.
    pub fn show_deleted_meanwhile(row: &Row) {
        if let Some(edit) = row.edit.get_untracked() {
            edit.conflict.set(Some(Conflict { fields: Vec::new(), theirs: None }));
        }
    }

    /// Members of a task were changed here and elsewhere: both versions are shown, and saving now overwrites theirs.
    pub fn on_conflict(&self, entry: &Entry, fields: &[Field], theirs: Option<Task>) {
        let Change::Update { changes, .. } = &entry.change else { return };
        let Some(row) = self.row(&entry.task_id) else { return };
        let opened = theirs.clone().unwrap_or_else(|| row.task());
        let mut mine = opened.clone();
        changes.apply(&mut mine);
        let draft = Draft { opened: Some(opened), ..Draft::of(&mine) };
        Self::show_editor(&row, draft, Some(Conflict { fields: fields.to_vec(), theirs }), Vec::new());
        self.keep_edit(&row);
    }

    /// The server refused what was typed: it is open for typing again.
    pub fn reopen_editor(&self, entry: &Entry, changes: &PutTask, problem: &Problem) {
        let Some(row) = self.row(&entry.task_id) else { return };
        let mut mine = row.task();
        let opened = Some(mine.clone());
        changes.apply(&mut mine);
        Self::show_editor(&row, Draft { opened, ..Draft::of(&mine) }, None, problem.errors.clone());
        self.keep_edit(&row);
        self.fail(strings::NOT_SAVED, problem);
    }
}
