//! The checked plan: holding one is the proof that the playbook means something. Everything is resolved here: names,
//! paths, defaults, labels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ContainerFormat, EnvText, HealthCheckFormat, Playbook, RestartText};
use crate::ports::docker::{ContainerSpec, EnvValue, HealthCheck, Mount, RestartPolicy};
use crate::ports::files::BuildSpec;
use crate::steps::{Action, Connection, Evidence, Safety, Stack, StackContainer, Strategy};

/// A playbook that can be carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The playbook's name.
    pub name: String,
    /// The playbook's description.
    pub description: String,
    /// Deadline of the whole run.
    pub within: Duration,
    /// What the steps act on.
    pub stack: Stack,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
}

/// A step of a plan.
#[derive(Clone, Debug)]
pub struct PlannedStep {
    /// Its id.
    pub id: String,
    /// What it does.
    pub action: Action,
    /// Its deadline.
    pub within: Duration,
}

impl Plan {
    /// The plan of a playbook that was found to be without problems; `file` is its absolute path.
    pub(super) fn of(playbook: &Playbook, file: &Path) -> Self {
        let stack = stack(playbook, file);
        let steps = playbook
            .steps
            .iter()
            .map(|step| PlannedStep {
                id: step.id.clone(),
                within: step.within.map_or_else(|| step.action.patience(&stack), crate::period::Period::get),
                action: step.action.clone(),
            })
            .collect();
        Self {
            name: playbook.name.clone(),
            description: playbook.description.clone(),
            within: playbook.within.get(),
            stack,
            steps,
        }
    }

    /// The files whose content may be secret: those of environment variables, and those that are mounted.
    pub fn secret_files(&self) -> impl Iterator<Item = &Path> {
        let containers = || self.stack.containers.values();
        let values = containers().flat_map(|item| item.spec.env.values());
        let named = values.filter_map(|value| match value {
            EnvValue::Secret { file, .. } => Some(file.as_path()),
            EnvValue::Plain(_) => None,
        });
        let mounts = containers().flat_map(|item| item.spec.mounts.iter());
        named.chain(mounts.map(|mount| Path::new(&mount.source)))
    }
}

fn stack(playbook: &Playbook, file: &Path) -> Stack {
    let directory = file.parent().unwrap_or(Path::new("/"));
    let labels = BTreeMap::from([
        ("openbell.playbook".to_owned(), playbook.name.clone()),
        ("com.docker.compose.project".to_owned(), playbook.name.clone()),
        ("com.docker.compose.project.config_files".to_owned(), file.display().to_string()),
        ("com.docker.compose.project.working_dir".to_owned(), directory.display().to_string()),
    ]);
    let connection = &playbook.connection;
    let mut stack = Stack {
        name: playbook.name.clone(),
        network: format!("{}_default", playbook.name),
        labels,
        connection: Connection {
            address: connection.address.clone(),
            client_ids: connection.client_id.clone(),
            timeout: connection.timeout.get(),
        },
        strategy: playbook.strategy.as_ref().map(|strategy| Strategy {
            default: strategy.default.clone(),
            evidence: Evidence {
                container: strategy.evidence.container.clone(),
                log: strategy.evidence.log.clone(),
            },
        }),
        safety: Safety {
            accounts: playbook.safety.accounts.clone(),
            env: playbook.safety.env.clone(),
            absent: playbook.safety.absent.iter().map(|a| (a.container.clone(), a.path.clone())).collect(),
        },
        containers: BTreeMap::new(),
    };
    for (key, format) in &playbook.containers {
        let mut container = container(key, format, &stack, directory);
        container.held = playbook.holds(key);
        stack.containers.insert(key.clone(), container);
    }
    stack
}

fn container(key: &str, format: &ContainerFormat, stack: &Stack, directory: &Path) -> StackContainer {
    let mut labels = stack.labels.clone();
    // What Compose looks for when it lists projects and their containers. `ls` wants a `config-hash`, whatever it is.
    labels.insert("com.docker.compose.service".to_owned(), key.to_owned());
    labels.insert("com.docker.compose.container-number".to_owned(), "1".to_owned());
    labels.insert("com.docker.compose.oneoff".to_owned(), "False".to_owned());
    labels.insert("com.docker.compose.config-hash".to_owned(), "openbell".to_owned());
    let own_image = || format!("openbell/{}-{key}:latest", stack.name);
    let spec = ContainerSpec {
        name: format.container_name.clone().unwrap_or_else(|| format!("{}-{key}", stack.name)),
        alias: key.to_owned(),
        image: format.image.clone().unwrap_or_else(own_image),
        entrypoint: format.entrypoint.clone(),
        command: format.command.clone(),
        user: format.user.clone(),
        env: format.env.iter().map(|(name, value)| (name.clone(), env(value, directory))).collect(),
        ports: format.ports.iter().map(|port| port.get().clone()).collect(),
        mounts: format.volumes.iter().map(|volume| mount(volume.parts(), directory)).collect(),
        network: stack.network.clone(),
        restart: restart(format.restart),
        stop_grace: format.stop_grace.get(),
        healthcheck: format.healthcheck.as_ref().map(healthcheck),
        labels,
    };
    let build = format.build.as_ref().map(|build| BuildSpec {
        context: resolved(&build.context, directory),
        own_binary: build.own_binary,
    });
    StackContainer { key: key.to_owned(), spec, build, held: false }
}

fn env(value: &EnvText, directory: &Path) -> EnvValue {
    match value {
        EnvText::Plain(text) => EnvValue::Plain(text.clone()),
        EnvText::File { file } => EnvValue::Secret { file: resolved(file, directory), value: None },
    }
}

fn mount((source, target, read_only): (&str, &str, bool), directory: &Path) -> Mount {
    let path = Path::new(source);
    let source = if source.starts_with('.') || path.is_absolute() {
        resolved(path, directory).display().to_string()
    } else {
        source.to_owned()
    };
    Mount { source, target: target.to_owned(), read_only }
}

/// The path from the playbook's directory, without `..`: the engine's digests and messages should not depend on how
/// it was written.
fn resolved(path: &Path, directory: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in directory.join(path).components() {
        match part {
            std::path::Component::ParentDir => drop(whole.pop()),
            std::path::Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}

fn restart(text: RestartText) -> RestartPolicy {
    match text {
        RestartText::No => RestartPolicy::No,
        RestartText::OnFailure => RestartPolicy::OnFailure,
        RestartText::UnlessStopped => RestartPolicy::UnlessStopped,
        RestartText::Always => RestartPolicy::Always,
    }
}

fn healthcheck(format: &HealthCheckFormat) -> HealthCheck {
    HealthCheck {
        test: format.test.clone(),
        interval: format.interval.get(),
        timeout: format.timeout.get(),
        retries: format.retries,
        start_period: format.start_period.get(),
    }
}
