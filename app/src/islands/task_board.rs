//! The list of tasks: adding, and what all rows share. Changes show at once and are taken back when the server
//! refuses them; what was typed stays.

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html::Input,
    prelude::*,
    task::spawn_local,
};

use super::task_row::{Row, TaskRow};
use crate::{
    client::{Client, UNREACHABLE},
    components::icon::Icon,
    model::{NewTask, Problem, Status, Task, validate_title},
    pages::tasks::title,
    session::{self, Elsewhere},
};

/// The draft of the line for a new task.
const NEW_TITLE: &str = "new-title";

/// What the person must know: one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Notice {
    /// Something did not work; they can try again.
    Failed(String),
    /// The session is over; they can sign in again.
    SessionOver(&'static str),
    /// Another tab shows another person.
    Stale,
}

/// What all rows share.
#[derive(Clone, Copy)]
pub struct Board {
    /// The rows that are shown, in their order.
    pub rows: RwSignal<Vec<Row>>,
    /// How many tasks there are to do.
    pub pending: RwSignal<i64>,
    /// How many there are at all.
    pub total: RwSignal<i64>,
    client: StoredValue<Client>,
    notice: RwSignal<Option<Notice>>,
    said: RwSignal<String>,
    keys: StoredValue<u32>,
    /// What was not added the last time, and the key that it was sent with: its answer may just not have arrived.
    unanswered: StoredValue<Option<(String, String)>>,
    status: Status,
}

impl Board {
    /// The API, as the user of this page.
    pub fn client(&self) -> Client {
        self.client.get_value()
    }

    /// Says something to people who don't see the page.
    pub fn say(&self, words: impl Into<String>) {
        self.said.set(words.into());
    }

    /// Tells what went wrong; `what` is what the person wanted, as in “The task was not added”.
    pub fn fail(&self, what: &str, problem: &Problem) {
        self.notice.set(Some(match (problem.status, problem.code.as_str()) {
            (401, _) => Notice::SessionOver("Your session has expired."),
            (403, _) => Notice::Stale,
            (_, UNREACHABLE) => Notice::Failed(format!("{what}. {}", problem.message)),
            _ => Notice::Failed(format!("{what}: {}", problem.message)),
        }));
    }

    /// Takes back the last complaint: something worked. That a session is over stays true.
    pub fn succeed(&self) {
        self.notice.update(|notice| {
            if matches!(notice, Some(Notice::Failed(_))) {
                *notice = None;
            }
        });
    }

    /// A row for a task, which may not have its id yet.
    pub fn row(&self, task: Task) -> Row {
        self.keys.update_value(|key| *key += 1);
        Row::new(self.keys.get_value(), task, &self.client.with_value(|client| client.user_id.clone()))
    }

    /// Counts a task in, with `1`, or out, with `-1`.
    pub fn count(&self, task: &Task, by: i64) {
        self.total.update(|total| *total += by);
        if !task.completed {
            self.pending.update(|pending| *pending += by);
        }
    }

    /// Removes a row; where it was.
    pub fn take(&self, key: u32) -> Option<usize> {
        let at = self.rows.read_untracked().iter().position(|row| row.key == key)?;
        self.rows.update(|rows| {
            rows.remove(at);
        });
        Some(at)
    }

    async fn add(self, input: NodeRef<Input>, title: String) {
        let new = NewTask { title, ..NewTask::default() };
        let draft = Task { title: new.title.clone(), ..Task::default() };
        let row = self.row(draft);
        self.count(&row.task.get_untracked(), 1);
        if self.status != Status::Completed {
            self.rows.update(|rows| rows.insert(0, row));
        }
        let again = self.unanswered.get_value().filter(|(title, _)| *title == new.title);
        let (_, key) = again.unwrap_or_else(|| (new.title.clone(), random_key()));
        match self.client().create(&new, &key).await {
            Ok(task) => {
                self.unanswered.set_value(None);
                self.say(format!("Added: {}", task.title));
                row.is_unsaved.set(false);
                row.saved(task);
                self.succeed();
                // Typing has gone on meanwhile: only what is saved is no draft any more.
                let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
                self.keep_draft(&typed);
            }
            Err(problem) => {
                self.unanswered.set_value(Some((new.title.clone(), key)));
                self.take(row.key);
                self.count(&row.task.get_untracked(), -1);
                if let Some(input) = input.get_untracked() {
                    if input.value().is_empty() {
                        input.set_value(&new.title);
                    }
                    let _ = input.focus();
                }
                self.fail("The task was not added", &problem);
            }
        }
    }

    async fn load_more(self, next: RwSignal<Option<String>>) {
        let Some(query) = next.get_untracked() else { return };
        match self.client().list(&query).await {
            Ok(page) => {
                let rows: Vec<_> = page.tasks.into_iter().map(|task| self.row(task)).collect();
                self.say(format!("{} more tasks", rows.len()));
                self.rows.update(|shown| shown.extend(rows));
                next.set(page.next);
                self.succeed();
            }
            Err(problem) => self.fail("The other tasks were not loaded", &problem),
        }
    }

    fn keep_draft(&self, text: &str) {
        self.client.with_value(|client| session::keep_draft(&client.user_id, NEW_TITLE, Some(text).filter(|text| !text.trim().is_empty())));
    }
}

/// The whole list.
#[island]
pub fn TaskBoard(
    /// Whose list it is.
    user_id: String,
    /// Which tasks it holds.
    status: Status,
    /// The first of them.
    tasks: Vec<Task>,
    /// Query string of the next page.
    next: Option<String>,
    /// How many tasks there are to do.
    pending: i64,
    /// How many there are at all.
    total: i64,
) -> impl IntoView {
    let board = Board {
        rows: RwSignal::new(Vec::new()),
        pending: RwSignal::new(pending),
        total: RwSignal::new(total),
        client: StoredValue::new(Client { user_id: user_id.clone() }),
        notice: RwSignal::new(None),
        said: RwSignal::new(String::new()),
        keys: StoredValue::new(0),
        unanswered: StoredValue::new(None),
        status,
    };
    board.rows.set(tasks.into_iter().map(|task| board.row(task)).collect());
    let next = RwSignal::new(next);
    // Effects run in the browser alone, once the page is there.
    Effect::new(move || document().set_title(&title(board.pending.get())));
    watch_other_tabs(board, user_id.clone());
    let shown = move || status_count(board.pending.get(), board.total.get());

    view! {
        <div class="head">
            <h1>{heading(status)}</h1>
            <p class="count">{shown}</p>
        </div>
        <Notices notice=board.notice />
        <AddLine board user_id />
        <Filters status />
        <ul class="list" aria-label=heading(status)>
            <For each=move || board.rows.get() key=|row| row.key let:row>
                <TaskRow row board />
            </For>
        </ul>
        {move || board.rows.read().is_empty().then(|| view! { <p class="empty">{empty(status)}</p> })}
        {move || {
            next.read()
                .is_some()
                .then(|| {
                    view! {
                        <p class="more">
                            <button on:click=move |_| spawn_local(board.load_more(next))>"Show more"</button>
                        </p>
                    }
                })
        }}
        <p class="visually-hidden" role="status">
            {board.said}
        </p>
    }
}

/// The line for a new task. What is typed there is kept until it is saved.
#[component]
fn AddLine(board: Board, user_id: String) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let title_error = RwSignal::new(None::<String>);

    Effect::new(move |started: Option<()>| {
        let Some(input) = input.get().filter(|_| started.is_none()) else { return };
        let draft = session::draft(&user_id, NEW_TITLE).filter(|_| input.value().is_empty());
        if let Some(draft) = draft {
            input.set_value(&draft);
        }
        let is_editing = board.rows.read_untracked().iter().any(|row| row.is_editing.get_untracked());
        if has_keyboard() && !is_editing {
            let _ = input.focus();
        }
    });

    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input_element) = input.get_untracked() else { return };
        match validate_title(&input_element.value()) {
            Ok(title) => {
                title_error.set(None);
                board.keep_draft(&title);
                input_element.set_value("");
                spawn_local(board.add(input, title));
            }
            Err(error) => title_error.set(Some(error.message)),
        }
    };
    let type_title = move |_| {
        title_error.set(None);
        if let Some(input) = input.get_untracked() {
            board.keep_draft(&input.value());
        }
    };
    let clear_on_escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            title_error.set(None);
        }
    };
    view! {
        <form class="add" method="post" action="/tasks" on:submit=add>
            <label class="visually-hidden" for="new-title">
                "New task"
            </label>
            <input
                node_ref=input
                id="new-title"
                name="title"
                placeholder="Add a task"
                autocomplete="off"
                enterkeyhint="done"
                dir="auto"
                aria-describedby="new-title-error"
                aria-invalid=move || title_error.read().is_some().then_some("true")
                on:input=type_title
                on:keydown=clear_on_escape
            />
            <button class="primary">"Add"</button>
            <p class="error" id="new-title-error" role="alert">
                {move || title_error.get().map(|message| view! { {Icon::Warning.draw()} {message} })}
            </p>
        </form>
    }
}

#[component]
fn Filters(status: Status) -> impl IntoView {
    view! {
        <nav class="filters" aria-label="Which tasks">
            {Status::EACH
                .iter()
                .map(|&each| {
                    let href = if each == Status::All { "/tasks".to_owned() } else { format!("/tasks?status={}", each.as_str()) };
                    view! {
                        <a href=href aria-current=(each == status).then_some("page")>
                            {link(each)}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

fn watch_other_tabs(board: Board, user_id: String) {
    Effect::new(move |started: Option<()>| {
        if started.is_some() {
            return;
        }
        session::watch(user_id.clone(), move |elsewhere| {
            board.notice.set(Some(match elsewhere {
                Elsewhere::SignedOut => Notice::SessionOver("You signed out in another tab."),
                Elsewhere::SomebodyElse => Notice::Stale,
            }));
        });
    });
}

/// What went wrong, and what to do about it.
#[component]
fn Notices(notice: RwSignal<Option<Notice>>) -> impl IntoView {
    let sign_in = move || {
        let location = window().location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let _ = location.assign(&format!("/signin?expired=1&return_to={}", String::from(js_sys::encode_uri_component(&here))));
    };
    let reload = move || drop(window().location().reload());
    let body = move || {
        notice.get().map(|notice| match notice {
            Notice::Failed(words) => view! {
                <p class="banner failed">
                    {Icon::Warning.draw()} <span>{words}</span>
                </p>
            }
            .into_any(),
            Notice::SessionOver(words) => view! {
                <p class="banner failed">
                    {Icon::Warning.draw()} <span>{words} " What you typed is kept."</span>
                    <button on:click=move |_| sign_in()>"Sign in again"</button>
                </p>
            }
            .into_any(),
            Notice::Stale => view! {
                <p class="banner failed">
                    {Icon::Warning.draw()} <span>"Another tab is signed in as somebody else."</span>
                    <button on:click=move |_| reload()>"Reload"</button>
                </p>
            }
            .into_any(),
        })
    };
    view! {
        <div class="notices" role="alert">
            {body}
        </div>
    }
}

/// Tells one's own requests apart; nobody has to be unable to guess it.
fn random_key() -> String {
    format!("{:.0}-{}", js_sys::Date::now(), js_sys::Math::random())
}

fn has_keyboard() -> bool {
    window().match_media("(hover: hover) and (pointer: fine)").ok().flatten().is_some_and(|query| query.matches())
}

const fn heading(status: Status) -> &'static str {
    match status {
        Status::All => "All tasks",
        Status::Pending => "To do",
        Status::Completed => "Completed",
    }
}

const fn link(status: Status) -> &'static str {
    match status {
        Status::All => "All",
        Status::Pending => "To do",
        Status::Completed => "Completed",
    }
}

const fn empty(status: Status) -> &'static str {
    match status {
        Status::All => "Nothing here yet. What is on your mind?",
        Status::Pending => "All done. Enjoy the quiet.",
        Status::Completed => "Nothing completed yet. The first tick will show up here.",
    }
}

fn status_count(pending: i64, total: i64) -> String {
    match (pending, total) {
        (_, 0) => String::new(),
        (0, _) => "all done".into(),
        (pending, total) => format!("{pending} of {total} to do"),
    }
}
