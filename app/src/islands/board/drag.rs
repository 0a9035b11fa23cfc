//! Arranging by hand: with the pointer by a row's grip, with Alt and the arrows, and with the editor's buttons.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::document;
use web_sys::{Element, PointerEvent};

use super::{
    Board, Shared,
    order::{next, previous},
    outbox::Change,
    row::Row,
};
use crate::{
    dom::{active, around, class, focus, now, on},
    position::{between, first_at},
    wire::Body,
    words,
};

thread_local! {
    static HELD: RefCell<Option<Rc<Row>>> = const { RefCell::new(None) };
}

pub fn wake(board: Shared) {
    on(&board.list, "pointerdown", move |event: PointerEvent| {
        let Some(row) = around::<Element>(&event, ".grip").and_then(|_| board.row_around(&event)) else { return };
        event.prevent_default();
        let _ = board.list.set_pointer_capture(event.pointer_id());
        class(&row.element, "held", true);
        HELD.set(Some(row));
    });
    on(&board.list, "pointermove", move |event: PointerEvent| {
        let Some(held) = HELD.with_borrow(Clone::clone) else { return };
        #[allow(clippy::cast_precision_loss, reason = "pixels")]
        let under = document().element_from_point(event.client_x() as f32, event.client_y() as f32);
        let Some(under) = under.and_then(|element| element.closest(".row").ok()?).filter(|row| *row != held.element) else { return };
        let middle = under.get_bounding_client_rect();
        let is_below = f64::from(event.client_y()) > middle.top() + middle.height() / 2.0;
        let follows = if is_below { next(&under) } else { Some(under) };
        if follows.as_ref() != Some(&held.element) {
            board.insert_before(&held, follows.as_ref());
        }
    });
    for end in ["pointerup", "pointercancel"] {
        on(&board.list, end, move |_: PointerEvent| {
            if let Some(held) = HELD.take() {
                class(&held.element, "held", false);
                board.keep_place(&held);
            }
        });
    }
}

impl Board {
    /// Moves a row by one, up or down.
    pub fn shift(&'static self, row: &Rc<Row>, is_up: bool) {
        if !self.query.borrow().is_arranged() {
            return self.say(words::NOT_ARRANGED);
        }
        let follows = if is_up {
            let Some(before) = previous(&row.element) else { return };
            Some(before)
        } else {
            let Some(after) = next(&row.element) else { return };
            next(&after)
        };
        self.insert_before(row, follows.as_ref());
        let has_focus = active().is_some_and(|element| row.element.contains(Some(&element)));
        if !has_focus {
            focus(&row.tick);
        }
        self.keep_place(row);
        self.say(if is_up { words::MOVED_UP } else { words::MOVED_DOWN });
    }

    /// Gives a task the place that its row has on the page.
    fn keep_place(&'static self, row: &Rc<Row>) {
        let position = |element: Option<Element>| {
            let row = self.row_of(&element?)?;
            self.shown(&row).map(|task| task.position)
        };
        let before = position(previous(&row.element));
        let after = position(next(&row.element));
        let Some(task) = self.shown(row) else { return };
        let is_there =
            before.as_ref().is_none_or(|before| *before <= task.position) && after.as_ref().is_none_or(|after| task.position <= *after);
        if is_there {
            return;
        }
        let first = || first_at(now());
        let place = between(&before.unwrap_or_else(first), after.as_deref());
        match place {
            Some(place) => self.make(Change::put(&task.id, Body::default().with("position", place))),
            // There is no room, or the two are not in order: as it was.
            None => self.place(row),
        }
    }
}
