//! The report: a fold of the events. The same events give the same report.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Reporter;
use super::ladder::climb;
use super::run::{Phase, Report, StepFailure, StepOutcome, StepReport, Wait};
use crate::event::{Event, EventKind, Facts, Outcome, RunStarted, StepFinished, Verdict};

/// Folds events into a [`Report`].
#[derive(Debug, Default)]
pub struct Summary {
    report: Option<Report>,
    /// When each step began, in milliseconds since the run did.
    began_ms: BTreeMap<String, f64>,
}

impl Summary {
    /// The report, once the run is over.
    pub fn finish(self) -> Option<Report> {
        self.report
    }

    fn current(&mut self, id: &str) -> Option<&mut StepReport> {
        self.report.as_mut()?.steps.iter_mut().find(|step| step.id == id)
    }

    /// When a step began; now, for one that never did.
    fn began(&self, id: &str, now: &Event) -> f64 {
        self.began_ms.get(id).copied().unwrap_or(now.after_ms)
    }
}

impl Reporter for Summary {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted(begin) => {
                self.report = Some(untold(begin, event.variant.clone()));
            }
            EventKind::StepStarted { id, kind, within_ms } => {
                self.began_ms.insert(id.clone(), event.after_ms);
                let run_started = self.report.as_ref().map(|report| report.started.clone());
                if let Some(step) = self.current(id) {
                    step.kind.clone_from(kind);
                    step.within_ms = *within_ms;
                    step.after_ms = Some(event.after_ms);
                    step.started = run_started.and_then(|at| later(&at, event.after_ms));
                }
            }
            EventKind::StepWaiting { id, why } => {
                let after_ms = milliseconds(event.after_ms - self.began(id, event));
                if let Some(step) = self.current(id) {
                    step.waits.push(Wait { after_ms, code: why.code.clone(), message: why.message.clone() });
                }
            }
            EventKind::StepFinished(finished) => {
                let began_ms = self.began(&finished.id, event);
                let took_ms = event.after_ms - began_ms;
                if let Some(step) = self.current(&finished.id) {
                    ended(step, finished, took_ms);
                }
                if let Some(report) = &mut self.report {
                    climb(&mut report.ladder, finished, began_ms);
                }
            }
            EventKind::RunFinished { verdict, why, stopped } => {
                if let Some(report) = &mut self.report {
                    report.verdict = *verdict;
                    report.why.clone_from(why);
                    report.stopped.clone_from(stopped);
                    report.took_ms = event.after_ms;
                    report.changes = report.steps.iter().map(|step| step.changes.len()).sum();
                }
            }
        }
    }
}

/// The report of a run of which nothing is told yet but how it begins.
fn untold(begin: &RunStarted, variant: Option<String>) -> Report {
    let phase = |id: &String| match () {
        () if begin.on_failure.contains(id) => Phase::OnFailure,
        () if begin.finally.contains(id) => Phase::Finally,
        () => Phase::Steps,
    };
    Report {
        report: 1,
        run: begin.run.clone(),
        playbook: begin.playbook.clone(),
        variant,
        description: begin.description.clone(),
        openbell: begin.openbell.clone(),
        verdict: Verdict::Interrupted,
        started: begin.at.clone(),
        took_ms: 0.0,
        within_ms: begin.within_ms,
        changes: 0,
        why: None,
        stopped: Vec::new(),
        previous: None,
        drift: Vec::new(),
        ladder: Vec::new(),
        steps: begin.steps.iter().map(|id| untried(id, phase(id))).collect(),
    }
}

fn untried(id: &str, phase: Phase) -> StepReport {
    StepReport {
        id: id.to_owned(),
        kind: String::new(),
        phase,
        outcome: StepOutcome::Skipped,
        changed: false,
        changes: Vec::new(),
        started: None,
        after_ms: None,
        took_ms: 0.0,
        within_ms: 0,
        attempts: 0,
        waits: Vec::new(),
        rungs: Vec::new(),
        facts: Facts::new(),
        failure: None,
        because: None,
    }
}

fn ended(step: &mut StepReport, finished: &StepFinished, took_ms: f64) {
    step.attempts = finished.attempts;
    step.changed = !finished.changes.is_empty();
    step.changes.clone_from(&finished.changes);
    step.rungs.clone_from(&finished.rungs);
    step.facts.clone_from(&finished.facts);
    if step.started.is_some() {
        step.took_ms = (took_ms * 1000.0).round() / 1000.0;
    }
    step.outcome = match &finished.outcome {
        Outcome::Passed => StepOutcome::Passed,
        Outcome::Failed { why, class, deadline } => {
            let (why, deadline) = (why.clone(), deadline.clone());
            step.failure = Some(StepFailure { why, class: *class, deadline });
            StepOutcome::Failed
        }
        Outcome::Skipped { because, .. } => {
            step.because = Some(because.clone());
            StepOutcome::Skipped
        }
        Outcome::Interrupted { because } => {
            step.because.clone_from(because);
            StepOutcome::Interrupted
        }
    };
}

/// A time of day some milliseconds later.
fn later(at: &str, after_ms: f64) -> Option<String> {
    let start: Timestamp = at.parse().ok()?;
    let shift = SignedDuration::from_micros(i64::try_from(milliseconds(after_ms * 1000.0)).ok()?);
    Some(format!("{:.3}", start.checked_add(shift).ok()?))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; spans of a run fit")]
fn milliseconds(value: f64) -> u64 {
    value.max(0.0).round() as u64
}
