//! Paths into a playbook as people type them, and where they lead.

use serde_json::Value;

use super::error::EditError;
use crate::document::{escaped, nearest};

/// A part of a path as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A key, or the id of a list's item.
    Key(String),
    /// An index.
    Index(usize),
    /// After the last item.
    Append,
}

/// A step from a value to one in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// To the value of a key.
    Key(String),
    /// To an item.
    Index(usize),
}

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Place {
    /// The steps, from the top.
    pub(super) steps: Vec<Step>,
    /// So many of them lead to something that is there.
    pub(super) there: usize,
}

impl Place {
    /// Whether there is something at its end.
    pub(super) fn exists(&self) -> bool {
        self.there == self.steps.len()
    }
}

/// The JSON pointer of these steps.
pub(super) fn pointer(steps: &[Step]) -> String {
    let part = |step: &Step| match step {
        Step::Key(key) => format!("/{}", escaped(key)),
        Step::Index(index) => format!("/{index}"),
    };
    steps.iter().map(part).collect()
}

fn parts(path: &str) -> Result<Vec<Part>, EditError> {
    let wrong = |why| EditError::Path { path: path.to_owned(), why };
    if let Some(pointer) = path.strip_prefix('/') {
        let part = |part: &str| match part {
            "-" => Part::Append,
            key => Part::Key(key.replace("~1", "/").replace("~0", "~")),
        };
        return Ok(pointer.split('/').map(part).collect());
    }
    let mut parts = Vec::new();
    let mut rest = path;
    loop {
        if let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']').ok_or_else(|| wrong("a bracket is not closed"))?;
            parts.push(match (index, index.parse()) {
                ("+", _) => Part::Append,
                (_, Ok(index)) => Part::Index(index),
                (_, Err(_)) => return Err(wrong("between brackets stands an index, or +")),
            });
            rest = after;
        } else if let Some(quote) = rest.chars().next().filter(|first| "\"'".contains(*first)) {
            let (key, after) =
                rest[1..].split_once(quote).ok_or_else(|| wrong("a quoted key does not end"))?;
            parts.push(Part::Key(key.to_owned()));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                return Err(wrong("a key is missing"));
            }
            parts.push(Part::Key(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(parts),
            None if rest.starts_with('[') => {}
            None => return Err(wrong("between two keys stands a dot")),
        }
    }
}

/// Where a path leads in a value. What is not there may be keys, or one new item at the end of a list.
pub(super) fn resolve(path: &str, root: &Value) -> Result<Place, EditError> {
    let parts = parts(path)?;
    let mut place = Place { steps: Vec::new(), there: 0 };
    let mut here = Some(root);
    for part in parts {
        let step = match (here, &part) {
            (Some(Value::Array(items)), part) => in_list(path, &place.steps, items, part)?,
            (None | Some(Value::Object(_) | Value::Null), Part::Key(key)) => Step::Key(key.clone()),
            (None | Some(Value::Null), Part::Append | Part::Index(0)) => Step::Index(0),
            (Some(value), _) => return Err(not_there(path, &place.steps, value, "")),
            (None, Part::Index(_)) => return Err(not_there(path, &place.steps, &Value::Null, "")),
        };
        here = here.and_then(|value| match &step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(index),
        });
        place.steps.push(step);
        place.there += usize::from(here.is_some());
    }
    Ok(place)
}

fn in_list(path: &str, steps: &[Step], items: &[Value], part: &Part) -> Result<Step, EditError> {
    let index = match part {
        Part::Append => Some(items.len()),
        Part::Index(index) => Some(*index).filter(|index| *index < items.len()),
        Part::Key(key) => {
            let named = |item: &Value| item.get("id").and_then(Value::as_str) == Some(key);
            let index = || key.parse().ok().filter(|index| *index < items.len());
            items.iter().position(named).or_else(index)
        }
    };
    let name = match part {
        Part::Key(key) => key.as_str(),
        _ => "",
    };
    let list = || Value::Array(items.to_vec());
    index.map(Step::Index).ok_or_else(|| not_there(path, steps, &list(), name))
}

/// That there is nothing, with what there is.
pub(super) fn not_there(path: &str, steps: &[Step], parent: &Value, name: &str) -> EditError {
    let names: Vec<&str> = match parent {
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        Value::Array(items) => items.iter().filter_map(|item| item.get("id")?.as_str()).collect(),
        _ => Vec::new(),
    };
    let has = match parent {
        Value::Object(_) => format!("has {}", names.join(", ")),
        Value::Array(items) if names.is_empty() => format!("is a list of {}", items.len()),
        Value::Array(items) => format!("is a list of {}: {}", items.len(), names.join(", ")),
        Value::Null => "is empty".to_owned(),
        _ => "is a single value".to_owned(),
    };
    let at = shown(steps);
    let help = nearest(name, &names).map(|near| {
        let dot = if steps.is_empty() { "" } else { "." };
        let at = if steps.is_empty() { "" } else { &at };
        format!("did you mean `{at}{dot}{near}`?")
    });
    let parent = if steps.is_empty() { "the playbook".to_owned() } else { format!("`{at}`") };
    EditError::NotThere { path: path.to_owned(), parent, has, help }
}

/// Steps as a path that people type.
pub(super) fn shown(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Index(index) => text.extend(["[", &index.to_string(), "]"]),
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                let plain = !key.is_empty() && !key.contains(['.', '[', '"', '\'', '/']);
                let quote = if plain { "" } else { "\"" };
                text.extend([quote, key, quote]);
            }
        }
    }
    text
}

/// The value at these steps.
pub(super) fn at<'a>(root: &'a Value, steps: &[Step]) -> Option<&'a Value> {
    steps.iter().try_fold(root, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(index),
    })
}
