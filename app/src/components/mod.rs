//! Small parts that pages share.

pub mod alert;
pub mod field;
pub mod header;
pub mod icon;
pub mod task_row;
