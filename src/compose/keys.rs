//! Short forms made long, and relative paths absolute, so that merging and reading meet one form only.

use std::path::{Component, Path, PathBuf};

use super::load::{Loader, Scope};
use super::problem::ComposeProblems;
use super::scalar::Scalar;
use super::tree::{Entry, Is, Value};
use super::volumes;

/// Puts everything in a file into its long form; relative paths start at `directory`.
pub(super) fn long(
    loader: &Loader<'_>,
    tree: &mut Value,
    directory: &Path,
    scope: &Scope,
) -> Result<(), ComposeProblems> {
    for section in ["services", "networks", "volumes", "secrets", "configs"] {
        let Some(found) = tree.get(section) else { continue };
        if !found.is_map() && !found.is_null() {
            let message = format!("`{section}` is a mapping");
            return Err(loader.wrong(&found.place, &message, "give each a name"));
        }
    }
    let home = loader.variable(scope, "HOME").or_else(|| loader.variable(scope, "USERPROFILE"));
    let paths = Paths { directory, home };
    if let Some(services) = tree.get_mut("services") {
        for entry in entries_mut(services) {
            service(loader, entry, &paths)?;
        }
    }
    for section in ["secrets", "configs"] {
        for entry in tree.get_mut(section).into_iter().flat_map(entries_mut) {
            if let Some(file) = entry.value.get_mut("file") {
                paths.rewrite(file);
            }
        }
    }
    Ok(())
}

fn service(loader: &Loader<'_>, entry: &mut Entry, paths: &Paths<'_>) -> Result<(), ComposeProblems> {
    let service = &mut entry.value;
    if service.is_null() {
        service.is = Is::Map(Vec::new());
    }
    if !service.is_map() {
        let message = format!("the service {} is a mapping", entry.key);
        return Err(loader.wrong(&service.place, &message, "write its keys below it, indented"));
    }
    for key in ["environment", "labels", "sysctls", "annotations"] {
        service.get_mut(key).map_or(Ok(()), |value| pairs(loader, key, value))?;
    }
    for key in ["depends_on", "networks"] {
        service.get_mut(key).map_or(Ok(()), |value| names(loader, key, value))?;
    }
    for key in ["env_file", "dns", "dns_search", "tmpfs", "label_file"] {
        service.get_mut(key).into_iter().for_each(list);
    }
    if let Some(build) = service.get_mut("build") {
        self::build(loader, build, paths)?;
    }
    for item in service.get_mut("env_file").into_iter().flat_map(items_mut) {
        match item.get_mut("path") {
            Some(path) => paths.rewrite(path),
            None => paths.rewrite(item),
        }
    }
    for item in service.get_mut("volumes").into_iter().flat_map(items_mut) {
        volumes::long(loader, item)?;
        let bind = item.get("type").and_then(Value::text).is_some_and(|kind| kind == "bind");
        if let Some(source) = item.get_mut("source").filter(|_| bind) {
            paths.rewrite(source);
        }
    }
    Ok(())
}

fn build(loader: &Loader<'_>, build: &mut Value, paths: &Paths<'_>) -> Result<(), ComposeProblems> {
    if let Is::Scalar(scalar) = &build.is {
        if *scalar == Scalar::Null {
            return Ok(());
        }
        let context = Value::new(build.is.clone(), build.place.clone());
        build.is =
            Is::Map(vec![Entry { key: "context".to_owned(), place: build.place.clone(), value: context }]);
    }
    build.get_mut("args").map_or(Ok(()), |value| pairs(loader, "args", value))?;
    if let Some(context) = build.get_mut("context") {
        let remote = context.text().is_some_and(|text| remote(&text));
        if !remote {
            paths.rewrite(context);
        }
    }
    Ok(())
}

/// A context that Compose fetches.
fn remote(context: &str) -> bool {
    context.contains("://") || ["github.com/", "git@"].iter().any(|start| context.starts_with(start))
}

/// `- NAME=value` becomes `NAME: value`, and `- NAME` one without a value.
fn pairs(loader: &Loader<'_>, key: &str, value: &mut Value) -> Result<(), ComposeProblems> {
    let Is::List(items) = &value.is else { return Ok(()) };
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = item.text() else {
            let message = format!("an item of `{key}` is a text such as NAME=value");
            return Err(loader.wrong(&item.place, &message, "or write the whole as a mapping"));
        };
        let (name, text) =
            text.split_once('=').map_or((text.as_str(), None), |(n, v)| (n, Some(v.to_owned())));
        let is = Is::Scalar(text.map_or(Scalar::Null, Scalar::Text));
        let place = item.place.clone();
        let entry = Entry { key: name.to_owned(), place: place.clone(), value: Value::new(is, place) };
        match entries.iter_mut().find(|other| other.key == name) {
            Some(earlier) => *earlier = entry,
            None => entries.push(entry),
        }
    }
    value.is = Is::Map(entries);
    Ok(())
}

/// `- name` becomes `name:` with nothing.
fn names(loader: &Loader<'_>, key: &str, value: &mut Value) -> Result<(), ComposeProblems> {
    let Is::List(items) = &value.is else { return Ok(()) };
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    for item in items {
        let Some(name) = item.text() else {
            let message = format!("an item of `{key}` is a name");
            return Err(loader.wrong(&item.place, &message, "or write the whole as a mapping"));
        };
        if !entries.iter().any(|other| other.key == name) {
            let place = item.place.clone();
            let nothing = Value::new(Is::Scalar(Scalar::Null), place.clone());
            entries.push(Entry { key: name, place, value: nothing });
        }
    }
    value.is = Is::Map(entries);
    Ok(())
}

/// One thing becomes a list of it.
fn list(value: &mut Value) {
    if !matches!(value.is, Is::List(_)) && !value.is_null() {
        let item = Value::new(value.is.clone(), value.place.clone());
        value.is = Is::List(vec![item]);
    }
}

fn entries_mut(value: &mut Value) -> &mut [Entry] {
    match &mut value.is {
        Is::Map(entries) => entries,
        Is::Scalar(_) | Is::List(_) => &mut [],
    }
}

fn items_mut(value: &mut Value) -> &mut [Value] {
    match &mut value.is {
        Is::List(items) => items,
        Is::Scalar(_) | Is::Map(_) => &mut [],
    }
}

/// Where relative paths start.
struct Paths<'a> {
    directory: &'a Path,
    home: Option<String>,
}

impl Paths<'_> {
    fn rewrite(&self, value: &mut Value) {
        if let Is::Scalar(Scalar::Text(text)) = &mut value.is {
            *text = self.absolute(text);
        }
    }

    fn absolute(&self, text: &str) -> String {
        if let (Some(rest), Some(home)) = (text.strip_prefix('~'), &self.home)
            && (rest.is_empty() || rest.starts_with(['/', '\\']))
        {
            return joined(Path::new(home), rest.trim_start_matches(['/', '\\'])).display().to_string();
        }
        let drive =
            text.as_bytes().get(1) == Some(&b':') && text.starts_with(|c: char| c.is_ascii_alphabetic());
        // As Compose has it: on Windows a path that begins with a slash is one of the engine's Linux machine.
        if drive || text.starts_with("\\\\") || cfg!(windows) && text.starts_with('/') {
            return text.to_owned();
        }
        joined(self.directory, text).display().to_string()
    }
}

/// The path from a directory, without `.` and `..`.
pub(super) fn joined(directory: &Path, path: &str) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in directory.join(path).components() {
        match part {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}
