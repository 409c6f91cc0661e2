//! One change of a text by the places of its nodes: what it does not touch stays byte for byte.

use std::ops::Range;

use serde_json::Value;

use super::insert::insert;
use super::path::Step;
use super::remove::remove;
use super::value::written;
use crate::document::{Shape, Style, Tree, TreeNode};

/// What stands in the way, and what comes there.
pub(super) type Cut = (Range<usize>, String);

/// A node and what it stands in.
pub(super) struct Found<'a> {
    /// The collections around it, from the outside in.
    pub(super) around: Vec<&'a TreeNode>,
    /// Its key, when it stands in a mapping.
    key: Option<&'a TreeNode>,
    pub(super) node: &'a TreeNode,
}

impl Found<'_> {
    pub(super) fn in_flow(&self) -> bool {
        self.around.iter().any(|node| node.is_flow())
    }
}

/// The node at these steps; `None` when the way leads through an alias or a merge key.
pub(super) fn find<'a>(tree: &'a Tree, steps: &[Step]) -> Option<Found<'a>> {
    let mut found = Found { around: Vec::new(), key: None, node: &tree.root };
    for step in steps {
        let (key, node) = match step {
            Step::Key(name) => found.node.entry(name).map(|(key, node)| (Some(key), node))?,
            Step::Index(index) => (None, found.node.item(*index)?),
        };
        found.around.push(found.node);
        found.key = key;
        found.node = node;
    }
    Some(found)
}

/// The text in which the value at these steps is another one. Where both are collections of one kind, only what differs
/// between them is touched. `None` when that cannot be done.
pub(super) fn write(text: &str, steps: &[Step], old: Option<&Value>, new: &Value) -> Option<String> {
    if old == Some(new) {
        return Some(text.to_owned());
    }
    let tree = Tree::of(text)?;
    let Some(found) = find(&tree, steps) else { return insert(text, &tree, steps, new) };
    let below = |step: Step| [steps, &[step]].concat();
    let mut text = text.to_owned();
    match (&found.node.shape, old, new) {
        (Shape::Map(..), Some(Value::Object(old)), Value::Object(new)) if !new.is_empty() => {
            for (key, value) in new {
                text = write(&text, &below(Step::Key(key.clone())), old.get(key), value)?;
            }
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                text = remove(&text, &below(Step::Key(key.clone())))?;
            }
            Some(text)
        }
        (Shape::List(..), Some(Value::Array(old)), Value::Array(new)) if !new.is_empty() => {
            for (index, value) in new.iter().enumerate() {
                text = write(&text, &below(Step::Index(index)), old.get(index), value)?;
            }
            for index in (new.len()..old.len()).rev() {
                text = remove(&text, &below(Step::Index(index)))?;
            }
            Some(text)
        }
        _ => replace(&text, &tree, &found, new),
    }
}

fn replace(text: &str, tree: &Tree, found: &Found<'_>, new: &Value) -> Option<String> {
    let node = found.node;
    let style = match &node.shape {
        Shape::Scalar(style, _) => *style,
        _ => Style::Plain,
    };
    if let (Style::Block, Value::String(new), false) = (style, new, node.anchor != 0)
        && let Some(block) = block_text(text, found, new)
    {
        return cut(text, tree, vec![(node.span.clone(), block)]);
    }
    let value = written(new, found.in_flow(), style);
    if node.is_block() {
        return collapse(text, tree, found, &value);
    }
    if node.span.is_empty() {
        return cut(text, tree, vec![(empty_place(text, found)?, format!(" {value}"))]);
    }
    // A block of text takes the comment of its first line along.
    let header =
        tree.comments.iter().find(|comment| node.span.start < comment.start && comment.end <= node.span.end);
    let comment = header.filter(|_| style == Style::Block).and_then(|place| text.get(place.clone()));
    let value = comment.map_or(value.clone(), |comment| format!("{value} {comment}"));
    cut(text, tree, vec![(node.span.clone(), value)])
}

/// Where a value belongs that is empty: behind the colon of its key, before any comment.
pub(super) fn empty_place(text: &str, found: &Found<'_>) -> Option<Range<usize>> {
    let Some(key) = found.key else { return Some(found.node.span.clone()) };
    let colon = key.span.end + text.get(key.span.end..)?.find(':')? + 1;
    Some(if text.get(key.span.end..colon - 1)?.trim().is_empty() {
        colon..colon
    } else {
        found.node.span.clone()
    })
}

/// A text of several lines as a block, with the comment of the old one's first line; `None` where that is not simple.
fn block_text(text: &str, found: &Found<'_>, new: &str) -> Option<String> {
    let old = text.get(found.node.span.clone())?;
    let header = old.lines().next()?;
    let body = new.strip_suffix('\n').unwrap_or(new);
    let simple = |line: &str| !line.starts_with([' ', '\t']) && !line.chars().any(char::is_control);
    let printable = !body.contains(['\u{feff}', '\u{85}', '\u{2028}', '\u{2029}']);
    let whole = !body.starts_with('\n') && !body.ends_with('\n') && body.contains('\n');
    if !(whole && printable && body.split('\n').all(simple)) {
        return None;
    }
    let first = old.lines().skip(1).find(|line| !line.trim().is_empty())?;
    let indent = &first[..first.len() - first.trim_start().len()];
    let comment = header.find([' ', '\t']).map_or("", |at| header[at..].trim_end());
    let mark = if new.ends_with('\n') { "|" } else { "|-" };
    let line = |line: &str| {
        let indent = if line.is_empty() { "" } else { indent };
        format!("{}{indent}{line}", newline(text))
    };
    Some(format!("{mark}{comment}{}", body.split('\n').map(line).collect::<String>()))
}

/// A block collection as a value in one line, behind its key where it has one.
pub(super) fn collapse(text: &str, tree: &Tree, found: &Found<'_>, value: &str) -> Option<String> {
    let node = found.node;
    if node.anchor != 0 {
        return None;
    }
    match found.key {
        Some(key) if text.get(key.span.end..node.span.start)?.contains('\n') => {
            let colon = key.span.end + text.get(key.span.end..)?.find(':')? + 1;
            let end = line_end(text, colon);
            let rest = line_end(text, node.span.end);
            cut(text, tree, vec![(colon..colon, format!(" {value}")), (end..rest, String::new())])
        }
        _ => cut(text, tree, vec![(node.span.clone(), value.to_owned())]),
    }
}

/// Where the line that holds this place ends, before its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// Where the line that holds this place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// How far a place is from the beginning of its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].trim_start_matches('\u{feff}').chars().count()
}

/// Where each entry or item of a collection stands.
pub(super) fn members(node: &TreeNode) -> Vec<Range<usize>> {
    match &node.shape {
        Shape::Map(_, entries) => {
            entries.iter().map(|(key, value)| key.span.start..value.span.end.max(key.span.end)).collect()
        }
        Shape::List(_, items) => items.iter().map(|item| item.span.clone()).collect(),
        Shape::Scalar(..) | Shape::Alias(_) => Vec::new(),
    }
}

/// Carries cuts out. `None` when a comment would be lost that does not stand in what is cut out, or one would appear.
pub(super) fn cut(text: &str, tree: &Tree, mut cuts: Vec<Cut>) -> Option<String> {
    let gone = |comment: &Range<usize>| {
        cuts.iter().any(|(place, new)| {
            let kept = text.get(comment.clone()).is_some_and(|comment| new.contains(comment));
            place.start < comment.end && comment.start < place.end && !kept
        })
    };
    let kept: Vec<&str> = tree
        .comments
        .iter()
        .filter(|comment| !gone(comment))
        .filter_map(|place| text.get(place.clone()))
        .collect();
    // From the last to the first: what stands before a cut keeps its place. What is taken out goes before what is put in.
    cuts.sort_by_key(|(place, _)| std::cmp::Reverse((place.start, place.end)));
    let mut new = text.to_owned();
    for (place, value) in &cuts {
        text.get(place.clone())?;
        new.replace_range(place.clone(), value);
    }
    let after = Tree::of(&new)?;
    let now: Vec<&str> = after.comments.iter().filter_map(|place| new.get(place.clone())).collect();
    (kept == now).then_some(new)
}
