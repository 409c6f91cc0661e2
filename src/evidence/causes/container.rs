//! Why a container does not do its work.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};
use crate::ladder::Rung;

/// What is wrong with a container. Codes are stable; the ones that steps also meet are the same there.
#[derive(Debug, Error, Diagnostic)]
pub enum ContainerCause {
    /// The kernel killed it for the memory it used.
    #[error("the container {container} was killed: it ran out of memory (exit code {exit_code})")]
    #[diagnostic(
        code(container::oom_killed),
        help(
            "raise its memory limit: the Java heap of a gateway alone is 768 MB in the usual image, unless JAVA_HEAP_SIZE \
             says otherwise"
        )
    )]
    OomKilled {
        /// Its name.
        container: String,
        /// Exit code of its main process.
        exit_code: i64,
        /// What the engine says, and the end of its log.
        evidence: Vec<String>,
    },
    /// Its health check fails.
    #[error("the health check of the container {container} has failed {failing_streak} times in a row")]
    #[diagnostic(
        code(container::unhealthy),
        help(
            "the checks' output is shown with it; a check that only opens the port says nothing about the API, `openbell probe` \
             does"
        )
    )]
    Unhealthy {
        /// Its name.
        container: String,
        /// Failures in a row.
        failing_streak: i64,
        /// The checks the engine remembers.
        evidence: Vec<String>,
    },
    /// It was made and never started.
    #[error("the container {container} was made, but never started")]
    #[diagnostic(
        code(container::not_started),
        help("start it: `docker start {container}`, or run the playbook")
    )]
    NotStarted {
        /// Its name.
        container: String,
        /// What the engine says.
        evidence: Vec<String>,
    },
    /// It ended.
    #[error("the container {container} exited with code {exit_code}")]
    #[diagnostic(
        code(container::exited),
        help("{}`docker logs {container}` shows all", shown(.evidence))
    )]
    Exited {
        /// Its name.
        container: String,
        /// Exit code of its main process.
        exit_code: i64,
        /// What the engine says, and the end of its log.
        evidence: Vec<String>,
    },
    /// It is between two runs.
    #[error("the container {container} keeps restarting: {restarts} restarts, last exit code {exit_code}")]
    #[diagnostic(
        code(container::restarting),
        help("{}`docker logs {container}` shows all", shown(.evidence))
    )]
    Restarting {
        /// Its name.
        container: String,
        /// Restarts by the engine so far.
        restarts: i64,
        /// Exit code of its main process.
        exit_code: i64,
        /// The end of its log.
        evidence: Vec<String>,
    },
    /// It is frozen.
    #[error("the container {container} is paused")]
    #[diagnostic(
        code(container::paused),
        help("somebody paused it: `docker unpause {container}`, or remove it")
    )]
    Paused {
        /// Its name.
        container: String,
    },
}

/// Points to the log lines among the evidence, where there are some.
fn shown(evidence: &[String]) -> &'static str {
    let some = evidence.iter().any(|line| line.starts_with("log: "));
    if some { "its last log lines are shown with it; " } else { "" }
}

impl Explain for ContainerCause {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::Restarting { .. } | Self::Unhealthy { .. } => Some(Pace::Gentle),
            _ => None,
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::OomKilled { evidence, .. }
            | Self::Unhealthy { evidence, .. }
            | Self::NotStarted { evidence, .. }
            | Self::Exited { evidence, .. }
            | Self::Restarting { evidence, .. } => evidence.clone(),
            Self::Paused { .. } => Vec::new(),
        }
    }

    fn rung(&self) -> Option<Rung> {
        Some(Rung::Process)
    }
}
