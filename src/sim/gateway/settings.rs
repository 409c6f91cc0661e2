//! What one gateway is: where it listens, its version, its accounts, its script.

use std::net::{Ipv4Addr, SocketAddr};

use crate::sim::script::Script;

/// The version of the newest gateway (builds 10.50 and 10.51).
const NEWEST_SERVER_VERSION: u32 = 226;

/// What one gateway is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its own maximum version; a client gets this or its own maximum, whichever is less.
    pub server_version: u32,
    /// The accounts of its log-in. An empty last name makes the list end in a comma, as some gateways do.
    pub accounts: Vec<String>,
    /// What it does wrong, and when.
    pub script: Script,
}

impl Settings {
    /// The settings that a script asks for, and the usual ones where it does not care.
    pub fn scripted(script: Script) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 4002)),
            server_version: script.server_version.unwrap_or(NEWEST_SERVER_VERSION),
            accounts: script.accounts.clone().unwrap_or_else(|| vec!["DU1234567".into()]),
            script,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::scripted(Script::default())
    }
}
