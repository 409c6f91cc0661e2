//! The report: a fold of the events. The same events give the same report.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Drift, Reporter};
use crate::diagnosis::{Class, Diagnosis};
use crate::event::{Deadline, Event, EventKind, Facts, Outcome, StepFinished, Stopped, Verdict};

/// What happened in one run. Only what was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this format.
    pub report: u32,
    /// The run's id.
    pub run: String,
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's description.
    pub description: String,
    /// Version of openbell.
    pub openbell: String,
    /// How the run ended.
    pub verdict: Verdict,
    /// When it started, RFC 3339, UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// Deadline of the whole run, in milliseconds.
    pub within_ms: u64,
    /// Number of things the run changed in the world; 0 when all was as declared.
    pub changes: usize,
    /// Why it ended so, when no single step is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Diagnosis>,
    /// Containers that were stopped because their safe state was not proven.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<Stopped>,
    /// The run that drift is counted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Versions and digests that differ from the previous run's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// The steps, in order.
    pub steps: Vec<StepReport>,
}

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepReport {
    /// Its id.
    pub id: String,
    /// Its kind; empty when it was never begun.
    pub kind: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// Whether it changed anything.
    pub changed: bool,
    /// What it changed, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// When it started, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// Its deadline, in milliseconds.
    pub within_ms: u64,
    /// Attempts made.
    pub attempts: u32,
    /// What it waited for, and since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    /// What was observed.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub facts: Facts,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<StepFailure>,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Its condition holds.
    Passed,
    /// It does not.
    Failed,
    /// It was not tried.
    Skipped,
    /// The run was ended while it was being tried.
    Interrupted,
}

impl StepOutcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepFailure {
    /// The diagnosis.
    pub why: Diagnosis,
    /// What it means for the run.
    pub class: Class,
    /// The deadline that passed, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
}

/// A reason a step waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Milliseconds since the step started.
    pub after_ms: u64,
    /// Code of the reason.
    pub code: String,
    /// The reason.
    pub message: String,
}

/// Folds events into a [`Report`].
#[derive(Debug, Default)]
pub struct Summary {
    report: Option<Report>,
    begun_ms: f64,
}

impl Summary {
    /// The report, once the run is over.
    pub fn finish(self) -> Option<Report> {
        self.report
    }

    fn current(&mut self, id: &str) -> Option<&mut StepReport> {
        self.report.as_mut()?.steps.iter_mut().find(|step| step.id == id)
    }
}

impl Reporter for Summary {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::RunStarted(begin) => {
                self.report = Some(Report {
                    report: 1,
                    run: begin.run.clone(),
                    playbook: begin.playbook.clone(),
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
                    steps: begin.steps.iter().map(|id| untried(id)).collect(),
                });
            }
            EventKind::StepStarted { id, kind, within_ms } => {
                self.begun_ms = event.after_ms;
                let run_started = self.report.as_ref().map(|report| report.started.clone());
                if let Some(step) = self.current(id) {
                    step.kind.clone_from(kind);
                    step.within_ms = *within_ms;
                    step.started = run_started.and_then(|at| later(&at, event.after_ms));
                }
            }
            EventKind::StepWaiting { id, why } => {
                let after_ms = milliseconds(event.after_ms - self.begun_ms);
                if let Some(step) = self.current(id) {
                    step.waits.push(Wait { after_ms, code: why.code.clone(), message: why.message.clone() });
                }
            }
            EventKind::StepFinished(finished) => {
                let took_ms = event.after_ms - self.begun_ms;
                if let Some(step) = self.current(&finished.id) {
                    ended(step, finished, took_ms);
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

fn untried(id: &str) -> StepReport {
    StepReport {
        id: id.to_owned(),
        kind: String::new(),
        outcome: StepOutcome::Skipped,
        changed: false,
        changes: Vec::new(),
        started: None,
        took_ms: 0.0,
        within_ms: 0,
        attempts: 0,
        waits: Vec::new(),
        facts: Facts::new(),
        failure: None,
        because: None,
    }
}

fn ended(step: &mut StepReport, finished: &StepFinished, took_ms: f64) {
    step.attempts = finished.attempts;
    step.changed = !finished.changes.is_empty();
    step.changes.clone_from(&finished.changes);
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
        Outcome::Skipped { because } => {
            step.because = Some(because.clone());
            StepOutcome::Skipped
        }
        Outcome::Interrupted => StepOutcome::Interrupted,
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
