//! What a look came to: the ladder, the causes, and everything that was looked at. This is what `diagnose --json`
//! prints; its schema is generated from these types.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{Seen, seen};
use super::sight::Sight;
use super::tried::Tried;
use crate::diagnosis::{Class, Diagnosis};
use crate::evidence::{Certainty, Evidence, Finding};
use crate::ladder::{Reached, Rung};

/// One examination of a gateway and the stack around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examination {
    /// Version of this format.
    pub examination: u32,
    /// Version of openbell.
    pub openbell: String,
    /// When it began, RFC 3339, UTC.
    pub at: String,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// `host:port` of the gateway.
    pub address: String,
    /// A request was answered, and no cause was found that stands in the way of a bot.
    pub ready: bool,
    /// The rungs of readiness that were reached, lowest first.
    pub ladder: Vec<Reached>,
    /// The causes, most important first; several that are `possible` fit the same evidence.
    pub causes: Vec<Cause>,
    /// What was looked at, and what it showed.
    pub seen: Vec<Seen>,
    /// What was found first, where remedies were carried out; everything else is how it stands after them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Before>,
    /// The remedies that were tried, or might have been, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// What to change in the playbook for good, as a unified diff. It was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

/// What was found before remedies were carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The cause's code.
    pub code: String,
    /// The cause, in a sentence.
    pub message: String,
}

/// A cause that fits the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The cause, its evidence and the next step.
    pub why: Diagnosis,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it means for whoever would run on it.
    pub class: Class,
    /// What would decide, when other causes fit as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

/// A request was answered, and nothing that was found stands in the way.
pub(super) fn is_ready(findings: &[Finding], ladder: &[Reached]) -> bool {
    let answered = ladder.iter().any(|reached| reached.rung == Rung::Request);
    answered && findings.iter().all(|finding| finding.certainty == Certainty::Notice)
}

impl Examination {
    /// What the evidence and the causes found in it come to.
    pub fn of(evidence: &Evidence, findings: Vec<Finding>, ladder: Vec<Reached>, took: Duration) -> Self {
        let ready = is_ready(&findings, &ladder);
        let causes = findings
            .into_iter()
            .map(|Finding { why, certainty, class, decided_by }| Cause { why, certainty, class, decided_by })
            .collect();
        Self {
            examination: 1,
            openbell: env!("CARGO_PKG_VERSION").to_owned(),
            at: format!("{:.3}", evidence.now),
            took_ms: (took.as_secs_f64() * 10_000.0).round() / 10.0,
            address: evidence.address.clone(),
            ready,
            ladder,
            causes,
            seen: seen(evidence),
            before: Vec::new(),
            tried: Vec::new(),
            proposal: None,
        }
    }

    /// How it stands after remedies: what was found first is kept as what was before.
    #[must_use]
    pub fn followed_by(self, sight: Sight, took: Duration) -> Self {
        let hindered = self.causes.into_iter().filter(|cause| cause.certainty != Certainty::Notice);
        let before = hindered.map(|Cause { why, .. }| Before { code: why.code, message: why.message });
        let now = Self::of(&sight.evidence, sight.findings, sight.ladder, took);
        Self { at: self.at, before: before.collect(), ..now }
    }

    /// The highest rung that was reached without a gap.
    pub fn stands_at(&self) -> Option<Rung> {
        self.ladder.iter().map(|reached| reached.rung).max()
    }
}
