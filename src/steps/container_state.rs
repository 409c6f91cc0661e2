//! Questions that several kinds of step ask about a declared container.

use miette::Diagnostic;
use thiserror::Error;

use super::{Scope, StackContainer, compose_labels};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::evidence::causes::ContainerCause;
use crate::ladder::Rung;
use crate::ports::docker::{Container, DockerError, Status};

/// How many lines of a container's log are shown as evidence.
const LOG_LINES: usize = 20;

/// Why a container is not what a step needs; what is wrong with one that is, is a [`ContainerCause`].
#[derive(Debug, Error, Diagnostic)]
pub enum ContainerError {
    /// It exists, differs, and is not ours to recreate.
    #[error(
        "a container named {container} exists that this playbook did not make, and it differs: {differences}"
    )]
    #[diagnostic(code(container::foreign), help("{remedy}"))]
    Foreign {
        /// Its name.
        container: String,
        /// In what it differs.
        differences: String,
        /// What to do about it.
        remedy: String,
    },
    /// Compose has not made it, and its file says what openbell cannot give it.
    #[error(
        "there is no container {container}, and its compose file says what only Compose gives it: {beyond}"
    )]
    #[diagnostic(
        code(container::compose_only),
        help("let Compose make it once: `{command}`; then openbell adopts it")
    )]
    ComposeOnly {
        /// Its name.
        container: String,
        /// The keys.
        beyond: String,
        /// The command that makes it.
        command: String,
    },
    /// Compose has made it under another name.
    #[error("Compose runs {service} as {container}, not as {declared}")]
    #[diagnostic(
        code(container::compose_name),
        help(
            "run again: at its start a run looks up what Compose's containers are called; nothing was made"
        )
    )]
    ComposeName {
        /// The key in the playbook.
        service: String,
        /// Its name.
        container: String,
        /// What Compose would call it.
        declared: String,
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
        None
    }

    fn rung(&self) -> Option<Rung> {
        match self {
            Self::Foreign { .. } | Self::ComposeOnly { .. } | Self::ComposeName { .. } => {
                Some(Rung::Container)
            }
            Self::Undeclared { .. } => None,
        }
    }
}

impl ContainerError {
    /// A container that differs and is somebody else's.
    pub fn foreign(item: &StackContainer, differences: String) -> Self {
        let container = item.spec.name.clone();
        let remedy = match &item.composed {
            Some(composed) => format!(
                "Compose made it: let Compose make it anew (`{}`), or put its compose file back to what it was",
                composed.command
            ),
            None => format!(
                "remove it (`docker rm {container}`), declare it as it is, or give yours another `container_name`"
            ),
        };
        Self::Foreign { container, differences, remedy }
    }

    /// The container that openbell may not make, if this is one.
    pub fn compose_only(item: &StackContainer) -> Option<Self> {
        let composed = item.composed.as_ref().filter(|composed| !composed.beyond.is_empty())?;
        Some(Self::ComposeOnly {
            container: item.spec.name.clone(),
            beyond: composed.beyond.join(", "),
            command: composed.command.clone(),
        })
    }
}

/// A container of Compose's that is not there may be made: Compose has none under another name, and its file says nothing
/// that only Compose could give it.
pub async fn not_behind_compose(scope: &Scope<'_>, item: &StackContainer) -> Result<(), Failure> {
    if let Some(found) = compose_labels::elsewhere(scope.world, item).await? {
        let (service, declared) = (item.key.clone(), item.spec.name.clone());
        return Err(ContainerError::ComposeName { service, container: found.name, declared }.into());
    }
    ContainerError::compose_only(item).map_or(Ok(()), |refusal| Err(refusal.into()))
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
        Status::Paused => Err(ContainerCause::Paused { container: name.clone() }.into()),
        Status::Exited | Status::Dead | Status::Restarting => {
            let evidence = evidence(scope, &container).await;
            Err(ended(&container, evidence).into())
        }
    }
}

/// Why a container does not run that did.
fn ended(container: &Container, evidence: Vec<String>) -> ContainerCause {
    let (name, exit_code) = (container.name.clone(), container.exit_code);
    if container.oom_killed {
        ContainerCause::OomKilled { container: name, exit_code, evidence }
    } else if container.status == Status::Restarting {
        ContainerCause::Restarting { container: name, restarts: container.restarts, exit_code, evidence }
    } else {
        ContainerCause::Exited { container: name, exit_code, evidence }
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
