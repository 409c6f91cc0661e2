//! What an image is: which kind of gateway, and which version.

use crate::compose::{Project, Service};

use super::super::finding::Hit;
use super::super::ground::{Ground, hit, named};

/// A kind of gateway image, as far as its facts are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gateway {
    /// gnzsnz/ib-gateway-docker.
    Gnzsnz,
    /// extrange/ibkr-docker.
    Extrange,
    /// A gateway all the same; its ports and defaults are not known here.
    Other,
}

/// Which gateway a service is, if any.
pub(super) fn gateway(service: &Service) -> Option<Gateway> {
    let image = service.image.as_ref().map(|image| image.value.to_lowercase()).unwrap_or_default();
    if image.contains("gnzsnz/ib-gateway") {
        return Some(Gateway::Gnzsnz);
    }
    if image.contains("extrange/ibkr") {
        return Some(Gateway::Extrange);
    }
    let named = ["ib-gateway", "ibgateway", "ib_gateway"].iter().any(|name| image.contains(name));
    let logs_in = service.variable("TWS_USERID").is_some() && service.variable("TRADING_MODE").is_some();
    (named || logs_in).then_some(Gateway::Other)
}

/// The gateways, those of profiles that are off included: `--profile` is all it takes to start them.
pub(super) fn gateways(ground: &Ground) -> impl Iterator<Item = (&Project, &Service, Gateway)> {
    ground.projects.iter().flat_map(|project| {
        project.services.iter().filter_map(move |service| Some((project, service, gateway(service)?)))
    })
}

/// Whether a service is one that talks to a gateway and may trade: it says so, or waits for one.
fn is_bot(project: &Project, service: &Service) -> bool {
    let says = |name: &str| {
        let name = name.to_ascii_uppercase().replace('_', "");
        name == "DRYRUN" || name.ends_with("CLIENTID")
    };
    let waits =
        || service.depends_on.iter().any(|on| project.service(&on.service).and_then(gateway).is_some());
    gateway(service).is_none() && (service.environment.iter().any(|variable| says(&variable.name)) || waits())
}

pub(super) fn moving_tag(ground: &Ground) -> Vec<Hit<'_>> {
    const MOVING: &[&str] = &["latest", "stable", "edge", "nightly", "main", "master"];
    let mut hits = Vec::new();
    let all =
        ground.projects.iter().flat_map(|project| project.services.iter().map(move |one| (project, one)));
    for (project, service) in all {
        // Nothing pulls the bot of a playbook.
        let bot = ground.playbook_of(project).is_none() && is_bot(project, service);
        let Some(image) = service.image.as_ref().filter(|_| bot || gateway(service).is_some()) else {
            continue;
        };
        let name = image.rsplit('/').next().unwrap_or_default();
        let tag = name.split_once(':').map_or("latest", |(_, tag)| tag);
        // What is built here, or named by its digest, does not move.
        if MOVING.contains(&tag) && service.build.is_none() && !image.contains('@') {
            let message = format!("the image of {} is taken by the tag `{tag}`, which moves", named(service));
            let help = match gateway(service) {
                Some(_) => "name a version, such as `:10.37.1n`, or a digest with `@sha256:…`",
                None => "name a version, or a digest with `@sha256:…`, or build it here with `build:`",
            };
            hits.extend(hit(project, &image.place, message, help));
        }
    }
    hits
}
