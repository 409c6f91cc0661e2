//! The environment of a service: its env files, then what it says itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::dotenv;
use super::file::Place;
use super::load::{Loader, Scope};
use super::problem::ComposeProblems;
use super::project::{EnvFile, Origin, Variable};
use super::tree::{Entry, Is, Value};

/// The env files that a service names; of two that are the same, the later form in the place of the first.
pub(super) fn files(service: &Value) -> Vec<EnvFile> {
    let mut found: Vec<EnvFile> = Vec::new();
    for item in service.get("env_file").map(Value::items).unwrap_or_default() {
        let path = if item.is_map() { item.get("path").and_then(Value::text) } else { item.text() };
        let path = PathBuf::from(path.unwrap_or_default());
        let file = EnvFile {
            required: item.get("required").is_none_or(Value::yes),
            raw: item.get("format").and_then(Value::text).is_some_and(|format| format == "raw"),
            present: path.is_file(),
            place: item.place.clone(),
            path,
        };
        match found.iter_mut().find(|other| other.path == file.path) {
            Some(earlier) => *earlier = file,
            None => found.push(file),
        }
    }
    found
}

/// The environment by name. An env file that is not there is no error: the list of files says so.
pub(super) fn environment(
    loader: &mut Loader<'_>,
    service: &Value,
    files: &[EnvFile],
    scope: &Scope,
) -> Result<Vec<Variable>, ComposeProblems> {
    let own: Vec<Variable> = service
        .get("environment")
        .map(Value::entries)
        .unwrap_or_default()
        .iter()
        .map(|entry| written(loader, entry, scope))
        .collect::<Result<_, _>>()?;
    let mut all: BTreeMap<String, Variable> = BTreeMap::new();
    for file in files.iter().filter(|file| file.present) {
        let named = own.iter().filter_map(|variable| Some((variable.name.clone(), variable.value.clone()?)));
        // What the project knows goes before what the service says, when a line of the file uses a variable.
        let inner: Scope = named.chain(scope.iter().cloned()).collect();
        let (source, lines) = if file.raw {
            let source = loader.source(&file.path)?;
            loader.env_sources.push(source);
            (source, dotenv::raw(&loader.sources[source].text))
        } else {
            loader.env_file(&file.path, &inner)?
        };
        for line in lines.into_iter().filter(|line| !line.name.is_empty() && line.value.is_some()) {
            let place = Place { source, span: line.span };
            let variable =
                Variable { name: line.name.clone(), value: line.value, place, origin: Origin::EnvFile };
            all.insert(line.name, variable);
        }
    }
    all.extend(own.into_iter().map(|variable| (variable.name.clone(), variable)));
    Ok(all.into_values().collect())
}

fn written(loader: &Loader<'_>, entry: &Entry, scope: &Scope) -> Result<Variable, ComposeProblems> {
    if !matches!(entry.value.is, Is::Scalar(_)) {
        let message = format!("the variable {} is a text", entry.key);
        return Err(loader.wrong(&entry.place, &message, "write one value"));
    }
    let text = entry.value.text();
    let source = loader.sources.get(entry.value.place.source);
    let raw = source.and_then(|source| source.text.get(entry.value.place.span.clone())).unwrap_or_default();
    let origin = match &text {
        None => Origin::Passed,
        Some(_) if raw.replace("$$", "").contains('$') => Origin::Substituted,
        Some(_) => Origin::Written,
    };
    let value = text.or_else(|| loader.variable(scope, &entry.key));
    let place = if entry.value.is_null() { entry.place.clone() } else { entry.value.place.clone() };
    Ok(Variable { name: entry.key.clone(), value, place, origin })
}
