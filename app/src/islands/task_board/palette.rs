//! Every command, found by typing.

use leptos::{ev, html, prelude::*};

use super::{
    action::Action,
    state::Board,
    types::{Direction, PopoverKind, Target},
};
use crate::{
    model::{Day, ListQuery, Search, Status, Theme, View, lower},
    paths, strings,
};

/// Most tasks and tags that are found.
const FOUND_MAX: usize = 8;

/// What a command of the palette does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum CommandEffect {
    Action(Action),
    /// Leads to another page.
    Open(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Command {
    name: String,
    /// The key that does the same; may be empty.
    key: &'static str,
    effect: CommandEffect,
}

impl Command {
    /// Whether its name has this text, in lower case, or another word for it.
    fn matches_text(&self, text: &str) -> bool {
        let also = strings::SYNONYMS.iter().find(|(name, _)| *name == self.name).map_or("", |(_, also)| also);
        self.name.to_lowercase().contains(text) || also.contains(text)
    }
}

/// All of them. They act on the task that had the focus, or on those that are selected.
fn commands(today: Day) -> Vec<Command> {
    let chosen = Target::Chosen;
    let actions = [
        (strings::ADD_A_TASK, "n", Action::FocusAddLine),
        (strings::SEARCH, "/", Action::FocusSearch),
        (strings::FILTER_AND_SORT, "f", Action::ToggleFilters),
        (strings::COMPLETE_TASK, "x", Action::Complete(chosen)),
        (strings::EDIT_TASK, "e", Action::Edit(chosen)),
        (strings::SET_DATE, "d", Action::OpenPopover(PopoverKind::Date, chosen)),
        (strings::DUE_TODAY, "", Action::Schedule(chosen, Some(today))),
        (strings::DUE_TOMORROW, "", Action::Schedule(chosen, Some(today.plus(1)))),
        (strings::SET_TAGS, "t", Action::OpenPopover(PopoverKind::Tags, chosen)),
        (strings::DELETE_TASK, strings::KEY_DELETE, Action::Delete(chosen)),
        (strings::MOVE_TASK_UP, strings::KEY_MOVE_UP, Action::Move(chosen, Direction::Up)),
        (strings::MOVE_TASK_DOWN, strings::KEY_MOVE_DOWN, Action::Move(chosen, Direction::Down)),
        (strings::SELECT_EVERY_TASK, strings::KEY_SELECT_ALL, Action::SelectAll),
        (strings::UNDO, strings::KEY_UNDO, Action::Undo),
        (strings::DARK_COLOURS, "", Action::SetTheme(Theme::Dark)),
        (strings::LIGHT_COLOURS, "", Action::SetTheme(Theme::Light)),
        (strings::SYSTEM_COLOURS, "", Action::SetTheme(Theme::System)),
        (strings::SHORTCUTS, "?", Action::OpenHelp),
    ];
    let actions = actions.map(|(name, key, action)| Command { name: name.into(), key, effect: CommandEffect::Action(action) });
    let views =
        View::EACH.map(|view| Command { name: strings::go_to(view), key: "", effect: CommandEffect::Open(paths::view(view).into()) });
    let trash = Command { name: strings::TRASH.into(), key: "", effect: CommandEffect::Open("/trash".into()) };
    let account = Command { name: strings::YOUR_ACCOUNT.into(), key: "", effect: CommandEffect::Open("/account".into()) };
    actions.into_iter().chain(views).chain([trash, account]).collect()
}

/// The commands, then the tasks and tags of the list, that have what is typed.
fn found(board: &Board, typed: &str) -> Vec<Command> {
    let text = typed.trim().to_lowercase();
    let mut found: Vec<_> = commands(board.today.get_untracked()).into_iter().filter(|command| command.matches_text(&text)).collect();
    let Ok(Some(search)) = Search::read(typed) else { return found };
    let rows = board.rows_in_order();
    let tasks = rows.iter().filter(|row| search.finds(&row.state.read_untracked().task)).take(FOUND_MAX);
    found.extend(tasks.map(|row| Command {
        name: row.task().title,
        key: "",
        effect: CommandEffect::Action(Action::Edit(Target::Row(row.key))),
    }));
    let mut tags: Vec<_> =
        rows.iter().flat_map(|row| row.task().tags).filter(|tag| lower(tag).contains(text.trim_start_matches('#'))).collect();
    tags.sort_unstable();
    tags.dedup();
    let href = |tag: &str| paths::task_list(&ListQuery { status: Status::Pending, tag: Some(tag.to_owned()), ..ListQuery::default() });
    found.extend(tags.into_iter().take(FOUND_MAX).map(|tag| Command {
        name: format!("#{tag}"),
        key: "",
        effect: CommandEffect::Open(href(&tag)),
    }));
    found
}

#[component]
pub fn Palette() -> impl IntoView {
    let board = expect_context::<Board>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (board.is_palette_open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            id="palette"
            class="palette"
            aria-label=strings::COMMANDS
            node_ref=dialog
            // Escape: at once, since the event of the end comes later, when the dialog may be open again.
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                board.is_palette_open.set(false);
            }
            on:close=move |_| {
                if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
                    board.is_palette_open.set(false);
                }
            }
        >
            <Show when=move || board.is_palette_open.get()>
                <Commands />
            </Show>
        </dialog>
    }
}

/// The field and the commands that have what is typed there: a combobox (ARIA Authoring Practices, "Combobox").
#[component]
fn Commands() -> impl IntoView {
    let board = expect_context::<Board>();
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let found = Memo::new(move |_| found(&board, &typed.read()));
    let perform = move |effect: CommandEffect| {
        board.is_palette_open.set(false);
        match effect {
            // After the dialog has closed and given the focus back.
            CommandEffect::Action(action) => request_animation_frame(move || board.dispatch(action)),
            CommandEffect::Open(href) => drop(window().location().assign(&href)),
        }
    };
    // The dialog opens before its content is drawn.
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let option_id = |at: usize| format!("command-{at}");
    let active_id = move || (active.get() < found.read().len()).then(|| option_id(active.get()));
    view! {
        <input
            name="command"
            role="combobox"
            aria-expanded="true"
            aria-controls="commands"
            aria-autocomplete="list"
            aria-activedescendant=active_id
            aria-label=strings::FIND_COMMAND
            placeholder=strings::FIND_COMMAND
            autocomplete="off"
            node_ref=field
            on:input=move |event| {
                typed.set(event_target_value(&event));
                active.set(0);
            }
            on:keydown=move |event| {
                let last = found.read_untracked().len().saturating_sub(1);
                match event.key().as_str() {
                    "ArrowDown" => active.update(|active| *active = (*active + 1).min(last)),
                    "ArrowUp" => active.update(|active| *active = active.saturating_sub(1)),
                    "Enter" => {
                        let effect = found.read_untracked().get(active.get_untracked()).map(|command| command.effect.clone());
                        effect.into_iter().for_each(perform);
                    }
                    _ => return,
                }
                event.prevent_default();
            }
        />
        <ul id="commands" role="listbox" aria-label=strings::COMMANDS>
            {move || {
                found
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(at, command)| {
                        let is_active = move || active.get() == at;
                        view! {
                            <li
                                id=option_id(at)
                                role="option"
                                aria-selected=move || if is_active() { "true" } else { "false" }
                                class:active=is_active
                                on:click=move |_| perform(command.effect.clone())
                            >
                                <span dir="auto">{command.name}</span>
                                {(!command.key.is_empty()).then(|| view! { <kbd>{command.key}</kbd> })}
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
        <p class="quiet" hidden=move || !found.read().is_empty()>
            {strings::NO_COMMAND}
        </p>
    }
}
