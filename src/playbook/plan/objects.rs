//! What a plan acts on: the declared objects, with names, paths, defaults and labels resolved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::{
    ContainerFormat, EnvText, EvidenceFormat, HealthCheckFormat, Mode, Playbook, RestartText,
    SecretReference, Step,
};
use crate::ports::docker::{ContainerSpec, EnvValue, HealthCheck, Mount, RestartPolicy};
use crate::ports::files::BuildSpec;
use crate::ports::secrets::SecretSource;
use crate::steps::ready::{Ready, Until};
use crate::steps::{
    Action, Connection, Evidence, Pattern, Reading, Safety, Source, Stack, StackContainer, Strategy,
};

/// The stack that a playbook declares; `file` is its absolute path.
pub(super) fn stack(playbook: &Playbook, file: &Path) -> Stack {
    let directory = file.parent().unwrap_or(Path::new("/"));
    let labels = BTreeMap::from([
        ("openbell.playbook".to_owned(), playbook.name.clone()),
        ("com.docker.compose.project".to_owned(), playbook.name.clone()),
        ("com.docker.compose.project.config_files".to_owned(), file.display().to_string()),
        ("com.docker.compose.project.working_dir".to_owned(), directory.display().to_string()),
    ]);
    let connection = &playbook.connection;
    let absent = playbook.safety.absent.iter();
    let absent_here = absent.clone().filter_map(|absent| absent.host.as_deref());
    let mut stack = Stack {
        name: playbook.name.clone(),
        network: format!("{}_default", playbook.name),
        labels,
        connection: Connection {
            address: connection.address.clone(),
            client_ids: connection.client_id.clone(),
            timeout: connection.timeout.get(),
            ibc: connection.ibc.clone(),
            owners: playbook.client_ids.iter().map(|(owner, id)| (owner.clone(), *id)).collect(),
        },
        strategy: playbook.strategy.as_ref().map(|strategy| Strategy {
            default: strategy.default.clone(),
            evidence: evidence(&strategy.evidence),
        }),
        safety: Safety {
            live: playbook.safety.mode == Mode::Live,
            armed: Vec::new(),
            accounts: playbook.safety.accounts.clone(),
            read_only: playbook.safety.read_only,
            no_orders: playbook.safety.open_orders.is_some(),
            positions: playbook.safety.positions.as_ref().map(|symbols| symbols.0.clone()),
            env: playbook.safety.env.clone(),
            absent: absent.filter_map(|a| Some((a.container.clone()?, a.path.clone()?))).collect(),
            absent_here: absent_here.map(|path| resolved(path, directory)).collect(),
        },
        ready: highest(&playbook.steps),
        containers: BTreeMap::new(),
    };
    // Compose's own network, where a container is Compose's.
    let mut composed = playbook.containers.values().filter_map(|format| format.definition.as_ref());
    if let Some(definition) = composed.next() {
        stack.network.clone_from(&definition.network);
    }
    for (key, format) in &playbook.containers {
        let mut container = container(key, format, &stack, directory);
        container.held = playbook.holds(key);
        stack.containers.insert(key.clone(), container);
    }
    stack
}

/// Checked before: one source, and a file is read in one way.
fn evidence(format: &EvidenceFormat) -> Evidence {
    let source = match (&format.http, &format.file) {
        (Some(http), _) => Source::Http { url: http.url.clone(), field: http.field.clone() },
        (None, Some(file)) => Source::File {
            path: file.path.clone(),
            reading: match (&file.field, &file.pattern) {
                (Some(field), _) => Reading::Field(field.clone()),
                (None, pattern) => Reading::Pattern(pattern_of(pattern.as_deref().unwrap_or_default())),
            },
        },
        (None, None) => Source::Log { pattern: pattern_of(format.log().unwrap_or_default()) },
    };
    Evidence { container: format.container.clone(), source }
}

/// Checked before: it is one.
fn pattern_of(text: &str) -> Pattern {
    Pattern::new(text).expect("checked before the plan was made")
}

/// The highest rung that one of the steps waits for; the usual one where none does.
fn highest(steps: &[Step]) -> Ready {
    let waits = steps.iter().filter_map(|step| match &step.action {
        Action::Ready(ready) if ready.until == Until::Ready => Some(ready),
        _ => None,
    });
    waits.max_by_key(|ready| ready.stage()).cloned().unwrap_or_default()
}

fn container(key: &str, format: &ContainerFormat, stack: &Stack, directory: &Path) -> StackContainer {
    let mut labels = stack.labels.clone();
    // What Compose looks for when it lists projects and their containers. `ls` wants a `config-hash`, whatever it is.
    labels.insert("com.docker.compose.service".to_owned(), key.to_owned());
    labels.insert("com.docker.compose.container-number".to_owned(), "1".to_owned());
    labels.insert("com.docker.compose.oneoff".to_owned(), "False".to_owned());
    labels.insert("com.docker.compose.config-hash".to_owned(), "openbell".to_owned());
    let own_image = || format!("openbell/{}-{key}:latest", stack.name);
    let mut spec = ContainerSpec {
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
    let composed = format.definition.as_ref().map(|definition| definition.apply(&mut spec));
    StackContainer { key: key.to_owned(), spec, build, held: false, composed }
}

fn env(value: &EnvText, directory: &Path) -> EnvValue {
    match value {
        EnvText::Plain(text) => EnvValue::Plain(text.clone()),
        EnvText::Secret(from) => EnvValue::Secret { from: source(from, directory), value: None },
    }
}

pub(in crate::playbook) fn source(reference: &SecretReference, directory: &Path) -> SecretSource {
    match reference {
        SecretReference::File { file } => SecretSource::File(resolved(file, directory)),
        SecretReference::Env { env } => SecretSource::Env(env.clone()),
        SecretReference::Credential { credential } => SecretSource::Credential(credential.clone()),
        SecretReference::DockerSecret { docker_secret } => SecretSource::DockerSecret(docker_secret.clone()),
    }
}

fn mount((source, target, read_only): (&str, &str, bool), directory: &Path) -> Mount {
    // On Windows a path that begins with a slash is one of the engine's Linux machine, and stays as it is.
    let here = source.starts_with('.') || Path::new(source).is_absolute();
    let source =
        if here { resolved(Path::new(source), directory).display().to_string() } else { source.to_owned() };
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
