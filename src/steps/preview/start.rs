//! What `start` would do: create, start, adopt or recreate a container, or refuse to; and what its gate says now.

use super::{Ahead, in_short, not_asked_again, refused};
use crate::diagnosis::Failure;
use crate::event::{Change, Difference, Doing, Foreseen};
use crate::evidence::causes::ContainerCause;
use crate::ports::docker::{Container, DockerError, Image, Status};
use crate::steps::container_state::ContainerError;
use crate::steps::differences::{differences, differs, names, short};
use crate::steps::start::{ours, resting_on_gateway, with_secrets};
use crate::steps::{Scope, StackContainer, container_state, safety};

/// What starting the container of that key would come to.
pub(in crate::steps) async fn start(
    key: &str,
    scope: &Scope<'_>,
    ahead: &mut Ahead,
) -> Result<Foreseen, Failure> {
    let item = container_state::declared(scope, key)?;
    let docker = &scope.world.docker;
    let image = docker.image(&item.spec.image).await?;
    let builder = ahead.images.get(&item.spec.image).cloned();
    if image.is_none() && builder.is_none() {
        return Err(DockerError::NoImage { image: item.spec.image.clone() }.into());
    }
    let item = &with_secrets(scope, item)?;
    let existing = docker.container(&item.spec.name).await?;
    let differences = existing
        .as_ref()
        .map(|container| differing(item, container, image.as_ref(), builder.as_deref()))
        .unwrap_or_default();
    if let Some(container) = &existing
        && !differences.is_empty()
        && !ours(scope.stack, container)
    {
        return Err(ContainerError::foreign(item, names(&differences)).into());
    }
    if existing.is_none() {
        container_state::not_behind_compose(scope, item).await?;
    }
    let Some(what) = doing(existing.as_ref(), &differences, ahead.is_stopped(key)) else {
        return as_declared(scope, ahead, item, existing.as_ref()).await;
    };
    let network = &item.spec.network;
    if what != Doing::Start && !ahead.network && docker.network(network).await?.is_none() {
        return Err(DockerError::NoNetwork { network: network.clone() }.into());
    }
    let runs = existing.as_ref().is_some_and(Container::is_running);
    let mut changes = vec![Change { what, object: object(item), differences }];
    changes.extend(held_back(scope, ahead, item).await?);
    ahead.changed(key, &item.spec.name, scope.step, what, runs);
    Ok(match gate(scope, ahead, item).await {
        Gate::Shut(failure) => refused(failure, changes),
        Gate::Later(note) => Foreseen::Change { changes, note: Some(note) },
        Gate::Open => Foreseen::Change { changes, note: None },
    })
}

/// The held containers that run now, and are stopped before the gateway is started or made anew.
async fn held_back(
    scope: &Scope<'_>,
    ahead: &mut Ahead,
    item: &StackContainer,
) -> Result<Vec<Change>, Failure> {
    let mut stopped = Vec::new();
    for held in resting_on_gateway(scope.stack, item) {
        let name = &held.spec.name;
        if !ahead.is_stopped(&held.key)
            && scope.world.docker.container(name).await?.is_some_and(|c| c.is_active())
        {
            ahead.changed(&held.key, name, scope.step, Doing::HoldBack, true);
            stopped.push(Change { what: Doing::HoldBack, object: object(held), differences: Vec::new() });
        }
    }
    Ok(stopped)
}

fn object(item: &StackContainer) -> String {
    format!("container {}", item.spec.name)
}

/// In what the container differs, or will once its image is built anew.
fn differing(
    item: &StackContainer,
    container: &Container,
    image: Option<&Image>,
    builder: Option<&str>,
) -> Vec<Difference> {
    let mut found = image.map(|image| differences(&item.spec, container, image)).unwrap_or_default();
    if let Some(step) = builder {
        found.retain(|difference| difference.what != "image");
        found.insert(0, differs("image", short(&container.image_id), format!("what `{step}` builds")));
    }
    found
}

/// What would be done to it, if anything.
fn doing(existing: Option<&Container>, differences: &[Difference], stopped: bool) -> Option<Doing> {
    match existing {
        None => Some(Doing::Create),
        Some(_) if !differences.is_empty() => Some(Doing::Recreate),
        // Nothing is started that was frozen by somebody: `run` refuses.
        Some(container) if container.status == Status::Paused => None,
        Some(container) if stopped || !container.is_running() => Some(Doing::Start),
        Some(_) => None,
    }
}

/// A container that would be left as it is, if its gate lets it.
async fn as_declared(
    scope: &Scope<'_>,
    ahead: &Ahead,
    item: &StackContainer,
    existing: Option<&Container>,
) -> Result<Foreseen, Failure> {
    if existing.is_some_and(|container| container.status == Status::Paused) {
        return Err(ContainerCause::Paused { container: item.spec.name.clone() }.into());
    }
    if let Gate::Shut(failure) = gate(scope, ahead, item).await {
        return Ok(refused(failure, Vec::new()));
    }
    let object = object(item);
    Ok(match existing {
        Some(container) if !ours(scope.stack, container) => Foreseen::Adopt { object },
        Some(_) | None => Foreseen::Unchanged { object },
    })
}

/// What the gate of a held container says now.
enum Gate {
    /// It has none, or the safe state is proven on what is there.
    Open,
    /// It is not.
    Shut(Failure),
    /// A part of it can only be asked later.
    Later(String),
}

async fn gate(scope: &Scope<'_>, ahead: &Ahead, item: &StackContainer) -> Gate {
    if !item.held {
        return Gate::Open;
    }
    if let Err(failure) = safety::absent_here(scope) {
        return Gate::Shut(failure);
    }
    let mut later = Vec::new();
    if !scope.stack.safety.accounts.is_empty() {
        match (ahead.of_gateway(scope.stack), &ahead.unready) {
            (Some(coming), _) => later.push(format!("accounts ({})", coming.how)),
            (None, Some(step)) => later.push(format!("accounts ({})", not_asked_again(step))),
            (None, None) => {
                if let Err(failure) = safety::gate(scope).await {
                    return Gate::Shut(failure);
                }
            }
        }
    }
    let asserted = scope.stack.safety.env.keys().chain(scope.stack.safety.absent.iter().map(|(key, _)| key));
    let mut asserted = asserted.filter_map(|key| ahead.containers.get(key));
    if let Some(coming) = asserted.find(|coming| !coming.stays) {
        later.push(format!("environment and files ({})", coming.how));
    } else if let Err(failure) = safety::holds(scope, Some(&item.key), safety::Extent::Seen).await {
        // Why it was stopped is why it may not start.
        tracing::debug!(container = item.key, why = in_short(&failure.why), "the gate is shut");
        return Gate::Shut(failure);
    }
    if later.is_empty() {
        Gate::Open
    } else {
        Gate::Later(format!(
            "it runs only once its safe state is proven; not known yet: {}",
            later.join(", ")
        ))
    }
}
