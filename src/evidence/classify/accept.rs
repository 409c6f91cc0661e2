//! Who may connect: what the gateway sees of a client, and whether it trusts that address.

use std::net::{IpAddr, Ipv4Addr};

use super::case::Case;
use super::{mute, port};
use crate::evidence::causes::GatewayCause;
use crate::evidence::jts;
use crate::evidence::markers::State;
use crate::ports::broker::{ApiSettings, BrokerError};

/// When a gateway closes the connection of a client that it does not accept, after `START_API`: about half a second.
const REFUSAL_MS: std::ops::Range<u128> = 200..1501;
/// What tells a refusal from anything else.
const BY_LOG: &str = "the gateway's log: `Ignoring API request … since API is not accepted`";

/// The connection was closed after the version frame.
pub(super) fn not_accepted(case: &mut Case<'_>, error: &BrokerError) {
    if let Some(reason) = port::direct(case) {
        return case.certain(&reason);
    }
    let mut evidence = Vec::new();
    let log_in = case.log_in.as_ref().filter(|log_in| log_in.state == State::ApiNotAccepted);
    if let Some(line) = log_in.and_then(|log_in| log_in.line.as_ref()) {
        evidence.push(format!("log: {line}"));
    }
    evidence.extend(distrust(case));
    if evidence.is_empty() {
        return closed(case, error);
    }
    let peer =
        if is_local(case) { "127.0.0.1".to_owned() } else { "an address that is not its own".to_owned() };
    case.certain(&GatewayCause::UntrustedIp { address: case.address(), peer, evidence });
}

/// Nothing that is known explains the close: when it came, and whether it came so twice, is all there is.
fn closed(case: &mut Case<'_>, error: &BrokerError) {
    if case.log_in.as_ref().is_some_and(|log_in| log_in.state == State::Restarting) {
        return mute::after_the_version(case, error);
    }
    let BrokerError::NotAccepted { after_ms, how, .. } = error else { return };
    if *after_ms < REFUSAL_MS.start {
        let restarting = GatewayCause::Restarting { address: case.address(), since: None, line: None };
        case.possible(
            &restarting,
            "another try in a minute: a gateway that was still initialising takes clients then",
        );
        return case.possible(error, BY_LOG);
    }
    let is_refusal = |error: &BrokerError| matches!(error, BrokerError::NotAccepted { after_ms, .. } if REFUSAL_MS.contains(after_ms));
    if is_refusal(error) && case.evidence.first_close.as_ref().is_some_and(is_refusal) {
        return case.certain(error);
    }
    case.possible(error, BY_LOG);
    let dropped = BrokerError::Dropped { address: case.address(), how: how.clone() };
    case.possible(&dropped, "the gateway's log: what it did at that moment; another try in a minute");
}

/// Whether it is known that the gateway trusts the address it sees: then no dialog asks.
pub(super) fn trusted(case: &Case<'_>) -> bool {
    // Which address it sees of others is not known.
    is_local(case)
        && listed(case).is_some_and(|(_, trusted)| jts::trusts(trusted, IpAddr::V4(Ipv4Addr::LOCALHOST)))
}

/// Where the trusted addresses are written, and which they are; `None` when that is not known.
fn listed<'a>(case: &'a Case<'_>) -> Option<(&'static str, &'a [String])> {
    let settings = case.evidence.settings.is().and_then(Option::as_ref);
    let told = settings.map(|settings: &ApiSettings| settings.trusted_ips.as_slice());
    match (told.filter(|trusted| !trusted.is_empty()), &case.jts.trusted_ips) {
        (Some(trusted), _) => Some(("settings", trusted)),
        (None, Some(trusted)) => Some(("jts.ini", trusted.as_slice())),
        (None, None) => None,
    }
}

/// What in the settings keeps the client out; `None` when nothing that is known does.
pub(super) fn distrust(case: &Case<'_>) -> Option<String> {
    let settings = case.evidence.settings.is().and_then(Option::as_ref);
    let local = is_local(case);
    if !local && settings.and_then(|settings| settings.localhost_only) == Some(true) {
        return Some("settings: connections from localhost only".to_owned());
    }
    let (by, trusted) = listed(case)?;
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let kept_out = if local {
        !jts::trusts(trusted, loopback)
    } else {
        // Which address the gateway sees is not known; that it is not its own is.
        trusted.iter().all(|one| jts::trusts(std::slice::from_ref(one), loopback))
    };
    let list = if trusted.is_empty() { "nobody".to_owned() } else { trusted.join(", ") };
    kept_out.then(|| format!("{by}: TrustedIPs: {list}"))
}

/// Whether the gateway sees the client come from its own machine: through a forwarder in the container, on the host's
/// network, or from this machine to a gateway without a container.
fn is_local(case: &Case<'_>) -> bool {
    match (case.container(), case.mapping()) {
        (Some(container), _) if container.host_network => at_home(case),
        (Some(_), Some(mapping)) => !case.api_ports().contains(&mapping.container_port),
        _ => at_home(case),
    }
}

fn at_home(case: &Case<'_>) -> bool {
    let host = case.place().map(|(host, _)| host);
    host.is_some_and(|host| host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()))
}
