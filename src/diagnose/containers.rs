//! What the engine, the logs, the sockets and the settings files of the containers show.

use super::{Named, Target};
use crate::diagnosis::Failure;
use crate::evidence::{Asked, ContainerEvidence};
use crate::ports::World;
use crate::ports::docker::{Container, LogLine};
use crate::steps::container_sockets::sockets;

/// Where the usual images keep `jts.ini`, when their own variables do not say (gnzsnz/ib-gateway-docker, README).
const USUAL_JTS: [&str; 2] = ["/home/ibgateway/Jts/jts.ini", "/opt/ibkr/jts.ini"];

/// Every container that publishes the port, running or not.
pub(super) async fn publishers(world: &World, target: &Target) -> Result<Vec<Container>, Failure> {
    let Some(port) = target.port() else { return Ok(Vec::new()) };
    let mut containers = world.docker.containers().await?;
    containers.retain(|container| container.ports.iter().any(|published| published.host_port == port));
    Ok(containers)
}

/// One container as the engine shows it; log and sockets are looked at separately, when it is time.
pub(super) async fn inspect(world: &World, named: &Named) -> ContainerEvidence {
    let container = world.docker.container(&named.name).await;
    let image = match &named.image {
        Some(image) => world.docker.image(image).await.ok().map(|found| (image.clone(), found.is_some())),
        None => None,
    };
    ContainerEvidence {
        key: named.key.clone(),
        name: named.name.clone(),
        image,
        container: container.map_or_else(|error| Asked::Failed(error.into()), Asked::Is),
        log: Asked::Not("the container does not exist".to_owned()),
        sockets: Asked::Not("the container does not run".to_owned()),
    }
}

/// The container behind evidence, if there is one.
pub(super) fn container(evidence: &ContainerEvidence) -> Option<&Container> {
    evidence.container.is()?.as_ref()
}

pub(super) async fn log(world: &World, container: &Container) -> Asked<Vec<LogLine>> {
    match world.docker.logs_since_start(container).await {
        Ok(lines) => Asked::Is(lines),
        Err(error) => Asked::Failed(error.into()),
    }
}

/// A gateway that runs in no container, as far as the engine knows.
pub(super) fn of_this_machine(target: &Target, because: &str) -> ContainerEvidence {
    ContainerEvidence {
        key: target.address.clone(),
        name: target.address.clone(),
        image: None,
        container: Asked::Not(because.to_owned()),
        log: Asked::Not("no log was given".to_owned()),
        sockets: Asked::Not("they were not read yet".to_owned()),
    }
}

/// The sockets of the gateway's container, or of this machine where the gateway is in none.
pub(super) async fn sockets_of(world: &World, gateway: &ContainerEvidence) -> Asked<String> {
    let found = match container(gateway) {
        Some(container) if container.is_running() => sockets(world, container).await,
        Some(_) => return Asked::Not("the container does not run".to_owned()),
        None => world.files.process_sockets(std::process::id()).map_err(Failure::from),
    };
    match found {
        Ok(text) => Asked::Is(text),
        Err(failure) => Asked::Failed(failure),
    }
}

/// The gateway's `jts.ini`: where the author says it is, where the image's own variables say, or at a usual place.
pub(super) async fn jts_ini(
    world: &World,
    target: &Target,
    container: &Container,
) -> Asked<Option<(String, String)>> {
    for path in jts_paths(target.jts_ini.as_deref(), container) {
        match world.docker.file(&container.name, &path).await {
            Ok(Some(content)) => {
                return Asked::Is(Some((path, String::from_utf8_lossy(&content).into_owned())));
            }
            Ok(None) => {}
            Err(error) => return Asked::Failed(error.into()),
        }
    }
    Asked::Is(None)
}

fn jts_paths(declared: Option<&str>, container: &Container) -> Vec<String> {
    if let Some(path) = declared {
        return vec![path.to_owned()];
    }
    let variable = |name: &str| {
        let value = container.env.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        (!value.is_empty()).then(|| format!("{}/jts.ini", value.trim_end_matches('/')))
    };
    let named = ["TWS_SETTINGS_PATH", "TWS_PATH"].into_iter().filter_map(variable);
    named.chain(USUAL_JTS.map(str::to_owned)).collect()
}
