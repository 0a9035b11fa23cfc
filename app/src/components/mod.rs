//! Small parts that pages share.

pub mod alert;
pub mod editor;
pub mod field;
pub mod find;
pub mod header;
pub mod help;
pub mod icon;
pub mod palette;
pub mod scripts;
pub mod task_row;

/// What is the same on each page of each person: rendered once, and copied from then on.
macro_rules! same_for_all {
    ($view:expr) => {{
        static HTML: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| leptos::prelude::RenderHtml::to_html($view.into_view()));
        leptos::tachys::html::InertElement::new(HTML.as_str())
    }};
}
pub(crate) use same_for_all;
