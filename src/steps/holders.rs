//! Who holds a client id that is in use: its owner by the ledger, and who is connected by the gateway's sockets.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::container_sockets::sockets;
use super::{Scope, StackContainer};
use crate::evidence::sockets::Sockets;

/// The ports of the API inside a container: of a gateway and TWS, and of the forwarders before them.
pub(super) const API_PORTS: [u16; 9] = [4001, 4002, 7496, 7497, 4003, 4004, 7498, 7499, 8888];

/// What is known of those who hold these ids, a line each. What cannot be seen is left out: the clash itself is told.
pub(super) async fn of(scope: &Scope<'_>, ids: &[i32]) -> Vec<String> {
    let owners = scope.stack.connection.owners.iter().filter(|(_, id)| ids.contains(id));
    let mut lines: Vec<String> =
        owners.map(|(owner, id)| format!("ledger: {id} belongs to {owner}")).collect();
    if let Some(gateway) = scope.stack.gateway() {
        let connected = connected(scope, gateway).await.unwrap_or_default();
        lines.extend(connected.into_iter().map(|who| format!("sockets: connected to the API: {who}")));
    }
    lines
}

/// The names of those who are connected to the gateway's container.
async fn connected(scope: &Scope<'_>, gateway: &StackContainer) -> Option<BTreeSet<String>> {
    let docker = &scope.world.docker;
    let container = docker.container(&gateway.spec.name).await.ok()??;
    let sockets = Sockets::parse(&sockets(scope.world, &container).await.ok()?)?;
    let mut ports: BTreeSet<u16> = API_PORTS.into();
    ports.extend(gateway.spec.ports.iter().map(|published| published.container_port));
    let peers: BTreeSet<IpAddr> = ports
        .into_iter()
        .flat_map(|port| sockets.peers(port).map(|peer| peer.remote))
        .filter(|ip| !ip.is_loopback())
        .collect();
    let containers = docker.containers().await.ok()?;
    let name = |ip: IpAddr| {
        let at = containers.iter().find(|one| one.addresses.iter().any(|address| address.ip == ip));
        at.map_or_else(|| format!("{ip}, no container"), |one| format!("the container {}", one.name))
    };
    Some(peers.into_iter().map(name).collect())
}
