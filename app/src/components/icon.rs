//! The drawings: one family, 1.5 px strokes, always beside a name.

use leptos::{prelude::*, tachys::html::InertElement};

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
    /// Two rows of dots, to take hold of.
    Grip,
    /// A cross.
    Close,
    /// A sheet of a calendar.
    Calendar,
    /// The same, with a day on it.
    Today,
    /// A magnifying glass.
    Search,
    /// Lines that become shorter.
    Filter,
    /// Lines of a list.
    Browse,
    /// To add.
    Plus,
    /// To what was before.
    Back,
    /// To what comes next.
    Forward,
}

impl Icon {
    const EACH: [Self; 14] = [
        Self::Check,
        Self::Edit,
        Self::Delete,
        Self::Warning,
        Self::Grip,
        Self::Close,
        Self::Calendar,
        Self::Today,
        Self::Search,
        Self::Filter,
        Self::Browse,
        Self::Plus,
        Self::Back,
        Self::Forward,
    ];

    const fn id(self) -> &'static str {
        match self {
            Self::Check => "i-check",
            Self::Edit => "i-edit",
            Self::Delete => "i-delete",
            Self::Warning => "i-warning",
            Self::Grip => "i-grip",
            Self::Close => "i-close",
            Self::Calendar => "i-calendar",
            Self::Today => "i-today",
            Self::Search => "i-search",
            Self::Filter => "i-filter",
            Self::Browse => "i-browse",
            Self::Plus => "i-plus",
            Self::Back => "i-back",
            Self::Forward => "i-forward",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 10.5 8.5 14 15 6.5",
            Self::Edit => "M4 16l.6-3L12.5 5.1a1.4 1.4 0 0 1 2 0l.4.4a1.4 1.4 0 0 1 0 2L7 15.4 4 16Z",
            Self::Delete => "M4 6h12M8 6V4.5h4V6m-6 0 .6 9.5h6.8L14 6M8.5 9v4m3-4v4",
            Self::Warning => "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM10 6.5v4.2m0 2.6v.2",
            Self::Grip => "M8 5v.1M12 5v.1M8 10v.1M12 10v.1M8 15v.1M12 15v.1",
            Self::Close => "M6 6l8 8m0-8-8 8",
            Self::Calendar => {
                "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5ZM4 8.5h12M7 5V3.5M13 5V3.5"
            }
            Self::Today => {
                "M4 6.5A1.5 1.5 0 0 1 5.5 5h9A1.5 1.5 0 0 1 16 6.5v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 14.5ZM4 8.5h12M7 5V3.5M13 5V3.5M10 12v.6"
            }
            Self::Search => "M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4Zm3.6 8.6L16 16",
            Self::Filter => "M4 6h12M6.5 10h7M9 14h2",
            Self::Browse => "M4 6h12M4 10h12M4 14h12",
            Self::Plus => "M10 4.5v11M4.5 10h11",
            Self::Back => "M12 5l-5 5 5 5",
            Self::Forward => "M8 5l5 5-5 5",
        }
    }

    /// The drawing, hidden from screen readers: its name stands beside it or on its button.
    pub const fn html(self) -> &'static str {
        macro_rules! drawing {
            ($id:literal) => {
                concat!(r##"<svg class="icon" aria-hidden="true"><use href="#"##, $id, r##""></use></svg>"##)
            };
        }
        match self {
            Self::Check => drawing!("i-check"),
            Self::Edit => drawing!("i-edit"),
            Self::Delete => drawing!("i-delete"),
            Self::Warning => drawing!("i-warning"),
            Self::Grip => drawing!("i-grip"),
            Self::Close => drawing!("i-close"),
            Self::Calendar => drawing!("i-calendar"),
            Self::Today => drawing!("i-today"),
            Self::Search => drawing!("i-search"),
            Self::Filter => drawing!("i-filter"),
            Self::Browse => drawing!("i-browse"),
            Self::Plus => drawing!("i-plus"),
            Self::Back => drawing!("i-back"),
            Self::Forward => drawing!("i-forward"),
        }
    }

    /// The same in a view.
    pub fn draw(self) -> impl IntoView {
        InertElement::new(self.html())
    }
}

/// Every drawing once; wherever one is drawn on the page, it refers to this.
#[component]
pub fn Drawings() -> impl IntoView {
    view! {
        <svg class="drawings" width="0" height="0" aria-hidden="true" focusable="false">
            {Icon::EACH
                .map(|icon| {
                    view! {
                        <symbol id=icon.id() viewBox="0 0 20 20">
                            <path d=icon.path() />
                        </symbol>
                    }
                })
                .collect_view()}
        </svg>
    }
}
