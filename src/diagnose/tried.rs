//! What became of the remedies.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::remedy::{Consent, Measure, Remedy, RemedyError};
use crate::diagnosis::Diagnosis;

/// One remedy: how it stood before, what was done, how it stood after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tried {
    /// The remedy's stable name, such as `longer_timeout`.
    pub remedy: String,
    /// What it does, in words, and to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The consent it needs; none is asked for what is not possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// What it costs, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// Why the gateway was not ready before.
    pub before: Diagnosis,
    /// What was done to the world, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<String>,
    /// How it ended.
    pub after: After,
    /// How long it took, until the gateway was whole again or was given up, in milliseconds.
    pub took_ms: f64,
    /// What to write down for good, when it worked and nothing says so yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// How a remedy ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum After {
    /// The gateway answers as a bot needs it.
    Worked,
    /// The gateway answers as a bot needs it, and would have without the remedy: it became ready meanwhile.
    BecameReady,
    /// It was carried out, or could not be to its end, and the gateway is not whole.
    DidNotHelp {
        /// The last reason.
        why: Diagnosis,
    },
    /// Nobody consented.
    NotTried {
        /// What it needs.
        because: String,
    },
    /// What it needs is missing, or it would do harm.
    NotPossible {
        /// The reason.
        why: Diagnosis,
    },
    /// Ended by hand before it was known whether it helps.
    Interrupted,
}

/// A change of what is written down, so that the next start-up needs no remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The changes of a playbook.
    pub edits: Vec<Edit>,
    /// The same for a client that no playbook knows.
    pub words: String,
}

/// One value of a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// JSON pointer to the value.
    pub at: String,
    /// The new value, as YAML.
    pub value: String,
}

impl Tried {
    /// The entry of a remedy that did not get to be tried, and why.
    pub fn untried(remedy: &Remedy, before: Diagnosis, after: After) -> Self {
        let measure = remedy.measure.as_ref().ok();
        Self {
            remedy: remedy.name.to_owned(),
            what: measure.map(Measure::words),
            consent: measure.map(Measure::consent),
            cost: measure.map(Measure::cost),
            before,
            did: Vec::new(),
            after,
            took_ms: 0.0,
            proposal: None,
        }
    }

    /// The same after it was carried out.
    #[must_use]
    pub fn carried_out(self, did: Vec<String>, after: After, took: Duration) -> Self {
        Self { did, after, took_ms: (took.as_secs_f64() * 10_000.0).round() / 10.0, ..self }
    }

    /// Whether the gateway was whole after it, and because of it.
    pub fn worked(&self) -> bool {
        self.after == After::Worked
    }

    /// Whether the gateway was whole after it, whatever the reason.
    pub fn ended_ready(&self) -> bool {
        matches!(self.after, After::Worked | After::BecameReady)
    }
}

impl RemedyError {
    /// The error of a ladder none of whose rungs helped. `None` when one worked or none was tried.
    pub fn none_worked(address: &str, tried: &[Tried]) -> Option<Self> {
        let failed = tried.iter().filter(|one| matches!(one.after, After::DidNotHelp { .. }));
        let names: Vec<&str> = failed.map(|one| one.remedy.as_str()).collect();
        let over = names.is_empty() || tried.iter().any(Tried::ended_ready);
        (!over).then(|| Self::NoneWorked { address: address.to_owned(), names: names.join(", ") })
    }
}
