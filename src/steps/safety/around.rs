//! What stands around the stack: that the gateway's port leads to trading of the declared mode, and that no second bot
//! runs outside the playbook. And which ports and variables belong to which mode.

use std::collections::BTreeSet;

use super::{SafetyError, unproven};
use crate::diagnosis::Failure;
use crate::evidence::sockets::Sockets;
use crate::ports::docker::Container;
use crate::steps::Scope;

/// The value that a variable of the safe state has to have wherever it is set, by its name in any case; none for another
/// variable. In live mode nothing is said of a dry run.
pub fn implied(name: &str, live: bool) -> Option<&'static str> {
    match (name.trim().to_ascii_uppercase().as_str(), live) {
        ("DRY_RUN", false) => Some("true"),
        ("TRADING_MODE", false) => Some("paper"),
        ("TRADING_MODE", true) => Some("live"),
        _ => None,
    }
}

/// Whether an image puts socat before the gateway (those of gnzsnz).
pub fn has_socat(image: &str) -> bool {
    image.contains("gnzsnz/ib-gateway") || image.contains("gnzsnz/tws-rdesktop")
}

/// Whether a port in a container is that of live trading (or else of paper trading): of a gateway or TWS itself, and
/// where there is one, of socat before it.
pub fn is_of(live: bool, port: u16, socat: bool) -> bool {
    let (own, before): (&[u16], &[u16]) =
        if live { (&[4001, 7496], &[4003, 7498]) } else { (&[4002, 7497], &[4004, 7499]) };
    own.contains(&port) || socat && before.contains(&port)
}

/// Looks at what runs beside the playbook's own containers.
pub(super) async fn around(scope: &Scope<'_>) -> Result<(), Failure> {
    if !scope.stack.containers.values().any(|item| item.held) {
        return Ok(());
    }
    let containers = scope.world.docker.containers().await;
    let mut containers = containers.map_err(|error| unproven("what runs beside the stack", error.into()))?;
    containers.retain(Container::is_active);
    ports(scope, &containers)?;
    second_bot(scope, &containers).await
}

/// The container behind the gateway's address, by the port it publishes.
fn ports(scope: &Scope<'_>, containers: &[Container]) -> Result<(), SafetyError> {
    let Some((host, port)) = scope.stack.connection.address.rsplit_once(':') else { return Ok(()) };
    let here = host == "localhost" || host.starts_with("127.") || host == "[::1]";
    let Ok(port) = port.parse::<u16>() else { return Ok(()) };
    for container in containers.iter().filter(|_| here) {
        let inside = container.ports.iter().filter(|published| published.host_port == port);
        let wrong = |inside: &u16| is_of(!scope.stack.safety.live, *inside, has_socat(&container.image));
        if let Some(inside) = inside.map(|published| published.container_port).find(wrong) {
            let (container, live) = (container.name.clone(), !scope.stack.safety.live);
            return Err(SafetyError::Port { container, port, inside, live });
        }
    }
    Ok(())
}

/// A container of a held one's image that the playbook does not name, and that can reach the gateway over a network they
/// share, or is seen to be connected to it. It is nobody's to stop here, and it was proven by nobody.
async fn second_bot(scope: &Scope<'_>, containers: &[Container]) -> Result<(), Failure> {
    let stack = scope.stack;
    let own = |container: &&Container| stack.containers.values().any(|item| item.spec.name == container.name);
    let images = images(scope, containers).await?;
    let running = || containers.iter().filter(own).map(|container| whose_network(container, containers));
    let mut networks: BTreeSet<&str> =
        running().flat_map(|container| &container.networks).map(String::as_str).collect();
    networks.insert(&stack.network);
    let shared: BTreeSet<&str> = running().map(|container| container.id.as_str()).collect();
    for container in containers.iter().filter(|container| !own(container)) {
        let same = images.contains(&container.image) || images.contains(&container.image_id);
        let at = whose_network(container, containers);
        let near = || {
            shared.contains(at.id.as_str())
                || at.networks.iter().any(|network| networks.contains(network.as_str()))
        };
        // On the host's network may also be what another playbook made, and holds itself.
        let others = || container.labels.get("openbell.playbook").is_some_and(|name| *name != stack.name);
        let on_host = || at.host_network && !others();
        if same && (near() || on_host() || is_connected(scope, container, containers).await) {
            let networks = match &container.network_of {
                Some(_) => format!("that of the container {}", at.name),
                None => container.networks.join(", "),
            };
            let (container, image) = (container.name.clone(), container.image.clone());
            return Err(SafetyError::SecondBot { container, image, networks }.into());
        }
    }
    Ok(())
}

/// The container in whose network another one is: itself, or where it shares that of another, the last one of that chain.
/// It is on that one's networks, and has its 127.0.0.1.
fn whose_network<'a>(container: &'a Container, containers: &'a [Container]) -> &'a Container {
    let mut at = container;
    // No chain is longer, unless it leads back to where it began.
    for _ in containers {
        let next = at.network_of.as_ref().and_then(|of| containers.iter().find(|other| other.is_called(of)));
        let Some(next) = next else { break };
        at = next;
    }
    at
}

/// The images of held containers: by name, by what that name means now, and by what runs. A second name for an image
/// makes it no other.
async fn images(scope: &Scope<'_>, containers: &[Container]) -> Result<BTreeSet<String>, Failure> {
    let mut images = BTreeSet::new();
    for item in scope.stack.containers.values().filter(|item| item.held) {
        images.insert(item.spec.image.clone());
        let image = scope.world.docker.image(&item.spec.image).await;
        let image = image.map_err(|error| unproven("what runs beside the stack", error.into()))?;
        images.extend(image.map(|image| image.id));
        let runs = containers.iter().filter(|container| container.name == item.spec.name);
        images.extend(runs.map(|container| container.image_id.clone()));
    }
    Ok(images)
}

/// Whether a container is connected to the gateway from another network: to its own address, or to the port of the
/// address on this machine. Seen from outside, without a command in it: it is not ours. Where its sockets cannot be read
/// so (an engine elsewhere, no root), nothing is known.
async fn is_connected(scope: &Scope<'_>, container: &Container, containers: &[Container]) -> bool {
    // The id of a process is one on the engine's machine: a socket that is a file is that of an engine here.
    let engine = scope.world.docker.engine().await;
    if !engine.is_ok_and(|engine| engine.host.starts_with("unix://")) {
        return false;
    }
    let read = container.pid.and_then(|pid| scope.world.files.process_sockets(pid).ok());
    let Some(sockets) = read.and_then(|text| Sockets::parse(&text)) else { return false };
    let port = scope.stack.connection.address.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    let gateway = scope.stack.gateway().map(|gateway| gateway.spec.name.as_str());
    sockets.established.iter().any(|connection| {
        let at = |other: &&Container| other.addresses.iter().any(|address| address.ip == connection.remote);
        match containers.iter().find(at) {
            Some(other) => Some(other.name.as_str()) == gateway,
            // No container's address: this machine's own, where the gateway's port is published.
            None => Some(connection.remote_port) == port,
        }
    })
}
