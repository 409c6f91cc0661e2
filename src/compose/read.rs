//! From a compose file to its project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Environment;
use super::expand::Variables;
use super::load::{Loader, Scope};
use super::problem::ComposeProblems;
use super::project::{Network, Project, Resource, Unused};
use super::service::{other, service};
use super::tree::{Entry, Value, trees};

/// The names under which Compose finds a file by itself; then it also takes what overrides it.
const USUAL: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/// What overrides it, the first that is there.
const OVERRIDES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The keys of a compose file that become something.
const KNOWN: &[&str] =
    &["services", "networks", "volumes", "secrets", "configs", "name", "version", "include"];

/// Reads a compose file as Compose does: with `.env` beside it, with what it includes and extends, and, when it has one
/// of the names that Compose looks for, with `compose.override.yaml` beside it.
///
/// # Errors
/// The first thing that Compose would not take either, with its place.
pub fn read(file: &Path, environment: &Environment) -> Result<Project, ComposeProblems> {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let directory = file.parent().unwrap_or(Path::new("/")).to_owned();
    let mut loader = Loader {
        environment,
        name: String::new(),
        sources: Vec::new(),
        env_sources: Vec::new(),
        unset: Vec::new(),
    };
    let files = files(&file, &directory);
    // The file that was asked for is the first source.
    loader.name = name(&mut loader, &files, &directory)?;
    let own = directory.join(".env");
    let env_files: Vec<PathBuf> = own.is_file().then_some(own).into_iter().collect();
    let scope = loader.scope(&env_files, &Vec::new())?;
    let tree = loader.model(&files, &directory, &scope, &[])?;
    project(loader, &tree, directory, &scope)
}

fn files(file: &Path, directory: &Path) -> Vec<PathBuf> {
    let mut files = vec![file.to_owned()];
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if USUAL.contains(&name) {
        files.extend(OVERRIDES.iter().map(|name| directory.join(name)).find(|path| path.is_file()));
    }
    files
}

/// The project's name: of the environment, of the last file that has one, or of the directory.
fn name(loader: &mut Loader<'_>, files: &[PathBuf], directory: &Path) -> Result<String, ComposeProblems> {
    let own = directory.join(".env");
    let env_files: Vec<PathBuf> = own.is_file().then_some(own).into_iter().collect();
    let mut written = None;
    for file in files {
        let source = loader.source(file)?;
        let text = loader.sources[source].text.clone();
        for tree in trees(file, &text, source)? {
            written = tree.get("name").and_then(Value::text).filter(|name| !name.is_empty()).or(written);
        }
    }
    let scope = loader.scope(&env_files, &Vec::new())?;
    // These were looked at for the name only; they are read again.
    loader.sources.clear();
    loader.env_sources.clear();
    let given = loader.variable(&scope, "COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
    if let Some(name) = given {
        return Ok(name);
    }
    let variable = |name: &str| loader.variable(&scope, name);
    let written = written.and_then(|text| Variables::new(&variable).expand(&text).ok());
    let written = written.map(|name| normal(&name)).filter(|name| !name.is_empty());
    let of_directory =
        || directory.file_name().map(|name| normal(&name.to_string_lossy())).unwrap_or_default();
    Ok(written.unwrap_or_else(of_directory))
}

/// Lower-case letters, digits, `-` and `_`, beginning with a letter or digit.
fn normal(name: &str) -> String {
    let kept = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    let name: String = name.to_lowercase().chars().filter(kept).collect();
    name.trim_start_matches(['_', '-']).to_owned()
}

fn project(
    mut loader: Loader<'_>,
    tree: &Value,
    directory: PathBuf,
    scope: &Scope,
) -> Result<Project, ComposeProblems> {
    let given = loader.variable(scope, "COMPOSE_PROFILES").unwrap_or_default();
    let mut profiles = loader.environment.profiles.clone();
    profiles.extend(given.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
    let mut services = Vec::new();
    for entry in tree.get("services").map(Value::entries).unwrap_or_default() {
        services.push(service(&mut loader, entry, scope, &profiles)?);
    }
    let section = |name: &str| tree.get(name).map(Value::entries).unwrap_or_default();
    let resources = |name: &str| -> BTreeMap<String, Resource> {
        section(name).iter().map(|entry| (entry.key.clone(), resource(entry, &loader.name))).collect()
    };
    let mut networks: BTreeMap<String, Network> = section("networks")
        .iter()
        .map(|entry| {
            let Resource { name, external, .. } = resource(entry, &loader.name);
            (entry.key.clone(), Network { name, external })
        })
        .collect();
    networks
        .entry("default".to_owned())
        .or_insert_with(|| Network { name: format!("{}_default", loader.name), external: false });
    Ok(Project {
        networks,
        volumes: resources("volumes"),
        secrets: resources("secrets"),
        configs: resources("configs"),
        unused: unused(tree),
        name: loader.name,
        directory,
        services,
        unset: loader.unset,
        sources: loader.sources,
        env_sources: loader.env_sources,
    })
}

fn unused(tree: &Value) -> Vec<Unused> {
    let mut unused = other(tree, "", KNOWN);
    let section = |name: &str| tree.get(name).map(Value::entries).unwrap_or_default();
    for volume in section("volumes") {
        let local = volume.value.get("driver").and_then(Value::text).is_some_and(|driver| driver == "local");
        let usual = if local { &["name", "external", "driver"][..] } else { &["name", "external"] };
        unused.extend(other(&volume.value, &format!("volumes.{}.", volume.key), usual));
    }
    // Of another network it is told where a service joins it.
    for network in section("networks").iter().filter(|network| network.key == "default") {
        let bridge =
            network.value.get("driver").and_then(Value::text).is_some_and(|driver| driver == "bridge");
        let usual = if bridge { &["driver"][..] } else { &[] };
        unused.extend(other(&network.value, "networks.default.", usual));
    }
    unused
}

fn resource(entry: &Entry, project: &str) -> Resource {
    let text = |key: &str| entry.value.get(key).and_then(Value::text);
    let external = entry.value.get("external");
    let outside = external.is_some_and(|external| external.is_map() || external.yes());
    let renamed = text("name").or_else(|| external?.get("name").and_then(Value::text));
    let own = if outside { entry.key.clone() } else { format!("{project}_{}", entry.key) };
    Resource {
        name: renamed.unwrap_or(own),
        external: outside,
        file: text("file"),
        environment: text("environment"),
        place: entry.place.clone(),
    }
}
