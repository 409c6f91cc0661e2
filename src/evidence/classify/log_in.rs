//! From the state of the log-in to a cause.

use crate::evidence::causes::GatewayCause;
use crate::evidence::markers::{LogIn, State};

/// The cause that the log names; `None` when the log-in was completed, or nothing was said.
pub fn cause(log_in: &LogIn, address: &str) -> Option<GatewayCause> {
    let there = address;
    let address = there.to_owned();
    let (line, since) = (log_in.line.clone(), log_in.since);
    Some(match &log_in.state {
        State::Authenticating => {
            GatewayCause::NotLoggedIn { address, so_far: "it is authenticating".to_owned(), line }
        }
        State::Exited { code } => {
            GatewayCause::NotLoggedIn { address, so_far: format!("IBC ended with exit code {code}"), line }
        }
        State::TwoFactorPending { deadline } => {
            let (deadline, prompts) = (*deadline, log_in.prompts);
            GatewayCause::TwoFactorPending { address, deadline, prompts, line }
        }
        State::Restarting => GatewayCause::Restarting { address, since, line },
        State::AcceptDialog => GatewayCause::AcceptDialog { address, line },
        _ => return refusal(log_in, there),
    })
}

/// The cause that the log names, where it is one that ends a gateway.
pub(super) fn refusal(log_in: &LogIn, address: &str) -> Option<GatewayCause> {
    let address = address.to_owned();
    let line = log_in.line.clone();
    Some(match &log_in.state {
        State::TwoFactorTimedOut { .. } => {
            let mut seen: Vec<String> = line.map(|line| format!("log: {line}")).into_iter().collect();
            seen.push(format!("times it was asked for since the container's start: {}", log_in.prompts));
            GatewayCause::TwoFactorTimedOut { address, evidence: seen }
        }
        State::LoginFailed => GatewayCause::LoginFailed { address, failures: log_in.failures, line },
        State::TooManyAttempts => GatewayCause::Locked { address, since: log_in.since, line },
        State::Unavailable => GatewayCause::Unavailable { address, line },
        State::ExistingSession => GatewayCause::ExistingSession { address, line },
        State::NothingSaid
        | State::Authenticating
        | State::TwoFactorPending { .. }
        | State::AcceptDialog
        | State::ApiNotAccepted
        | State::Completed
        | State::Configured
        | State::Restarting
        | State::Exited { .. } => return None,
    })
}
