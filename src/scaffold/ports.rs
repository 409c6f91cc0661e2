//! The address of the gateway out of its published ports.

use crate::compose::{Port, Service};

/// Ports in a container behind which the API of paper trading is.
const ORDER: [u16; 4] = [4004, 4002, 8888, 7497];

/// Ports that nobody outside of this machine should reach: the API and the desktop, neither of which knows who asks.
const PRIVATE: [u16; 12] = [4001, 4002, 4003, 4004, 8888, 7496, 7497, 7462, 5900, 5901, 6080, 3389];

/// The port of the gateway that the playbook connects to.
pub(super) fn api(gateway: &Service) -> Option<&Port> {
    let published: Vec<&Port> =
        gateway.ports.iter().filter(|port| port.protocol == "tcp" && port.host_port().is_some()).collect();
    ORDER.iter().find_map(|target| published.iter().find(|port| port.target == *target)).copied()
}

/// `host:port` under which this machine reaches a published port.
pub(super) fn address(port: &Port) -> Option<String> {
    let host = match port.host_ip.as_deref() {
        _ if port.everywhere() => "127.0.0.1".to_owned(),
        Some(ip) if ip.contains(':') => format!("[{ip}]"),
        Some(ip) => ip.to_owned(),
        None => "127.0.0.1".to_owned(),
    };
    Some(format!("{host}:{}", port.host_port()?))
}

/// Whether nobody outside of this machine should reach a port of a gateway.
pub(super) fn private(port: &Port) -> bool {
    PRIVATE.contains(&port.target)
}

/// Ports in a container behind which live trading is: those of the gateway, and those that the usual image forwards to
/// them.
const LIVE: [u16; 4] = [4001, 7496, 4003, 7498];

/// Whether live trading is behind a port of a gateway.
pub(super) fn live(port: &Port) -> bool {
    LIVE.contains(&port.target)
}
