//! The ladder of a run: each rung of readiness, and when it was first seen reached.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::StepFinished;
use crate::ladder::Rung;

/// A rung of readiness, and when the run first saw it reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LadderRung {
    /// The rung.
    pub rung: Rung,
    /// Milliseconds since the run started.
    pub after_ms: f64,
    /// The step that saw it.
    pub step: String,
}

/// Adds the rungs that a step saw, each with the earliest time at which any step saw it.
pub(super) fn climb(ladder: &mut Vec<LadderRung>, finished: &StepFinished, begun_ms: f64) {
    for reached in &finished.rungs {
        let after_ms = ((begun_ms + reached.after_ms) * 10.0).round() / 10.0;
        let seen = LadderRung { rung: reached.rung, after_ms, step: finished.id.clone() };
        match ladder.iter_mut().find(|known| known.rung == reached.rung) {
            // Of steps that run at once, the one that ends last may have seen it first.
            Some(known) if after_ms < known.after_ms => *known = seen,
            Some(_) => {}
            None => ladder.push(seen),
        }
    }
    ladder.sort_by_key(|known| known.rung);
}
