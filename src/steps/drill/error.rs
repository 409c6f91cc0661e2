//! Why there is no drill, or why what it disturbed is not back.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Class, Explain, Failure, Pace};
use crate::ports::broker::AccountId;
use crate::steps::Scope;

/// What is wrong with a drill.
#[derive(Debug, Error, Diagnostic)]
pub enum DrillError {
    /// Money is at stake.
    #[error("a live account is never drilled: {what}")]
    #[diagnostic(
        code(drill::live),
        help("drill the paper stack; leave drills out of a playbook for a live account")
    )]
    Live {
        /// The account, masked, or the pattern that allows one.
        what: String,
    },
    /// There is no way to tell IBC. The plan's checks make this unreachable.
    #[error("a soft restart needs IBC's command port, and the playbook does not say where it is")]
    #[diagnostic(
        code(drill::no_command_port),
        help("write `connection.ibc`, such as 127.0.0.1:7462, or drill with `how: container`")
    )]
    NoCommandPort,
    /// IBC took the command, and nothing happened.
    #[error("IBC was told to restart the gateway, and the gateway at {address} never dropped the session")]
    #[diagnostic(
        code(drill::not_down),
        help(
            "look at the gateway's log: IBC restarts it only when it is logged in and has an auto-restart file"
        )
    )]
    NotDown {
        /// The gateway's address.
        address: String,
    },
    /// The time was over before a look at the stack had an end.
    #[error("the stack was not whole again within {within_s} s of the restart of {container}")]
    #[diagnostic(
        code(drill::not_whole),
        help(
            "raise `recover_within`: the graces of the stops count, and the time was over before anything answered"
        )
    )]
    NotWhole {
        /// The key of the container that was disturbed.
        container: String,
        /// The time that the recovery had.
        within_s: f64,
    },
    /// It still is the run of before.
    #[error("the container {container} has not restarted: it has run since {since}")]
    #[diagnostic(
        code(drill::not_restarted),
        help(
            "the Docker engine took the command and did not carry it out: `docker events` shows what it did"
        )
    )]
    NotRestarted {
        /// The container.
        container: String,
        /// When it was started.
        since: String,
    },
}

impl Explain for DrillError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::Live { .. } | Self::NoCommandPort => None,
            Self::NotDown { .. } => Some(Pace::Steady),
            Self::NotRestarted { .. } | Self::NotWhole { .. } => Some(Pace::Brisk),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Live { .. } => Class::Safety,
            Self::NoCommandPort
            | Self::NotDown { .. }
            | Self::NotRestarted { .. }
            | Self::NotWhole { .. } => Class::Step,
        }
    }
}

/// Refuses where a live account is at stake: by what the playbook allows, or by what the session shows.
pub(super) fn refuse_live(scope: &Scope<'_>, accounts: &[AccountId]) -> Result<(), Failure> {
    if let Some(pattern) = scope.stack.safety.accounts.iter().find(|pattern| !pattern.is_paper()) {
        let what = format!("the playbook allows `{pattern}`");
        return Err(DrillError::Live { what }.into());
    }
    match accounts.iter().find(|account| !account.is_paper()) {
        Some(account) => Err(DrillError::Live { what: format!("the session shows {account}") }.into()),
        None => Ok(()),
    }
}
