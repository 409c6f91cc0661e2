//! What runs as a service of a Compose project: Compose knows its containers by their labels, whatever they are called.

use super::StackContainer;
use crate::ports::World;
use crate::ports::docker::{Container, DockerError};

const PROJECT: &str = "com.docker.compose.project";
const SERVICE: &str = "com.docker.compose.service";
const ONE_OFF: &str = "com.docker.compose.oneoff";

/// The container of a service, when it has another name than the declared one and none has that: made by an older Compose
/// (`project_service_1`), renamed, or one of several. Of several, one that runs, then the one that was made first.
///
/// # Errors
/// The engine cannot be asked.
pub async fn elsewhere(world: &World, item: &StackContainer) -> Result<Option<Container>, DockerError> {
    let (Some(_), Some(project), Some(service)) =
        (&item.composed, item.spec.labels.get(PROJECT), item.spec.labels.get(SERVICE))
    else {
        return Ok(None);
    };
    if world.docker.container(&item.spec.name).await?.is_some() {
        return Ok(None);
    }
    let ours = |container: &Container| {
        let says = |label: &str, value: &str| container.labels.get(label).is_some_and(|said| said == value);
        says(SERVICE, service) && !says(ONE_OFF, "True")
    };
    let mut found = world.docker.containers_labelled(PROJECT, project).await?;
    found.retain(ours);
    found.sort_by_key(|container| (!container.is_running(), container.name.clone()));
    Ok(found.into_iter().next())
}
