//! The port: refused, accepted with nothing behind it, led to the wrong place, or taken by something else.

use super::case::{Case, IN_A_CONTAINER};
use super::{accept, log_in, mute};
use crate::diagnosis::Diagnosis;
use crate::evidence::causes::PortCause;
use crate::ladder::Rung;
use crate::ports::broker::BrokerError;
use crate::ports::docker::{Container, PublishedPort};

/// The API ports of the usual images and the ports their forwarders listen on: live and paper, gateway and TWS
/// (`common.sh` of gnzsnz/ib-gateway-docker).
const FORWARDED: [(u16, u16); 4] = [(4001, 4003), (4002, 4004), (7496, 7498), (7497, 7499)];
/// The port of another image's forwarder.
const OTHER_FORWARDER: u16 = 8888;
/// VNC, noVNC and IBC's command port: never a forwarder of the API.
const NO_FORWARDERS: [u16; 5] = [5900, 5901, 6080, 6081, 7462];

/// What the probe met, from the port upwards.
pub(super) fn handshake(case: &mut Case<'_>) {
    let Some(error) = case.error() else { return };
    match error {
        BrokerError::Refused { .. } => refused(case, error),
        BrokerError::NothingBehind { .. } => nothing_behind(case, error),
        BrokerError::NotTws { .. } | BrokerError::Tls { .. } => stranger(case, error),
        BrokerError::Mute { reached: Rung::Tcp, .. } => mute::before_the_version(case),
        BrokerError::Mute { .. } => mute::after_the_version(case, error),
        BrokerError::NotAccepted { .. } => accept::not_accepted(case, error),
        BrokerError::FarmsUnknown { .. } => case.notice(error),
        // `ids` has more to say about them.
        BrokerError::ClientIdInUse { .. } | BrokerError::ClientIdsInUse { .. } => {}
        BrokerError::Unreachable { .. } => mute::unreachable(case, error),
        BrokerError::Unresolved { .. }
        | BrokerError::ServerTooOld { .. }
        | BrokerError::Flooded { .. }
        | BrokerError::NoAccounts { .. }
        | BrokerError::NoNextId { .. }
        | BrokerError::HalfOpen { .. }
        | BrokerError::ConnectivityLost { .. }
        | BrokerError::FarmsBroken { .. }
        | BrokerError::NoData { .. }
        | BrokerError::ChangeRefused { .. }
        | BrokerError::Garbled { .. }
        | BrokerError::Dropped { .. } => case.certain(error),
    }
}

fn refused(case: &mut Case<'_>, error: &BrokerError) {
    let Some(container) = case.container().filter(|container| container.is_running()) else {
        // A gateway in no container: its log is all that can tell why it does not listen.
        let told = case.log_in.as_ref().and_then(|log_in| log_in::cause(log_in, &case.evidence.address));
        return match told {
            Some(reason) => case.certain(&reason),
            None if case.may_be_the_engine() => case.possible(error, IN_A_CONTAINER),
            None => case.certain(error),
        };
    };
    if container.host_network {
        return starting(case, error);
    }
    if case.mapping().is_some() {
        // Without docker-proxy it is the container itself that refuses.
        return nothing_behind(case, error);
    }
    let published = container.ports.iter().map(ToString::to_string).collect();
    let container = container.name.clone();
    case.certain(&PortCause::NotPublished { address: case.address(), container, published });
}

fn nothing_behind(case: &mut Case<'_>, error: &BrokerError) {
    if let Some(reason) = misled(case) {
        return case.certain(&reason);
    }
    let told = case.log_in.as_ref().and_then(|log_in| log_in::cause(log_in, &case.evidence.address));
    if let Some(reason) = told {
        return case.certain(&reason);
    }
    if let Some(reason) = direct(case) {
        return case.certain(&reason);
    }
    match suspect(case) {
        Some(reason) => {
            let decided_by =
                "who listens in the container: `docker exec <container> cat /proc/net/tcp /proc/net/tcp6`";
            case.possible(&reason, decided_by);
            let decided_by =
                "whether it lasts: a gateway that starts takes a minute or two, and its log goes on";
            case.possible(error, decided_by);
        }
        None if matches!(error, BrokerError::NothingBehind { .. }) && !is_a_gateways(case) => {
            wordless(case, error);
        }
        None => starting(case, error),
    }
}

/// Whether what closes is known to belong to a gateway that is not there yet: nobody listens behind docker-proxy or
/// behind the image's forwarder, or the container is known to be a gateway's.
fn is_a_gateways(case: &Case<'_>) -> bool {
    let (Some(sockets), Some(mapping)) = (&case.sockets, case.mapping()) else { return case.runs_ibc() };
    let port = mapping.container_port;
    let forwards = port == OTHER_FORWARDER || FORWARDED.iter().any(|(_, known)| *known == port);
    let absent = case.api_ports().into_iter().all(|port| sockets.listeners_on(port).next().is_none());
    sockets.listeners_on(port).next().is_none() || forwards && absent || case.runs_ibc()
}

/// Something accepts and closes, and what it is cannot be told: a TLS server does that as well.
fn wordless(case: &mut Case<'_>, error: &BrokerError) {
    let mut starting = Diagnosis::explained(error);
    if let (Some(sockets), Some(mapping)) = (&case.sockets, case.mapping()) {
        let port = mapping.container_port;
        if sockets.listeners_on(port).next().is_some() {
            let line = format!("sockets: something listens on port {port} in the container, and closes");
            starting = starting.with_evidence([line]);
        }
    }
    let decided_by = "whether it lasts: a gateway that starts takes a minute or two, and its log goes on";
    case.possible_diagnosis(starting, decided_by);
    let tls = BrokerError::Tls { address: case.address(), seen: String::new() };
    let decided_by =
        format!("`openssl s_client -connect {}`: does it show a certificate?", case.evidence.address);
    case.possible(&tls, &decided_by);
}

/// Nothing else explains it: the gateway is not there yet, or the bare symptom is all there is.
fn starting(case: &mut Case<'_>, error: &BrokerError) {
    let told = case.log_in.as_ref().and_then(|log_in| log_in::cause(log_in, &case.evidence.address));
    match told {
        Some(reason) => case.certain(&reason),
        None => case.certain(error),
    }
}

/// Something answers that is no gateway.
fn stranger(case: &mut Case<'_>, error: &BrokerError) {
    match case.other_publisher() {
        Some(other) => {
            let owner = Some(format!("the container {}", other.name));
            let evidence = vec![format!("image of {}: {}", other.name, other.image)];
            case.certain(&PortCause::Taken { address: case.address(), owner, evidence });
        }
        None => case.certain(error),
    }
}

/// The mapping leads to a port of the container on which nobody can be reached from outside, as the sockets show.
fn misled(case: &Case<'_>) -> Option<PortCause> {
    let (container, mapping, sockets) = (case.container()?, case.mapping()?, case.sockets.as_ref()?);
    let port = mapping.container_port;
    if sockets.is_open(port) {
        return None;
    }
    let inside = sockets.listeners_on(port).next().is_some();
    let mut forwarder = forwarder(case, port);
    if inside && forwarder.is_none() {
        forwarder = exposed(case, port);
    }
    // The forwarder of the second of two gateways is started later than the first.
    let later = case.env("TRADING_MODE") == Some("both") && FORWARDED.iter().any(|(_, known)| *known == port);
    if !inside && (forwarder.is_none() || later) {
        return None;
    }
    let listens = if inside { "only 127.0.0.1 can reach" } else { "nobody listens on" };
    let mut evidence = vec![format!("sockets: {listens} port {port} in the container")];
    evidence
        .extend(forwarder.map(|port| format!("sockets: something listens on port {port} on all addresses")));
    Some(wrong(container, mapping, forwarder, evidence))
}

/// The mapping leads past the forwarder, straight to the gateway: it sees a client that is not on its own machine.
pub(super) fn direct(case: &Case<'_>) -> Option<PortCause> {
    let (container, mapping, sockets) = (case.container()?, case.mapping()?, case.sockets.as_ref()?);
    let port = mapping.container_port;
    if !case.api_ports().contains(&port) || !sockets.is_open(port) {
        return None;
    }
    let forwarder = forwarder(case, port)?;
    let evidence = vec![format!(
        "sockets: the gateway listens on {port}, its forwarder on {forwarder}; the mapping leads past the forwarder"
    )];
    Some(wrong(container, mapping, Some(forwarder), evidence))
}

/// Without the sockets, a mapping to a gateway's own port is suspicious where the image is known to forward another.
pub(super) fn suspect(case: &Case<'_>) -> Option<PortCause> {
    let (container, mapping) = (case.container()?, case.mapping()?);
    if case.sockets.is_some() {
        return None;
    }
    let (api, forwarder) = FORWARDED.into_iter().find(|(api, _)| *api == mapping.container_port)?;
    if !container.exposed.contains(&forwarder) && !container.image.contains("gnzsnz/ib-gateway") {
        return None;
    }
    let evidence =
        vec![format!("the image forwards {forwarder} to {api}, which takes clients from inside only")];
    Some(wrong(container, mapping, Some(forwarder), evidence))
}

/// Another port of the container that something outside can reach and that is known as a forwarder's.
fn forwarder(case: &Case<'_>, port: u16) -> Option<u16> {
    let sockets = case.sockets.as_ref()?;
    let own = FORWARDED.into_iter().filter(|(api, _)| *api == port).map(|(_, forwarder)| forwarder);
    let known = FORWARDED.into_iter().map(|(_, forwarder)| forwarder).chain([OTHER_FORWARDER]);
    own.chain(known).find(|other| *other != port && sockets.is_open(*other))
}

/// A port that the image speaks of and that something outside can reach: a forwarder's where the gateway keeps to its own
/// machine, else anything, such as a page of figures.
fn exposed(case: &Case<'_>, port: u16) -> Option<u16> {
    let (sockets, api_ports) = (case.sockets.as_ref()?, case.api_ports());
    let mut exposed = case.container()?.exposed.iter().copied().filter(|port| !api_ports.contains(port));
    exposed.find(|other| *other != port && !NO_FORWARDERS.contains(other) && sockets.is_open(*other))
}

fn wrong(
    container: &Container,
    mapping: &PublishedPort,
    forwarder: Option<u16>,
    evidence: Vec<String>,
) -> PortCause {
    PortCause::WrongContainerPort {
        container: container.name.clone(),
        mapping: mapping.to_string(),
        container_port: mapping.container_port,
        forwarder,
        evidence,
    }
}
