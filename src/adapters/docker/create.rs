//! From the port's declarations to bollard's request bodies.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models;
use secrecy::ExposeSecret;

use crate::ports::docker::{ContainerSpec, EnvValue, HealthCheck, Mount, NetworkSpec, RestartPolicy};

pub(super) fn network(spec: &NetworkSpec) -> models::NetworkCreateRequest {
    models::NetworkCreateRequest {
        name: spec.name.clone(),
        driver: Some("bridge".to_owned()),
        labels: Some(spec.labels.clone().into_iter().collect()),
        ..Default::default()
    }
}

pub(super) fn container(spec: &ContainerSpec) -> models::ContainerCreateBody {
    let mut bindings: models::PortMap = HashMap::new();
    for port in &spec.ports {
        let binding = models::PortBinding {
            host_ip: Some(port.host.clone()),
            host_port: Some(port.host_port.to_string()),
        };
        let key = format!("{}/tcp", port.container_port);
        bindings.entry(key).or_default().get_or_insert_default().push(binding);
    }
    let endpoint = models::EndpointSettings { aliases: Some(vec![spec.alias.clone()]), ..Default::default() };
    let host = models::HostConfig {
        port_bindings: Some(bindings.clone()),
        mounts: Some(spec.mounts.iter().map(mount).collect()),
        network_mode: Some(spec.network.clone()),
        restart_policy: Some(restart(spec.restart)),
        ..Default::default()
    };
    models::ContainerCreateBody {
        image: Some(spec.image.clone()),
        entrypoint: spec.entrypoint.clone(),
        cmd: spec.command.clone(),
        user: spec.user.clone(),
        env: Some(spec.env.iter().map(|(name, value)| format!("{name}={}", text(value))).collect()),
        exposed_ports: Some(bindings.into_keys().collect()),
        labels: Some(spec.labels.clone().into_iter().collect()),
        stop_timeout: i64::try_from(spec.stop_grace.as_secs()).ok(),
        healthcheck: spec.healthcheck.as_ref().map(healthcheck),
        host_config: Some(host),
        networking_config: Some(models::NetworkingConfig {
            endpoints_config: Some(HashMap::from([(spec.network.clone(), endpoint)])),
        }),
        ..Default::default()
    }
}

/// A secret that was not read is not there: the container then shows a difference instead of a wrong value.
fn text(value: &EnvValue) -> &str {
    match value {
        EnvValue::Plain(text) => text,
        EnvValue::Secret { value, .. } => value.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default(),
    }
}

/// Bind mounts are given as mounts, not as binds: the engine then refuses a source that does not exist instead of
/// making an empty directory of its name.
fn mount(mount: &Mount) -> models::Mount {
    let named = !mount.source.contains(['/', '\\']);
    models::Mount {
        target: Some(mount.target.clone()),
        source: Some(mount.source.clone()),
        typ: Some(if named { models::MountType::VOLUME } else { models::MountType::BIND }),
        read_only: Some(mount.read_only),
        ..Default::default()
    }
}

fn restart(policy: RestartPolicy) -> models::RestartPolicy {
    use models::RestartPolicyNameEnum as Name;
    let name = match policy {
        RestartPolicy::No => Name::NO,
        RestartPolicy::OnFailure => Name::ON_FAILURE,
        RestartPolicy::UnlessStopped => Name::UNLESS_STOPPED,
        RestartPolicy::Always => Name::ALWAYS,
    };
    models::RestartPolicy { name: Some(name), maximum_retry_count: None }
}

fn healthcheck(check: &HealthCheck) -> models::HealthConfig {
    let nanos = |span: Duration| i64::try_from(span.as_nanos()).ok();
    let mut test = vec!["CMD".to_owned()];
    test.extend(check.test.iter().cloned());
    models::HealthConfig {
        test: Some(test),
        interval: nanos(check.interval),
        timeout: nanos(check.timeout),
        retries: Some(check.retries.into()),
        start_period: nanos(check.start_period),
        ..Default::default()
    }
}
