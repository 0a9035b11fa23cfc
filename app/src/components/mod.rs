//! Small parts that pages and islands share.

pub mod alert;
pub mod field;
pub mod header;
pub mod icon;
