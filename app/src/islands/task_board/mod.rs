//! The list of tasks: one island over typed state.
//!
//! A click, a key or a command becomes an [`Action`]; `dispatch` makes a change of it and gives it to the
//! outbox, a pure reducer; its effects keep and send the change, and redraw the rows that it touches. What a row shows is
//! what the server said last, with the changes that it has not confirmed yet applied on top.

#![cfg_attr(feature = "ssr", allow(dead_code, unused_imports, reason = "on the server nothing is clicked, sent or received"))]

mod action;
mod add_line;
mod apply;
mod bottom_bar;
mod bulk_bar;
mod changes;
mod drafts;
mod drag;
mod edit;
mod editor;
mod filters;
mod focus;
mod gesture;
mod help;
mod list;
mod live;
mod load;
mod month;
mod mount;
mod notices;
mod page;
pub mod page_data;
mod palette;
mod pointer;
mod popover;
mod row;
mod row_state;
mod rows;
mod sections;
mod selection;
mod shortcuts;
mod state;
mod sync;
mod toast;
mod types;
mod undo;

use leptos::prelude::*;

use self::{
    action::Action,
    add_line::AddLine,
    bottom_bar::BottomBar,
    bulk_bar::BulkBar,
    filters::{FilterPills, Filters},
    help::Help,
    list::TaskList,
    page_data::task_page,
    palette::Palette,
    popover::Popover,
    state::{Board, BoardHandle},
    toast::Toast,
};
use crate::{
    components::icon::Icon,
    model::{TaskPage, View},
    paths, strings,
};

/// Everything of the page `/tasks`. It reads its data beside it: see [`page_data`].
#[island]
pub fn TaskBoard() -> impl IntoView {
    task_page().map(|page| view! { <Tasks page /> })
}

#[component]
fn Tasks(page: TaskPage) -> impl IntoView {
    let board = Board::new(&page);
    provide_context(board);
    provide_context(BoardHandle::new(board));
    // Effects run in the browser alone.
    Effect::new(move |_| untrack(|| board.mount()));
    view! {
        <div id="board" class:hydrated=move || board.is_hydrated.get()>
            <Views />
            <div class="head">
                <h1 id="heading">{move || strings::view_heading(View::of(&board.query.read()))}</h1>
                <p class="count" id="count">
                    {move || { let counts = board.counts.get(); strings::count(counts.pending, counts.total) }}
                </p>
                <Filters />
            </div>
            <Notices />
            <FilterPills />
            <AddLine />
            <TaskList page />
            <p class="foot">
                <button type="button" class="link" aria-keyshortcuts="Control+K" on:click=move |_| board.dispatch(Action::OpenPalette)>
                    {strings::COMMANDS}
                </button>
                <button type="button" class="link" aria-keyshortcuts="?" on:click=move |_| board.dispatch(Action::OpenHelp)>
                    {strings::SHORTCUTS}
                </button>
            </p>
            <BottomBar />
            <BulkBar />
            <p class="visually-hidden" role="status" id="said">
                {move || board.announcement.get()}
            </p>
            <Toast />
            <Popover />
            <Palette />
            <Help />
        </div>
    }
}

/// What went wrong, or has to be decided, above the list.
#[component]
fn Notices() -> impl IntoView {
    let board = expect_context::<Board>();
    // Not while the session is over: then nothing is sent again.
    let offline = move || board.offline.get().filter(|_| !board.is_over.get());
    view! {
        <div id="notices" role="alert">
            {move || {
                offline()
                    .map(|why| {
                        view! {
                            <p class="banner failed">
                                {Icon::Warning.draw()} <span>{move || strings::not_saved_yet(&why, board.pending.get())}</span>
                                <button type="button" on:click=move |_| board.send_now()>
                                    {strings::TRY_AGAIN}
                                </button>
                            </p>
                        }
                    })
            }}
            {move || {
                board
                    .notice
                    .get()
                    .map(|notice| {
                        view! {
                            <p class="banner failed">
                                {Icon::Warning.draw()} <span>{notice.text}</span>
                                {notice
                                    .button
                                    .map(|(name, action)| {
                                        view! {
                                            <button type="button" on:click=move |_| Board::answer_notice(action)>
                                                {name}
                                            </button>
                                        }
                                    })}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// The views, each with the number of its tasks: beside the list; on a narrow screen, opened by the bar at the bottom.
#[component]
fn Views() -> impl IntoView {
    let board = expect_context::<Board>();
    view! {
        <nav class="views" id="views" popover aria-label=strings::VIEWS_NAME>
            {View::EACH
                .map(|view| {
                    view! {
                        <a href=paths::view(view) aria-current=move || (View::of(&board.query.read()) == view).then_some("page")>
                            {strings::view_name(view)}
                            " "
                            <span class="number">{move || board.counts.get().of(view)}</span>
                        </a>
                    }
                })
                .collect_view()}
            <a href="/trash">{strings::TRASH}</a>
        </nav>
    }
}
