//! The checked plan: holding one is the proof that the playbook means something. Everything is resolved here: names,
//! paths, defaults, labels.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::order::Order;
use super::{
    Condition, ContainerFormat, EnvText, EvidenceFormat, HealthCheckFormat, JournalFormat, MaintenanceFormat,
    Mode, Playbook, RestartText, SecretReference, Step, WatchFormat,
};
use crate::evidence::maintenance::Calendar;
use crate::notify;
use crate::ports::docker::{ContainerSpec, EnvValue, HealthCheck, Mount, RestartPolicy};
use crate::ports::files::BuildSpec;
use crate::ports::secrets::SecretSource;
use crate::secret_name::may_be_secret;
use crate::steps::ready::{Ready, Until};
use crate::steps::{Action, Connection, Evidence, Reading, Safety, Source, Stack, StackContainer, Strategy};

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
    /// Steps that follow, in order, when the run is not green and was not ended by hand.
    pub on_failure: Vec<PlannedStep>,
    /// Steps that follow at the very end.
    pub finally: Vec<PlannedStep>,
    /// When maintenance is expected: the region's windows and the playbook's own.
    pub maintenance: Calendar,
    /// The variables by name, for conditions.
    pub variables: BTreeMap<String, String>,
    /// How it is supervised.
    pub watch: WatchFormat,
    /// Who is told what becomes of the stack.
    pub notify: Option<notify::Config>,
    /// The id of the matrix's entry it was made from.
    pub variant: Option<String>,
    /// How long its journal is kept.
    pub journal: JournalFormat,
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
    /// The places, among the steps of its list, of those that have to be done before it starts; those that follow from
    /// others may be left out.
    pub after: Vec<usize>,
    /// Condition without which it is skipped.
    pub when: Option<Condition>,
    /// Why it is left out this time.
    pub left_out: Option<&'static str>,
}

impl Plan {
    /// The plan of a playbook that was found to be without problems; `file` is its absolute path.
    pub(super) fn of(playbook: &Playbook, file: &Path) -> Self {
        let stack = stack(playbook, file);
        Self {
            name: playbook.name.clone(),
            description: playbook.description.clone(),
            within: playbook.within.get(),
            steps: planned(&playbook.steps, &stack),
            on_failure: planned(&playbook.on_failure, &stack),
            finally: planned(&playbook.finally, &stack),
            maintenance: playbook
                .maintenance
                .as_ref()
                .map_or_else(Calendar::default, MaintenanceFormat::calendar),
            variables: playbook.vars.clone(),
            watch: playbook.watch.clone(),
            notify: playbook
                .notify
                .as_ref()
                .map(|format| format.resolved(file.parent().unwrap_or(Path::new("/")))),
            variant: None,
            journal: playbook.journal.clone(),
            stack,
        }
    }

    /// The lowest server version with which every step can pass; `None` when the raw probe is enough for all of them.
    pub fn least_server_version(&self) -> Option<u32> {
        self.steps.iter().filter_map(|step| step.action.least_server_version()).max()
    }

    /// The same plan for the time after its start-up: what disturbs on purpose or only watches is left out.
    #[must_use]
    pub fn again(&self, within: Duration) -> Self {
        let mut plan = Self { within, ..self.clone() };
        for step in &mut plan.steps {
            step.left_out = match step.action {
                Action::Drill(_) => Some("no drill in a recovery"),
                Action::Stable(_) => Some("what is supervised is watched all the while"),
                _ => None,
            };
        }
        plan
    }

    /// The containers that the steps start and do not stop again, by their keys: they are meant to run.
    pub fn kept(&self) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        for step in self.steps.iter().chain(&self.finally) {
            match &step.action {
                Action::Start(start) if !kept.contains(&start.container) => {
                    kept.push(start.container.clone());
                }
                Action::Stop(stop) => kept.retain(|key| *key != stop.container),
                _ => {}
            }
        }
        kept
    }

    /// The values of variables that speak of a secret and are known without reading a file: those of compose files.
    pub fn composed_secrets(&self) -> impl Iterator<Item = &str> {
        let composed = self.stack.containers.values().filter(|item| item.composed.is_some());
        composed.flat_map(|item| item.spec.env.iter()).filter_map(|(name, value)| match value {
            EnvValue::Plain(text) if may_be_secret(name) && !text.is_empty() => Some(text.as_str()),
            EnvValue::Plain(_) | EnvValue::Secret { .. } => None,
        })
    }

    /// Where the secrets are kept that the playbook names: for the environment of containers, and for notifications.
    pub fn named_secrets(&self) -> impl Iterator<Item = SecretSource> {
        let values = self.stack.containers.values().flat_map(|item| item.spec.env.values());
        let of_containers = values.filter_map(|value| match value {
            EnvValue::Secret { from, .. } => Some(from.clone()),
            EnvValue::Plain(_) => None,
        });
        of_containers.chain(self.notify.iter().flat_map(notify::Config::secrets))
    }

    /// Where everything is kept that may be secret: the environment's, and files that are mounted.
    pub fn secrets(&self) -> impl Iterator<Item = SecretSource> {
        let mounts = self.stack.containers.values().flat_map(|item| item.spec.mounts.iter());
        self.named_secrets().chain(mounts.map(|mount| SecretSource::File(PathBuf::from(&mount.source))))
    }
}

/// A list of steps with what each waits for: what it needs, else every step before it.
fn planned(steps: &[Step], stack: &Stack) -> Vec<PlannedStep> {
    let planned = |(step, after): (&Step, Vec<usize>)| PlannedStep {
        id: step.id.clone(),
        within: step.within.map_or_else(|| step.action.patience(stack), crate::period::Period::get),
        action: step.action.clone(),
        after,
        // Checked before: what is no condition is a problem of the playbook.
        when: step.when.as_deref().and_then(|text| Condition::new(text).ok()),
        left_out: None,
    };
    steps.iter().zip(Order::of(steps).after()).map(planned).collect()
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
            env: playbook.safety.env.clone(),
            absent: playbook.safety.absent.iter().map(|a| (a.container.clone(), a.path.clone())).collect(),
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
                (None, pattern) => Reading::Pattern(pattern.clone().unwrap_or_default()),
            },
        },
        (None, None) => Source::Log { pattern: format.log().unwrap_or_default().to_owned() },
    };
    Evidence { container: format.container.clone(), source }
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

pub(super) fn source(reference: &SecretReference, directory: &Path) -> SecretSource {
    match reference {
        SecretReference::File { file } => SecretSource::File(resolved(file, directory)),
        SecretReference::Env { env } => SecretSource::Env(env.clone()),
        SecretReference::Credential { credential } => SecretSource::Credential(credential.clone()),
        SecretReference::DockerSecret { docker_secret } => SecretSource::DockerSecret(docker_secret.clone()),
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
