//! Stub while compiling.
use crate::{day::Day, model::{NewTask, Priority}};
#[derive(Debug, Clone, PartialEq)]
pub struct QuickAdd { pub title: String, pub tokens: Vec<Token> }
#[derive(Debug, Clone, PartialEq)]
pub struct Token { pub start: usize, pub end: usize, pub kind: TokenKind }
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind { Date(Day), Priority(Priority), Tag(String) }
impl QuickAdd { pub fn read(line: &str, _today: Day) -> Self { Self { title: line.to_owned(), tokens: vec![] } }
 pub fn task(self) -> NewTask { NewTask { title: self.title, ..NewTask::default() } } }
pub fn escape_token(line: &str, _token: &Token) -> String { line.to_owned() }
