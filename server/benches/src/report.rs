//! What is printed and kept: a table for eyes, and the same as JSON, of which two can be compared.

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use serde::{Deserialize, Serialize};

use crate::client::Measured;

/// Everything that was measured, and on what.
#[derive(Serialize, Deserialize)]
pub struct Report {
    /// When, in UTC.
    pub date: String,
    /// The processor.
    pub cpu: String,
    /// How many of its cores there are.
    pub cores: usize,
    /// Of which sources.
    pub commit: String,
    /// How long a run was, in seconds.
    pub seconds: f64,
    /// What came out.
    pub rows: Vec<Row>,
}

/// One thing that was measured.
#[derive(Serialize, Deserialize)]
pub struct Row {
    /// What.
    pub name: String,
    /// Of what.
    pub unit: String,
    /// How much.
    pub value: f64,
    /// The middle of all waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// What one of a hundred waits was longer than.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    /// The value of each run.
    #[serde(default)]
    pub runs: Vec<f64>,
    /// What it should be.
    #[serde(default)]
    pub budget: String,
    /// Whether it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
    /// What else there is to know.
    #[serde(default)]
    pub note: String,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Row {
    /// Something that has one number.
    pub fn new(name: &str, value: f64, unit: &str) -> Self {
        Self {
            name: name.into(),
            unit: unit.into(),
            value,
            p50_ms: None,
            p99_ms: None,
            runs: Vec::new(),
            budget: String::new(),
            met: None,
            note: String::new(),
            error: None,
        }
    }

    /// Requests per second, and how long they took.
    pub fn of_load(name: &str, measured: &Measured) -> Self {
        let (p50, p99) = (measured.percentile(50), measured.percentile(99));
        let row = Self { p50_ms: Some(p50), p99_ms: Some(p99), error: measured.errors(), ..Self::new(name, measured.rate(), "/s") };
        row.runs(&measured.rates)
    }

    /// With the value of each run.
    pub fn runs(self, runs: &[f64]) -> Self {
        Self { runs: runs.to_vec(), ..self }
    }

    /// Held to this, as well as to what it is held to already.
    pub fn must(mut self, budget: &str, met: bool) -> Self {
        if !self.budget.is_empty() {
            self.budget.push_str(", ");
        }
        self.budget.push_str(budget);
        self.met = Some(met && self.met != Some(false));
        self
    }

    /// Held to a longest wait of one in a hundred.
    pub fn must_p99(self, limit_ms: f64) -> Self {
        let met = self.p99_ms.is_some_and(|p99| p99 <= limit_ms);
        self.must(&format!("p99 ≤ {limit_ms} ms"), met)
    }

    /// Held to so many times what something else does.
    pub fn must_ratio(self, least: f64, what: &str, other: f64) -> Self {
        let ratio = self.value / other;
        let text = if least < 1.0 { format!("≥ {:.0} % of {what}", least * 100.0) } else { format!("≥ {least} × {what}") };
        let is = if least < 1.0 { format!("{:.0} %", ratio * 100.0) } else { format!("{ratio:.1} ×") };
        self.must(&format!("{text} (is {is})"), ratio >= least)
    }

    /// With something else to know.
    pub fn note(self, note: &str) -> Self {
        Self { note: note.into(), ..self }
    }
}

impl Report {
    /// Nothing yet.
    pub fn new(cores: usize, seconds: f64) -> Self {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).map(|line| line.trim_start_matches([' ', '\t', ':']));
        Self {
            date: said_by("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
            cpu: cpu.unwrap_or("unknown").into(),
            cores,
            commit: said_by("git", &["describe", "--always", "--dirty", "--exclude=*"]),
            seconds,
            rows: Vec::new(),
        }
    }

    /// The table.
    pub fn table(&self) -> String {
        let heading = ["", "measured", "median", "p99", "budget", "met", ""].map(String::from).to_vec();
        let rows = self.rows.iter().map(|row| {
            let wait = |ms: Option<f64>| ms.map(|ms| format!("{} ms", short(ms))).unwrap_or_default();
            let met = row.met.map_or("", |met| if met { "yes" } else { "NO" });
            let note = row.error.as_ref().map_or_else(|| row.note.clone(), |error| format!("ERROR: {error}"));
            vec![row.name.clone(), quantity(row.value, &row.unit), wait(row.p50_ms), wait(row.p99_ms), row.budget.clone(), met.into(), note]
        });
        let Self { date, cpu, cores, commit, seconds, .. } = self;
        let rows: Vec<_> = [heading].into_iter().chain(rows).collect();
        format!("{date}, {commit}, {cores} cores of {cpu}, runs of {seconds} s\n\n{}", aligned(&rows))
    }

    /// Both, side by side.
    pub fn compare(before: &Self, after: &Self) -> String {
        let by_name: BTreeMap<_, _> = before.rows.iter().map(|row| (&row.name, row)).collect();
        let mut rows = vec![["", "A", "B", "B / A", "p99 of A", "p99 of B", "B / A"].map(String::from).to_vec()];
        for row in &after.rows {
            let Some(old) = by_name.get(&row.name) else { continue };
            let wait = |ms: Option<f64>| ms.map(|ms| format!("{} ms", short(ms))).unwrap_or_default();
            let ratio = |new: f64, old: f64| format!("{:.2}", new / old);
            let waits = row.p99_ms.zip(old.p99_ms).map(|(new, old)| ratio(new, old));
            rows.push(vec![
                row.name.clone(),
                quantity(old.value, &old.unit),
                quantity(row.value, &row.unit),
                ratio(row.value, old.value),
                wait(old.p99_ms),
                wait(row.p99_ms),
                waits.unwrap_or_default(),
            ]);
        }
        let about = |report: &Self| format!("{}, {}, {} cores of {}", report.date, report.commit, report.cores, report.cpu);
        format!("A: {}\nB: {}\n\n{}", about(before), about(after), aligned(&rows))
    }
}

fn quantity(value: f64, unit: &str) -> String {
    if unit.starts_with('/') { format!("{}{unit}", short(value)) } else { format!("{} {unit}", short(value)) }
}

/// With as many digits as mean something.
fn short(value: f64) -> String {
    let digits = match value.abs() {
        ..1.0 => 3,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.digits$}");
    // 12345 as 12,345
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) && grouped != "-" {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") }
}

/// Columns as wide as their widest cell; numbers to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let is_number =
                rows.iter().skip(1).all(|row| row[column].is_empty() || row[column].starts_with(|c: char| c.is_ascii_digit() || c == '-'));
            let _ = if is_number { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success());
    said.map_or_else(|| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
