//! What is taken out of a text: an entry or an item, with its line where it has one of its own.

use std::iter;
use std::ops::Range;

use super::path::Step;
use super::text::{collapse, cut, find, line_end, line_start, members};
use crate::document::{Shape, Tree, TreeNode};

/// The text without the entry or item at these steps; `None` when that cannot be done.
pub(super) fn remove(text: &str, steps: &[Step]) -> Option<String> {
    let tree = Tree::of(text)?;
    let (last, above) = steps.split_last()?;
    let found = find(&tree, steps)?;
    let parent = *found.around.last()?;
    let members = starts(text, parent)?;
    let index = match (last, &parent.shape) {
        (Step::Index(index), _) => *index,
        (Step::Key(name), Shape::Map(_, entries)) => entries
            .iter()
            .position(|(key, _)| matches!(&key.shape, Shape::Scalar(_, text) if text == name))?,
        _ => return None,
    };
    if members.len() == 1 {
        let empty = if matches!(parent.shape, Shape::Map(..)) { "{}" } else { "[]" };
        if parent.is_flow() {
            return cut(text, &tree, vec![(parent.span.clone(), empty.to_owned())]);
        }
        return collapse(text, &tree, &find(&tree, above)?, empty);
    }
    let place = members.get(index)?.clone();
    let gone = match own_lines(text, &place, parent.is_flow()) {
        Some(lines) => vec![lines],
        None => shared_lines(text, &tree, &members, index, parent.is_flow())?,
    };
    cut(text, &tree, gone.into_iter().map(|gone| (gone, String::new())).collect())
}

/// As [`members`], but the items of a block list with their dashes.
fn starts(text: &str, parent: &TreeNode) -> Option<Vec<Range<usize>>> {
    let mut members = members(parent);
    if let Shape::List(false, _) = &parent.shape {
        let mut from = parent.span.start;
        for member in &mut members {
            let dash = dash_after(text, from)?;
            from = member.end.max(dash + 1);
            *member = dash..from;
        }
    }
    Some(members)
}

/// The first `-` after white space and comments.
fn dash_after(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        match trimmed.chars().next()? {
            '-' => return Some(at),
            '#' => at = line_end(text, at),
            _ => return None,
        }
    }
}

/// The whole lines of an entry, with the comment behind it, when nothing else stands in them.
fn own_lines(text: &str, place: &Range<usize>, flow: bool) -> Option<Range<usize>> {
    let start = line_start(text, place.start);
    let before = text.get(start..place.start)?.trim_start_matches('\u{feff}');
    let end = line_end(text, place.end);
    let behind = text.get(place.end..end)?.trim();
    let behind = if flow { behind.strip_prefix(',').unwrap_or(behind).trim_start() } else { behind };
    if !before.trim().is_empty() || !(behind.is_empty() || behind.starts_with('#')) {
        return None;
    }
    if let Some(length) = text.get(end..)?.find('\n') {
        return Some(start..end + length + 1);
    }
    // The last line of a file that does not end with a line end.
    let line = text.get(..start)?;
    let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    Some(line.len()..text.len())
}

/// What to cut out for a member that shares its lines with others. What comes next moves up to where it stood.
fn shared_lines(
    text: &str,
    tree: &Tree,
    members: &[Range<usize>],
    index: usize,
    flow: bool,
) -> Option<Vec<Range<usize>>> {
    let place = members.get(index)?.clone();
    let before = index.checked_sub(1).and_then(|before| members.get(before));
    let commented = |gap: &Range<usize>| tree.comments.iter().any(|comment| gap.contains(&comment.start));
    let comma = |at: usize| {
        let rest = text.get(at..)?;
        let comma = at + rest.len() - rest.trim_start().len();
        text[comma..].starts_with(',').then_some(comma)
    };
    let up_to = |next: &Range<usize>| {
        if flow {
            text.get(place.end..next.start).map(|gap| !gap.contains('\n'))
        } else {
            Some(!commented(&(line_end(text, place.end)..next.start)))
        }
    };
    let only = |gone: Range<usize>| iter::once(gone).collect();
    match (members.get(index + 1), before) {
        (Some(next), _) if up_to(next)? => Some(only(place.start..next.start)),
        (_, Some(before)) if flow && !commented(&(before.end..place.end)) => {
            Some(only(before.end..place.end))
        }
        (Some(_), _) if flow => {
            let end = comma(place.end)? + 1;
            let space = text.get(end..)?.len() - text.get(end..)?.trim_start_matches([' ', '\t']).len();
            Some(only(place.start..end + space))
        }
        (None, Some(before)) if flow => {
            let comma = comma(before.end)?;
            Some(vec![comma..comma + 1, place])
        }
        _ => None,
    }
}
