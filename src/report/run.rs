//! The report of one run: its form. The steps are in the order of the playbook; their times tell what ran at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Drift;
use super::ladder::LadderRung;
use crate::diagnosis::{Class, Diagnosis};
use crate::event::{Deadline, Facts, Stopped, Verdict};
use crate::ladder::Reached;

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
    /// The id of the matrix's entry that was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
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
    /// The rungs of readiness as the run reached them, lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<LadderRung>,
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
    /// The list it belongs to.
    #[serde(default, skip_serializing_if = "Phase::is_steps")]
    pub phase: Phase,
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
    /// The same in milliseconds since the run started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<f64>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// Its deadline, in milliseconds.
    pub within_ms: u64,
    /// Attempts made.
    pub attempts: u32,
    /// What it waited for, and since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    /// The rungs of readiness it saw reached, lowest first, in milliseconds since it started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<Reached>,
    /// What was observed.
    #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
    pub facts: Facts,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<StepFailure>,
    /// Why it was skipped, or ended by something outside itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// Which list of a playbook a step belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The steps of the run itself.
    #[default]
    Steps,
    /// What follows when the run is not green.
    OnFailure,
    /// What follows at the very end.
    Finally,
}

impl Phase {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_steps(&self) -> bool {
        *self == Self::Steps
    }
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
    /// It was ended while it was being tried.
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
