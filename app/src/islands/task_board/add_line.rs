//! The line for a new task. What is typed there is kept until it is saved, and what it understands is shown before.

use leptos::{ev, html, prelude::*};
use web_sys::HtmlInputElement;

use super::{
    focus::{ADD_FIELD, focus_now},
    state::Board,
};
use crate::{
    components::icon::Icon,
    quick_add::{QuickAdd, Token, TokenKind, escape_token},
    strings,
};

#[component]
pub fn AddLine() -> impl IntoView {
    let board = expect_context::<Board>();
    let input = NodeRef::<html::Input>::new();
    // What was typed before the page was hydrated counts.
    Effect::new(move |_| {
        if let Some(typed) = input.get().map(|input| input.value()).filter(|typed| !typed.is_empty()) {
            board.set_new_title(typed);
        }
    });
    let marks = NodeRef::<html::Div>::new();
    // The text of a long line scrolls, and the marks under it as far: in the next frame, when the marks of a new text are drawn.
    // Typing and moving the caret scroll the text without a `scroll` event in some browsers.
    let scroll_marks = move || {
        request_animation_frame(move || {
            if let (Some(input), Some(marks)) = (input.get_untracked(), marks.get_untracked()) {
                marks.set_scroll_left(input.scroll_left());
            }
        });
    };
    Effect::new(move |_| {
        board.new_title.track();
        scroll_marks();
    });
    view! {
        <form
            class="add"
            id="add"
            method="post"
            action="/tasks"
            on:submit=move |event| {
                event.prevent_default();
                board.add_typed();
            }
        >
            <label class="visually-hidden" for=ADD_FIELD>
                {strings::NEW_TASK}
            </label>
            <div class="line">
                <div class="line-marks" dir="auto" aria-hidden="true" node_ref=marks>
                    {move || marked(&board.new_title.read(), board.understood())}
                </div>
                <input
                    id=ADD_FIELD
                    name="title"
                    node_ref=input
                    placeholder=strings::ADD_A_TASK
                    autocomplete="off"
                    enterkeyhint="done"
                    dir="auto"
                    aria-describedby="new-title-error chips"
                    aria-invalid=move || board.new_title_error.read().is_some().then_some("true")
                    prop:value=move || board.new_title.get()
                    on:input=move |event| {
                        board.shows_tokens.set(true);
                        board.set_new_title(event_target_value(&event));
                    }
                    on:keydown:target=move |event| match event.key().as_str() {
                        "Escape" => {
                            board.new_title_error.set(None);
                            board.dismiss_pasted();
                            let _ = event.target().blur();
                        }
                        "Backspace" if board.escape_token_at_cursor(&event.target()) => event.prevent_default(),
                        _ => {}
                    }
                    on:paste=move |event| board.take_paste(&event)
                    on:scroll=move |_| scroll_marks()
                    on:keyup=move |_| scroll_marks()
                />
            </div>
            <button class="primary">{strings::ADD}</button>
            <div class="below" role="alert">
                <p class="error" id="new-title-error" hidden=move || board.new_title_error.read().is_none()>
                    {Icon::Warning.draw()} <span>{move || board.new_title_error.get()}</span>
                </p>
            </div>
            // A chip that is pressed leaves the focus where it is: in the line.
            <div class="below" id="chips" aria-live="polite" on:mousedown=|event| event.prevent_default()>
                {move || board.understood().into_iter().map(|token| view! { <Chip token /> }).collect_view()}
            </div>
            <PastedLines />
        </form>
    }
}

/// The text of the line with its tokens marked; without any, nothing.
fn marked(line: &str, tokens: Vec<Token>) -> impl IntoView + use<> {
    let part = |from, to| line.get(from..to).unwrap_or_default().to_owned();
    let mut end = 0;
    let parts = tokens
        .into_iter()
        .map(|token| {
            let class = match token.kind {
                TokenKind::Date(_) => "day-mark",
                TokenKind::Priority(_) => "priority-mark",
                TokenKind::Tag(_) => "tag-mark",
            };
            let before = part(std::mem::replace(&mut end, token.end), token.start);
            let word = part(token.start, token.end);
            view! {
                <span>{before}</span>
                <mark class=class>{word}</mark>
            }
        })
        .collect_view();
    // The rest has no mark, but room to scroll.
    let rest = if end > 0 { part(end, line.len()) } else { String::new() };
    (parts, view! { <span>{rest}</span> })
}

/// Asks what several pasted lines are to be: one task each, or one.
#[component]
fn PastedLines() -> impl IntoView {
    let board = expect_context::<Board>();
    let choose = NodeRef::<html::Button>::new();
    move || {
        let lines = board.pasted.get()?;
        let count = lines.lines().filter(|line| !line.trim().is_empty()).count();
        // The choice gets the focus when it comes.
        Effect::new(move |_| {
            if let Some(button) = choose.get() {
                let _ = button.focus();
            }
        });
        Some(view! {
            <div class="below banner" id="lines" on:keydown=move |event| if event.key() == "Escape" { board.dismiss_pasted() }>
                <span>{strings::several_lines(count)}</span>
                <button type="button" class="primary" node_ref=choose on:click=move |_| board.add_pasted()>
                    {strings::add_several(count)}
                </button>
                <button type="button" on:click=move |_| board.join_pasted()>
                    {strings::ONE_TASK}
                </button>
                <button type="button" class="bare" aria-label=strings::DISMISS on:click=move |_| board.dismiss_pasted()>
                    {Icon::Close.draw()}
                </button>
            </div>
        })
    }
}

/// A part of the line that is understood; pressing it makes it a word again.
#[component]
fn Chip(token: Token) -> impl IntoView {
    let board = expect_context::<Board>();
    let text = match &token.kind {
        TokenKind::Tag(tag) => format!("#{tag}"),
        TokenKind::Priority(priority) => strings::priority(*priority).to_owned(),
        TokenKind::Date(day) => strings::day(*day, board.today.get_untracked()),
    };
    let label = strings::keep_as_word(&text);
    view! {
        <button
            type="button"
            class="chip"
            aria-label=label
            on:click=move |_| {
                board.set_new_title(escape_token(&board.new_title.get_untracked(), &token));
                focus_now(ADD_FIELD);
            }
        >
            <span dir="auto">{text}</span>
            {Icon::Close.draw()}
        </button>
    }
}

impl Board {
    /// Puts an example into the line, for the person to add or to change.
    pub fn try_example(&self) {
        self.shows_tokens.set(true);
        self.set_new_title(strings::EXAMPLE_TASK.into());
        focus_now(ADD_FIELD);
    }

    /// The parts of the line that are understood.
    fn understood(&self) -> Vec<Token> {
        if self.shows_tokens.get() { QuickAdd::read(&self.new_title.read(), self.today.get()).tokens } else { Vec::new() }
    }

    /// Makes the token that ends at the cursor a word again; whether there is one.
    fn escape_token_at_cursor(&self, input: &HtmlInputElement) -> bool {
        let (Ok(Some(start)), Ok(Some(end))) = (input.selection_start(), input.selection_end()) else { return false };
        let line = self.new_title.get_untracked();
        // The browser counts UTF-16 units.
        let ends_at_cursor = |token: &Token| line[..token.end].encode_utf16().count() == end as usize;
        let tokens = QuickAdd::read(&line, self.today.get_untracked()).tokens;
        let Some(token) = tokens.iter().find(|token| start == end && ends_at_cursor(token)) else { return false };
        self.set_new_title(escape_token(&line, token));
        true
    }

    pub fn add_typed(&self) {
        let line = self.new_title.get_untracked();
        match QuickAdd::read(&line, self.today.get_untracked()).task().validate() {
            Ok(task) => {
                self.set_new_title(String::new());
                self.create(task);
            }
            Err(errors) => self.new_title_error.set(errors.into_iter().next().map(|error| error.message)),
        }
    }

    /// Several lines can be several tasks: the person is asked.
    fn take_paste(&self, event: &ev::ClipboardEvent) {
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
        let text = text.trim();
        if text.lines().filter(|line| !line.trim().is_empty()).count() > 1 {
            event.prevent_default();
            self.set_pasted(Some(text.to_owned()));
        }
    }

    /// What was pasted, once the person has chosen; the question goes.
    fn take_pasted(&self) -> String {
        let text = self.pasted.get_untracked().unwrap_or_default();
        self.set_pasted(None);
        focus_now(ADD_FIELD);
        text
    }

    fn dismiss_pasted(&self) {
        if self.pasted.read_untracked().is_some() {
            self.take_pasted();
        }
    }

    fn join_pasted(&self) {
        let text = self.take_pasted();
        let line = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        self.set_new_title(self.new_title.get_untracked() + &line);
    }

    fn add_pasted(&self) {
        let text = self.take_pasted();
        let today = self.today.get_untracked();
        let mut refused = None;
        // The last one first: each new task stands before the one added before it.
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).rev() {
            match QuickAdd::read(line, today).task().validate() {
                Ok(task) => self.create(task),
                Err(errors) => refused = Some((line.to_owned(), errors)),
            }
        }
        if let Some((line, errors)) = refused {
            self.set_new_title(line);
            self.new_title_error.set(errors.into_iter().next().map(|error| error.message));
        }
    }
}
