//! Changes of a playbook's text: each carried out by itself, and the whole proven to mean what was asked for.

use serde_json::{Map, Value};

use super::error::EditError;
use super::path::{self, Place, Step, not_there, pointer, resolve, shown};
use super::remove::remove;
use super::text::write;
use super::value::typed;
use crate::document::{Shape, Tree, TreeNode, meaning};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A value becomes this text of YAML.
    Set {
        /// Where.
        path: String,
        /// As typed.
        value: String,
    },
    /// A value is taken away.
    Unset {
        /// Where.
        path: String,
    },
}

impl Change {
    fn path(&self) -> &str {
        match self {
            Self::Set { path, .. } | Self::Unset { path } => path,
        }
    }
}

/// The text after these changes, one after the other; what is taken away, by its place before any of it went. A byte order mark is no part of it. Proven: it means what the text
/// before meant but for these values, and every comment is there but those in the lines of what was taken away.
///
/// # Errors
/// Two that name one place, a path that leads nowhere, a value that cannot be read, and a value that cannot be changed by itself.
pub fn changed(text: &str, schema: &Value, changes: &[Change]) -> Result<String, EditError> {
    let changes = ordered(text, changes)?;
    changes.into_iter().try_fold(text.to_owned(), |text, change| one(&text, schema, change))
}

/// The changes in an order in which none moves what another one names.
fn ordered<'a>(text: &str, changes: &'a [Change]) -> Result<Vec<&'a Change>, EditError> {
    let Some(root) = meaning(text).filter(|_| changes.len() > 1) else { return Ok(changes.iter().collect()) };
    let mut placed: Vec<(Option<Vec<Step>>, &Change)> = Vec::new();
    for change in changes {
        // Of what only an earlier change makes nothing is known yet, and each `[+]` is another item.
        let appends = change.path().contains("[+]") || change.path().ends_with("/-");
        let steps = resolve(change.path(), &root).ok().filter(|_| !appends).map(|place| place.steps);
        if steps.is_some() && placed.iter().any(|(other, _)| *other == steps) {
            return Err(EditError::Twice { path: change.path().to_owned() });
        }
        placed.push((steps, change));
    }
    if changes.iter().all(|change| matches!(change, Change::Unset { .. })) {
        // From the back: what goes moves only what comes after it.
        placed.sort_by(|(one, _), (other, _)| other.cmp(one));
    }
    Ok(placed.into_iter().map(|(_, change)| change).collect())
}

fn one(text: &str, schema: &Value, change: &Change) -> Result<String, EditError> {
    let path = change.path();
    let by_hand = || EditError::ByHand { path: path.to_owned() };
    let before = meaning(text).ok_or_else(by_hand)?;
    let place = resolve(path, &before)?;
    let mut wanted = before.clone();
    let new = match change {
        Change::Set { value, .. } => {
            let old = path::at(&before, &place.steps);
            let value = typed(value, schema, &place.steps, old)
                .ok_or_else(|| EditError::Value { path: path.to_owned() })?;
            set(&mut wanted, &place.steps, value.clone()).ok_or_else(by_hand)?;
            write(text, &place.steps, old, &value)
        }
        Change::Unset { .. } => {
            exists(path, &place, &before)?;
            unset(&mut wanted, &place.steps).ok_or_else(by_hand)?;
            remove(text, &place.steps)
        }
    };
    match new.filter(|new| meaning(new).as_ref() == Some(&wanted)) {
        Some(new) => Ok(new),
        None => Err(shared(text, path, &place.steps).unwrap_or_else(by_hand)),
    }
}

/// That a path leads to something.
pub(super) fn exists(path: &str, place: &Place, root: &Value) -> Result<(), EditError> {
    if place.exists() {
        return Ok(());
    }
    let there = &place.steps[..place.there];
    let name = match place.steps.get(place.there) {
        Some(Step::Key(name)) => name.as_str(),
        _ => "",
    };
    Err(not_there(path, there, path::at(root, there).unwrap_or(&Value::Null), name))
}

fn set(root: &mut Value, steps: &[Step], value: Value) -> Option<()> {
    let mut here = root;
    for step in steps {
        match step {
            Step::Key(key) => {
                if here.is_null() {
                    *here = Value::Object(Map::new());
                }
                here = here.as_object_mut()?.entry(key.clone()).or_insert(Value::Null);
            }
            Step::Index(index) => {
                if here.is_null() {
                    *here = Value::Array(Vec::new());
                }
                let items = here.as_array_mut()?;
                if *index == items.len() {
                    items.push(Value::Null);
                }
                here = items.get_mut(*index)?;
            }
        }
    }
    *here = value;
    Some(())
}

fn unset(root: &mut Value, steps: &[Step]) -> Option<()> {
    let (last, above) = steps.split_last()?;
    match (root.pointer_mut(&pointer(above))?, last) {
        (Value::Object(map), Step::Key(key)) => drop(map.shift_remove(key)?),
        (Value::Array(items), Step::Index(index)) => drop(items.remove(*index)),
        _ => return None,
    }
    Some(())
}

/// Who shares the value at these steps, or something it stands in.
fn shared(text: &str, path: &str, steps: &[Step]) -> Option<EditError> {
    let tree = Tree::of(text)?;
    let mut anchors = Vec::new();
    let mut node = &tree.root;
    for step in steps {
        anchors.push(anchor(node));
        let next = match step {
            Step::Key(name) => node.entry(name).map(|(_, value)| value),
            Step::Index(index) => node.item(*index),
        };
        match next.or_else(|| node.entry("<<").map(|(_, value)| value)) {
            Some(next) => node = next,
            None => break,
        }
    }
    all_anchors(node, &mut anchors);
    anchors.retain(|anchor| *anchor != 0);
    let mut places = Vec::new();
    users(&tree.root, &anchors, &mut Vec::new(), &mut places);
    let places = places.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(", ");
    (!places.is_empty()).then(|| EditError::Shared { path: path.to_owned(), places })
}

fn anchor(node: &TreeNode) -> usize {
    match node.shape {
        Shape::Alias(anchor) => anchor,
        _ => node.anchor,
    }
}

fn all_anchors(node: &TreeNode, anchors: &mut Vec<usize>) {
    anchors.push(anchor(node));
    match &node.shape {
        Shape::Map(_, entries) => entries.iter().for_each(|(_, value)| all_anchors(value, anchors)),
        Shape::List(_, items) => items.iter().for_each(|item| all_anchors(item, anchors)),
        Shape::Scalar(..) | Shape::Alias(_) => {}
    }
}

/// Where these anchors stand and are used.
fn users(node: &TreeNode, anchors: &[usize], steps: &mut Vec<Step>, places: &mut Vec<String>) {
    if anchors.contains(&anchor(node)) {
        places.push(shown(steps));
    }
    let mut below = |step: Step, node: &TreeNode| {
        steps.push(step);
        users(node, anchors, steps, places);
        steps.pop();
    };
    match &node.shape {
        Shape::Map(_, entries) => {
            for (key, value) in entries {
                if let Shape::Scalar(_, name) = &key.shape {
                    below(Step::Key(name.clone()), value);
                }
            }
        }
        Shape::List(_, items) => {
            items.iter().enumerate().for_each(|(index, item)| below(Step::Index(index), item));
        }
        Shape::Scalar(..) | Shape::Alias(_) => {}
    }
}
