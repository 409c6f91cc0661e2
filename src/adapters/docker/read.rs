//! From bollard's models to the port's plain types. Whatever an engine leaves out is empty, never guessed.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models;

use crate::ports::docker::{
    Address, Container, Health, HealthCheck, HealthStatus, Image, Mount, Network, PublishedPort,
    RestartPolicy, Status,
};

pub(super) fn network(found: models::NetworkInspect) -> Network {
    Network { name: found.name.unwrap_or_default(), labels: sorted(found.labels) }
}

pub(super) fn listed_network(found: models::Network) -> Network {
    Network { name: found.name.unwrap_or_default(), labels: sorted(found.labels) }
}

pub(super) fn image(found: models::ImageInspect) -> Image {
    let config = found.config.unwrap_or_default();
    Image {
        id: found.id.unwrap_or_default(),
        repo_digests: found.repo_digests.unwrap_or_default(),
        labels: sorted(config.labels),
        env: config.env.unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        user: config.user.unwrap_or_default(),
    }
}

pub(super) fn container(found: models::ContainerInspectResponse) -> Container {
    let config = found.config.unwrap_or_default();
    let host = found.host_config.unwrap_or_default();
    let state = found.state.unwrap_or_default();
    let networks = found.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
    let mut networks: Vec<_> = networks.into_iter().collect();
    networks.sort_by(|one, other| one.0.cmp(&other.0));
    Container {
        id: found.id.unwrap_or_default(),
        name: found.name.unwrap_or_default().trim_start_matches('/').to_owned(),
        image: config.image.unwrap_or_default(),
        image_id: found.image.unwrap_or_default(),
        labels: sorted(config.labels),
        env: config.env.unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        user: config.user.unwrap_or_default(),
        restart: restart(host.restart_policy),
        stop_grace: config
            .stop_timeout
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map(Duration::from_secs),
        check: config.healthcheck.and_then(check),
        ports: ports(host.port_bindings.unwrap_or_default()),
        tmpfs: tmpfs(host.tmpfs, host.mounts.as_deref()),
        mounts: mounts(host.mounts, host.binds),
        addresses: networks.iter().filter_map(address).collect(),
        networks: networks.into_iter().map(|(name, _)| name).collect(),
        host_network: host.network_mode.as_deref() == Some("host"),
        network_of: host
            .network_mode
            .as_deref()
            .and_then(|mode| mode.strip_prefix("container:"))
            .map(str::to_owned),
        exposed: exposed(config.exposed_ports.unwrap_or_default()),
        pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
        status: status(&state),
        started_at: state.started_at.unwrap_or_default(),
        finished_at: state.finished_at.unwrap_or_default(),
        exit_code: state.exit_code.unwrap_or_default(),
        oom_killed: state.oom_killed.unwrap_or_default(),
        error: state.error.unwrap_or_default(),
        restarts: found.restart_count.unwrap_or_default(),
        health: state.health.and_then(health),
        tty: config.tty.unwrap_or_default(),
    }
}

fn sorted(labels: Option<std::collections::HashMap<String, String>>) -> BTreeMap<String, String> {
    labels.unwrap_or_default().into_iter().collect()
}

fn address((network, settings): &(String, models::EndpointSettings)) -> Option<Address> {
    let ip = settings.ip_address.as_deref()?.parse().ok()?;
    Some(Address { network: network.clone(), ip })
}

fn port(text: &str) -> Option<u16> {
    text.split('/').next()?.parse().ok()
}

fn exposed(ports: impl IntoIterator<Item = String>) -> Vec<u16> {
    let mut ports: Vec<u16> = ports.into_iter().filter_map(|text| port(&text)).collect();
    ports.sort_unstable();
    ports
}

/// The declared bindings: `NetworkSettings.Ports` is empty while a container does not run.
fn ports(bindings: models::PortMap) -> Vec<PublishedPort> {
    let mut ports = Vec::new();
    for (container_port, hosts) in bindings {
        let container_port = port(&container_port);
        for host in hosts.unwrap_or_default() {
            let host_port = host.host_port.and_then(|port| port.parse().ok());
            if let (Some(host_port), Some(container_port)) = (host_port, container_port) {
                let host = host.host_ip.filter(|ip| !ip.is_empty()).unwrap_or_else(|| "0.0.0.0".to_owned());
                ports.push(PublishedPort { host, host_port, container_port });
            }
        }
    }
    ports
}

/// What was asked for, not where the engine found it: Docker Desktop shows host paths as it sees them itself.
fn mounts(mounts: Option<Vec<models::Mount>>, binds: Option<Vec<String>>) -> Vec<Mount> {
    let mount = |found: models::Mount| {
        Some(Mount {
            source: found.source?,
            target: found.target?,
            read_only: found.read_only.unwrap_or(false),
        })
    };
    let bind = |text: String| {
        // `source:/target[:options]`; a Windows source has a colon of its own.
        let colon = text.rfind(":/")?;
        let (source, rest) = (&text[..colon], &text[colon + 1..]);
        let (target, options) = rest.split_once(':').unwrap_or((rest, ""));
        let read_only = options.split(',').any(|option| option == "ro");
        Some(Mount { source: source.to_owned(), target: target.to_owned(), read_only })
    };
    let mounts = mounts.unwrap_or_default().into_iter().filter_map(mount);
    mounts.chain(binds.unwrap_or_default().into_iter().filter_map(bind)).collect()
}

/// Both ways in which a file system in memory can be asked for.
fn tmpfs(
    paths: Option<std::collections::HashMap<String, String>>,
    mounts: Option<&[models::Mount]>,
) -> Vec<String> {
    let typed = |mount: &&models::Mount| mount.typ == Some(models::MountType::TMPFS);
    let mounted = mounts.unwrap_or_default().iter().filter(typed).filter_map(|mount| mount.target.clone());
    paths.unwrap_or_default().into_keys().chain(mounted).collect()
}

fn restart(policy: Option<models::RestartPolicy>) -> RestartPolicy {
    use models::RestartPolicyNameEnum as Said;
    match policy.and_then(|policy| policy.name) {
        Some(Said::ALWAYS) => RestartPolicy::Always,
        Some(Said::UNLESS_STOPPED) => RestartPolicy::UnlessStopped,
        Some(Said::ON_FAILURE) => RestartPolicy::OnFailure,
        Some(Said::NO | Said::EMPTY) | None => RestartPolicy::No,
    }
}

/// A health check that runs a command. What is left to the engine is zero there, and 30 s (3 times) by its default.
fn check(found: models::HealthConfig) -> Option<HealthCheck> {
    let test = found.test?;
    let (kind, words) = test.split_first()?;
    let test = match kind.as_str() {
        "CMD" => words.to_vec(),
        "CMD-SHELL" => vec!["/bin/sh".to_owned(), "-c".to_owned(), words.join(" ")],
        _ => return None,
    };
    let time =
        |nanos: Option<i64>| nanos.and_then(|nanos| u64::try_from(nanos).ok()).map(Duration::from_nanos);
    let usual = |nanos| time(nanos).filter(|time| !time.is_zero()).unwrap_or(Duration::from_secs(30));
    Some(HealthCheck {
        test,
        interval: usual(found.interval),
        timeout: usual(found.timeout),
        retries: found
            .retries
            .and_then(|retries| u32::try_from(retries).ok())
            .filter(|count| *count > 0)
            .unwrap_or(3),
        start_period: time(found.start_period).unwrap_or_default(),
    })
}

fn status(state: &models::ContainerState) -> Status {
    use models::ContainerStateStatusEnum as Said;
    match state.status {
        Some(Said::RUNNING) => Status::Running,
        Some(Said::PAUSED) => Status::Paused,
        Some(Said::RESTARTING) => Status::Restarting,
        Some(Said::EXITED | Said::STOPPING) => Status::Exited,
        Some(Said::REMOVING | Said::DEAD) => Status::Dead,
        Some(Said::CREATED | Said::EMPTY) | None => Status::Created,
    }
}

fn health(found: models::Health) -> Option<Health> {
    use models::HealthStatusEnum as Said;
    let status = match found.status? {
        Said::HEALTHY => HealthStatus::Healthy,
        Said::UNHEALTHY => HealthStatus::Unhealthy,
        Said::STARTING => HealthStatus::Starting,
        Said::NONE | Said::EMPTY => return None,
    };
    let check = |check: models::HealthcheckResult| {
        (check.exit_code.unwrap_or_default(), check.output.unwrap_or_default())
    };
    let log: Vec<_> = found.log.unwrap_or_default().into_iter().map(check).collect();
    Some(Health {
        status,
        failing_streak: found.failing_streak.unwrap_or_default(),
        last_output: log.last().map(|(_, output)| output.clone()).unwrap_or_default(),
        log,
    })
}
