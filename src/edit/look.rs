//! What is looked at and not changed: a value, the record, and whether it still holds.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::audit::{Record, by_name, sha256};
use super::change::{Change, exists};
use super::error::EditError;
use super::file::Opened;
use super::path::{self, pointer, resolve, shown};
use super::standing::{Left, Safety, Standing};
use super::trail::Trail;
use crate::document::meaning;
use crate::playbook::{Inputs, Playbook};
use crate::redact::Redactor;

/// A value of a playbook.
#[derive(Debug, PartialEq)]
pub struct Seen {
    /// What it is, without secrets.
    pub value: Value,
    /// It is not written: this is what holds without it.
    pub default: bool,
}

/// The value at a path.
///
/// # Errors
/// There is none.
pub fn look(opened: &Opened, path: &str) -> Result<Seen, EditError> {
    let root = root(opened, "")?;
    let place = resolve(path, &root)?;
    let there = path::at(&root, &place.steps).map(|value| (value.clone(), false));
    let seen = there.or_else(|| Some((default(&root, &pointer(&place.steps))?, true)));
    let Some((mut value, default)) = seen else {
        not_elsewhere(opened, &[Change::Unset { path: path.to_owned() }])?;
        let gone = exists(path, &place, &root).err();
        return Err(gone.unwrap_or(EditError::ByHand { path: path.to_owned() }));
    };
    veil(&mut value, &shown(&place.steps));
    Ok(Seen { value, default })
}

/// What a file means, or what is wrong with its form; then `undone` says what was not done.
pub(super) fn root(opened: &Opened, undone: &'static str) -> Result<Value, EditError> {
    if let Some(value) = meaning(opened.text()) {
        return Ok(value);
    }
    let read = crate::playbook::load_text(&opened.named, opened.text(), &Inputs::default());
    let unread = || EditError::ByHand { path: opened.named.display().to_string() };
    Err(read.err().map_or_else(unread, |problems| EditError::Invalid(problems.undone(undone))))
}

fn default(root: &Value, pointer: &str) -> Option<Value> {
    let typed: Playbook = serde_json::from_value(root.clone()).ok()?;
    serde_json::to_value(typed).ok()?.pointer(pointer).cloned()
}

/// Values under the names of secrets are masked: a playbook should hold none, and one that does must not show them.
fn veil(value: &mut Value, path: &str) {
    match value {
        Value::String(text) => *text = by_name(&Redactor::default(), path, text),
        Value::Array(items) => items.iter_mut().for_each(|item| veil(item, path)),
        Value::Object(map) => map.iter_mut().for_each(|(key, item)| match item {
            // A reference: the name of a file is no secret.
            Value::String(_) if ["file", "env", "credential", "docker_secret"].contains(&key.as_str()) => {}
            item => veil(item, key),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// That no change speaks of what stands in an included file.
pub(super) fn not_elsewhere(opened: &Opened, changes: &[Change]) -> Result<(), EditError> {
    let Some(root) = meaning(opened.text()) else { return Ok(()) };
    for change in changes {
        let (Change::Set { path, .. } | Change::Unset { path }) = change;
        if resolve(path, &root).is_ok_and(|place| place.exists()) {
            continue;
        }
        if let Some(file) = elsewhere(&opened.target, &root, path, 8) {
            return Err(EditError::Elsewhere { path: path.clone(), file: file.display().to_string() });
        }
    }
    Ok(())
}

/// The included file that holds something at a path; so many levels are followed.
fn elsewhere(file: &Path, root: &Value, path: &str, levels: usize) -> Option<PathBuf> {
    let directory = file.parent().unwrap_or(Path::new("."));
    let included = root.get("include").and_then(Value::as_array).filter(|_| levels > 0)?;
    included.iter().filter_map(Value::as_str).find_map(|name| {
        let file = directory.join(name);
        let text = std::fs::read_to_string(&file).ok()?;
        let root = meaning(text.trim_start_matches('\u{feff}'))?;
        let here = resolve(path, &root).is_ok_and(|place| place.exists());
        if here { Some(file) } else { elsewhere(&file, &root, path, levels - 1) }
    })
}

/// The record of changes that touched safety, proven to be whole.
///
/// # Errors
/// It was tampered with, torn, or cannot be read.
pub fn records(opened: &Opened) -> Result<Vec<Record>, EditError> {
    let trail = Trail::of(&opened.target);
    let recorded = trail.read()?;
    if recorded.torn { Err(trail.torn(recorded.records.len())) } else { Ok(recorded.records) }
}

/// That the record is whole and the playbook's safety is what was approved last: in a sentence.
///
/// # Errors
/// It is not.
pub fn verify(opened: &Opened) -> Result<String, EditError> {
    let file = opened.named.display();
    let safety = Safety::of(&opened.named, opened.text());
    let standing = Standing::of(opened, safety.as_ref())?;
    let left = match standing.left {
        None => "",
        Some(Left::Torn) => {
            "; a crash left the beginning of a line, whose change was not made: the next change removes it"
        }
        Some(Left::NotMade) => {
            "; a crash came between the record after it and its change, which was not made: the next change removes it"
        }
    };
    let Some(last) = standing.records.last() else {
        return Ok(format!(
            "{file}: there is no record: no approved change was made here, so nothing was compared{left}"
        ));
    };
    if safety.is_none() {
        let help = "it is no YAML that means anything: see `openbell validate`";
        return Err(EditError::NotComparable { file: file.to_string(), help });
    }
    if !standing.holds(safety.as_ref()) {
        let who = last.who.clone().unwrap_or_else(|| "nobody, as it made things safer".to_owned());
        return Err(EditError::Unapproved { file: file.to_string(), when: last.at.clone(), who });
    }
    let same = last.after == sha256(opened.text.as_bytes());
    let since = if same { "" } else { "; the file was changed since, its safety was not" };
    let count = standing.records.len();
    let uncounted = if standing.uncounted {
        "; whether later ones were cut off cannot be told: what counts them, the `.undo.jsonl` beside it, is gone"
    } else {
        ""
    };
    Ok(format!("{file}: {count} on record, all whole, the last of {}{since}{left}{uncounted}", last.at))
}
