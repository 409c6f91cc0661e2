//! Why a gateway cannot be played.

use std::io;
use std::net::SocketAddr;

/// Why a gateway cannot be played, or not any longer.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address is taken, is not one of this machine, or is not allowed.
    #[error("the gateway cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}
