//! How far a long command is: a bar on a terminal, and elsewhere a line for each tenth.

use std::io::{self, IsTerminal as _, Write as _};

/// Letters of the bar.
const WIDTH: u64 = 30;

/// Writes to standard error.
pub struct Progress {
    total: u64,
    done: u64,
    shown: u64,
    is_terminal: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { total: 0, done: 0, shown: 0, is_terminal: io::stderr().is_terminal() }
    }
}

impl Progress {
    /// Begins with so much to do.
    pub fn begin(&mut self, total: u64) {
        *self = Self { total, ..Self::default() };
    }

    /// So much more is done.
    pub fn step(&mut self, count: u64) {
        self.done += count;
        let parts = if self.is_terminal { 200 } else { 10 };
        let part = (self.done * parts).checked_div(self.total).unwrap_or(parts).min(parts);
        if part > self.shown {
            self.shown = part;
            self.show();
        }
    }

    /// Ends the line of the bar.
    pub fn end(&self) {
        if self.is_terminal && self.total > 0 {
            // A terminal that is gone is no reason to stop.
            let _ = writeln!(io::stderr());
        }
    }

    fn show(&self) {
        let filled = (self.done * WIDTH).checked_div(self.total).unwrap_or(WIDTH).min(WIDTH);
        let bar: String = (0..WIDTH).map(|at| if at < filled { '#' } else { '.' }).collect();
        let percent = (self.done * 100).checked_div(self.total).unwrap_or(100).min(100);
        let _ = if self.is_terminal { write!(io::stderr(), "\r[{bar}] {percent:>3} %") } else { writeln!(io::stderr(), "{percent} %") };
    }
}
