//! Silence: the connection stands and nothing comes.

use std::time::Duration;

use super::case::Case;
use super::{accept, log_in, port};
use crate::evidence::causes::GatewayCause;
use crate::evidence::markers::LogIn;
use crate::ports::broker::BrokerError;

/// How long after a complete log-in the API may still be on its way.
const SETTLES: Duration = Duration::from_mins(1);
/// So many connections that the other side closed and the gateway did not are no coincidence.
const MANY_LEFT_OPEN: usize = 3;
/// What tells the dialog from a gateway that is wedged.
const DIALOG_DECIDED_BY: &str = "its screen (VNC): a dialog `Accept incoming connection` is open there; none is asked \
    where TrustedIPs in jts.ini has the address the gateway sees";

/// No connection is made at all. A port whose queue is full does that as well: nobody takes connections out of it.
pub(super) fn unreachable(case: &mut Case<'_>, error: &BrokerError) {
    let evidence = queues(case);
    if evidence.is_empty() {
        return case.certain(error);
    }
    let since = case.log_in.as_ref().and_then(|log_in| log_in.completed);
    case.certain(&GatewayCause::Wedged { address: case.address(), since, evidence });
}

/// No version frame: the gateway is not logged in, a dialog waits, or it is wedged. The log decides.
pub(super) fn before_the_version(case: &mut Case<'_>) {
    if let Some(error) =
        case.error().filter(|error| matches!(error, BrokerError::Mute { unfinished: 1.., .. }))
    {
        // A gateway that logs in says nothing at all; this one began to speak.
        return case.certain(error);
    }
    let Some(log_in) = case.log_in.clone() else { return undecided(case) };
    if let Some(reason) = log_in::cause(&log_in, &case.evidence.address) {
        case.certain(&reason);
        if let Some(reason) = port::direct(case) {
            case.possible(&reason, "whether it stays mute when the log-in is complete");
        }
        return;
    }
    let now = case.evidence.now;
    let settled = log_in.completed.map(|at| now.duration_since(at).unsigned_abs());
    if let Some(ago) = settled.filter(|ago| *ago <= SETTLES) {
        return settling(case, &log_in, ago);
    }
    if log_in.is_complete() && settled.is_none() {
        return completed_some_time(case, &log_in);
    }
    if let Some(reason) = port::direct(case) {
        return case.certain(&reason);
    }
    let mut evidence = queues(case);
    evidence.extend(log_in.line.as_ref().map(|line| format!("log: {line}")));
    let stuck = evidence.len() > 1;
    let wedged = GatewayCause::Wedged { address: case.address(), since: log_in.completed, evidence };
    if stuck || accept::trusted(case) {
        return case.certain(&wedged);
    }
    case.possible(&wedged, "its screen (VNC): no dialog is open there, and still it is mute");
    dialog(case);
}

/// The log-in was completed a moment ago: the API follows as a rule.
fn settling(case: &mut Case<'_>, log_in: &LogIn, ago: Duration) {
    let so_far = format!("its log-in was completed {} s ago, the API follows", ago.as_secs());
    let line = log_in.line.clone();
    let reason = GatewayCause::NotLoggedIn { address: case.address(), so_far, line };
    let evidence = queues(case);
    if evidence.is_empty() {
        case.certain(&reason);
    } else {
        let decided_by = "whether it answers within a minute of its log-in";
        case.possible(&reason, decided_by);
        let since = log_in.completed;
        case.possible(&GatewayCause::Wedged { address: case.address(), since, evidence }, decided_by);
    }
    if let Some(reason) = port::direct(case) {
        case.possible(&reason, "whether it stays mute a minute after its log-in");
    }
}

/// The log tells of a complete log-in, but not when: a log file has no times of the engine's.
fn completed_some_time(case: &mut Case<'_>, log_in: &LogIn) {
    let mut evidence = queues(case);
    let stuck = !evidence.is_empty();
    evidence.extend(log_in.line.as_ref().map(|line| format!("log: {line}")));
    if stuck {
        return case.certain(&GatewayCause::Wedged { address: case.address(), since: None, evidence });
    }
    let decided_by = "when the log-in was completed: more than a minute ago means wedged";
    case.possible(&GatewayCause::Wedged { address: case.address(), since: None, evidence }, decided_by);
    let so_far = "its log-in was completed, and the API may follow".to_owned();
    let reason = GatewayCause::NotLoggedIn { address: case.address(), so_far, line: log_in.line.clone() };
    case.possible(&reason, decided_by);
    if !accept::trusted(case) {
        dialog(case);
    }
}

/// Without a log that says anything: all that fits.
fn undecided(case: &mut Case<'_>) {
    let evidence = queues(case);
    let wedged = GatewayCause::Wedged { address: case.address(), since: None, evidence: evidence.clone() };
    let by_log = "the gateway's log: `Login has completed` long ago means wedged";
    if !evidence.is_empty() {
        case.possible(&wedged, by_log);
    }
    for reason in [port::direct(case), port::suspect(case)].into_iter().flatten() {
        case.possible(&reason, "a connection from inside the container: is that answered?");
    }
    let so_far = "nothing is known of its log-in".to_owned();
    let reason = GatewayCause::NotLoggedIn { address: case.address(), so_far, line: None };
    case.possible(
        &reason,
        "the gateway's log, or its screen (VNC): a log-in or a second factor is pending there",
    );
    dialog(case);
    case.possible(&wedged, by_log);
}

fn dialog(case: &mut Case<'_>) {
    let reason = GatewayCause::AcceptDialog { address: case.address(), line: None };
    case.possible(&reason, DIALOG_DECIDED_BY);
}

/// Connections that were never taken up, or never closed: signs of a gateway that is stuck.
fn queues(case: &Case<'_>) -> Vec<String> {
    let Some(sockets) = &case.sockets else { return Vec::new() };
    let mut ports = case.api_ports();
    ports.extend(case.mapping().map(|mapping| mapping.container_port));
    ports.sort_unstable();
    ports.dedup();
    let mut signs = Vec::new();
    for port in ports {
        let (pending, left_open) = (sockets.pending(port), sockets.left_open(port));
        if pending > 0 {
            signs.push(format!("sockets: {pending} connection(s) on port {port} wait to be accepted"));
        }
        if left_open >= MANY_LEFT_OPEN {
            signs.push(format!("sockets: {left_open} connections on port {port} are in CLOSE_WAIT"));
        }
    }
    signs
}

/// Silence after the version frame: the log may know, else the bare symptom is all there is.
pub(super) fn after_the_version(case: &mut Case<'_>, error: &BrokerError) {
    let told = case.log_in.as_ref().and_then(|log_in| log_in::cause(log_in, &case.evidence.address));
    match told {
        Some(reason) => case.certain(&reason),
        None => case.certain(error),
    }
}
