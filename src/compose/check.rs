//! Whether what was read holds together: what Compose refuses before it starts anything, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::file::Place;
use super::problem::{self, ComposeProblems, Found};
use super::project::{Project, Service};

/// What a service can wait for.
const CONDITIONS: [&str; 3] = ["service_started", "service_healthy", "service_completed_successfully"];

impl Project {
    /// Refuses a project that Compose would not start, although each of its files can be read: without a service, or one
    /// of whose services has no image, names what is nowhere, or waits for itself.
    ///
    /// # Errors
    /// Everything of that kind in the first file that has any.
    pub fn check(&self) -> Result<(), ComposeProblems> {
        let mut found = Vec::new();
        if self.services.is_empty() {
            found.push(Found {
                code: "compose::no_services",
                message: "there is no service".to_owned(),
                help: "name the compose file that has `services:`".to_owned(),
                place: Place::default(),
            });
        }
        for service in self.enabled() {
            Self::runnable(service, &mut found);
            self.references(service, &mut found);
        }
        self.circle(&mut found);
        let file = self.sources.first().map_or(Path::new(""), |source| source.path.as_path());
        problem::all(file, &self.sources, found)
    }

    fn runnable(service: &Service, found: &mut Vec<Found>) {
        let name = &service.name;
        let image = service.image.as_ref().is_some_and(|image| !image.value.is_empty());
        let provided = service.unused.iter().any(|unused| unused.key == "provider");
        if !image && service.build.is_none() && !provided {
            found.push(Found {
                code: "compose::no_image",
                message: format!("{name} has no image, and nothing to build one from"),
                help: "give it `image:` or `build:`; of a file that overrides another, name the other"
                    .to_owned(),
                place: service.place.clone(),
            });
        }
        for file in service.env_file.iter().filter(|file| file.required && !file.present) {
            found.push(Found {
                code: "compose::env_file_missing",
                message: format!("the env file of {name} is not there: {}", file.path.display()),
                help: "make it, from the example beside it if there is one; or write `required: false`"
                    .to_owned(),
                place: file.place.clone(),
            });
        }
    }

    fn references(&self, service: &Service, found: &mut Vec<Found>) {
        let name = &service.name;
        let missing = |what: &str, key: &str, place: &Place| Found {
            code: "compose::undefined",
            message: format!("{name} names the {what} {key}, which is not defined"),
            help: format!(
                "correct the name, or define the {what}; of a file that overrides another, name the other"
            ),
            place: place.clone(),
        };
        for network in service.networks.iter().filter(|network| !self.networks.contains_key(&network.key)) {
            found.push(missing("network", &network.key, &network.place));
        }
        for grant in service.secrets.iter().filter(|grant| !self.secrets.contains_key(&grant.source)) {
            found.push(missing("secret", &grant.source, &grant.place));
        }
        for grant in service.configs.iter().filter(|grant| !self.configs.contains_key(&grant.source)) {
            found.push(missing("config", &grant.source, &grant.place));
        }
        for on in &service.depends_on {
            match self.service(&on.service) {
                None if on.required => found.push(missing("service", &on.service, &on.place)),
                _ if CONDITIONS.contains(&on.condition.as_str()) => {}
                _ => found.push(Found {
                    code: "compose::wrong_value",
                    message: format!("`{}` is nothing that {name} can wait for", on.condition),
                    help: format!("write one of {}", CONDITIONS.join(", ")),
                    place: on.place.clone(),
                }),
            }
        }
    }

    /// A circle of services that wait for each other.
    fn circle(&self, found: &mut Vec<Found>) {
        let mut left: BTreeMap<&str, Vec<&str>> = self
            .enabled()
            .map(|service| {
                let on = service.depends_on.iter().map(|on| on.service.as_str()).collect();
                (service.name.as_str(), on)
            })
            .collect();
        // What waits for nothing that is left is in no circle.
        loop {
            let names: BTreeSet<&str> = left.keys().copied().collect();
            left.retain(|_, on| on.iter().any(|name| names.contains(name)));
            if left.len() == names.len() {
                break;
            }
        }
        let Some((first, _)) = left.first_key_value() else { return };
        let mut way = vec![*first];
        let start = loop {
            let next =
                way.last().and_then(|last| left.get(last)?.iter().find(|name| left.contains_key(*name)));
            let Some(next) = next else { return };
            let seen = way.iter().position(|name| name == next);
            way.push(next);
            if let Some(start) = seen {
                break start;
            }
        };
        let Some(service) = self.service(way[start]) else { return };
        found.push(Found {
            code: "compose::depends_cycle",
            message: format!("services wait for each other in a circle: {}", way[start..].join(" → ")),
            help: "let one of them start without the other".to_owned(),
            place: service.place.clone(),
        });
    }
}
