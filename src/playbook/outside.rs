//! What a playbook takes from files that it only names: the variables of its env files, and compose files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::Inputs;
use super::include::{Composed, compose};
use super::interpolate::interpolated;
use super::variables::Scope;
use crate::compose::{self, Environment};
use crate::document::Sources;

/// A playbook with everything that its files say. What only the one who runs it gives (`--var`, `--env-file`, the
/// environment) is no part of it.
pub(crate) struct Whole {
    /// The value with all it includes, as far as the files can be read; variables are left as they are.
    pub(crate) value: Value,
    /// The variables of the env files that it names. The values may be secret.
    pub(crate) variables: BTreeMap<String, String>,
    /// By each compose file as a container names it: its text, and that of every file it leads to. An empty list when it
    /// cannot be read. The texts may be secret.
    pub(crate) compose: BTreeMap<String, Vec<String>>,
}

/// The whole of a playbook's text. `None` when the text itself is no YAML.
pub(crate) fn whole(file: &Path, text: &str) -> Option<Whole> {
    let (mut sources, inputs) = (Sources::default(), Inputs::default());
    let composed = compose(file, text, &mut sources, &mut Vec::new())?;
    let outside = Scope::outside(&inputs, &composed, &mut sources, &mut Vec::new());
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let directory = absolute.parent().unwrap_or(Path::new("/"));
    let compose = compose_files(&composed, &outside, &sources)
        .into_iter()
        .map(|name| {
            let texts = texts(&directory.join(&name));
            (name, texts)
        })
        .collect();
    Some(Whole { variables: outside.all(), compose, value: composed.value })
}

/// The compose files that containers name, in every variant.
fn compose_files(composed: &Composed, outside: &Scope<'_>, sources: &Sources) -> BTreeSet<String> {
    let containers = composed.value.get("containers").and_then(Value::as_object);
    let named: Vec<&str> = containers
        .into_iter()
        .flat_map(|containers| containers.values())
        .filter_map(|container| container.pointer("/compose/file")?.as_str())
        .collect();
    let variants = composed.value.get("matrix").and_then(Value::as_array).map_or(0, Vec::len);
    let mut files = BTreeSet::new();
    for variant in (0..variants.max(1)).map(|place| (variants > 0).then_some(place)) {
        let variables = outside.of(variant, composed, sources, &mut Vec::new()).all();
        let name = |name: &&str| interpolated(name, |variable| variables.get(variable).cloned()).ok();
        files.extend(named.iter().filter_map(name));
    }
    files
}

/// The file, what it includes and extends, what overrides it, and the env files of all of them.
fn texts(file: &Path) -> Vec<String> {
    let environment = Environment { profiles: vec!["*".to_owned()], ..Environment::default() };
    if let Ok(project) = compose::read(file, &environment) {
        return project.sources.into_iter().map(|source| source.text).collect();
    }
    // Such as one that wants a variable of the environment.
    let beside = file.with_file_name(".env");
    [file, &beside].into_iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}
