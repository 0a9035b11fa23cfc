//! Moving in: users and tasks from the database of another system, from files of other task managers, and from our own export.
//!
//! A source is read into the plain types of [`model`]; [`mod@write`] writes them. What is not taken is in the [`report`].

mod columns;
mod database;
pub mod dump;
pub mod files;
mod model;
mod progress;
mod read;
pub mod report;
mod source;
mod values;
mod write;

pub use columns::Mapping;
pub use database::{Import, ImportError};
pub use progress::Progress;
pub use read::Options;
pub use source::Source;
pub use values::Zone;
pub use write::{Count, Counts, Owner, Writer, place};
