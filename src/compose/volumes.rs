//! Mounts: `source:target:options` taken apart, and read.

use super::file::Place;
use super::load::Loader;
use super::parts::Mount;
use super::problem::ComposeProblems;
use super::project::Unused;
use super::scalar::Scalar;
use super::tree::{Entry, Is, Value};

/// Makes the short form of a mount long.
pub(super) fn long(loader: &Loader<'_>, item: &mut Value) -> Result<(), ComposeProblems> {
    let Some(text) = item.text() else { return Ok(()) };
    let parts = parts(&text).map_err(|why| {
        let message = format!("a volume is not source:target[:options]: {why}");
        loader.wrong(&item.place, &message, "such as ./data:/data:ro")
    })?;
    let place = item.place.clone();
    let mut entries = Vec::new();
    let mut add = |key: &str, scalar: Scalar| {
        let value = Value::new(Is::Scalar(scalar), place.clone());
        entries.push(Entry { key: key.to_owned(), place: place.clone(), value });
    };
    let bind = parts.source.as_deref().is_some_and(is_path);
    add("type", Scalar::Text(if bind { "bind" } else { "volume" }.to_owned()));
    if let Some(source) = parts.source {
        add("source", Scalar::Text(source));
    }
    add("target", Scalar::Text(parts.target));
    for option in &parts.options {
        match option.as_str() {
            "ro" => add("read_only", Scalar::Bool(true)),
            "rw" | "" => {}
            other => add(other, Scalar::Bool(true)),
        }
    }
    item.is = Is::Map(entries);
    Ok(())
}

struct Parts {
    source: Option<String>,
    target: String,
    options: Vec<String>,
}

fn parts(text: &str) -> Result<Parts, &'static str> {
    let mut fields: Vec<String> = vec![String::new()];
    for c in text.chars() {
        let last = fields.last_mut().map_or("", |field| field.as_str());
        let drive = last.len() == 1 && last.starts_with(char::is_alphabetic) && text.chars().count() > 2;
        if c == ':' && !drive {
            fields.push(String::new());
        } else if let Some(field) = fields.last_mut() {
            field.push(c);
        }
    }
    if fields.iter().any(String::is_empty) {
        return Err("a part is empty");
    }
    let mut fields = fields.into_iter();
    let (first, second, third) = (fields.next().unwrap_or_default(), fields.next(), fields.next());
    if fields.next().is_some() {
        return Err("too many colons");
    }
    let options = third.map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default();
    Ok(match second {
        None => Parts { source: None, target: first, options },
        Some(target) => Parts { source: Some(first), target, options },
    })
}

/// A path on the host, not the name of a volume.
fn is_path(source: &str) -> bool {
    let drive =
        source.as_bytes().get(1) == Some(&b':') && source.starts_with(|c: char| c.is_ascii_alphabetic());
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || drive
}

/// The mounts of a service; of two for one target, the later.
pub(super) fn mounts(loader: &Loader<'_>, service: &Value) -> Result<Vec<Mount>, ComposeProblems> {
    let mut found: Vec<Mount> = Vec::new();
    for item in service.get("volumes").map(Value::items).unwrap_or_default() {
        let text = |key: &str| item.get(key).and_then(Value::text);
        let Some(target) = text("target") else {
            return Err(loader.wrong(
                &item.place,
                "a volume has no target",
                "say where it is in the container",
            ));
        };
        let mount = Mount {
            kind: text("type").unwrap_or_else(|| "volume".to_owned()),
            source: text("source").filter(|source| !source.is_empty()),
            target: clean(&target),
            read_only: item.get("read_only").is_some_and(Value::yes),
            unused: unused(item),
            place: item.place.clone(),
        };
        match found.iter_mut().find(|other| other.target == mount.target) {
            Some(earlier) => *earlier = mount,
            None => found.push(mount),
        }
    }
    Ok(found)
}

fn unused(item: &Value) -> Vec<Unused> {
    let usual = ["type", "source", "target", "read_only", "consistency"];
    let bind = |entry: &Entry| {
        entry.key == "bind"
            && entry
                .value
                .entries()
                .iter()
                .all(|option| option.key == "create_host_path" && option.value.yes())
    };
    item.entries()
        .iter()
        .filter(|entry| !usual.contains(&entry.key.as_str()) && !bind(entry) && !entry.key.starts_with("x-"))
        .map(|entry| Unused { key: entry.key.clone(), place: place(entry) })
        .collect()
}

fn place(entry: &Entry) -> Place {
    entry.place.clone()
}

/// Without a slash at the end, `.` or `..`.
fn clean(target: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if !parts.is_empty() => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    let root = if target.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}
