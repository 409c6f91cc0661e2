//! `start`: a container runs as declared. One that is held back is started only when the safe state is proven.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::differences::{self, SPEC_LABEL};
use super::{Ahead, Attempt, Scope, Stack, StackContainer, container_state, preview, safety};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};
use crate::evidence::causes::ContainerCause;
use crate::ladder::Rung;
use crate::ports::docker::{Container, ContainerSpec, DockerError, EnvValue, Image, Status};

/// Makes sure that a container runs as declared: created when there is none, adopted when it already matches,
/// recreated when it differs (the report names in what). A container made by somebody else is adopted when it
/// matches and never recreated. Before the gateway is started or recreated, held containers that run are stopped: they
/// come back through their own `start`, or right after it where no such step follows. A held container (see `hold_until`) is started only when the safe state is proven
/// on the container itself, and checked again once it runs.
///
/// Without `within`: 60 seconds and the container's stop grace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The container, as named under `containers`.
    pub container: String,
}

impl Attempt for Start {
    fn patience(&self, stack: &Stack) -> Duration {
        let grace = stack.container(&self.container).map_or(Duration::ZERO, |item| item.spec.stop_grace);
        grace + Duration::from_mins(1)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let docker = &scope.world.docker;
        let image = docker.image(&item.spec.image).await?;
        let image = image.ok_or_else(|| DockerError::NoImage { image: item.spec.image.clone() })?;
        let item = &with_secrets(scope, item)?;
        let existing = make(scope, item, &image).await?;
        let gateway = scope.stack.gateway().is_some_and(|gateway| gateway.key == item.key);
        if gateway {
            scope.notes.reached(Rung::Container);
        }
        if item.held {
            // On the container as it was made, before its first instruction runs.
            safety::holds(scope, Some(&item.key), safety::Extent::Gate).await?;
        }
        if existing.as_ref().is_some_and(|container| container.status == Status::Paused) {
            return Err(ContainerCause::Paused { container: item.spec.name.clone() }.into());
        }
        if !existing.is_some_and(|container| container.is_running()) {
            hold_back(scope, item).await?;
            docker.start(&item.spec.name).await?;
            scope.notes.changed(format!("container {} started", item.spec.name));
        }
        let container = container_state::running(scope, item).await?;
        if gateway {
            scope.notes.reached(Rung::Process);
        }
        if item.held {
            still_safe(scope, item).await?;
        }
        Ok(facts(&container, &image))
    }

    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        preview::start(&self.container, scope, ahead).await
    }
}

/// The safe state of a container that runs now. It does not run on while a check is tried again: what cannot be proven
/// at once ends the run, and with it the container.
async fn still_safe(scope: &Scope<'_>, item: &StackContainer) -> Result<(), Failure> {
    let Err(mut failure) = safety::holds(scope, Some(&item.key), safety::Extent::Containers).await else {
        return Ok(());
    };
    // One that has ended by itself is no danger, and how it ended says more.
    container_state::running(scope, item).await?;
    failure.again = None;
    Err(failure)
}

/// Stops what is held before the gateway goes away or comes up: what it will be logged in to is not known yet, and nobody
/// would stop a bot that has connected to it should openbell end here. It comes back through its gate.
async fn hold_back(scope: &Scope<'_>, item: &StackContainer) -> Result<(), Failure> {
    let docker = &scope.world.docker;
    for held in resting_on_gateway(scope.stack, item) {
        let name = &held.spec.name;
        if docker.container(name).await?.is_some_and(|container| container.is_active()) {
            docker.stop(name, held.spec.stop_grace).await?;
            let away = &item.key;
            scope
                .notes
                .changed(format!("container {name} stopped: no proof of its safe state without {away}"));
            scope.notes.held_back(&held.key);
        }
    }
    Ok(())
}

/// The held containers that may not run while the container is started or made anew: all of them where it is the gateway.
pub(super) fn resting_on_gateway<'a>(
    stack: &'a Stack,
    item: &StackContainer,
) -> impl Iterator<Item = &'a StackContainer> {
    let gateway = !item.held && stack.gateway().is_some_and(|gateway| gateway.key == item.key);
    stack.containers.values().filter(move |other| gateway && other.held)
}

/// Makes sure that the container exists and matches; what exists then, if it existed before.
async fn make(scope: &Scope<'_>, item: &StackContainer, image: &Image) -> Result<Option<Container>, Failure> {
    let docker = &scope.world.docker;
    let spec = &item.spec;
    let Some(container) = docker.container(&spec.name).await? else {
        container_state::not_behind_compose(scope, item).await?;
        docker.create(&labelled(scope, spec)).await?;
        scope.notes.changed(format!("container {} created", spec.name));
        return Ok(None);
    };
    let differences = differences::differences(spec, &container, image);
    if differences.is_empty() {
        return Ok(Some(container));
    }
    let differences = differences::names(&differences);
    if !ours(scope.stack, &container) {
        return Err(container_state::ContainerError::foreign(item, differences).into());
    }
    hold_back(scope, item).await?;
    docker.stop(&spec.name, spec.stop_grace).await?;
    docker.remove(&spec.name).await?;
    docker.create(&labelled(scope, spec)).await?;
    scope.notes.changed(format!("container {} recreated because it differed: {differences}", spec.name));
    Ok(None)
}

/// Whether the container was made by this playbook: such a one may be recreated.
pub(super) fn ours(stack: &Stack, container: &Container) -> bool {
    container.labels.get("openbell.playbook") == Some(&stack.name)
        && container.labels.contains_key(SPEC_LABEL)
}

/// The declaration with its secrets. A file that others can read does not stop a start, but it is told.
pub(super) fn with_secrets(scope: &Scope<'_>, item: &StackContainer) -> Result<StackContainer, Failure> {
    let mut item = item.clone();
    let mut open = Vec::new();
    for env in item.spec.env.values_mut() {
        if let EnvValue::Secret { from, value } = env {
            *value = Some(scope.world.files.secret(from)?);
            if scope.world.files.open_to_others(from) {
                open.push(from.to_string());
            }
        }
    }
    if !open.is_empty() {
        scope.notes.fact("readable_by_others", open);
    }
    Ok(item)
}

fn labelled(scope: &Scope<'_>, spec: &ContainerSpec) -> ContainerSpec {
    let mut spec = spec.clone();
    spec.labels.insert("openbell.step".to_owned(), scope.step.to_owned());
    spec.labels.insert(SPEC_LABEL.to_owned(), differences::digest(&spec));
    spec
}

fn facts(container: &Container, image: &Image) -> Facts {
    let mut facts = Facts::new();
    facts.insert("container".to_owned(), container.name.clone().into());
    facts.insert("container_id".to_owned(), container.id.chars().take(12).collect::<String>().into());
    facts.insert("image".to_owned(), container.image.clone().into());
    facts.insert("image_digest".to_owned(), image.digest().into());
    if let Some(build) = image.build() {
        facts.insert("image_build".to_owned(), build.into());
    }
    facts.insert("started_at".to_owned(), container.started_at.clone().into());
    facts
}
