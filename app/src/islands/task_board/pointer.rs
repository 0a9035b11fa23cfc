//! Fingers and pointers on the rows: their events go to the [`Gesture`], and what follows becomes an [`Action`] or is shown.

use std::time::Duration;

use leptos::{
    either::Either,
    ev::{PointerEvent, TouchEvent},
    prelude::*,
};
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::{
    action::Action,
    focus::row_area,
    gesture::{Gesture, HOLD_AFTER, Input, Output, Point, Press, SWIPE_FROM},
    row_state::Row,
    state::{Board, Floating},
    types::{PopoverKind, RowKey, Target},
};
use crate::{browser::now, components::icon::Icon, strings};

/// How long a swiped row takes to go back, in milliseconds: as long as the style says.
const RETURN: Duration = Duration::from_millis(140);

#[component]
pub fn FloatingRow() -> impl IntoView {
    let board = expect_context::<Board>();
    let px = |length: f64| format!("{length}px");
    move || {
        board.floating.get().map(|floating| match floating {
            Floating::Swipe { area, is_right, is_enough, is_done } => {
                let (class, icon, word) = match (is_right, is_done) {
                    (true, false) => ("swipe tick", Icon::Check, strings::COMPLETE),
                    (true, true) => ("swipe tick", Icon::Check, strings::TO_DO_AGAIN),
                    (false, _) => ("swipe date", Icon::Calendar, strings::SET_DATE),
                };
                Either::Left(view! {
                    <div
                        class=class
                        class:enough=is_enough
                        aria-hidden="true"
                        style:left=px(area.left)
                        style:top=px(area.top)
                        style:width=px(area.width)
                        style:height=px(area.height)
                    >
                        {icon.draw()}
                        {word}
                    </div>
                })
            }
            Floating::Row { area, moved, title, line } => Either::Right(view! {
                <div
                    class="landing"
                    hidden=line.is_none()
                    style:left=px(area.left)
                    style:top=px(line.unwrap_or_default())
                    style:width=px(area.width)
                ></div>
                <div
                    class="lifted"
                    aria-hidden="true"
                    style:left=px(area.left)
                    style:top=px(area.top + moved)
                    style:width=px(area.width)
                >
                    <span class="box"></span>
                    <span dir="auto">{title}</span>
                </div>
            }),
        })
    }
}

impl Board {
    /// A finger on a row, or any pointer on its grip. What else a mouse presses is a click.
    pub fn press_row(self, key: RowKey, event: &PointerEvent) {
        let Some(row) = self.row_of_key(key).filter(|row| !row.is_editing() && event.button() == 0) else { return };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let on_grip = target.is_some_and(|target| target.closest(".grip").ok().flatten().is_some());
        let press = Press { row: key, pointer: event.pointer_id(), from: point_of(event), time: now(), is_movable: self.is_movable(&row) };
        self.was_held.set_value(false);
        if on_grip {
            // It would begin to select text.
            event.prevent_default();
            self.feed(Input::Grip(press));
        } else if event.pointer_type() != "mouse" {
            self.feed(Input::Touch(press));
            // The browser's clock may be a millisecond behind its timers.
            set_timeout(move || self.feed(Input::Time(now())), Duration::from_millis(HOLD_AFTER.unsigned_abs() + 2));
        }
    }

    pub fn pointer_moves(self, event: &PointerEvent) {
        if self.gesture.get_value() == Gesture::Idle {
            return;
        }
        self.feed(Input::Move { pointer: event.pointer_id(), at: point_of(event) });
        // From now on the list gets the events of this pointer, wherever it is.
        if matches!(self.gesture.get_value(), Gesture::Swiping { .. } | Gesture::Dragging { .. })
            && let Some(list) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok())
            && !list.has_pointer_capture(event.pointer_id())
        {
            let _ = list.set_pointer_capture(event.pointer_id());
        }
    }

    /// A finger that holds a row does not scroll the page. The style cannot say that: it counts from when the finger came.
    pub fn touch_moves(self, event: &TouchEvent) {
        if self.gesture.with_value(Gesture::keeps_page) && event.cancelable() {
            event.prevent_default();
        }
    }

    /// A finger that has held a row and goes does not click.
    pub fn touch_ends(self, event: &TouchEvent) {
        if self.was_held.get_value() && event.cancelable() {
            event.prevent_default();
        }
        self.was_held.set_value(false);
    }

    /// Whether a finger is on a row: then there is no menu of the browser.
    pub fn is_touched(self) -> bool {
        self.was_held.get_value() || self.gesture.get_value() != Gesture::Idle
    }

    /// Gives up what the pointer does; whether it does anything.
    pub fn cancel_gesture(self) -> bool {
        let is_busy = self.gesture.get_value() != Gesture::Idle;
        self.feed(Input::Cancel);
        is_busy
    }

    pub fn feed(self, input: Input) {
        let (next, output) = self.gesture.get_value().after(input);
        self.gesture.set_value(next);
        match output {
            None => {}
            Some(Output::Shift(key, dx)) => self.shift_row(key, dx),
            Some(Output::Return(key)) => {
                self.end_drag(false);
                self.return_row(key);
            }
            Some(Output::Complete(key)) => {
                self.return_row(key);
                self.dispatch(Action::Complete(Target::Row(key)));
            }
            Some(Output::PickDate(key)) => {
                self.return_row(key);
                self.dispatch(Action::OpenPopover(PopoverKind::Date, Target::Row(key)));
            }
            Some(Output::Lift(key)) => {
                if let Some(row) = self.row_of_key(key) {
                    self.was_held.set_value(matches!(next, Gesture::Held { .. }));
                    self.show_lifted(&row);
                    self.lift(&row);
                }
            }
            Some(Output::Select(key)) => {
                self.end_drag(false);
                self.floating.set(None);
                self.dispatch(Action::ToggleSelected(key));
            }
            Some(Output::Drag(_, at)) => self.show_dragged(at),
            Some(Output::Drop(_)) => {
                self.floating.set(None);
                self.end_drag(true);
            }
        }
    }

    fn shift_row(self, key: RowKey, dx: f64) {
        let Some(row) = self.row_of_key(key) else { return };
        let area = match self.floating.get_untracked() {
            Some(Floating::Swipe { area, .. }) => area,
            _ => row_area(key).unwrap_or_default(),
        };
        let is_done = row.state.read_untracked().task.completed;
        row.state.write().shift = Some(whole(dx));
        self.floating.set(Some(Floating::Swipe { area, is_right: dx > 0.0, is_enough: dx.abs() >= SWIPE_FROM, is_done }));
    }

    /// The row goes back to where it stands, and what was under it goes after that.
    fn return_row(self, key: RowKey) {
        let Some(row) = self.row_of_key(key) else { return self.floating.set(None) };
        if row.state.read_untracked().shift.is_none() {
            return self.floating.set(None);
        }
        row.state.write().shift = Some(0);
        set_timeout(
            move || {
                // Unless another gesture has begun meanwhile.
                if row.state.read_untracked().shift == Some(0) {
                    row.state.write().shift = None;
                }
                if matches!(self.gesture.get_value(), Gesture::Idle | Gesture::Pressed { .. }) {
                    self.floating.set(None);
                }
            },
            RETURN,
        );
    }

    fn show_lifted(self, row: &Row) {
        if let Some(area) = row_area(row.key) {
            self.floating.set(Some(Floating::Row { area, moved: 0.0, title: row.task().title, line: None }));
        }
    }
}

fn point_of(event: &PointerEvent) -> Point {
    Point { x: event.client_x().into(), y: event.client_y().into() }
}

#[allow(clippy::cast_possible_truncation, reason = "pixels of a window")]
const fn whole(pixels: f64) -> i32 {
    pixels as i32
}
