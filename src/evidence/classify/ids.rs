//! Client ids: which are in use and by whom, and which should not be used at all.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::case::Case;
use crate::diagnosis::Diagnosis;
use crate::evidence::causes::{SessionCause, Unknown};
use crate::evidence::{Asked, Certainty, ContainerEvidence, Evidence, Trial};
use crate::ports::broker::BrokerError;
use crate::ports::docker::Container;

/// The code of error 326.
const IN_USE: &str = "broker::client_id_in_use";

/// Everything about client ids.
pub(super) fn look(case: &mut Case<'_>) {
    if let Some(BrokerError::ClientIdInUse { client_id, .. }) = case.error() {
        in_use(case, *client_id, Certainty::Certain);
    } else if let Some(error @ BrokerError::ClientIdsInUse { .. }) = case.error() {
        case.certain(error);
    }
    trials(case);
    zero(case);
    master(case);
}

/// How connecting with the declared ids went.
fn trials(case: &mut Case<'_>) {
    let trials = &case.evidence.trials;
    let is_taken = |trial: &&Trial| trial.why.as_ref().is_some_and(|why| why.code == IN_USE);
    let works = trials.iter().any(|trial| trial.why.is_none());
    let taken: Vec<i32> = trials.iter().filter(is_taken).map(|trial| trial.client_id).collect();
    let declared = &case.evidence.expected.client_ids;
    let at_home = taken.iter().any(|id| is_home(case, *id)) || taken.iter().all(|id| is_likely(case, *id));
    let hinders = !works && !at_home;
    let certainty = if hinders { Certainty::Certain } else { Certainty::Notice };
    if !taken.is_empty() && declared.len() > 1 && declared.iter().all(|id| taken.contains(id)) {
        let client_ids = taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let error = BrokerError::ClientIdsInUse { address: case.address(), client_ids };
        let lines: Vec<String> = taken.iter().flat_map(|id| owners(case, *id)).chain(holders(case)).collect();
        case.diagnosis(Diagnosis::explained(&error).with_evidence(lines), certainty);
    } else {
        for id in taken {
            in_use(case, id, certainty);
        }
    }
    // Whatever the probe met has been told; so has what the trials met on the way to the same place.
    if works || case.error().is_some() {
        return;
    }
    for why in trials.iter().filter(|trial| !is_taken(trial)).filter_map(|trial| trial.why.clone()) {
        if why.code.starts_with("bug::") {
            let (address, symptom) = (case.address(), why.message);
            case.certain(&Unknown { address, symptom, rung: why.rung, evidence: why.evidence });
        } else if !case.found.iter().any(|finding| finding.why.code == why.code) {
            case.diagnosis(why, Certainty::Certain);
        }
    }
}

/// One id that is taken: who owns it by the ledger, and who is connected.
fn in_use(case: &mut Case<'_>, client_id: i32, certainty: Certainty) {
    let error = BrokerError::ClientIdInUse { address: case.address(), client_id };
    let lines = owners(case, client_id).into_iter().chain(holders(case)).collect::<Vec<_>>();
    let mut why = Diagnosis::explained(&error).with_evidence(lines);
    if is_home(case, client_id) {
        why.help = Some("nothing is to be done: its owner by the ledger is connected".to_owned());
    } else if is_likely(case, client_id) {
        let help =
            "nothing is to be done where its owner by the ledger holds it: see whether that is connected";
        why.help = Some(help.to_owned());
    }
    case.diagnosis(why, certainty);
    for who in strangers(case) {
        case.notice(&SessionCause::ForeignClient { address: case.address(), who });
    }
}

/// The ledger's owner of an id is a container of the stack, and connected: the id is where it belongs.
pub fn is_held_by_its_owner(evidence: &Evidence, client_id: i32) -> bool {
    is_home(&Case::of(evidence), client_id)
}

/// The ledger names an owner, and nothing shows that it is not the holder: its container runs, or is not known.
fn is_likely(case: &Case<'_>, client_id: i32) -> bool {
    let owners = case.evidence.expected.owners.iter().filter(|(_, id)| *id == client_id);
    owners.map(|(owner, _)| owner).any(|owner| may_hold(case, owner))
}

fn may_hold(case: &Case<'_>, owner: &str) -> bool {
    let known = case.evidence.others.iter().find(|other| other.key == owner);
    let gone = |other: &ContainerEvidence| match &other.container {
        Asked::Is(container) => !container.as_ref().is_some_and(Container::is_running),
        Asked::Not(_) | Asked::Failed(_) => false,
    };
    if known.is_some_and(gone) {
        return false;
    }
    // Those who are connected are all known by name, and the owner is not among them.
    let connected = peers(case);
    let is_another = |peer: &IpAddr| {
        let name = case.container_at(*peer).map(|container| container.name.as_str());
        name.is_some() && name != known.map(|owner| owner.name.as_str())
    };
    connected.is_empty() || !connected.iter().all(is_another)
}

fn is_home(case: &Case<'_>, client_id: i32) -> bool {
    let owns =
        |key: &str| case.evidence.expected.owners.iter().any(|(owner, id)| *id == client_id && owner == key);
    let connected = connected(case);
    let mut owners = case.evidence.others.iter().filter(|other| owns(&other.key));
    owners.any(|owner| connected.iter().any(|(who, _)| *who == format!("the container {}", owner.name)))
}

fn owners(case: &Case<'_>, client_id: i32) -> Vec<String> {
    let owners = case.evidence.expected.owners.iter().filter(|(_, id)| *id == client_id);
    owners.map(|(owner, id)| format!("ledger: {id} belongs to {owner}")).collect()
}

/// Who is connected to the API, as far as the container's sockets show.
fn holders(case: &Case<'_>) -> Vec<String> {
    let named = connected(case).into_iter().map(|(who, _)| format!("sockets: connected to the API: {who}"));
    named.collect()
}

fn strangers(case: &Case<'_>) -> Vec<String> {
    connected(case).into_iter().filter(|(_, of_the_stack)| !of_the_stack).map(|(who, _)| who).collect()
}

/// The addresses of those who are connected. A forwarder in the container shows itself as 127.0.0.1 on the gateway's
/// port; on its own port it shows who came.
fn peers(case: &Case<'_>) -> BTreeSet<IpAddr> {
    let Some(sockets) = &case.sockets else { return BTreeSet::new() };
    let mut ports: BTreeSet<u16> = case.api_ports().into_iter().collect();
    ports.extend(case.container().into_iter().flat_map(|container| container.exposed.iter().copied()));
    ports.extend(case.mapping().map(|mapping| mapping.container_port));
    ports.extend([4003, 4004, 7498, 7499, 8888]);
    let peers = ports.into_iter().flat_map(|port| sockets.peers(port));
    peers.map(|peer| peer.remote).filter(|ip| !ip.is_loopback()).collect()
}

/// The names of those who are connected, and whether they are of this stack.
fn connected(case: &Case<'_>) -> BTreeSet<(String, bool)> {
    let own = case.gateway().map(|gateway| gateway.name.as_str());
    let stack = |name: &str| Some(name) == own || case.evidence.others.iter().any(|other| other.name == name);
    peers(case)
        .into_iter()
        .map(|ip| match case.container_at(ip) {
            Some(container) => (format!("the container {}", container.name), stack(&container.name)),
            // The engine's own address on the network: anything on this machine or beyond it.
            None => (format!("{ip}, no container of this stack"), true),
        })
        .collect()
}

/// Id 0, declared or given to a container.
fn zero(case: &mut Case<'_>) {
    if case.evidence.expected.client_ids.contains(&0) {
        let owner = "`connection.client_id` of the playbook".to_owned();
        case.certain(&SessionCause::ClientIdZero { owner });
    }
    for (owner, _) in case.evidence.expected.owners.iter().filter(|(_, id)| *id == 0) {
        case.certain(&SessionCause::ClientIdZero { owner: owner.clone() });
    }
    for (container, variable, id) in given(case) {
        if id == 0 {
            let owner = format!("the container {container} ({variable}=0)");
            case.notice(&SessionCause::ClientIdZero { owner });
        }
    }
}

/// The master client id, declared or given to a container.
fn master(case: &mut Case<'_>) {
    let settings = case.evidence.settings.is().and_then(Option::as_ref);
    let Some(client_id) = settings.and_then(|settings| settings.master_client_id) else { return };
    let expected = &case.evidence.expected;
    let declared = expected.client_ids.contains(&client_id).then(|| "`connection.client_id`".to_owned());
    let owners = expected.owners.iter().filter(|(_, id)| *id == client_id).map(|(owner, _)| owner.clone());
    let given = given(case).into_iter().filter(|(.., id)| *id == client_id);
    let given = given.map(|(container, variable, _)| format!("the container {container} ({variable})"));
    let users: Vec<String> = declared.into_iter().chain(owners).chain(given).collect();
    for owner in users {
        case.notice(&SessionCause::MasterClientId { address: case.address(), owner, client_id });
    }
}

/// The client ids that containers of the stack are given: `…CLIENT_ID=7`.
fn given(case: &Case<'_>) -> Vec<(String, String, i32)> {
    let others = case.evidence.others.iter().filter_map(|other| other.container.is()?.as_ref());
    let mut found = Vec::new();
    for container in others {
        for (variable, value) in container.env.iter().filter_map(|pair| pair.split_once('=')) {
            let name = variable.to_uppercase();
            if name.ends_with("CLIENT_ID") || name.ends_with("CLIENTID") {
                found.extend(
                    value.trim().parse().ok().map(|id| (container.name.clone(), variable.to_owned(), id)),
                );
            }
        }
    }
    found
}
