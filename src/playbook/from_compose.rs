//! `compose: {file, service}`: a container whose definition is a compose file's, so that a stack has one.
//!
//! Owns the way from the service to what the container must be. Compose's own containers are adopted when they match.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::define;
use super::{ContainerFormat, EnvText, Playbook, PortText, RestartText};
use crate::compose::{self, Environment, Project, Service};
use crate::document::{Places, Problem, escaped};
use crate::ports::docker::RestartPolicy;

/// A service of a compose file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComposeReference {
    /// The compose file, relative to the playbook. It is read as Compose reads it, with `.env` beside it.
    pub file: PathBuf,
    /// The service.
    pub service: String,
}

/// Reads the compose files that containers name, and gives each container what its service says.
pub(super) fn join(
    playbook: &mut Playbook,
    places: &Places,
    file: &Path,
    environment: fn(&str) -> Option<String>,
) -> Vec<Problem> {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let directory = absolute.parent().unwrap_or(Path::new("/"));
    let mut projects: BTreeMap<PathBuf, Result<Project, String>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, format) in &mut playbook.containers {
        let Some(reference) = format.compose.clone() else { continue };
        let pointer = format!("/containers/{}", escaped(key));
        let mut tell = |code: &str, pointer: &str, message: String, help: String| {
            problems.push(Problem {
                code: code.to_owned(),
                message,
                help: Some(help),
                place: Some(places.find(pointer)),
                label: "here".to_owned(),
                ..Problem::default()
            });
        };
        for field in beside(format) {
            let message = format!("`{field}` stands in the compose file, and here too");
            let help = "leave it out here: beside `compose` stand `hold_until`, `held` and `stop_grace` only";
            tell("playbook::beside_compose", &format!("{pointer}/{field}"), message, help.to_owned());
        }
        let path = directory.join(&reference.file);
        let project = projects.entry(path.clone()).or_insert_with(|| read(&path, environment));
        match project {
            Err(why) => {
                let message = format!("the compose file cannot be read: {why}");
                let help = "`docker compose config` says what Compose thinks of it".to_owned();
                tell("playbook::compose_file", &format!("{pointer}/compose/file"), message, help);
            }
            Ok(project) => match project.service(&reference.service) {
                None => {
                    let message = format!("the compose file has no service `{}`", reference.service);
                    let known: Vec<&str> =
                        project.services.iter().map(|service| service.name.as_str()).collect();
                    let help = format!("its services are: {}", known.join(", "));
                    tell("playbook::compose_service", &format!("{pointer}/compose/service"), message, help);
                }
                Some(service) => take(format, project, service, &path),
            },
        }
    }
    problems
}

fn read(path: &Path, environment: fn(&str) -> Option<String>) -> Result<Project, String> {
    let environment = Environment { variable: environment, profiles: vec!["*".to_owned()] };
    compose::read(path, &environment).map_err(|problems| problems.lines().collect::<Vec<_>>().join("; "))
}

/// Fields of the playbook that the compose file answers.
fn beside(format: &ContainerFormat) -> Vec<&'static str> {
    let said = [
        ("image", format.image.is_some()),
        ("build", format.build.is_some()),
        ("container_name", format.container_name.is_some()),
        ("entrypoint", format.entrypoint.is_some()),
        ("command", format.command.is_some()),
        ("user", format.user.is_some()),
        ("env", !format.env.is_empty()),
        ("ports", !format.ports.is_empty()),
        ("volumes", !format.volumes.is_empty()),
        ("restart", format.restart != RestartText::No),
        ("healthcheck", format.healthcheck.is_some()),
    ];
    said.into_iter().filter(|(_, said)| *said).map(|(field, _)| field).collect()
}

/// Gives the container its definition, and the playbook's checks what they look at.
fn take(format: &mut ContainerFormat, project: &Project, service: &Service, path: &Path) {
    let definition = define(project, service, path);
    format.image = Some(definition.image.clone());
    format.container_name = Some(definition.name.clone());
    // One port of the host may be published for TCP and for UDP.
    let mut seen = BTreeSet::new();
    let ports = definition.ports.iter().filter(|port| seen.insert(port.host_port));
    format.ports = ports.filter_map(|port| PortText::try_from(port.to_string()).ok()).collect();
    format.restart = match definition.restart {
        RestartPolicy::No => RestartText::No,
        RestartPolicy::OnFailure => RestartText::OnFailure,
        RestartPolicy::UnlessStopped => RestartText::UnlessStopped,
        RestartPolicy::Always => RestartText::Always,
    };
    // Only what the safe state is made of: the rest may be secret, and is Compose's own matter.
    let watched = |name: &str| matches!(name.to_ascii_uppercase().as_str(), "DRY_RUN" | "TRADING_MODE");
    format.env = definition
        .env
        .iter()
        .filter(|(name, _)| watched(name))
        .map(|(name, value)| (name.clone(), EnvText::Plain(value.clone())))
        .collect();
    format.definition = Some(Box::new(definition));
}
