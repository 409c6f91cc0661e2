//! Runs in a table: what the journal and the reports on the disk tell of them.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Report, words};
use crate::event::{Entry, EntryKind, Verdict};

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunRow {
    /// Its name.
    pub run: String,
    /// When it began, RFC 3339, UTC.
    pub began: String,
    /// The playbook's name, with the matrix's entry where there is one.
    pub playbook: String,
    /// How it ended; none when it did not.
    pub verdict: Option<Verdict>,
    /// Whether it goes on. One that neither ended nor goes on was cut short.
    pub running: bool,
    /// How long it took, in milliseconds.
    pub took_ms: Option<u64>,
    /// How many things it changed in the world.
    pub changes: Option<usize>,
    /// The step that failed first.
    pub step: Option<String>,
    /// The code of what went wrong.
    pub code: Option<String>,
    /// The directory of its report, where it was written.
    pub report: Option<String>,
}

impl RunRow {
    /// The run that an entry ends, or that it begins.
    pub fn of(entry: &Entry) -> Option<Self> {
        let row = |run: &String, began: String| Self {
            run: run.clone(),
            began,
            playbook: entry.playbook.clone(),
            verdict: None,
            running: false,
            took_ms: None,
            changes: None,
            step: None,
            code: None,
            report: None,
        };
        match &entry.kind {
            EntryKind::RunBegan { run, .. } => Some(row(run, entry.at.clone())),
            EntryKind::RunEnded { run, verdict, step, why, changes, took_ms, report, .. } => Some(Self {
                verdict: Some(*verdict),
                took_ms: Some(*took_ms),
                changes: Some(changes.len()),
                step: step.clone(),
                code: why.as_ref().map(|why| why.code.clone()),
                report: report.clone(),
                ..row(run, earlier(&entry.at, *took_ms))
            }),
            _ => None,
        }
    }

    /// The run of a report in this directory.
    pub fn of_report(report: &Report, directory: &std::path::Path) -> Option<Self> {
        let kind = report.ended(Some(directory));
        let entry = Entry { at: report.ended_at(), playbook: report.playbook.clone(), kind };
        Self::of(&entry).map(|row| Self { began: report.started.clone(), ..row })
    }

    /// Whether it is anything else than green or still going on.
    pub fn failed(&self) -> bool {
        !self.running && self.verdict != Some(Verdict::Green)
    }
}

fn earlier(at: &str, by_ms: u64) -> String {
    let by = SignedDuration::from_millis(i64::try_from(by_ms).unwrap_or_default());
    let began = at.parse::<Timestamp>().ok().and_then(|at| at.checked_sub(by).ok());
    began.map_or_else(|| at.to_owned(), |began| format!("{began:.3}"))
}

/// The table for people, a line for each. `moment` shows a time of day.
pub fn table(rows: &[RunRow], moment: impl Fn(&str) -> String) -> String {
    let head = ["began", "run", "playbook", "verdict", "took", "changes", "why"].map(str::to_owned);
    let cells = |row: &RunRow| {
        let verdict = match (row.verdict, row.running) {
            (Some(verdict), _) => words::verdict(verdict),
            (None, true) => "running",
            (None, false) => "CUT SHORT",
        };
        let why = [row.step.as_deref(), row.code.as_deref()];
        [
            moment(&row.began),
            row.run.clone(),
            row.playbook.clone(),
            verdict.to_owned(),
            row.took_ms.map(words::limit).unwrap_or_default(),
            row.changes.map(|changes| changes.to_string()).unwrap_or_default(),
            why.into_iter().flatten().collect::<Vec<_>>().join(": "),
        ]
    };
    let lines: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(width);
    let mut table = String::new();
    for cells in &lines {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            // Writing to a string cannot fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}
