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
}

impl Icon {
    const EACH: [Self; 6] = [Self::Check, Self::Edit, Self::Delete, Self::Warning, Self::Grip, Self::Close];

    const fn id(self) -> &'static str {
        match self {
            Self::Check => "i-check",
            Self::Edit => "i-edit",
            Self::Delete => "i-delete",
            Self::Warning => "i-warning",
            Self::Grip => "i-grip",
            Self::Close => "i-close",
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
