//! The types that the server and the browser share: requests, answers, page data, and the checks of both.

#[macro_use]
mod string_enum;
mod appearance;
mod auth;
mod counts;
mod problem;
mod query;
#[cfg(feature = "ssr")]
pub mod schemas;
mod search;
mod section;
mod task;
mod task_page;
mod user;
mod validation;
mod view;

pub use self::{
    appearance::{Appearance, Density, Theme},
    auth::AuthKind,
    counts::Counts,
    problem::{FieldError, Problem},
    query::{Due, ListQuery, Order, Sort, Status},
    search::{SEARCH_MAX, Search, WORDS_MAX, folded, pieces},
    section::Section,
    task::{
        DESCRIPTION_MAX, Field, NewTask, Priority, PutTask, SetCompleted, TAG_MAX, TAGS_MAX, TITLE_MAX, Task, TrashedTask, etag_of,
        one_line, validate_description, validate_tags, validate_title,
    },
    task_page::TaskPage,
    user::{Session, User},
    validation::{
        EMAIL_MAX, IMAGE_MAX, IMAGE_PATTERN, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, lower, present, validate_email, validate_image,
        validate_password, validate_text,
    },
    view::View,
};
pub use crate::{
    day::Day,
    time::{Timestamp, UtcOffset},
};
