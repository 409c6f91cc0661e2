//! From evidence to causes, bottom-up: engine, container, process, port, handshake, session, ids.
//!
//! Owns the rules. A cause on a lower rung that explains a symptom hides the bare symptom, which becomes evidence. One
//! explanation is certain; of several all are told, each with what would decide. Nothing here asks the world.

use super::causes::GatewayCause;
use super::{Certainty, Evidence, Finding};
use crate::diagnosis::Class;

mod accept;
mod case;
mod ids;
mod log_in;
mod mute;
mod port;
mod session;
mod stack;

use case::Case;
pub use ids::is_held_by_its_owner;
pub use log_in::cause as log_in_cause;

/// The causes that fit, most important first. Empty when nothing is wrong.
pub fn findings(evidence: &Evidence) -> Vec<Finding> {
    let mut case = Case::of(evidence);
    if !stack::explains(&mut case) {
        port::handshake(&mut case);
    }
    session::look(&mut case);
    ids::look(&mut case);
    stack::around(&mut case);
    maintenance(&mut case);
    let mut found = case.found;
    // The sort is stable: what was found lower on the ladder stays before what was found higher.
    found.sort_by_key(|finding| (finding.class != Class::Safety, finding.certainty));
    found
}

/// Causes that a maintenance of IBKR's servers, or the restart of the gateway at that time, can bring about.
const OF_MAINTENANCE: [&str; 12] = [
    "broker::refused",
    "broker::nothing_behind",
    "broker::mute",
    "broker::half_open",
    "broker::connectivity_lost",
    "broker::farms_broken",
    "broker::dropped",
    "broker::no_accounts",
    "gateway::not_logged_in",
    "gateway::unavailable",
    "gateway::restarting",
    "gateway::wedged",
];

/// Inside a maintenance window, what does not answer may be IBKR's doing as well.
fn maintenance(case: &mut Case<'_>) {
    let affected = |finding: &Finding| {
        finding.certainty != Certainty::Notice && OF_MAINTENANCE.contains(&finding.why.code.as_str())
    };
    if !case.is_bad() || !case.found.iter().any(affected) {
        return;
    }
    let Some(window) = case.evidence.expected.maintenance.open_at(case.evidence.now) else { return };
    let reason = GatewayCause::Maintenance { window: window.name, until: window.until };
    case.possible(&reason, "whether it is gone when the window is over");
}
