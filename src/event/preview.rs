//! What a run would do now, as plain data: what the engine finds out for `plan` and a reporter tells.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Facts;
use crate::diagnosis::{Class, Diagnosis};

mod conclusion;

/// What a run of one playbook, or of one entry of its matrix, would do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// The playbook's name.
    pub playbook: String,
    /// The playbook's description.
    pub description: String,
    /// The entry of the matrix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// What it comes to.
    pub outcome: Prospect,
    /// How many steps are of which sort.
    pub counts: Counts,
    /// Held containers that run against their safe state: `run` would stop them before its first step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_safe: Vec<NotSafe>,
    /// Every step, in an order in which a run may take them; those of `finally` and `on_failure` at the end.
    pub steps: Vec<StepPreview>,
}

/// What a plan comes to, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prospect {
    /// A held container runs against its safe state, or a check says for certain that the state is not safe.
    NotSafe,
    /// The Docker engine could not be reached.
    NoEngine,
    /// Something does not hold now that no change before it could mend, or `run` would refuse to go on.
    Fails,
    /// `run` would change something.
    Pending,
    /// `run` would change nothing, and nothing that could be looked at fails.
    Unchanged,
}

/// How many steps are of which sort. Those of `on_failure` are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// They would change something.
    pub change: usize,
    /// They hold, or are as declared.
    pub hold: usize,
    /// What they come to cannot be known before the run.
    pub unknown: usize,
    /// They fail now.
    pub fail: usize,
}

/// A held container that runs and must not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotSafe {
    /// The container's key in the playbook.
    pub container: String,
    /// Why it must not run.
    pub why: Diagnosis,
}

/// What one step would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepPreview {
    /// The step's id in the playbook.
    pub id: String,
    /// The kind of step.
    pub kind: String,
    /// The list it stands in.
    #[serde(default)]
    pub list: StepList,
    /// How long `run` would give it, in milliseconds.
    pub within_ms: u64,
    /// The condition without which it is left out. A plan does not decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The step at which `run` would stop before it came to this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beyond: Option<String>,
    /// What is foreseen.
    #[serde(flatten)]
    pub foreseen: Foreseen,
}

/// The list of a playbook in which a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepList {
    /// The steps themselves.
    #[default]
    Steps,
    /// What follows at the very end.
    Finally,
    /// What follows when the run is not green.
    OnFailure,
}

/// What is foreseen of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Foreseen {
    /// The object is as declared.
    Unchanged {
        /// The object.
        object: String,
    },
    /// The object was made by somebody else, and is as declared: it would be used as it is.
    Adopt {
        /// The object.
        object: String,
    },
    /// It would change something.
    Change {
        /// What: the step's own object first, then what is stopped for its sake.
        changes: Vec<Change>,
        /// What else there is to know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// The check was made and holds.
    Holds {
        /// What was observed.
        #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
        facts: Facts,
    },
    /// The check was made and does not hold.
    DoesNotHold {
        /// Why not.
        why: Diagnosis,
        /// What that means for a run.
        class: Class,
        /// It may come true while `run` waits for it.
        waits: bool,
        /// What the step would have changed before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
    },
    /// `run` would refuse to go on.
    Refused {
        /// Why.
        why: Diagnosis,
        /// What that means for a run.
        class: Class,
        /// What the step would have changed before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
    },
    /// Its condition hangs on variables alone and does not hold: it would not be tried.
    Skipped {
        /// Which condition.
        because: String,
    },
    /// It cannot be known before the run.
    Unknown {
        /// Why not.
        because: String,
        /// The step whose change has to come first, where that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        /// How the check went on what is there now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<Now>,
    },
    /// It would do something that a plan does not do.
    WouldRun {
        /// What.
        what: String,
    },
    /// It would watch for a while.
    WouldWatch {
        /// For how long, in milliseconds.
        for_ms: u64,
    },
}

/// How a check went on what is there now, although a run would change that first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Now {
    /// It holds.
    Holds {
        /// What was observed.
        #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
        facts: Facts,
    },
    /// It does not.
    DoesNotHold {
        /// Why not.
        why: Diagnosis,
    },
}

/// A change that a run would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What would be done.
    #[serde(rename = "doing")]
    pub what: Doing,
    /// To what: `container paper-bot`, `image …`, `network …`.
    pub object: String,
    /// In what the object differs from what is declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// What would be done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Made; a container is started as well.
    Create,
    /// Started as it is.
    Start,
    /// Stopped, removed, and made and started anew.
    Recreate,
    /// Stopped and started again, as it is.
    Restart,
    /// Stopped, because its safe state cannot be proven meanwhile; it comes back through its gate.
    HoldBack,
    /// Built.
    Build,
    /// Built anew.
    Rebuild,
}

/// One thing in which an object differs from its declaration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What differs: `image`, `ports`, `env DRY_RUN`.
    pub what: String,
    /// What it is; nothing when it is not set, or not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// What is declared; nothing when nothing is, or it is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<String>,
    /// The values are secret, or may be, and are not shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}
