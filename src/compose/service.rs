//! A service out of its tree.

use super::env;
use super::health::{healthcheck, span};
use super::load::{Loader, Scope};
use super::parts::{Build, Dependency, NetworkUse};
use super::ports::ports;
use super::problem::ComposeProblems;
use super::project::{At, Grant, Service, Unused};
use super::tree::{Entry, Is, Value};
use super::volumes::mounts;
use super::words::words;

/// The keys that become something.
const KNOWN: &[&str] = &[
    "image",
    "build",
    "container_name",
    "command",
    "entrypoint",
    "user",
    "environment",
    "env_file",
    "ports",
    "volumes",
    "healthcheck",
    "stop_grace_period",
    "restart",
    "depends_on",
    "profiles",
    "networks",
    "network_mode",
    "labels",
    "secrets",
    "configs",
];

/// Reads a service.
pub(super) fn service(
    loader: &mut Loader<'_>,
    entry: &Entry,
    scope: &Scope,
    profiles: &[String],
) -> Result<Service, ComposeProblems> {
    let value = &entry.value;
    let own: Vec<At<String>> =
        value.get("profiles").map(Value::items).unwrap_or_default().iter().filter_map(text_at).collect();
    let on = |profile: &At<String>| profiles.iter().any(|on| on == "*" || *on == profile.value);
    let env_file = env::files(value);
    let environment = env::environment(loader, value, &env_file, scope)?;
    let text = |key: &str| value.get(key).and_then(text_at);
    let grace = value.get("stop_grace_period").filter(|grace| !grace.is_null());
    let grace = grace.map(|grace| Ok(At { value: span(loader, grace)?, place: grace.place.clone() }));
    let network_mode = text("network_mode");
    Ok(Service {
        name: entry.key.clone(),
        place: entry.place.clone(),
        enabled: own.is_empty() || own.iter().any(on),
        image: text("image"),
        build: value
            .get("build")
            .filter(|build| build.is_map())
            .map(|build| self::build(loader, build, scope)),
        container_name: text("container_name").filter(|name| !name.is_empty()),
        command: command(loader, value, "command")?,
        entrypoint: command(loader, value, "entrypoint")?,
        user: text("user"),
        environment,
        env_file,
        ports: ports(loader, value)?,
        volumes: mounts(loader, value)?,
        healthcheck: healthcheck(loader, value)?,
        stop_grace_period: grace.transpose()?,
        restart: text("restart"),
        depends_on: depends_on(value),
        profiles: own,
        networks: if network_mode.is_some() { Vec::new() } else { networks(value, &entry.place) },
        network_mode,
        labels: labels(value),
        secrets: grants(value, "secrets"),
        configs: grants(value, "configs"),
        unused: unused(value),
    })
}

fn text_at(value: &Value) -> Option<At<String>> {
    Some(At { value: value.text()?, place: value.place.clone() })
}

fn command(
    loader: &Loader<'_>,
    service: &Value,
    key: &str,
) -> Result<Option<At<Vec<String>>>, ComposeProblems> {
    let Some(value) = service.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let split = match &value.is {
        Is::List(items) => items.iter().map(Value::text).collect::<Option<Vec<_>>>(),
        _ => value.text().and_then(|text| words(&text)),
    };
    let Some(split) = split else {
        let message = format!("`{key}` cannot be split into words");
        return Err(loader.wrong(&value.place, &message, "close its quotes, or write it as a list of words"));
    };
    Ok(Some(At { value: split, place: value.place.clone() }))
}

fn build(loader: &Loader<'_>, value: &Value, scope: &Scope) -> Build {
    let usual = ["context", "dockerfile", "target", "args"];
    let argument = |entry: &Entry| {
        let value = entry.value.text().or_else(|| loader.variable(scope, &entry.key));
        (entry.key.clone(), value)
    };
    Build {
        context: value.get("context").and_then(Value::text).unwrap_or_else(|| ".".to_owned()),
        dockerfile: value.get("dockerfile").and_then(text_at),
        target: value.get("target").and_then(text_at),
        args: value.get("args").map(Value::entries).unwrap_or_default().iter().map(argument).collect(),
        unused: other(value, "build.", &usual),
        place: value.place.clone(),
    }
}

fn depends_on(service: &Value) -> Vec<Dependency> {
    let one = |entry: &Entry| Dependency {
        service: entry.key.clone(),
        condition: entry
            .value
            .get("condition")
            .and_then(Value::text)
            .unwrap_or_else(|| "service_started".to_owned()),
        required: entry.value.get("required").is_none_or(Value::yes),
        place: entry.place.clone(),
    };
    let mut found: Vec<Dependency> =
        service.get("depends_on").map(Value::entries).unwrap_or_default().iter().map(one).collect();
    for (name, place) in implied(service) {
        if !found.iter().any(|on| on.service == name) {
            found.push(Dependency {
                service: name,
                condition: "service_started".to_owned(),
                required: true,
                place,
            });
        }
    }
    found
}

/// Services that another needs without `depends_on`: those it links to, and whose volumes or network it shares.
fn implied(service: &Value) -> Vec<(String, super::Place)> {
    let first = |text: &str| text.split(':').next().unwrap_or_default().to_owned();
    let items = |key: &str| service.get(key).map(Value::items).unwrap_or_default();
    let links = items("links").iter().filter_map(|item| Some((first(&item.text()?), item.place.clone())));
    let volumes = items("volumes_from").iter().filter_map(|item| {
        let text = item.text().filter(|text| !text.starts_with("container:"))?;
        Some((first(&text), item.place.clone()))
    });
    let shared = ["network_mode", "ipc", "pid", "uts", "cgroup"].into_iter().filter_map(|key| {
        let value = service.get(key)?;
        Some((value.text()?.strip_prefix("service:")?.to_owned(), value.place.clone()))
    });
    links.chain(volumes).chain(shared).collect()
}

fn networks(service: &Value, place: &super::Place) -> Vec<NetworkUse> {
    let one = |entry: &Entry| NetworkUse {
        key: entry.key.clone(),
        aliases: entry
            .value
            .get("aliases")
            .map(Value::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Value::text)
            .collect(),
        place: entry.place.clone(),
    };
    let named: Vec<_> =
        service.get("networks").map(Value::entries).unwrap_or_default().iter().map(one).collect();
    if named.is_empty() {
        return vec![NetworkUse { key: "default".to_owned(), aliases: Vec::new(), place: place.clone() }];
    }
    named
}

fn labels(service: &Value) -> Vec<(String, At<String>)> {
    let one = |entry: &Entry| {
        let value = entry.value.text().unwrap_or_default();
        (entry.key.clone(), At { value, place: entry.value.place.clone() })
    };
    service.get("labels").map(Value::entries).unwrap_or_default().iter().map(one).collect()
}

fn grants(service: &Value, key: &str) -> Vec<Grant> {
    let one = |item: &Value| {
        let source = if item.is_map() { item.get("source").and_then(Value::text) } else { item.text() };
        Some(Grant {
            source: source?,
            target: item.get("target").and_then(Value::text),
            place: item.place.clone(),
        })
    };
    service.get(key).map(Value::items).unwrap_or_default().iter().filter_map(one).collect()
}

fn unused(service: &Value) -> Vec<Unused> {
    let mut unused = other(service, "", KNOWN);
    let below = |key: &str| service.get(key).map(Value::entries).unwrap_or_default();
    for on in below("depends_on") {
        let restart = on.value.entry("restart").filter(|entry| entry.value.yes());
        unused.extend(restart.map(|entry| Unused {
            key: format!("depends_on.{}.restart", on.key),
            place: entry.place.clone(),
        }));
    }
    if let Some(check) = service.get("healthcheck") {
        let usual = ["disable", "test", "interval", "timeout", "retries", "start_period"];
        unused.extend(other(check, "healthcheck.", &usual));
    }
    // Of another network the whole is told.
    for network in below("networks").iter().filter(|network| network.key == "default") {
        unused.extend(other(&network.value, "networks.default.", &[]));
    }
    unused
}

/// The keys besides the usual, without extensions and what is empty.
pub(super) fn other(value: &Value, prefix: &str, usual: &[&str]) -> Vec<Unused> {
    value
        .entries()
        .iter()
        .filter(|entry| !usual.contains(&entry.key.as_str()) && !entry.key.starts_with("x-"))
        .filter(|entry| !entry.value.is_null())
        .map(|entry| Unused { key: format!("{prefix}{}", entry.key), place: entry.place.clone() })
        .collect()
}
