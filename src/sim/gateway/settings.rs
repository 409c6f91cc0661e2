//! What one gateway is: where it listens, and its script.

use std::net::{Ipv4Addr, SocketAddr};

use crate::sim::script::Script;

/// What one gateway is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where its control port listens, if it has one.
    pub control: Option<SocketAddr>,
    /// Where IBC takes commands, if it does.
    pub command_port: Option<SocketAddr>,
    /// What it is, and what goes wrong with it.
    pub script: Script,
}

impl Settings {
    /// A gateway with that script, at the usual port of all addresses.
    pub fn scripted(script: Script) -> Self {
        let listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 4002));
        Self { listen, control: None, command_port: None, script }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::scripted(Script::default())
    }
}
