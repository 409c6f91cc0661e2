//! In what a container that exists differs from what the playbook declares.
//!
//! Values that are secret, or may be by their name or form, are compared and never shown.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::ExposeSecret;

use crate::event::Difference;
use crate::ports::docker::{Container, ContainerSpec, EnvValue, Image, RestartPolicy};
use crate::ports::files::sha256;
use crate::secret_name::{is_secret_address, may_be_secret};

/// Label that holds the digest of the declaration a container was made from.
pub const SPEC_LABEL: &str = "openbell.spec";

/// SHA-256 of the declaration, in hex, without its secrets and labels.
pub fn digest(spec: &ContainerSpec) -> String {
    // A declaration holds only strings, numbers and lists: writing it as JSON cannot fail.
    sha256(&serde_json::to_vec(spec).unwrap_or_default())
}

/// The differences, none when the container matches. `image` is what the declared image name means now.
pub fn differences(spec: &ContainerSpec, container: &Container, image: &Image) -> Vec<Difference> {
    let mut found = Vec::new();
    if container.image_id != image.id {
        found.push(differs("image", short(&container.image_id), short(&image.id)));
    }
    found.extend(environment(spec, container, image));
    // A container whose entry point is overridden does not get the image's command.
    let nothing = Vec::new();
    let usual = if spec.entrypoint.is_some() { &nothing } else { &image.command };
    let entrypoint = spec.entrypoint.as_ref().unwrap_or(&image.entrypoint);
    let command = spec.command.as_ref().unwrap_or(usual);
    let user = spec.user.as_ref().unwrap_or(&image.user);
    if *entrypoint != container.entrypoint {
        found.push(differs("entry point", arguments(&container.entrypoint), arguments(entrypoint)));
    }
    if *command != container.command {
        found.push(differs("command", arguments(&container.command), arguments(command)));
    }
    if *user != container.user {
        found.push(differs("user", container.user.clone(), user.clone()));
    }
    if spec.restart != container.restart {
        found.push(differs("restart policy", policy(container.restart), policy(spec.restart)));
    }
    if sorted(&spec.ports) != sorted(&container.ports) {
        found.push(differs("ports", list(&container.ports), list(&spec.ports)));
    }
    if sorted(&spec.mounts) != sorted(&container.mounts) {
        found.push(differs("mounts", list(&container.mounts), list(&spec.mounts)));
    }
    if !container.tmpfs.is_empty() {
        found.push(differs("tmpfs", list(&container.tmpfs), String::new()));
    }
    if !container.networks.contains(&spec.network) {
        found.push(differs("network", list(&container.networks), spec.network.clone()));
    }
    let made_from = container.labels.get(SPEC_LABEL);
    if found.is_empty() && made_from.is_some_and(|made_from| *made_from != digest(spec)) {
        // The label says that something differs, not what it was.
        found.push(differs("stop grace, health check or alias", String::new(), String::new()));
    }
    found
}

/// What differs, without the values.
pub fn names(differences: &[Difference]) -> String {
    differences.iter().map(|difference| difference.what.as_str()).collect::<Vec<_>>().join(", ")
}

/// A difference between what is and what is declared; an empty text is nothing.
pub(super) fn differs(what: &str, now: String, declared: String) -> Difference {
    let some = |text: String| (!text.is_empty()).then_some(text);
    Difference { what: what.to_owned(), now: some(now), declared: some(declared), hidden: false }
}

/// A content digest, short.
pub(super) fn short(digest: &str) -> String {
    let (kind, hex) = digest.split_once(':').unwrap_or(("sha256", digest));
    format!("{kind}:{}", hex.chars().take(12).collect::<String>())
}

/// Variables that are missing, differ, or are set although neither the playbook nor the image says so.
fn environment(spec: &ContainerSpec, container: &Container, image: &Image) -> Vec<Difference> {
    let actual: BTreeMap<&str, &str> = container.env.iter().filter_map(|pair| pair.split_once('=')).collect();
    let from_image: BTreeSet<&String> = image.env.iter().collect();
    let mut found = BTreeMap::new();
    for (name, value) in &spec.env {
        let (declared, secret) = match value {
            EnvValue::Plain(text) => (Some(text.as_str()), false),
            EnvValue::Secret { value, .. } => (value.as_ref().map(ExposeSecret::expose_secret), true),
        };
        let now = actual.get(name.as_str()).copied();
        if declared.is_none() || now != declared {
            found.insert(name.as_str(), variable(name, now, declared, secret));
        }
    }
    for pair in &container.env {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !spec.env.contains_key(name) && !from_image.contains(pair) {
            let usual = image.env.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.insert(name, variable(name, Some(value), usual, false));
        }
    }
    found.into_values().collect()
}

/// A variable that differs; values that are secret, or may be, are left out.
fn variable(name: &str, now: Option<&str>, declared: Option<&str>, secret: bool) -> Difference {
    let hidden = secret
        || may_be_secret(name)
        || now.is_some_and(is_secret_address)
        || declared.is_some_and(is_secret_address);
    let shown = |value: Option<&str>| value.filter(|_| !hidden).map(str::to_owned);
    Difference { what: format!("env {name}"), now: shown(now), declared: shown(declared), hidden }
}

/// A command in one line, without what follows a word that speaks of a secret.
fn arguments(words: &[String]) -> String {
    let mut told = Vec::new();
    let mut hide = false;
    for word in words {
        let flag = word.starts_with('-') && may_be_secret(word.split('=').next().unwrap_or(word));
        told.push(match word.split_once('=') {
            _ if hide || is_secret_address(word) => "***".to_owned(),
            Some((name, _)) if may_be_secret(name) => format!("{name}=***"),
            _ if word.is_empty() || word.contains(char::is_whitespace) => format!("{word:?}"),
            _ => word.clone(),
        });
        hide = flag && !word.contains('=');
    }
    told.join(" ")
}

fn policy(policy: RestartPolicy) -> String {
    match policy {
        RestartPolicy::No => "no",
        RestartPolicy::OnFailure => "on-failure",
        RestartPolicy::UnlessStopped => "unless-stopped",
        RestartPolicy::Always => "always",
    }
    .to_owned()
}

fn list<T: std::fmt::Display + Ord + Clone>(items: &[T]) -> String {
    sorted(items).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn sorted<T: Ord + Clone>(items: &[T]) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort();
    items
}
