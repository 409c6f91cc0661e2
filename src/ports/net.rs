//! Plain TCP: does something accept?

use async_trait::async_trait;
use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};

/// Opens TCP connections.
#[async_trait]
pub trait Net: Send + Sync {
    /// Connects to `host:port` and closes again. Proves that something accepts, nothing more.
    async fn accepts(&self, address: &str) -> Result<(), NetError>;
}

/// Why a TCP connection could not be opened.
#[derive(Debug, Error, Diagnostic)]
pub enum NetError {
    /// The connection was refused.
    #[error("nothing listens on {address}")]
    #[diagnostic(
        code(net::refused),
        help("is the container running and its port published? `docker ps` shows the port map")
    )]
    Refused {
        /// The address asked for.
        address: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The name has no address.
    #[error("the name in {address} does not resolve")]
    #[diagnostic(
        code(net::unresolved),
        help("check the spelling of the host; from the machine itself use 127.0.0.1")
    )]
    Unresolved {
        /// The address asked for.
        address: String,
        /// What the resolver said.
        #[source]
        source: std::io::Error,
    },
    /// Anything else the network answered.
    #[error("no connection to {address}")]
    #[diagnostic(
        code(net::unreachable),
        help("check the route and the firewall between this machine and the address")
    )]
    Unreachable {
        /// The address asked for.
        address: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for NetError {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Gentle)
    }
}
