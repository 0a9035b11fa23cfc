//! What is measured: one function for what belongs together, and the names of the rows that it gives.

mod accounts;
mod growth;
mod page;
mod process;
mod tasks;
mod token;

use std::pin::Pin;

use crate::{Bench, Result, report::Row};

type Rows<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>>> + 'a>>;

/// Something to measure.
pub struct Measure {
    /// What it is called.
    pub names: &'static [&'static str],
    /// Measures it.
    pub run: for<'a> fn(&'a Bench) -> Rows<'a>,
}

/// All of it, in the order of the table.
pub const ALL: [Measure; 10] = [
    Measure { names: &tasks::LIST, run: |bench| Box::pin(tasks::list(bench)) },
    Measure { names: &tasks::ONE, run: |bench| Box::pin(tasks::one(bench)) },
    Measure { names: &tasks::CREATE, run: |bench| Box::pin(tasks::create(bench)) },
    Measure { names: &accounts::SIGN_INS, run: |bench| Box::pin(accounts::sign_ins(bench)) },
    Measure { names: &accounts::STORM, run: |bench| Box::pin(accounts::storm(bench)) },
    Measure { names: &process::MEMORY, run: |bench| Box::pin(process::memory(bench)) },
    Measure { names: &process::START, run: |bench| Box::pin(process::start(bench)) },
    Measure { names: &page::PAGE, run: |bench| Box::pin(page::page(bench)) },
    Measure { names: &token::TOKEN, run: |bench| Box::pin(token::check(bench)) },
    Measure { names: &growth::GROWTH, run: |bench| Box::pin(growth::growth(bench)) },
];
