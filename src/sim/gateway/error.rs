//! Why a gateway cannot be played.

use std::io;
use std::net::SocketAddr;

/// Why a gateway ended that was not asked to.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address cannot be listened on.
    #[error("the gateway cannot listen on {address}: {source}; --listen names another port")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// So many ports are not there.
    #[error("there are no {count} ports from {first} on: the first is 1, the last 65535")]
    NoSuchPort {
        /// The first port.
        first: u16,
        /// How many were asked for.
        count: u16,
    },
    /// The control port cannot be listened on.
    #[error("the control port cannot listen on {address}: {source}")]
    Control {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The command port cannot be listened on.
    #[error("the command port cannot listen on {address}: {source}")]
    CommandPort {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The script ends the gateway.
    #[error("the script ends the gateway with exit code {code}")]
    Exit {
        /// The exit code.
        code: u8,
    },
}
