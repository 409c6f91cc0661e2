//! Why a gateway's port does not lead to the gateway.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};
use crate::ladder::Rung;

/// What is wrong with a port. Codes are stable.
#[derive(Debug, Error, Diagnostic)]
pub enum PortCause {
    /// It is not published.
    #[error("the container {container} runs, but does not publish {address}")]
    #[diagnostic(
        code(port::not_published),
        help(
            "publish the API port to this machine, for the usual image `127.0.0.1:4002:4004` (paper) or \
             `127.0.0.1:4001:4003` (live), and make the container anew"
        )
    )]
    NotPublished {
        /// The gateway's address.
        address: String,
        /// The container.
        container: String,
        /// What it publishes.
        published: Vec<String>,
    },
    /// It leads to the wrong port of the container.
    #[error("the mapping {mapping} of the container {container} leads to port {container_port}, where no client gets through{}", .forwarder.map_or_else(String::new, |port| format!("; its forwarder listens on {port}")))]
    #[diagnostic(
        code(port::wrong_container_port),
        help(
            "publish the forwarder's port: in the usual image 4004 for paper (`127.0.0.1:4002:4004`) and 4003 for live \
             (`127.0.0.1:4001:4003`); the gateway itself takes connections from inside the container only"
        )
    )]
    WrongContainerPort {
        /// The container.
        container: String,
        /// The mapping as it is.
        mapping: String,
        /// The port it leads to.
        container_port: u16,
        /// The port that would do.
        forwarder: Option<u16>,
        /// What was seen.
        evidence: Vec<String>,
    },
    /// Something else has it.
    #[error("{address} is taken by {}", .owner.as_deref().unwrap_or("another program"))]
    #[diagnostic(
        code(port::taken),
        help(
            "stop what has it (`docker ps` and `ss -ltnp` show it), or publish the gateway on another port and put that \
             into `connection.address`"
        )
    )]
    Taken {
        /// The gateway's address.
        address: String,
        /// What has it, where that is known.
        owner: Option<String>,
        /// What was seen.
        evidence: Vec<String>,
    },
    /// A container looks for the gateway in itself.
    #[error(
        "{variable}={value} in the container {container} leads to the container itself, not to the gateway"
    )]
    #[diagnostic(
        code(port::loopback_in_container),
        help(
            "inside a container 127.0.0.1 is the container: name the gateway's container, and the port on which its \
             forwarder listens (4004 for paper in the usual image)"
        )
    )]
    LoopbackInContainer {
        /// The container.
        container: String,
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
    },
}

impl Explain for PortCause {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::NotPublished { published, .. } if published.is_empty() => {
                vec!["it publishes no port".to_owned()]
            }
            Self::NotPublished { published, .. } => {
                published.iter().map(|port| format!("published: {port}")).collect()
            }
            Self::WrongContainerPort { evidence, .. } | Self::Taken { evidence, .. } => evidence.clone(),
            Self::LoopbackInContainer { .. } => Vec::new(),
        }
    }

    fn rung(&self) -> Option<Rung> {
        Some(match self {
            Self::NotPublished { .. } => Rung::Tcp,
            Self::WrongContainerPort { .. } => Rung::Version,
            Self::Taken { .. } => Rung::Process,
            Self::LoopbackInContainer { .. } => Rung::Bot,
        })
    }
}
