//! Small parts that pages share.

pub mod alert;
pub mod field;
pub mod header;
pub mod icon;
pub mod rich_text;
pub mod sample;
pub mod scripts;

/// What is the same on each page of each person: rendered once, and copied from then on.
macro_rules! static_view {
    ($view:expr) => {{
        static HTML: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| leptos::prelude::RenderHtml::to_html($view.into_view()));
        leptos::tachys::html::InertElement::new(HTML.as_str())
    }};
}
pub(crate) use static_view;
