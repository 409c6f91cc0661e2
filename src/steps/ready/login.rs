//! What the gateway's own log adds to a wait: why it is silent, and when waiting is useless. A line explains, it never
//! proves that anything is ready.

use crate::diagnosis::{Diagnosis, Failure};
use crate::evidence;
use crate::evidence::markers::{LogIn, Marker, State, of_line, read};
use crate::ladder::Rung;
use crate::ports::World;
use crate::ports::docker::LogLine;
use crate::steps::{Reaction, Scope, Stack, container_state};

/// Returns only when the container's log says that this log-in cannot succeed.
pub(super) async fn grave(scope: &Scope<'_>) -> Failure {
    if let Some(log_in) = log_in(scope.world, scope.stack).await
        && let Some(why) = why(&log_in, scope.stack)
        && log_in.is_terminal()
    {
        return failed(why);
    }
    std::future::pending().await
}

/// What the log says until now means for the wait.
pub(super) async fn so_far(world: &World, stack: &Stack) -> Reaction {
    let Some(log_in) = log_in(world, stack).await else { return Reaction::Nothing };
    if log_in.is_terminal() {
        return Reaction::StartOver;
    }
    why(&log_in, stack).map_or(Reaction::Nothing, Reaction::Tell)
}

/// The failure with what the container and its log say about it: the cause instead of the symptom.
pub(super) async fn explained(scope: &Scope<'_>, failure: Failure) -> Failure {
    let failure = container_state::or_gateway_ended(scope, failure).await;
    let ended = failure.why.code.starts_with("container::");
    // Whoever answered with a version was logged in; what went wrong after that is not in these lines.
    if !ended && failure.why.rung.is_none_or(|rung| rung < Rung::Tcp || rung > Rung::Version) {
        return failure;
    }
    let Some(log_in) = log_in(scope.world, scope.stack).await else { return failure };
    // Of a container that has ended, the log tells why where it speaks of the end of a log-in.
    if ended && !log_in.is_terminal() {
        return failure;
    }
    let Some(why) = why(&log_in, scope.stack) else { return failure };
    let symptom = format!("the symptom: {} ({})", failure.why.message, failure.why.code);
    let why = why.with_evidence([symptom]);
    if log_in.is_terminal() { failed(why) } else { Failure { why, ..failure } }
}

/// What a line of the gateway's log means for the wait.
pub(super) fn react(stack: &Stack, line: &LogLine) -> Reaction {
    let Some(marker) = of_line(&line.text) else { return Reaction::Nothing };
    if marker.is_terminal() {
        return Reaction::StartOver;
    }
    if marker.is_progress() {
        return Reaction::TryNow;
    }
    why(&read(std::slice::from_ref(line)), stack).map_or(Reaction::Nothing, Reaction::Tell)
}

/// When the gateway was logged in last, as its container's log tells: another time is another session. Nothing while it
/// restarts, and where no log tells.
pub async fn last_log_in(world: &World, stack: &Stack) -> Option<String> {
    log_in(world, stack).await?.completed.map(|at| at.to_string())
}

/// Whether the line says that the gateway is logged in.
pub fn is_log_in(line: &LogLine) -> bool {
    of_line(&line.text) == Some(Marker::Completed)
}

/// What the gateway's log says about a log-in that is not completed, whether its container runs or not.
pub async fn log_in_cause(world: &World, stack: &Stack) -> Option<Diagnosis> {
    why(&log_in(world, stack).await?, stack)
}

/// The second factor that the gateway waits for, and until when, as its log tells now.
pub async fn second_factor(world: &World, stack: &Stack) -> Option<(Diagnosis, Option<jiff::Timestamp>)> {
    let log_in = log_in(world, stack).await?;
    let State::TwoFactorPending { deadline } = log_in.state else { return None };
    Some((why(&log_in, stack)?, deadline))
}

async fn log_in(world: &World, stack: &Stack) -> Option<LogIn> {
    let gateway = stack.gateway()?;
    let container = world.docker.container(&gateway.spec.name).await.ok()??;
    let lines = world.docker.logs_since_start(&container).await.ok()?;
    Some(read(&lines))
}

fn why(log_in: &LogIn, stack: &Stack) -> Option<Diagnosis> {
    evidence::log_in_cause(log_in, &stack.connection.address).map(|cause| Diagnosis::explained(&cause))
}

fn failed(why: Diagnosis) -> Failure {
    Failure { again: None, class: crate::diagnosis::Class::Step, why }
}
