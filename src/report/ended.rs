//! A report as a line of the journal.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::Report;
use super::rollup::first_failed;
use crate::event::{EntryKind, StepTime};

impl Report {
    /// When the run was over, RFC 3339, UTC.
    pub fn ended_at(&self) -> String {
        let started: Option<Timestamp> = self.started.parse().ok();
        let took = SignedDuration::from_millis(i64::try_from(whole(self.took_ms)).unwrap_or(i64::MAX));
        started
            .and_then(|started| started.checked_add(took).ok())
            .map_or_else(|| self.started.clone(), |at| format!("{at:.3}"))
    }

    /// What is kept of the run for longer than its report; `directory` is where that is, if it was written.
    pub fn ended(&self, directory: Option<&Path>) -> EntryKind {
        let failed = first_failed(self);
        let mut steps: Vec<StepTime> = self
            .steps
            .iter()
            .filter_map(|step| {
                let ended_ms = whole(step.after_ms? + step.took_ms);
                Some(StepTime { id: step.id.clone(), kind: step.kind.clone(), ended_ms })
            })
            .collect();
        steps.sort_by_key(|step| step.ended_ms);
        let of_step = failed.and_then(|step| Some(step.failure.as_ref()?.why.clone()));
        EntryKind::RunEnded {
            run: self.run.clone(),
            verdict: self.verdict,
            step: failed.map(|step| step.id.clone()),
            why: of_step.or_else(|| self.why.clone()),
            changes: self.steps.iter().flat_map(|step| step.changes.clone()).collect(),
            took_ms: whole(self.took_ms),
            steps,
            report: directory.map(|directory| directory.display().to_string()),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; spans of a run fit")]
fn whole(milliseconds: f64) -> u64 {
    milliseconds.max(0.0).round() as u64
}
