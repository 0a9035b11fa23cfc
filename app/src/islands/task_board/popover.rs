//! The small dialogs that change one thing of a task where it stands in the list: its date, its priority, its tags.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    focus::{Place, focus_first_soon},
    month::Month,
    row_state::Row,
    state::{Board, OpenPopover},
    types::PopoverKind,
};
use crate::{
    components::icon::Icon,
    model::{Day, ListQuery, Priority, Status, TAG_MAX, lower},
    paths,
    quick_add::QuickAdd,
    strings,
};

impl PopoverKind {
    /// Room that it takes at most, in pixels: a date has a month.
    const fn height(self) -> f64 {
        match self {
            Self::Date => 520.0,
            Self::Priority => 230.0,
            Self::Tags => 300.0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Date => strings::DATE,
            Self::Priority => strings::PRIORITY,
            Self::Tags => strings::TAGS,
        }
    }
}

/// Its width with the space beside it, in pixels.
const WIDTH: f64 = 336.0;

impl OpenPopover {
    /// Where its corner is: below what it belongs to, and within the window.
    fn corner(&self) -> (f64, f64) {
        let Place { left, bottom, window_width, window_height } = self.place;
        (left.min(window_width - WIDTH).max(8.0), (bottom + 4.0).min(window_height - self.kind.height()).max(8.0))
    }
}

impl Board {
    /// Closes it. A change has drawn the row anew, perhaps elsewhere: the focus goes there.
    pub fn close_popover(&self) {
        if let Some(popover) = self.popover.try_update(Option::take).flatten() {
            focus_first_soon(popover.back_to);
        }
    }

    /// The tags of all tasks on the page, for a person to choose from.
    fn known_tags(&self) -> Vec<String> {
        let mut tags: Vec<_> = self.rows_in_order().iter().flat_map(|row| row.state.read_untracked().task.tags.clone()).collect();
        tags.sort_by_key(|tag| lower(tag));
        tags.dedup();
        tags
    }
}

#[component]
pub fn Popover() -> impl IntoView {
    let board = expect_context::<Board>();
    move || board.popover.get().map(|popover| view! { <PopoverDialog popover /> })
}

#[component]
fn PopoverDialog(popover: OpenPopover) -> impl IntoView {
    let board = expect_context::<Board>();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    let (left, top) = popover.corner();
    let OpenPopover { kind, rows, .. } = popover;
    let rows = StoredValue::new(rows);
    view! {
        <dialog
            class="popover"
            aria-label=kind.name()
            node_ref=dialog
            style=("--left", format!("{left}px"))
            style=("--top", format!("{top}px"))
            on:close=move |_| board.close_popover()
            // The dialog itself is clicked only beside what it holds: on its backdrop.
            on:click=move |event: ev::MouseEvent| {
                let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                if target.is_some_and(|target| target.tag_name() == "DIALOG") {
                    board.close_popover();
                }
            }
        >
            {match kind {
                PopoverKind::Date => leptos::either::EitherOf3::A(view! { <DateChoice rows /> }),
                PopoverKind::Priority => leptos::either::EitherOf3::B(view! { <PriorityChoice rows /> }),
                PopoverKind::Tags => leptos::either::EitherOf3::C(view! { <TagChoice rows /> }),
            }}
        </dialog>
    }
}

/// What all tasks have in common, if anything.
fn common<T: PartialEq>(rows: &[Row], of: impl Fn(&Row) -> T) -> Option<T> {
    let mut values = rows.iter().map(of);
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// The day: typed in words, one of the near ones, or of a month.
#[component]
fn DateChoice(rows: StoredValue<Vec<Row>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let today = board.today.get_untracked();
    let current = rows.with_value(|rows| common(rows, |row| row.task().due_date)).flatten();
    let choose = move |day: Option<Day>| {
        rows.with_value(|rows| board.schedule(rows, day));
        board.close_popover();
    };
    let typed = RwSignal::new(String::new());
    let understood = move || QuickAdd::read_day(&typed.read(), today);
    let near = strings::near_days(today).map(|(name, day)| {
        view! {
            <li>
                <button type="button" class="option" aria-pressed=(current == Some(day)).to_string() on:click=move |_| choose(Some(day))>
                    <span>{name}</span>
                    <span class="quiet">{strings::short_day(day, today)}</span>
                </button>
            </li>
        }
    });
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                if let Some(day) = understood() {
                    choose(Some(day));
                }
            }
        >
            <label class="visually-hidden" for="popover-date">
                {strings::TYPE_A_DATE}
            </label>
            <input
                id="popover-date"
                autocomplete="off"
                placeholder=strings::TYPE_A_DATE_HINT
                aria-describedby="popover-date-means"
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <p class="hint" id="popover-date-means" role="status">
                {move || match understood() {
                    Some(day) => strings::day_heading(day, today),
                    None if typed.read().trim().is_empty() => String::new(),
                    None => strings::NO_DATE_UNDERSTOOD.to_owned(),
                }}
            </p>
        </form>
        <ul class="options">
            {near.collect_view()}
            <li>
                <button type="button" class="option" aria-pressed=current.is_none().to_string() on:click=move |_| choose(None)>
                    {strings::NO_DATE}
                </button>
            </li>
        </ul>
        <Month current today on_choose=move |day| choose(Some(day)) />
    }
}

#[component]
fn PriorityChoice(rows: StoredValue<Vec<Row>>) -> impl IntoView {
    let board = expect_context::<Board>();
    let current = rows.with_value(|rows| common(rows, |row| row.task().priority));
    let choose = move |priority| {
        rows.with_value(|rows| board.prioritize(rows, priority));
        board.close_popover();
    };
    let options = Priority::EACH.iter().rev().map(|&priority| {
        view! {
            <li>
                <button
                    type="button"
                    class=format!("option priority-{}", priority.as_str())
                    aria-pressed=(current == Some(priority)).to_string()
                    on:click=move |_| choose(priority)
                >
                    <span class="priority">{strings::priority(priority)}</span>
                </button>
            </li>
        }
    });
    view! { <ul class="options">{options.collect_view()}</ul> }
}

/// The tags: a click takes one away, the field adds one.
#[component]
fn TagChoice(rows: StoredValue<Vec<Row>>) -> impl IntoView {
    let board = expect_context::<Board>();
    // Of one task all, of several none: what is taken away is taken from the one that is seen.
    let tags = move || rows.with_value(|rows| if let [row] = &rows[..] { row.state.read().task.tags.clone() } else { Vec::new() });
    let known = board.known_tags().into_iter().map(|tag| view! { <option value=tag></option> }).collect_view();
    let typed = RwSignal::new(String::new());
    view! {
        <ul class="tag-choice">
            {move || {
                tags()
                    .into_iter()
                    .map(|tag| {
                        let query = ListQuery { status: Status::Pending, tag: Some(tag.clone()), ..ListQuery::default() };
                        let (shown, taken) = (tag.clone(), tag);
                        view! {
                            <li>
                                <a dir="auto" href=paths::task_list(&query) title=strings::SHOW_ALL_WITH_TAG>
                                    "#"
                                    {shown.clone()}
                                </a>
                                <button
                                    type="button"
                                    class="bare"
                                    aria-label=strings::remove_tag(&shown)
                                    on:click=move |_| rows.with_value(|rows| board.remove_tag(rows, &taken))
                                >
                                    {Icon::Close.draw()}
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
        <form
            on:submit=move |event| {
                event.prevent_default();
                let tag = typed.get_untracked().trim().trim_start_matches('#').to_owned();
                if tag.is_empty() {
                    board.close_popover();
                } else if rows.with_value(|rows| board.add_tag(rows, &tag)) {
                    typed.set(String::new());
                }
            }
        >
            <label class="visually-hidden" for="popover-tag">
                {strings::ADD_TAG}
            </label>
            <input
                id="popover-tag"
                autofocus
                autocomplete="off"
                dir="auto"
                list="known-tags"
                maxlength=(TAG_MAX + 1).to_string()
                placeholder=strings::ADD_TAG
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <datalist id="known-tags">{known}</datalist>
        </form>
    }
}
