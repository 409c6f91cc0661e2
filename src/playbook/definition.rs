//! What a container is by its compose file: from the service to the declaration, as Compose itself would make it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use super::container::stop_grace;
use crate::compose::{self, Project, Service, Test};
use crate::ports::docker::{ContainerSpec, EnvValue, HealthCheck, Mount, PublishedPort, RestartPolicy};
use crate::steps::Composed;

/// What a container is by its compose file. Its environment may hold secrets: it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) alias: String,
    pub(super) image: String,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) user: Option<String>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) ports: Vec<PublishedPort>,
    pub(super) mounts: Vec<Mount>,
    pub(super) network: String,
    pub(super) restart: RestartPolicy,
    pub(super) stop_grace: Duration,
    pub(super) healthcheck: Option<HealthCheck>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) composed: Composed,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Definition {
    /// Makes a declaration what the compose file says; the grace of the playbook stays where it says one.
    pub(super) fn apply(&self, spec: &mut ContainerSpec) -> Composed {
        spec.name.clone_from(&self.name);
        spec.alias.clone_from(&self.alias);
        spec.image.clone_from(&self.image);
        spec.entrypoint.clone_from(&self.entrypoint);
        spec.command.clone_from(&self.command);
        spec.user.clone_from(&self.user);
        spec.env =
            self.env.iter().map(|(name, value)| (name.clone(), EnvValue::Plain(value.clone()))).collect();
        spec.ports.clone_from(&self.ports);
        spec.mounts.clone_from(&self.mounts);
        spec.network.clone_from(&self.network);
        spec.restart = self.restart;
        if spec.stop_grace == stop_grace().get() {
            spec.stop_grace = self.stop_grace;
        }
        spec.healthcheck.clone_from(&self.healthcheck);
        spec.labels.extend(self.labels.clone());
        self.composed.clone()
    }
}

/// What a service says of its container.
pub(super) fn define(project: &Project, service: &Service, path: &Path) -> Definition {
    let text = |value: &Option<compose::At<String>>| value.as_ref().map(|at| at.value.clone());
    let words = |value: &Option<compose::At<Vec<String>>>| value.as_ref().map(|at| at.value.clone());
    let env = service.environment.iter();
    let mut labels: BTreeMap<String, String> =
        service.labels.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect();
    let of_compose = [
        ("project", project.name.clone()),
        ("service", service.name.clone()),
        ("project.config_files", path.display().to_string()),
        ("project.working_dir", project.directory.display().to_string()),
    ];
    labels.extend(of_compose.map(|(name, value)| (format!("com.docker.compose.{name}"), value)));
    Definition {
        name: text(&service.container_name).unwrap_or_else(|| format!("{}-{}-1", project.name, service.name)),
        alias: service.name.clone(),
        image: text(&service.image).unwrap_or_else(|| format!("{}-{}", project.name, service.name)),
        entrypoint: words(&service.entrypoint),
        command: words(&service.command),
        user: text(&service.user),
        env: env.filter_map(|variable| Some((variable.name.clone(), variable.value.clone()?))).collect(),
        ports: service.ports.iter().filter_map(published).collect(),
        mounts: mounts(project, service),
        network: network(project, service),
        restart: restart(service.restart.as_ref().map_or("no", |restart| restart.value.as_str())),
        stop_grace: service.stop_grace_period.as_ref().map_or(Duration::from_secs(10), |grace| grace.value),
        healthcheck: healthcheck(service),
        labels,
        composed: Composed {
            command: format!("docker compose -f {} up -d {}", path.display(), service.name),
            beyond: beyond(service),
        },
    }
}

fn published(port: &compose::Port) -> Option<PublishedPort> {
    let host = if port.everywhere() { "0.0.0.0".to_owned() } else { port.host_ip.clone()? };
    Some(PublishedPort { host, host_port: port.host_port()?, container_port: port.target })
}

fn mounts(project: &Project, service: &Service) -> Vec<Mount> {
    let volume =
        |key: &String| project.volumes.get(key).map_or_else(|| key.clone(), |volume| volume.name.clone());
    let mount = |mount: &compose::Mount| {
        let source = mount.source.as_ref()?;
        let source = if mount.kind == "volume" { volume(source) } else { source.clone() };
        Some(Mount { source, target: mount.target.clone(), read_only: mount.read_only })
    };
    let granted =
        |grants: &[compose::Grant], known: &BTreeMap<String, compose::Resource>, root: &str| -> Vec<Mount> {
            let one = |grant: &compose::Grant| {
                let source = known.get(&grant.source)?.file.clone()?;
                let target = grant.target.as_deref().unwrap_or(&grant.source);
                let target =
                    if target.starts_with('/') { target.to_owned() } else { format!("{root}/{target}") };
                Some(Mount { source, target, read_only: true })
            };
            grants.iter().filter_map(one).collect()
        };
    let mut all: Vec<Mount> = service.volumes.iter().filter_map(mount).collect();
    all.extend(granted(&service.secrets, &project.secrets, "/run/secrets"));
    all.extend(granted(&service.configs, &project.configs, ""));
    all
}

fn network(project: &Project, service: &Service) -> String {
    if let Some(mode) = &service.network_mode {
        return mode.value.clone();
    }
    let key = service.networks.first().map_or("default", |network| network.key.as_str());
    project
        .networks
        .get(key)
        .map_or_else(|| format!("{}_{key}", project.name), |network| network.name.clone())
}

fn restart(text: &str) -> RestartPolicy {
    match text.split(':').next().unwrap_or_default() {
        "always" => RestartPolicy::Always,
        "unless-stopped" => RestartPolicy::UnlessStopped,
        "on-failure" => RestartPolicy::OnFailure,
        _ => RestartPolicy::No,
    }
}

fn healthcheck(service: &Service) -> Option<HealthCheck> {
    let check = service.healthcheck.as_ref()?;
    let test = match check.test.as_ref()? {
        Test::Command(test) => test.clone(),
        Test::Shell(line) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()],
        Test::Disabled => return None,
    };
    Some(HealthCheck {
        test,
        interval: check.interval.unwrap_or(Duration::from_secs(30)),
        timeout: check.timeout.unwrap_or(Duration::from_secs(30)),
        retries: check.retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(3),
        start_period: check.start_period.unwrap_or_default(),
    })
}

/// What openbell could not give a container that it would have to make itself.
fn beyond(service: &Service) -> Vec<String> {
    let mut found: BTreeSet<String> = service.unused.iter().map(|unused| unused.key.clone()).collect();
    if service.networks.len() > 1 || service.networks.iter().any(|network| !network.aliases.is_empty()) {
        found.insert("networks".to_owned());
    }
    if service.network_mode.is_some() {
        found.insert("network_mode".to_owned());
    }
    if service.ports.iter().any(|port| port.protocol != "tcp" || port.host_port().is_none()) {
        found.insert("ports".to_owned());
    }
    if service.volumes.iter().any(|mount| mount.source.is_none() || !mount.unused.is_empty()) {
        found.insert("volumes".to_owned());
    }
    if service.healthcheck.as_ref().is_some_and(|check| matches!(check.test, None | Some(Test::Disabled))) {
        found.insert("healthcheck".to_owned());
    }
    found.into_iter().collect()
}
