//! In which order the containers start, and where the gates stand.

use std::collections::BTreeSet;

use crate::compose::Service;

use super::Roles;

/// A start in the playbook.
#[derive(Clone, Copy, Debug)]
pub(super) enum Planned<'a> {
    /// A container starts.
    Start(&'a Service),
    /// The gateway's API is proven ready, and its accounts are looked at.
    Gates,
}

/// The services in an order in which each comes after what it depends on, those that are held as late as possible; the
/// gates stand before the first of them, or at the end.
pub(super) fn order<'a>(services: &[&'a Service], roles: &Roles) -> Vec<Planned<'a>> {
    let mut left: Vec<&Service> = services.to_vec();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut planned = Vec::new();
    let mut gated = false;
    while !left.is_empty() {
        let known: BTreeSet<&str> = left.iter().map(|service| service.name.as_str()).collect();
        let free = |service: &&&Service| {
            let waits = |name: &str| known.contains(name) && !done.contains(name) && name != service.name;
            !service.depends_on.iter().any(|on| waits(&on.service))
        };
        let held = |service: &&Service| roles.clients.contains(&service.name);
        let next = left.iter().filter(free).find(|service| !held(service)).or_else(|| left.iter().find(free));
        // A circle of dependencies is begun somewhere.
        let next = next.copied().unwrap_or(left[0]);
        if held(&next) && !gated {
            planned.push(Planned::Gates);
            gated = true;
        }
        planned.push(Planned::Start(next));
        done.insert(&next.name);
        left.retain(|service| service.name != next.name);
    }
    if !gated {
        planned.push(Planned::Gates);
    }
    planned
}
