//! The drawings: one family, 1.5 px strokes, always beside a name.

use leptos::prelude::*;

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A tick.
    Check,
    /// A pencil.
    Edit,
    /// A bin.
    Delete,
    /// An exclamation mark in a circle.
    Warning,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 10.5 8.5 14 15 6.5",
            Self::Edit => "M4 16l.6-3L12.5 5.1a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L7 15.4 4 16Z",
            Self::Delete => "M4 6h12M8 6V4.5h4V6m-6 0 .6 9.5h6.8L14 6M8.5 9v4m3-4v4",
            Self::Warning => "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM10 6.5v4.2m0 2.6v.2",
        }
    }

    /// The drawing, hidden from screen readers: its name stands beside it or on its button.
    pub fn draw(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
                <path d=self.path() />
            </svg>
        }
    }
}
