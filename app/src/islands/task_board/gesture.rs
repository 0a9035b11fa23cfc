//! What a pointer on a row means: a tap, a swipe, a long press or a drag. No part of it knows of a browser.
//!
//! ```text
//! Idle ── press by a finger ──> Pressed ── sideways ──> Swiping ── release ──> tick, pick a date, or back
//!   │                              ├── up or down ──> Idle: the page scrolls
//!   │                              └── still for HOLD_AFTER ──> Held ── release ──> select
//!   └── press by the grip ──> Dragging <── move ──────────────────┘
//! ```

use super::types::RowKey;

/// How long a finger rests on a row until it holds the row, in milliseconds: as on Android and iOS, within 400 to 500.
pub const HOLD_AFTER: i64 = 450;
/// How far a finger that rests trembles, in CSS pixels.
const SLOP: f64 = 10.0;
/// From where a swipe does something, in CSS pixels: not so far that a thumb can't reach it on a narrow phone.
pub const SWIPE_FROM: f64 = 88.0;
/// How near the top or the bottom of the window a dragged row scrolls the page, in CSS pixels. The bar at the bottom of a narrow screen
/// is 60 of them.
const EDGE: f64 = 96.0;
/// How far it scrolls with each frame at most, in CSS pixels.
const FASTEST: f64 = 16.0;

/// Where a pointer is in the window, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// What the pointer does with a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gesture {
    Idle,
    /// It is not known yet.
    Pressed {
        press: Press,
    },
    Swiping {
        press: Press,
        /// How far to the right, or to the left.
        dx: f64,
    },
    /// Held by a finger that has not moved since.
    Held {
        press: Press,
    },
    Dragging {
        press: Press,
        at: Point,
    },
}

/// How it began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Press {
    pub row: RowKey,
    pub pointer: i32,
    pub from: Point,
    /// In milliseconds since 1970.
    pub time: i64,
    /// Whether the row can be put elsewhere.
    pub is_movable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    /// A finger on a row.
    Touch(Press),
    /// A pointer on the grip of a row.
    Grip(Press),
    Move {
        pointer: i32,
        at: Point,
    },
    /// So late it is, in milliseconds since 1970.
    Time(i64),
    Release {
        pointer: i32,
    },
    /// Escape, or the browser takes the pointer for itself.
    Cancel,
}

/// What follows for a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// It stands so far aside.
    Shift(RowKey, f64),
    /// It goes back to where it stands.
    Return(RowKey),
    Complete(RowKey),
    PickDate(RowKey),
    Lift(RowKey),
    /// It is let go without being moved.
    Select(RowKey),
    Drag(RowKey, Point),
    Drop(RowKey),
}

impl Gesture {
    /// What it is after that, and what follows.
    pub fn after(self, input: Input) -> (Self, Option<Output>) {
        match (self, input) {
            (Self::Idle, Input::Touch(press)) => (Self::Pressed { press }, None),
            (Self::Idle, Input::Grip(press)) if press.is_movable => {
                (Self::Dragging { press, at: press.from }, Some(Output::Lift(press.row)))
            }
            (Self::Idle, _) => (self, None),
            // A second finger.
            (_, Input::Touch(_) | Input::Grip(_)) => self.after(Input::Cancel),
            (_, Input::Move { pointer, .. } | Input::Release { pointer }) if self.press().is_some_and(|press| press.pointer != pointer) => {
                (self, None)
            }

            (Self::Pressed { press }, Input::Time(time)) if time - press.time >= HOLD_AFTER => {
                (Self::Held { press }, Some(Output::Lift(press.row)))
            }
            (Self::Pressed { press }, Input::Move { at, .. }) => {
                let (dx, dy) = (at.x - press.from.x, at.y - press.from.y);
                if dx.abs() > SLOP && dx.abs() > dy.abs() {
                    (Self::Swiping { press, dx }, Some(Output::Shift(press.row, dx)))
                } else if dy.abs() > SLOP {
                    (Self::Idle, None)
                } else {
                    (self, None)
                }
            }
            (Self::Pressed { .. }, Input::Release { .. } | Input::Cancel) => (Self::Idle, None),

            (Self::Swiping { press, .. }, Input::Move { at, .. }) => {
                let dx = at.x - press.from.x;
                (Self::Swiping { press, dx }, Some(Output::Shift(press.row, dx)))
            }
            (Self::Swiping { press, dx }, Input::Release { .. }) => {
                let row = press.row;
                let output = match dx {
                    _ if dx.abs() < SWIPE_FROM => Output::Return(row),
                    _ if dx > 0.0 => Output::Complete(row),
                    _ => Output::PickDate(row),
                };
                (Self::Idle, Some(output))
            }

            (Self::Held { press }, Input::Move { at, .. }) => {
                let (dx, dy) = (at.x - press.from.x, at.y - press.from.y);
                if press.is_movable && dx.hypot(dy) > SLOP {
                    (Self::Dragging { press, at }, Some(Output::Drag(press.row, at)))
                } else {
                    (self, None)
                }
            }
            (Self::Held { press }, Input::Release { .. }) => (Self::Idle, Some(Output::Select(press.row))),

            (Self::Dragging { press, .. }, Input::Move { at, .. }) => (Self::Dragging { press, at }, Some(Output::Drag(press.row, at))),
            (Self::Dragging { press, .. }, Input::Release { .. }) => (Self::Idle, Some(Output::Drop(press.row))),

            (Self::Swiping { press, .. } | Self::Held { press } | Self::Dragging { press, .. }, Input::Cancel) => {
                (Self::Idle, Some(Output::Return(press.row)))
            }
            (_, Input::Time(_)) => (self, None),
        }
    }

    pub const fn press(&self) -> Option<Press> {
        match *self {
            Self::Idle => None,
            Self::Pressed { press } | Self::Swiping { press, .. } | Self::Held { press } | Self::Dragging { press, .. } => Some(press),
        }
    }

    /// Whether the page must not scroll under the finger.
    pub const fn keeps_page(&self) -> bool {
        matches!(self, Self::Held { .. } | Self::Dragging { .. })
    }
}

/// How far the page scrolls with the next frame while a row is dragged at this height of the window.
pub fn edge_scroll(y: f64, window_height: f64) -> f64 {
    let above = (EDGE - y).clamp(0.0, EDGE);
    let below = (y - (window_height - EDGE)).clamp(0.0, EDGE);
    (below - above) / EDGE * FASTEST
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESS: Press = Press { row: 3, pointer: 1, from: Point { x: 100.0, y: 200.0 }, time: 1_000, is_movable: true };

    fn move_by(dx: f64, dy: f64) -> Input {
        Input::Move { pointer: 1, at: Point { x: PRESS.from.x + dx, y: PRESS.from.y + dy } }
    }

    /// Where it ends, and what it has put out.
    fn run(inputs: &[Input]) -> (Gesture, Vec<Output>) {
        let mut outputs = Vec::new();
        let end = inputs.iter().fold(Gesture::Idle, |gesture, input| {
            let (next, output) = gesture.after(*input);
            outputs.extend(output);
            next
        });
        (end, outputs)
    }

    const RELEASE: Input = Input::Release { pointer: 1 };
    const HELD: Input = Input::Time(1_000 + HOLD_AFTER);

    #[test]
    fn a_tap_is_left_to_the_browser() {
        assert_eq!(run(&[Input::Touch(PRESS), move_by(3.0, 4.0), RELEASE]), (Gesture::Idle, vec![]));
    }

    #[test]
    fn a_swipe_does_something_from_its_threshold_on() {
        let last = |dx: f64| run(&[Input::Touch(PRESS), move_by(dx / 2.0, 0.0), move_by(dx, 5.0), RELEASE]).1.pop();
        assert_eq!(last(SWIPE_FROM), Some(Output::Complete(3)));
        assert_eq!(last(-SWIPE_FROM), Some(Output::PickDate(3)));
        assert_eq!(last(SWIPE_FROM - 1.0), Some(Output::Return(3)));
        // Out and back again.
        let (_, outputs) = run(&[Input::Touch(PRESS), move_by(120.0, 0.0), move_by(20.0, 0.0), RELEASE]);
        assert_eq!(outputs, [Output::Shift(3, 120.0), Output::Shift(3, 20.0), Output::Return(3)]);
    }

    #[test]
    fn up_and_down_belong_to_the_page_and_time_does_not_change_that() {
        assert_eq!(run(&[Input::Touch(PRESS), move_by(11.0, 40.0), HELD, move_by(150.0, 40.0), RELEASE]), (Gesture::Idle, vec![]));
    }

    #[test]
    fn a_long_press_selects_and_one_that_moves_drags() {
        assert_eq!(run(&[Input::Touch(PRESS), HELD, move_by(2.0, 2.0), RELEASE]).1, [Output::Lift(3), Output::Select(3)]);
        let at = Point { x: 100.0, y: 260.0 };
        let (_, outputs) = run(&[Input::Touch(PRESS), HELD, move_by(0.0, 60.0), RELEASE]);
        assert_eq!(outputs, [Output::Lift(3), Output::Drag(3, at), Output::Drop(3)]);
        // A timer of an earlier press comes too early for this one.
        assert_eq!(run(&[Input::Touch(PRESS), Input::Time(1_000 + HOLD_AFTER - 1), RELEASE]).1, []);
    }

    #[test]
    fn a_row_that_has_one_place_is_not_dragged() {
        let press = Press { is_movable: false, ..PRESS };
        assert_eq!(run(&[Input::Touch(press), HELD, move_by(0.0, 60.0), RELEASE]).1, [Output::Lift(3), Output::Select(3)]);
        assert_eq!(run(&[Input::Grip(press), move_by(0.0, 60.0), RELEASE]).1, []);
    }

    #[test]
    fn the_grip_drags_at_once() {
        let at = Point { x: 100.0, y: 205.0 };
        assert_eq!(run(&[Input::Grip(PRESS), move_by(0.0, 5.0), RELEASE]).1, [Output::Lift(3), Output::Drag(3, at), Output::Drop(3)]);
    }

    #[test]
    fn what_is_cancelled_goes_back() {
        for begun in
            [vec![Input::Touch(PRESS), move_by(120.0, 0.0)], vec![Input::Touch(PRESS), HELD], vec![Input::Grip(PRESS), move_by(0.0, 90.0)]]
        {
            for end in [Input::Cancel, Input::Touch(Press { pointer: 2, ..PRESS })] {
                let (gesture, outputs) = run(&[begun.clone(), vec![end]].concat());
                assert_eq!((gesture, outputs.last()), (Gesture::Idle, Some(&Output::Return(3))), "{begun:?}, {end:?}");
            }
            // Another pointer that only moves or is let go changes nothing.
            let (before, _) = run(&begun);
            assert_eq!(before.after(Input::Release { pointer: 2 }), (before, None));
        }
    }

    #[test]
    fn the_page_scrolls_faster_the_nearer_the_edge_is() {
        assert!((edge_scroll(400.0, 844.0)).abs() < f64::EPSILON);
        assert!(edge_scroll(50.0, 844.0) < 0.0 && edge_scroll(10.0, 844.0) < edge_scroll(50.0, 844.0));
        assert!(edge_scroll(800.0, 844.0) > 0.0);
        assert!((edge_scroll(2_000.0, 844.0) - FASTEST).abs() < f64::EPSILON);
    }
}
