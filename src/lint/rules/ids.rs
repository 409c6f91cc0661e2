//! Client ids: who has which.

use std::sync::LazyLock;

use regex::Regex;

use super::super::finding::Hit;
use super::super::ground::{Ground, PlaybookFile, hit, named, shown};
use super::image::gateway;
use crate::compose::{At, Place, Project, Service};
use crate::document::escaped;

const HELP: &str = "give it an id of its own, from 1 up, such as 100";

/// `--client-id 7`, `--ib-client-id=7`, and the like.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|\s)(--?(?:ib[-_]?|ibkr[-_]?|tws[-_]?)?client[-_]?id)[= ](\d+)(?:\s|$)")
        .expect("a constant pattern is valid")
});

/// An id that a service is given.
struct Given<'a> {
    project: &'a Project,
    service: &'a Service,
    /// The variable or the option.
    name: String,
    place: &'a Place,
    id: i64,
}

/// The client ids of a project, by environment and by arguments.
fn given(project: &Project) -> impl Iterator<Item = Given<'_>> {
    project.services.iter().flat_map(move |service| {
        let variables = service.environment.iter().filter_map(move |variable| {
            let name = variable.name.to_ascii_uppercase().replace('_', "");
            // The master id of a gateway is who may see all orders, not who connects.
            let own = name.ends_with("CLIENTID") && !name.contains("MASTER");
            let id = variable.value.as_deref().filter(|_| own)?.trim().parse().ok()?;
            Some(Given { project, service, name: variable.name.clone(), place: &variable.place, id })
        });
        let arguments = [&service.entrypoint, &service.command].into_iter().flatten();
        let options = arguments.filter_map(move |words| {
            let line = words.join(" ");
            let found = OPTION.captures(&line)?;
            let id = found[2].parse().ok()?;
            Some(Given { project, service, name: found[1].to_owned(), place: &words.place, id })
        });
        variables.chain(options)
    })
}

/// The ledger of a playbook: owner and id.
fn ledger(playbook: &PlaybookFile) -> impl Iterator<Item = (&str, i64)> {
    let owners = playbook.value["client_ids"].as_object().into_iter().flatten();
    owners.filter_map(|(owner, id)| Some((owner.as_str(), id.as_i64()?)))
}

pub(super) fn zero(ground: &Ground) -> Vec<Hit<'_>> {
    let all = ground.projects.iter().flat_map(given).filter(|given| given.id == 0);
    let mut hits: Vec<_> = all
        .filter_map(|Given { project, service, name, place, .. }| {
            hit(project, place, format!("{name} of {} is 0", named(service)), HELP)
        })
        .collect();
    for playbook in &ground.playbooks {
        for (owner, _) in ledger(playbook).filter(|(_, id)| *id == 0) {
            hits.push(Hit {
                file: shown(&playbook.path),
                text: &playbook.text,
                place: playbook.places.find(&format!("/client_ids/{}", escaped(owner))),
                message: format!("the client id of {owner} is 0"),
                help: HELP.to_owned(),
                env_file: false,
            });
        }
    }
    hits
}

pub(super) fn clash(ground: &Ground) -> Vec<Hit<'_>> {
    let (own, compose): (Vec<&Project>, Vec<&Project>) =
        ground.projects.iter().partition(|project| ground.playbook_of(project).is_some());
    // A playbook stands for itself; compose files, and the playbooks beside them, are one stack.
    let mut hits = clashing(&compose, &ground.playbooks.iter().collect::<Vec<_>>());
    for project in own {
        let ledgers: Vec<&PlaybookFile> = ground.playbook_of(project).into_iter().collect();
        hits.extend(clashing(&[project], &ledgers));
    }
    hits
}

fn clashing<'a>(projects: &[&'a Project], ledgers: &[&'a PlaybookFile]) -> Vec<Hit<'a>> {
    let gateways = || {
        let all = projects.iter().flat_map(|project| &project.services);
        all.filter(|service| gateway(service).is_some())
    };
    // With several gateways it cannot be told which of them a service connects to; those of profiles that are off count
    // for the services of such profiles.
    if gateways().filter(|gateway| gateway.enabled).count() > 1 {
        return Vec::new();
    }
    let one = gateways().count() < 2;
    let mut owners: Vec<(i64, String, String, &[At<String>])> = Vec::new();
    for playbook in ledgers {
        let place = format!("in the ledger of {}", shown(&playbook.path));
        owners.extend(ledger(playbook).map(|(owner, id)| (id, owner.to_owned(), place.clone(), &[][..])));
    }
    let mut hits = Vec::new();
    let all = projects.iter().flat_map(|project| given(project));
    for Given { project, service, name, place, id } in all.filter(|given| one || given.service.enabled) {
        let taken = owners.iter().find(|(taken, owner, _, profiles)| {
            *taken == id && *owner != service.name && together(profiles, &service.profiles)
        });
        if let Some((_, owner, by, _)) = taken {
            let message = format!("client id {id} of {} belongs to {owner} already, {by}", named(service));
            hits.extend(hit(project, place, message, "give each an id of its own"));
        }
        owners.push((id, service.name.clone(), format!("by its {name}"), &service.profiles));
    }
    hits
}

/// Whether two services run at once: those of two profiles are rather one for the other.
fn together(profiles: &[At<String>], others: &[At<String>]) -> bool {
    profiles.is_empty()
        || others.is_empty()
        || profiles.iter().any(|profile| others.iter().any(|other| other.value == profile.value))
}
