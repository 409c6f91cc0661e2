//! In what a container that exists differs from what the playbook declares.
//!
//! Values of environment variables are compared but never named: some are secrets.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::ExposeSecret;

use crate::ports::docker::{Container, ContainerSpec, EnvValue, Image};
use crate::ports::files::sha256;

/// Label that holds the digest of the declaration a container was made from.
pub const SPEC_LABEL: &str = "openbell.spec";

/// SHA-256 of the declaration, in hex, without its secrets and labels.
pub fn digest(spec: &ContainerSpec) -> String {
    // A declaration holds only strings, numbers and lists: writing it as JSON cannot fail.
    sha256(&serde_json::to_vec(spec).unwrap_or_default())
}

/// The differences in words, none when the container matches. `image` is what the declared image name means now.
pub fn differences(spec: &ContainerSpec, container: &Container, image: &Image) -> Vec<String> {
    let mut found = Vec::new();
    if container.image_id != image.id {
        found.push("image".to_owned());
    }
    found.extend(environment(spec, container, image));
    // A container whose entry point is overridden does not get the image's command.
    let nothing = Vec::new();
    let usual = if spec.entrypoint.is_some() { &nothing } else { &image.command };
    let checks = [
        ("entry point", spec.entrypoint.as_ref().unwrap_or(&image.entrypoint) == &container.entrypoint),
        ("command", spec.command.as_ref().unwrap_or(usual) == &container.command),
        ("user", spec.user.as_ref().unwrap_or(&image.user) == &container.user),
        ("restart policy", spec.restart == container.restart),
    ];
    found.extend(checks.iter().filter(|(_, same)| !same).map(|(name, _)| (*name).to_owned()));
    if sorted(&spec.ports) != sorted(&container.ports) {
        found.push("ports".to_owned());
    }
    if sorted(&spec.mounts) != sorted(&container.mounts) {
        found.push("mounts".to_owned());
    }
    if !container.tmpfs.is_empty() {
        found.push("tmpfs".to_owned());
    }
    if !container.networks.contains(&spec.network) {
        found.push("network".to_owned());
    }
    let made_from = container.labels.get(SPEC_LABEL);
    if found.is_empty() && made_from.is_some_and(|made_from| *made_from != digest(spec)) {
        found.push("stop grace, health check or alias".to_owned());
    }
    found
}

/// Variables that are missing, differ, or are set although neither the playbook nor the image says so.
fn environment(spec: &ContainerSpec, container: &Container, image: &Image) -> Vec<String> {
    let actual: BTreeMap<&str, &str> = container.env.iter().filter_map(|pair| pair.split_once('=')).collect();
    let from_image: BTreeSet<&String> = image.env.iter().collect();
    let mut names = BTreeSet::new();
    for (name, value) in &spec.env {
        let declared = match value {
            EnvValue::Plain(text) => Some(text.as_str()),
            EnvValue::Secret { value, .. } => value.as_ref().map(ExposeSecret::expose_secret),
        };
        if declared.is_none() || actual.get(name.as_str()).copied() != declared {
            names.insert(name.as_str());
        }
    }
    for pair in &container.env {
        let name = pair.split_once('=').map_or(pair.as_str(), |(name, _)| name);
        if !spec.env.contains_key(name) && !from_image.contains(pair) {
            names.insert(name);
        }
    }
    names.into_iter().map(|name| format!("env {name}")).collect()
}

fn sorted<T: Ord + Clone>(items: &[T]) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort();
    items
}
