//! The roll-up: how the runs of one matrix went, in one table and one file. Each run has its own report beside it.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Report, StepOutcome, words};
use crate::event::Verdict;

/// How the runs of a matrix went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollup {
    /// Version of this format.
    pub rollup: u32,
    /// Unique, sortable by time; the name of the roll-up's directory.
    pub run: String,
    /// The playbook's name, without a variant's.
    pub playbook: String,
    /// Version of openbell.
    pub openbell: String,
    /// The gravest of the verdicts: safety, engine, failed, deadline, interrupted, green.
    pub verdict: Verdict,
    /// When the runs started, RFC 3339, UTC.
    pub started: String,
    /// How long all of them took together, in milliseconds: they run side by side.
    pub took_ms: f64,
    /// One for each entry of the matrix, in its order.
    pub variants: Vec<VariantReport>,
}

/// How the run of one entry of a matrix went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantReport {
    /// The entry's id.
    pub id: String,
    /// The run's id.
    pub run: String,
    /// How it ended.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// Number of things it changed in the world.
    pub changes: usize,
    /// The first failure, in the order of the playbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failure: Option<FirstFailure>,
    /// Path of its report from the roll-up's directory; none when the report could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// What failed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFailure {
    /// The step; none when no single step is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Code of the diagnosis.
    pub code: String,
    /// What happened.
    pub message: String,
}

impl VariantReport {
    /// The row of one report; `written` when it is on the disk.
    pub fn of(report: &Report, written: bool) -> Self {
        Self {
            id: report.variant.clone().unwrap_or_default(),
            run: report.run.clone(),
            verdict: report.verdict,
            took_ms: report.took_ms,
            changes: report.changes,
            first_failure: first_failure(report),
            report: written.then(|| format!("../{}/report.json", report.run)),
        }
    }
}

/// The failed step that ended first.
pub(super) fn first_failed(report: &Report) -> Option<&super::StepReport> {
    let failed = report.steps.iter().filter(|step| step.outcome == StepOutcome::Failed);
    let ended = |step: &&super::StepReport| step.after_ms.unwrap_or(0.0) + step.took_ms;
    failed.min_by(|one, other| ended(one).total_cmp(&ended(other)))
}

/// Why that one failed; else what no step is to blame for.
fn first_failure(report: &Report) -> Option<FirstFailure> {
    let of_step =
        first_failed(report).and_then(|step| Some((Some(step.id.clone()), &step.failure.as_ref()?.why)));
    let (step, why) = of_step.or_else(|| Some((None, report.why.as_ref()?)))?;
    Some(FirstFailure { step, code: why.code.clone(), message: why.message.clone() })
}

impl Rollup {
    /// The table for people, one line for each variant.
    pub fn table(&self) -> String {
        let head = ["variant", "verdict", "took", "changes", "first failure"].map(str::to_owned);
        let rows: Vec<[String; 5]> = std::iter::once(head).chain(self.variants.iter().map(row)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = [0, 1, 2, 3].map(width);
        let mut table = String::new();
        for row in &rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(widths) {
                // Writing to a string cannot fail.
                let _ = write!(line, "{cell:width$}  ");
            }
            line.push_str(&row[4]);
            table.push_str(line.trim_end());
            table.push('\n');
        }
        table
    }
}

fn row(variant: &VariantReport) -> [String; 5] {
    let failure = variant.first_failure.as_ref().map_or_else(String::new, |failure| {
        let step = failure.step.as_ref().map_or_else(String::new, |step| format!("{step}: "));
        format!("{step}{} ({})", failure.message, failure.code)
    });
    let (verdict, took) = (words::verdict(variant.verdict).to_owned(), words::span(variant.took_ms));
    [variant.id.clone(), verdict, took, variant.changes.to_string(), failure]
}
