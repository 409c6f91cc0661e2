//! Whether the address is one at which a container of the playbook can be reached.

use std::net::IpAddr;

use super::Check;

/// Ports of the TWS API in a container: those of TWS and the gateway, and those of socat before them in the image of
/// gnzsnz.
const API: &[u16] = &[4001, 4002, 4003, 4004, 7496, 7497, 7498, 7499];

impl Check<'_> {
    /// A container of this machine publishes the API, and the address, of this machine too, is another port.
    pub(super) fn published_elsewhere(&mut self) {
        let Some((host, port)) = self.playbook.connection.address.rsplit_once(':') else { return };
        let Ok(port) = port.parse::<u16>() else { return };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|host| host.is_loopback());
        let published = || {
            let containers = self.playbook.containers.iter();
            containers.flat_map(|(key, format)| format.ports.iter().map(move |port| (key, port.get())))
        };
        if !here || published().any(|(_, published)| published.host_port == port) {
            return;
        }
        let Some((key, api)) = published().find(|(_, published)| API.contains(&published.container_port))
        else {
            return;
        };
        let (outside, inside) = (api.host_port, api.container_port);
        let message = format!(
            "no container publishes port {port}; {key} publishes the API's port {inside} as {outside}"
        );
        let help = format!("write port {outside} here, or publish it as {}:{port}:{inside}", api.host);
        self.problem("playbook::published_elsewhere", "/connection/address", message, &help);
    }
}
