//! The services of a project that runs, out of its containers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::compose::{
    At, HealthCheck, Mount, Network, NetworkUse, Origin, Place, Port, Project, Service, Test, Variable,
};
use crate::ports::docker::{Container, Image, RestartPolicy};

/// A place in no file.
fn nowhere() -> Place {
    Place { source: usize::MAX, span: 0..0 }
}

fn at<T>(value: T) -> At<T> {
    At { value, place: nowhere() }
}

/// The project that these containers make, each with the image it was made from. What the image says itself is left
/// out: it stays so. Only the first container of a service counts.
pub fn project_of(name: &str, directory: PathBuf, containers: &[(Container, Image)]) -> Project {
    let mut project = Project { name: name.to_owned(), directory, ..Project::default() };
    let mut networks = BTreeMap::new();
    for (container, image) in containers {
        let service = service(container, image);
        if project.service(&service.name).is_some() {
            continue;
        }
        for network in &container.networks {
            networks.insert(network.clone(), Network { name: network.clone(), external: true });
        }
        project.services.push(service);
    }
    project.networks = networks;
    project
}

fn service(container: &Container, image: &Image) -> Service {
    let name = container.labels.get("com.docker.compose.service").unwrap_or(&container.name).clone();
    let differs = |own: &Vec<String>, of_image: &Vec<String>| (own != of_image).then(|| at(own.clone()));
    let entrypoint = differs(&container.entrypoint, &image.entrypoint);
    // With another entry point the image's command does not count.
    let usual = if entrypoint.is_some() { Vec::new() } else { image.command.clone() };
    Service {
        name,
        place: nowhere(),
        enabled: true,
        image: Some(at(container.image.clone())),
        container_name: Some(at(container.name.clone())),
        command: differs(&container.command, &usual),
        entrypoint,
        user: (container.user != image.user).then(|| at(container.user.clone())),
        environment: environment(container, image),
        ports: container.ports.iter().map(port).collect(),
        volumes: container.mounts.iter().map(mount).collect(),
        healthcheck: container.check.as_ref().map(|check| HealthCheck {
            test: Some(Test::Command(check.test.clone())),
            interval: Some(check.interval),
            timeout: Some(check.timeout),
            retries: Some(check.retries.into()),
            start_period: Some(check.start_period),
            start_interval: None,
            place: nowhere(),
            test_place: nowhere(),
        }),
        stop_grace_period: container.stop_grace.map(at),
        restart: Some(at(restart(container.restart).to_owned())),
        networks: container
            .networks
            .iter()
            .map(|key| NetworkUse { key: key.clone(), aliases: Vec::new(), place: nowhere() })
            .collect(),
        ..Service::default()
    }
}

fn environment(container: &Container, image: &Image) -> Vec<Variable> {
    let own = container.env.iter().filter(|pair| !image.env.contains(pair));
    let variable = |pair: &String| {
        let (name, value) = pair.split_once('=')?;
        Some(Variable {
            name: name.to_owned(),
            value: Some(value.to_owned()),
            place: nowhere(),
            origin: Origin::Written,
        })
    };
    own.filter_map(variable).collect()
}

fn port(port: &crate::ports::docker::PublishedPort) -> Port {
    Port {
        host_ip: Some(port.host.clone()),
        published: Some(port.host_port.to_string()),
        target: port.container_port,
        protocol: "tcp".to_owned(),
        place: nowhere(),
    }
}

fn mount(mount: &crate::ports::docker::Mount) -> Mount {
    let named = !mount.source.contains(['/', '\\']);
    Mount {
        kind: if named { "volume" } else { "bind" }.to_owned(),
        source: Some(mount.source.clone()),
        target: mount.target.clone(),
        read_only: mount.read_only,
        unused: Vec::new(),
        place: nowhere(),
    }
}

fn restart(policy: RestartPolicy) -> &'static str {
    match policy {
        RestartPolicy::No => "no",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::UnlessStopped => "unless-stopped",
        RestartPolicy::Always => "always",
    }
}
