//! Questions that several kinds of step ask about a declared container.

use miette::Diagnostic;
use thiserror::Error;

use super::{Scope, StackContainer};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::ports::docker::{Container, DockerError, Status};

/// How many lines of a container's log are shown as evidence.
const LOG_LINES: usize = 20;

/// Why a container is not what a step needs.
#[derive(Debug, Error, Diagnostic)]
pub enum ContainerError {
    /// It ended.
    #[error("the container {container} exited with code {exit_code}{}", if *.oom_killed { " (killed: out of memory)" } else { "" })]
    #[diagnostic(
        code(container::exited),
        help("the last lines of its log are below; `docker logs {container}` shows all")
    )]
    Exited {
        /// Its name.
        container: String,
        /// Exit code of its main process.
        exit_code: i64,
        /// It used too much memory.
        oom_killed: bool,
        /// What the engine says, and the end of its log.
        evidence: Vec<String>,
    },
    /// It is between two runs.
    #[error("the container {container} keeps restarting: {restarts} restarts, last exit code {exit_code}")]
    #[diagnostic(code(container::restarting), help("the last lines of its log are below"))]
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
    /// It exists, differs, and is not ours to recreate.
    #[error(
        "a container named {container} exists that this playbook did not make, and it differs: {differences}"
    )]
    #[diagnostic(
        code(container::foreign),
        help(
            "remove it (`docker rm {container}`), declare it as it is, or give yours another `container_name`"
        )
    )]
    Foreign {
        /// Its name.
        container: String,
        /// In what it differs.
        differences: String,
    },
    /// The playbook has no such container. The plan's checks make this unreachable.
    #[error("the playbook declares no container {container}")]
    #[diagnostic(
        code(container::undeclared),
        help("this is a bug in openbell: the plan should not have passed")
    )]
    Undeclared {
        /// The key.
        container: String,
    },
}

impl Explain for ContainerError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::Restarting { .. } => Some(Pace::Gentle),
            Self::Exited { .. } | Self::Paused { .. } | Self::Foreign { .. } | Self::Undeclared { .. } => {
                None
            }
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Exited { evidence, .. } | Self::Restarting { evidence, .. } => evidence.clone(),
            Self::Paused { .. } | Self::Foreign { .. } | Self::Undeclared { .. } => Vec::new(),
        }
    }
}

/// The declared container of that key.
pub fn declared<'a>(scope: &Scope<'a>, key: &str) -> Result<&'a StackContainer, Failure> {
    Ok(scope.stack.container(key).ok_or_else(|| ContainerError::Undeclared { container: key.to_owned() })?)
}

/// The running container, or why it does not run: with its exit code and the end of its log.
pub async fn running(scope: &Scope<'_>, item: &StackContainer) -> Result<Container, Failure> {
    let name = &item.spec.name;
    let container = scope.world.docker.container(name).await?;
    let container = container.ok_or_else(|| DockerError::NoContainer { container: name.clone() })?;
    match container.status {
        Status::Running => Ok(container),
        Status::Created => Err(DockerError::NotRunning { container: name.clone() }.into()),
        Status::Paused => Err(ContainerError::Paused { container: name.clone() }.into()),
        Status::Exited | Status::Dead => {
            let evidence = evidence(scope, &container).await;
            Err(ContainerError::Exited {
                container: name.clone(),
                exit_code: container.exit_code,
                oom_killed: container.oom_killed,
                evidence,
            }
            .into())
        }
        Status::Restarting => {
            let evidence = evidence(scope, &container).await;
            Err(ContainerError::Restarting {
                container: name.clone(),
                restarts: container.restarts,
                exit_code: container.exit_code,
                evidence,
            }
            .into())
        }
    }
}

/// What the engine says about a container's end, and the end of its log.
async fn evidence(scope: &Scope<'_>, container: &Container) -> Vec<String> {
    let mut evidence = Vec::new();
    if !container.error.is_empty() {
        evidence.push(container.error.clone());
    }
    match scope.world.docker.logs_since_start(container).await {
        Ok(lines) if lines.is_empty() => evidence.push("its log is empty".to_owned()),
        Ok(lines) => {
            let from = lines.len().saturating_sub(LOG_LINES);
            evidence.extend(lines[from..].iter().map(|line| format!("log: {}", line.text)));
        }
        Err(error) => evidence.push(format!("its log could not be read: {error}")),
    }
    evidence
}

/// The failure itself, unless the gateway's container has ended: then that is the reason, and waiting is useless.
pub async fn or_gateway_ended(scope: &Scope<'_>, failure: Failure) -> Failure {
    let Some(gateway) = scope.stack.gateway() else { return failure };
    match running(scope, gateway).await {
        Err(ended) if ended.why.code.starts_with("container::") => ended,
        Ok(_) | Err(_) => failure,
    }
}
