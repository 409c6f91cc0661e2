//! What is new in a text: keys, items, and the levels above them that are missing.

use serde_json::Value;

use super::path::Step;
use super::text::{column, cut, empty_place, find, members, newline};
use super::value::{written, written_text};
use crate::document::{Shape, Style, Tree, TreeNode};

/// A new key of a mapping or a new item of a list, with the levels between that are missing.
pub(super) fn insert(text: &str, tree: &Tree, steps: &[Step], new: &Value) -> Option<String> {
    let there = (0..steps.len()).rev().find(|length| find(tree, &steps[..*length]).is_some())?;
    let found = find(tree, &steps[..there])?;
    let parent = found.node;
    let (step, missing) = steps[there..].split_first()?;
    let flow = found.in_flow() || parent.is_flow();
    match &parent.shape {
        Shape::Map(false, entries) => {
            let Step::Key(name) = step else { return None };
            let first = &entries.first()?.0;
            let indent = column(text, first.span.start);
            // A key that is written in several lines or after `?` has no column to go by.
            let lines = block_lines(name, missing, new, indent, newline(text))?;
            add_lines(text, tree, parent.span.end, &lines)
        }
        Shape::List(false, _) => {
            let indent = " ".repeat(column(text, parent.span.start));
            let item = nested(missing, new);
            add_lines(
                text,
                tree,
                parent.span.end,
                &format!("{indent}- {}", written(&item, false, Style::Plain)),
            )
        }
        Shape::Map(true, _) | Shape::List(true, _) => {
            let item = match step {
                Step::Key(name) => {
                    let value = written(&nested(missing, new), true, Style::Plain);
                    format!("{}: {value}", written_text(name, true, Style::Plain))
                }
                Step::Index(_) => written(&nested(missing, new), true, Style::Plain),
            };
            add_to_flow(text, tree, parent, &item)
        }
        Shape::Scalar(..) if parent.span.is_empty() || text.get(parent.span.clone()) == Some("~") => {
            let item = nested(&steps[there..], new);
            let value = written(&item, flow, Style::Plain);
            let space = if parent.span.is_empty() { " " } else { "" };
            let place = if parent.span.is_empty() { empty_place(text, &found)? } else { parent.span.clone() };
            cut(text, tree, vec![(place, format!("{space}{value}"))])
        }
        Shape::Scalar(..) | Shape::Alias(_) => None,
    }
}

/// A value with the levels above it that are missing.
fn nested(missing: &[Step], value: &Value) -> Value {
    missing.iter().rev().fold(value.clone(), |inner, step| match step {
        Step::Key(name) => serde_json::json!({ name.as_str(): inner }),
        Step::Index(_) => Value::Array(vec![inner]),
    })
}

/// A new entry of a block mapping: each missing level of keys has a line of its own.
fn block_lines(name: &str, missing: &[Step], value: &Value, indent: usize, newline: &str) -> Option<String> {
    let mut lines = format!("{}{}:", " ".repeat(indent), written_text(name, false, Style::Plain));
    match missing.split_first() {
        Some((Step::Key(next), rest)) => {
            lines.push_str(newline);
            lines.push_str(&block_lines(next, rest, value, indent + 2, newline)?);
        }
        Some((Step::Index(_), _)) => {
            lines.push(' ');
            lines.push_str(&written(&nested(missing, value), false, Style::Plain));
        }
        None => {
            lines.push(' ');
            lines.push_str(&written(value, false, Style::Plain));
        }
    }
    Some(lines)
}

/// Lines after the one in which a block ends.
fn add_lines(text: &str, tree: &Tree, end: usize, lines: &str) -> Option<String> {
    let newline = newline(text);
    let cuts = match text.get(end..)?.find('\n') {
        Some(length) => {
            let next = end + length + 1;
            vec![(next..next, format!("{lines}{newline}"))]
        }
        None => vec![(text.len()..text.len(), format!("{newline}{lines}"))],
    };
    cut(text, tree, cuts)
}

fn add_to_flow(text: &str, tree: &Tree, parent: &TreeNode, item: &str) -> Option<String> {
    let place = if let Some(last) = members(parent).last() {
        (last.end..last.end, format!(", {item}"))
    } else {
        let inside = parent.span.start + 1..parent.span.end.checked_sub(1)?;
        let pad = if text.get(parent.span.clone())?.starts_with('{') { " " } else { "" };
        let empty = text.get(inside.clone())?.trim().is_empty();
        let place = if empty { inside } else { parent.span.start + 1..parent.span.start + 1 };
        (place, format!("{pad}{item}{pad}"))
    };
    cut(text, tree, vec![place])
}
