//! The interface between the engine and whoever tells about a run: five kinds of event, whatever the steps are.
//!
//! Owns the types and the sender. Folding them into a summary, a screen or a file is the reporters' business.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::diagnosis::{Class, Diagnosis};
use crate::ladder::Reached;
use crate::redact::Redactor;

mod entry;
mod preview;

pub use entry::{Entry, EntryKind, Loss, Maintenance, RecoveryRung, StepTime};
pub use preview::{
    Change, Counts, Difference, Doing, Foreseen, NotSafe, Now, Preview, Prospect, StepList, StepPreview,
};

/// What was observed in a step: ordered names and values.
pub type Facts = serde_json::Map<String, serde_json::Value>;

/// Something happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Event {
    /// Milliseconds since the run started.
    pub after_ms: f64,
    /// The id of the matrix's entry whose run it is, where several run side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The five kinds of event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A run begins.
    RunStarted(RunStarted),
    /// A step begins.
    StepStarted {
        /// The step's id in the playbook.
        id: String,
        /// The kind of step.
        kind: String,
        /// How long it may take, in milliseconds.
        within_ms: u64,
    },
    /// A step did not pass yet, for a reason that was not told before.
    StepWaiting {
        /// The step's id in the playbook.
        id: String,
        /// What it waits for.
        why: Diagnosis,
    },
    /// A step is over.
    StepFinished(StepFinished),
    /// The run is over.
    RunFinished {
        /// How it ended.
        verdict: Verdict,
        /// Why, when no single step is to blame.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Diagnosis>,
        /// What was stopped because its safe state was not proven.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        stopped: Vec<Stopped>,
    },
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStarted {
    /// Unique, sortable by time; the name of the report's directory.
    pub run: String,
    /// Time of day, RFC 3339, UTC.
    pub at: String,
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's description.
    pub description: String,
    /// Version of the program.
    pub openbell: String,
    /// How long the whole run may take, in milliseconds.
    pub within_ms: u64,
    /// The ids of all steps, in order: those of the run itself, then `on_failure`, then `finally`.
    pub steps: Vec<String>,
    /// Those of them that follow only when the run is not green, and was not ended by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<String>,
    /// Those of them that follow at the very end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finally: Vec<String>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepFinished {
    /// The step's id in the playbook.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How many attempts were made.
    pub attempts: u32,
    /// What the step changed in the world, in words; empty when everything was as declared.
    pub changes: Vec<String>,
    /// The rungs of readiness that were reached, lowest first, kept even when the step failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<Reached>,
    /// What was observed.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub facts: Facts,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The condition holds.
    Passed,
    /// It does not.
    Failed {
        /// Why not.
        why: Diagnosis,
        /// What that means for the run.
        class: Class,
        /// The deadline that passed, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<Deadline>,
    },
    /// It was not tried.
    Skipped {
        /// Why not.
        because: String,
        /// What kind of reason that is.
        #[serde(default)]
        by: SkippedBy,
    },
    /// It was ended while it was being tried.
    Interrupted {
        /// The reason, when it was another step or a deadline; without one it was Ctrl-C or SIGTERM.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
}

/// What kind of reason there was not to try a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SkippedBy {
    /// Something before it failed, or was ended.
    #[default]
    Failure,
    /// Its own condition does not hold.
    When,
    /// There is nothing for it to do: a step of `on_failure` in a green run.
    NotNeeded,
}

/// Which deadline passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deadline {
    /// Whose deadline it was.
    pub of: DeadlineOf,
    /// How long was allowed, in milliseconds.
    pub within_ms: u64,
}

/// Whose deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineOf {
    /// The step's own.
    Step,
    /// The whole run's.
    Run,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every step passed.
    Green,
    /// A step failed.
    Failed,
    /// The safe state is not proven.
    Safety,
    /// The Docker engine could not be reached.
    Engine,
    /// A deadline passed.
    Deadline,
    /// Ended by Ctrl-C or SIGTERM.
    Interrupted,
}

/// A held container that was found running without proof of its safe state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// The container's key in the playbook.
    pub container: String,
    /// Why it may not run.
    pub because: String,
    /// Set when it could not be stopped: somebody has to look at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Diagnosis>,
}

/// The engine's end of the wire. Removes secrets and stamps the time; never blocks, never fails a run.
#[derive(Clone)]
pub struct Sender {
    events: mpsc::UnboundedSender<Event>,
    started: Instant,
    redactor: Redactor,
    variant: Option<String>,
}

impl Sender {
    /// A sender whose run starts now, and the stream of its events.
    pub fn new(redactor: Redactor) -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (events, receiver) = mpsc::unbounded_channel();
        (Self { events, started: Instant::now(), redactor, variant: None }, receiver)
    }

    /// The same, for the run of one entry of a matrix.
    #[must_use]
    pub fn of_variant(self, variant: Option<String>) -> Self {
        Self { variant, ..self }
    }

    /// Time since the run started.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Tells everybody who listens.
    pub fn send(&self, mut kind: EventKind) {
        self.redact(&mut kind);
        let after_ms = (self.elapsed().as_secs_f64() * 1_000_000.0).round() / 1_000.0;
        // A listener that is gone must not end a run.
        let _ = self.events.send(Event { after_ms, variant: self.variant.clone(), kind });
    }

    fn redact(&self, kind: &mut EventKind) {
        match kind {
            EventKind::RunStarted(begin) => begin.description = self.redactor.text(&begin.description),
            EventKind::StepStarted { .. } => {}
            EventKind::StepWaiting { why, .. } => self.diagnosis(why),
            EventKind::StepFinished(step) => {
                match &mut step.outcome {
                    Outcome::Failed { why, .. } => self.diagnosis(why),
                    // A condition can name what it is compared with.
                    Outcome::Skipped { because, .. } => *because = self.redactor.text(because),
                    Outcome::Passed | Outcome::Interrupted { .. } => {}
                }
                step.changes.iter_mut().for_each(|change| *change = self.redactor.text(change));
                step.facts.values_mut().for_each(|fact| self.redactor.json(fact));
            }
            EventKind::RunFinished { why, stopped, .. } => {
                if let Some(why) = why {
                    self.diagnosis(why);
                }
                for stop in stopped {
                    stop.because = self.redactor.text(&stop.because);
                    if let Some(why) = &mut stop.failed {
                        self.diagnosis(why);
                    }
                }
            }
        }
    }

    fn diagnosis(&self, why: &mut Diagnosis) {
        why.message = self.redactor.text(&why.message);
        for text in why.causes.iter_mut().chain(&mut why.evidence).chain(&mut why.help) {
            *text = self.redactor.text(text);
        }
    }
}
