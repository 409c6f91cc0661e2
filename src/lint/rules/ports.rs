//! Published ports of a gateway: where they lead, and who can reach them.

use super::super::finding::Hit;
use super::super::ground::{Ground, hit, named};
use super::image::{Gateway, gateways};
use crate::compose::Port;

/// Ports of the API in a container, forwarded ones included.
const API: &[u16] = &[4001, 4002, 4003, 4004, 7496, 7497, 7498, 7499, 8888];

/// Ports of a screen in a container: VNC, and noVNC in a browser.
const SCREEN: &[u16] = &[5900, 5901, 6080];

/// The port that the image forwards to one that answers only inside of the container.
fn forwarded(kind: Gateway, target: u16) -> Option<u16> {
    match (kind, target) {
        (Gateway::Gnzsnz, 4001) => Some(4003),
        (Gateway::Gnzsnz, 4002) => Some(4004),
        (Gateway::Extrange, 4001..=4004 | 7496 | 7497) => Some(8888),
        _ => None,
    }
}

pub(super) fn mapping(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, kind) in gateways(ground) {
        // With a tunnel there is no port forward.
        if service.env("SSH_TUNNEL").is_some_and(|tunnel| tunnel.eq_ignore_ascii_case("yes")) {
            continue;
        }
        for port in &service.ports {
            let Some(right) = forwarded(kind, port.target) else { continue };
            let host = port.published.as_deref().unwrap_or_default();
            let message = format!(
                "{} publishes its port {}, which answers nobody outside of the container",
                named(service),
                port.target
            );
            let help = format!("write \"127.0.0.1:{host}:{right}\"");
            hits.extend(hit(project, &port.place, message, &help));
        }
    }
    hits
}

pub(super) fn public(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, kind) in gateways(ground) {
        let open =
            |port: &&Port| port.everywhere() && (API.contains(&port.target) || SCREEN.contains(&port.target));
        for port in service.ports.iter().filter(open) {
            let what = if API.contains(&port.target) { "the API" } else { "the screen" };
            let message =
                format!("{what} of {} is published on every address of this machine", named(service));
            let host = port.published.as_deref().unwrap_or_default();
            let target = forwarded(kind, port.target).unwrap_or(port.target);
            let help = format!("write \"127.0.0.1:{host}:{target}\"");
            hits.extend(hit(project, &port.place, message, &help));
        }
    }
    hits
}

pub(super) fn vnc_without_password(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, kind) in gateways(ground) {
        // Without a password that image starts no screen at all.
        if kind == Gateway::Gnzsnz {
            continue;
        }
        let given = service.environment.iter().any(|variable| {
            let name = variable.name.to_ascii_uppercase();
            name.contains("VNC")
                && name.contains("PASS")
                && variable.value.as_deref().is_some_and(|value| !value.is_empty())
        });
        // On the loopback address only this machine's own users see the screen of an image that has no password at all.
        let shown =
            |port: &&Port| SCREEN.contains(&port.target) && (kind == Gateway::Other || port.everywhere());
        for port in service.ports.iter().filter(shown).filter(|_| !given) {
            let message =
                format!("the screen of {} is published, and no password for it is set", named(service));
            let help = match kind {
                Gateway::Extrange => "publish it on 127.0.0.1 only, and reach it through an SSH tunnel",
                Gateway::Gnzsnz | Gateway::Other => {
                    "set its password from a secret, or do not publish the port"
                }
            };
            hits.extend(hit(project, &port.place, message, help));
        }
    }
    hits
}
