//! The rows. A list has sections (days, or what is overdue), a section has groups of rows: the browser passes over the groups
//! that are out of sight (`content-visibility`), and a row that is added or moved touches one group alone.

use leptos::{either::Either, html, prelude::*};

use super::{
    action::Action,
    focus::{DONE_HEADING, heading_id},
    gesture::Input,
    pointer::FloatingRow,
    row::LiveRow,
    sections::{Group, SectionRows},
    state::Board,
};
use crate::{
    model::{Section, Status, TaskPage, View},
    paths, strings,
};

/// The rows, and what stands in their place where there are none.
#[component]
pub fn TaskList(page: TaskPage) -> impl IntoView {
    let board = expect_context::<Board>();
    let has_tasks = !page.tasks.is_empty();
    let has_no_task = move || board.counts.read().total == 0;
    // The server draws the rows without the groups of the board.
    let is_empty = move || if cfg!(feature = "ssr") { !has_tasks } else { board.is_empty() };
    view! {
        <div
            id="list"
            class:arranged=move || board.query.read().is_arranged()
            class:by-day=move || board.query.read().has_due_days()
            on:focusout=move |_| board.focused.set_value(None)
            on:pointermove=move |event| board.pointer_moves(&event)
            on:pointerup=move |event| board.feed(Input::Release { pointer: event.pointer_id() })
            on:pointercancel=move |_| board.feed(Input::Cancel)
            on:touchmove=move |event| board.touch_moves(&event)
            on:touchend=move |event| board.touch_ends(&event)
            on:contextmenu=move |event| {
                if board.is_touched() {
                    event.prevent_default();
                }
            }
        >
            <FloatingRow />
            {sections(page)}
        </div>
        <div class="empty" id="empty" hidden=move || !is_empty()>
            <p>
                {move || {
                    let query = board.query.read();
                    match View::of(&query) {
                        _ if query.has_filters() => strings::NOTHING_FOUND,
                        View::Pending if has_no_task() => strings::view_empty(View::All),
                        view => strings::view_empty(view),
                    }
                }}
            </p>
            // An example shows what the add line understands.
            <p hidden=move || board.query.read().has_filters() || !has_no_task()>
                <button type="button" class="with-script" on:click=move |_| board.try_example()>
                    {strings::EXAMPLE_TASK}
                </button>
            </p>
        </div>
        <p class="more" id="more" hidden=move || board.next.read().is_none() node_ref=board.more>
            <a
                class="button"
                href=move || {
                    let status = if board.query.read().status == Status::All { "status=all&" } else { "" };
                    format!("/tasks?{status}{}", board.next.get().unwrap_or_default())
                }
                on:click=move |event| {
                    event.prevent_default();
                    board.load_more_soon();
                }
            >
                {strings::SHOW_MORE}
            </a>
        </p>
        <DoneBelow />
    }
}

/// What is done, below what is to do: folded, and loaded once it is unfolded. Without a script it leads to the list.
#[component]
fn DoneBelow() -> impl IntoView {
    let board = expect_context::<Board>();
    let blocks = Signal::derive(move || board.done.get_value().blocks().collect());
    let details = NodeRef::<html::Details>::new();
    // Of a search or a filter it is not known how many are done.
    let count = move || (!board.query.read().has_filters()).then(|| board.counts.get().of(View::Completed));
    view! {
        <details
            id="done"
            hidden=move || !board.query.read().has_done_below() || count() == Some(0)
            node_ref=details
            on:toggle=move |_| board.unfold_done(details.get_untracked().is_some_and(|details| details.open()))
        >
            <summary>
                <span id=DONE_HEADING>{strings::view_name(View::Completed)}</span>
                " "
                <span class="number">{count}</span>
            </summary>
            <Blocks blocks />
            <p class="all-done">
                <a href=move || paths::task_list(&board.query.read().of_done())>{strings::SHOW_ALL_COMPLETED}</a>
            </p>
        </details>
    }
}

/// What the list consists of, from the top. One flat sequence: sections around groups around rows would be three keyed lists
/// within each other, a type that takes the compiler more than ten minutes, or 80 kB of erased views in the WASM.
#[derive(Clone)]
enum Block {
    Heading(SectionRows),
    Group(Section, Group),
}

impl Block {
    fn key(&self) -> (Option<Section>, u32) {
        match self {
            Self::Heading(rows) => (Some(rows.section), 0),
            Self::Group(_, group) => (None, group.id),
        }
    }
}

impl SectionRows {
    fn blocks(self) -> impl Iterator<Item = Block> {
        let section = self.section;
        let groups = self.groups.get();
        let heading = (!matches!(section, Section::Whole | Section::Done)).then_some(Block::Heading(self));
        heading.into_iter().chain(groups.into_iter().map(move |group| Block::Group(section, group)))
    }
}

/// The heading of a section; the rows under it are named by it.
#[component]
fn SectionHeading(section: Section, #[prop(into)] is_empty: Signal<bool>) -> impl IntoView {
    let board = expect_context::<Board>();
    // “Today” in “Today” says nothing, unless something is overdue.
    let is_hidden = move || View::of(&board.query.read()) == View::Today && !board.has_overdue.get();
    view! {
        <div
            class="part-head"
            class:overdue=section == Section::Overdue
            class:thin=move || is_empty.get()
            hidden=is_hidden
        >
            <h2 id=heading_id(section)>{move || strings::section(section, board.today.get())}</h2>
            {(section == Section::Overdue)
                .then(|| {
                    view! {
                        <button type="button" class="link" on:click=move |_| board.dispatch(Action::MoveOverdueToToday)>
                            {strings::MOVE_ALL_TO_TODAY}
                        </button>
                    }
                })}
        </div>
    }
}

/// Headings, groups and rows in the browser: keyed, and following their signals.
#[component]
fn Blocks(blocks: Signal<Vec<Block>>) -> impl IntoView {
    view! {
        <For each=move || blocks.get() key=Block::key let:block>
            {match block {
                Block::Heading(SectionRows { section, groups }) => {
                    let is_empty = Signal::derive(move || groups.read().is_empty());
                    Either::Left(view! { <SectionHeading section is_empty /> })
                }
                Block::Group(section, group) => {
                    Either::Right(
                        view! {
                            <ul aria-labelledby=heading_id(section)>
                                <For each=move || group.rows.get() key=|row| row.key let:row>
                                    <LiveRow row />
                                </For>
                            </ul>
                        },
                    )
                }
            }}
        </For>
    }
}

#[cfg(not(feature = "ssr"))]
fn sections(page: TaskPage) -> impl IntoView {
    drop(page);
    let board = expect_context::<Board>();
    let blocks = Signal::derive(move || board.sections.get().into_iter().flat_map(SectionRows::blocks).collect());
    view! { <Blocks blocks /> }
}

/// On the server they are written once: a signal for each row would cost more than the row.
#[cfg(feature = "ssr")]
fn sections(page: TaskPage) -> impl IntoView {
    use super::{row::static_row, row_state::RowState, sections::GROUP, state::BoardHandle};

    let handle = expect_context::<BoardHandle>();
    let mut keys = 0..;
    let TaskPage { tasks, query, today, utc_offset, .. } = page;
    let rows = tasks.into_iter().map(|task| (Section::of(&query, &task, today, utc_offset), RowState::new(task)));
    let mut blocks = Vec::new();
    for (section, rows) in Section::arrange(&query, today, rows) {
        if section != Section::Whole {
            blocks.push(Either::Left(view! { <SectionHeading section is_empty=rows.is_empty() /> }));
        }
        for rows in rows.chunks(GROUP) {
            let rows = rows.iter().zip(&mut keys).map(|(state, key)| static_row(handle, key, state, today)).collect::<Vec<_>>();
            blocks.push(Either::Right(view! { <ul aria-labelledby=heading_id(section)>{rows}</ul> }));
        }
    }
    blocks
}
