//! The sockets of a container: who listens in it, and who is connected to it.

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Failure, Pace};
use crate::ports::World;
use crate::ports::docker::{Container, DockerError};

/// Longest time for reading them in the container.
const LIMIT: Duration = Duration::from_secs(5);
/// Stands in the first line of each table (proc(5), `/proc/net/tcp`).
const HEADING: &str = "local_address";

/// Why the sockets of a container are not known.
#[derive(Debug, Error, Diagnostic)]
pub enum SocketsError {
    /// It has no program to read them, and they cannot be read from outside.
    #[error("the sockets of the container {container} cannot be read")]
    #[diagnostic(
        code(sockets::hidden),
        help(
            "the container has no `cat`: `nsenter -t PID -n ss -tan` on the engine's own machine shows them"
        )
    )]
    Hidden {
        /// The container.
        container: String,
        /// What was tried, and what came of it.
        tried: Vec<String>,
    },
}

impl Explain for SocketsError {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Hidden { tried, .. } => tried.clone(),
        }
    }
}

/// The TCP sockets of a running container, as the kernel shows them: its tables for IPv4 and, behind them, IPv6.
///
/// Read by the container's own `cat`. Where it has none, and the engine is on this machine, by the id of its main
/// process, which is that of the engine's machine.
pub async fn sockets(world: &World, container: &Container) -> Result<String, Failure> {
    let command = ["cat", "/proc/net/tcp", "/proc/net/tcp6"].map(str::to_owned);
    let said = match world.docker.exec(&container.name, &command, LIMIT).await {
        // Without IPv6 there is no second table, and `cat` fails after the first.
        Ok(read) if read.output.contains(HEADING) => return Ok(read.output),
        Ok(read) => format!("cat: exit code {}: {}", read.exit_code, read.output.trim()),
        Err(error @ (DockerError::NotRunning { .. } | DockerError::NoContainer { .. })) => {
            return Err(error.into());
        }
        Err(error) => format!("cat: {error}"),
    };
    let mut tried = vec![said];
    let engine = world.docker.engine().await?;
    match container.pid {
        // The socket of a file is that of an engine on this machine.
        Some(pid) if engine.host.starts_with("unix://") => match world.files.process_sockets(pid) {
            Ok(text) => return Ok(text),
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                tried.push(format!("{error}: {why}"));
            }
        },
        Some(_) => tried.push(format!("the engine at {} is not known to be on this machine", engine.host)),
        None => tried.push("the container has no main process".to_owned()),
    }
    Err(SocketsError::Hidden { container: container.name.clone(), tried }.into())
}
