//! The rungs below the wire: the engine, the gateway's container, its process; and the containers around it.

use std::net::IpAddr;

use super::case::Case;
use super::log_in;
use crate::diagnosis::{Diagnosis, Explain};
use crate::evidence::causes::{ContainerCause, GatewayCause, PortCause};
use crate::evidence::{Asked, Certainty, ContainerEvidence};
use crate::ports::broker::BrokerError;
use crate::ports::docker::{Container, DockerError, HealthStatus, Status};

/// How many lines of a container's log are evidence.
const LOG_LINES: usize = 20;
/// How engines say that a port cannot be had (Docker on Linux twice, Docker Desktop, Windows).
const TAKEN: [&str; 4] = [
    "port is already allocated",
    "address already in use",
    "ports are not available",
    "only one usage of each socket",
];
/// IBC's `SECOND_FACTOR_AUTH_LOGIN_TIMED_OUT`, and what is left of it modulo 256 (`ErrorCodes.java`, `ibcstart.sh`).
const TWO_FACTOR_TIMED_OUT: [i64; 2] = [1111, 87];
/// IBC's `LOGIN_DIALOG_DISPLAY_TIMED_OUT`, likewise.
const LOG_IN_DIALOG_TIMED_OUT: [i64; 2] = [1112, 88];

/// Whether something below the wire is the cause. What is merely odd while a gateway answers is a notice.
pub(super) fn explains(case: &mut Case<'_>) -> bool {
    if let Asked::Failed(failure) = &case.evidence.engine {
        let shut =
            matches!(case.error(), Some(BrokerError::Refused { .. } | BrokerError::NothingBehind { .. }));
        // A gateway that nobody declared to be in a container may need no engine.
        if case.may_be_the_engine() {
            case.possible_engine(failure);
            return false;
        }
        let dead = case.evidence.climb.is_none() || shut && case.evidence.expected.in_a_container;
        case.failure(failure, if dead { Certainty::Certain } else { Certainty::Notice });
        return dead;
    }
    let Some(gateway) = case.gateway() else { return false };
    match &gateway.container {
        Asked::Not(_) => false,
        Asked::Failed(failure) => {
            case.failure(failure, Certainty::Notice);
            false
        }
        Asked::Is(None) => match &gateway.image {
            Some((image, false)) => down(case, &DockerError::NoImage { image: image.clone() }),
            _ => down(case, &DockerError::NoContainer { container: gateway.name.clone() }),
        },
        Asked::Is(Some(container)) => process(case, gateway, container),
    }
}

fn process(case: &mut Case<'_>, gateway: &ContainerEvidence, container: &Container) -> bool {
    let name = || container.name.clone();
    match container.status {
        Status::Running => led_elsewhere(case, container),
        Status::Paused => down(case, &ContainerCause::Paused { container: name() }),
        Status::Created if names_a_taken_port(&container.error) => taken(case, container),
        Status::Created => {
            let evidence = words(&container.error);
            down(case, &ContainerCause::NotStarted { container: name(), evidence })
        }
        Status::Exited | Status::Dead | Status::Restarting => ended(case, gateway, container),
    }
}

/// The gateway runs and does not publish the address, which leads to another container: nothing that is seen there is
/// about this gateway.
fn led_elsewhere(case: &mut Case<'_>, container: &Container) -> bool {
    let local = case.place().is_some_and(|(host, _)| host == "localhost" || host.parse::<IpAddr>().is_ok());
    let Some(other) = case.other_publisher() else { return false };
    if !local || container.host_network || case.mapping().is_some() {
        return false;
    }
    let owner = Some(format!("the container {}", other.name));
    let evidence = vec![format!("the container {} runs and does not publish it", container.name)];
    let reason = PortCause::Taken { address: case.address(), owner, evidence };
    if case.is_bad() {
        case.certain(&reason);
    } else {
        case.notice(&reason);
    }
    case.is_bad()
}

/// Why a container that ran does not run.
fn ended(case: &mut Case<'_>, gateway: &ContainerEvidence, container: &Container) -> bool {
    if names_a_taken_port(&container.error) {
        return taken(case, container);
    }
    let name = container.name.clone();
    let (exit_code, evidence) = (container.exit_code, tail(gateway, container, case.runs_ibc()));
    if container.oom_killed {
        return down(case, &ContainerCause::OomKilled { container: name, exit_code, evidence });
    }
    if TWO_FACTOR_TIMED_OUT.contains(&exit_code) && case.runs_ibc() {
        return down(case, &GatewayCause::TwoFactorTimedOut { address: case.address(), evidence });
    }
    if let Some(reason) =
        case.log_in.as_ref().and_then(|log_in| log_in::refusal(log_in, &case.evidence.address))
    {
        return down(case, &reason);
    }
    if container.status == Status::Restarting {
        let restarts = container.restarts;
        return down(case, &ContainerCause::Restarting { container: name, restarts, exit_code, evidence });
    }
    down(case, &ContainerCause::Exited { container: name, exit_code, evidence })
}

/// The gateway's container does not do its work: the cause, unless something else answers in its place.
fn down(case: &mut Case<'_>, reason: &impl Explain) -> bool {
    if let Some(other) = case.other_publisher() {
        let owner = Some(format!("the container {}", other.name));
        let own = Diagnosis::explained(reason);
        let mut evidence = vec![format!("{} ({})", own.message, own.code)];
        evidence.extend(own.evidence);
        case.certain(&PortCause::Taken { address: case.address(), owner, evidence });
        return true;
    }
    if case.answered() {
        case.notice(reason);
        return false;
    }
    case.certain(reason);
    true
}

fn taken(case: &mut Case<'_>, container: &Container) -> bool {
    let owner = case.other_publisher().map(|other| format!("the container {}", other.name));
    case.certain(&PortCause::Taken { address: case.address(), owner, evidence: words(&container.error) });
    true
}

fn names_a_taken_port(error: &str) -> bool {
    let error = error.to_lowercase();
    TAKEN.iter().any(|words| error.contains(words))
}

fn words(error: &str) -> Vec<String> {
    let error = error.trim();
    if error.is_empty() { Vec::new() } else { vec![format!("the engine: {error}")] }
}

/// What the engine says about an end, and the end of the log.
fn tail(gateway: &ContainerEvidence, container: &Container, runs_ibc: bool) -> Vec<String> {
    let mut evidence = words(&container.error);
    if runs_ibc && LOG_IN_DIALOG_TIMED_OUT.contains(&container.exit_code) {
        evidence.push("IBC ends like this when the log-in dialog does not appear in time (1112)".to_owned());
    }
    match &gateway.log {
        Asked::Is(lines) if lines.is_empty() => evidence.push("its log is empty".to_owned()),
        Asked::Is(lines) => {
            let from = lines.len().saturating_sub(LOG_LINES);
            evidence.extend(lines[from..].iter().map(|line| format!("log: {}", line.text)));
        }
        Asked::Not(why) => evidence.push(format!("its log was not read: {why}")),
        Asked::Failed(failure) => {
            evidence.push(format!("its log could not be read: {}", failure.why.message));
        }
    }
    evidence
}

/// What somebody should know about the containers, though it does not keep the gateway from being ready.
pub(super) fn around(case: &mut Case<'_>) {
    // On a bad wire the health of the gateway is part of the symptom.
    if let Some(container) = case.container().filter(|_| case.error().is_none()) {
        health(case, container);
    }
    for other in &case.evidence.others {
        if let Some(container) = other.container.is().and_then(Option::as_ref) {
            health(case, container);
            bot(case, other, container);
            loopback(case, container);
        }
    }
}

fn health(case: &mut Case<'_>, container: &Container) {
    let Some(health) = &container.health else { return };
    if !container.is_running() || health.status != HealthStatus::Unhealthy {
        return;
    }
    let check = |(code, output): &(i64, String)| format!("check: exit code {code}: {}", output.trim());
    let mut evidence: Vec<String> = health.log.iter().map(check).collect();
    if evidence.is_empty() {
        evidence.push(format!("last check: {}", health.last_output.trim()));
    }
    let failing_streak = health.failing_streak;
    case.notice(&ContainerCause::Unhealthy { container: container.name.clone(), failing_streak, evidence });
}

/// A bot that ended badly. One that was never started, or was stopped, may be held back on purpose.
fn bot(case: &mut Case<'_>, other: &ContainerEvidence, container: &Container) {
    let (name, exit_code) = (container.name.clone(), container.exit_code);
    let evidence = || tail(other, container, false);
    match container.status {
        Status::Exited | Status::Dead if container.oom_killed => {
            case.notice(&ContainerCause::OomKilled { container: name, exit_code, evidence: evidence() });
        }
        Status::Exited | Status::Dead if exit_code != 0 => {
            case.notice(&ContainerCause::Exited { container: name, exit_code, evidence: evidence() });
        }
        Status::Restarting => {
            let (restarts, evidence) = (container.restarts, evidence());
            case.notice(&ContainerCause::Restarting { container: name, restarts, exit_code, evidence });
        }
        _ => {}
    }
}

/// A variable that sends a container to itself when it looks for the gateway. A container without a network of its own
/// may share the gateway's: there it is right.
fn loopback(case: &mut Case<'_>, container: &Container) {
    if container.host_network || container.networks.is_empty() {
        return;
    }
    for (variable, value) in container.env.iter().filter_map(|pair| pair.split_once('=')) {
        let name = variable.to_uppercase();
        let broker = ["GATEWAY", "IBKR", "IB_", "TWS"].iter().any(|word| name.contains(word));
        let place = ["HOST", "ADDRESS", "ADDR", "URL"].iter().any(|word| name.contains(word));
        let own = ["127.0.0.1", "localhost"]
            .into_iter()
            .any(|own| value.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
        let serves = ["BIND", "LISTEN"].iter().any(|word| name.contains(word));
        if own && (broker || place) && !serves {
            let (container, variable) = (container.name.clone(), variable.to_owned());
            case.notice(&PortCause::LoopbackInContainer { container, variable, value: value.to_owned() });
        }
    }
}
