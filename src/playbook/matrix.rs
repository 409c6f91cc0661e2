//! The entries of a matrix, before anything else is known of them: which are meant, and whether their ids can be.

use std::collections::HashMap;

use serde_json::Value;

use super::include::Composed;
use crate::document::{Problem, nearest};

/// The entry of a matrix: its place in the list, and its id.
pub(super) type Variant = (usize, String);

/// The entries that are meant, or one that stands for a playbook without a matrix; and what is wrong with them.
pub(super) fn variants(composed: &Composed, only: Option<&str>) -> (Vec<Option<Variant>>, Vec<Problem>) {
    let matrix = composed.value.get("matrix").and_then(Value::as_array);
    let entries = matrix.into_iter().flatten().enumerate();
    let (all, mut problems) = usable(
        composed,
        entries.filter_map(|(place, entry)| Some((place, entry.get("id")?.as_str()?.to_owned()))),
    );
    let Some(only) = only else {
        let each: Vec<_> = all.into_iter().map(Some).collect();
        return (if each.is_empty() { vec![None] } else { each }, problems);
    };
    if let Some(found) = all.iter().find(|(_, id)| id == only) {
        return (vec![Some(found.clone())], problems);
    }
    problems.push(no_variant(composed, only, &all));
    (all.first().cloned().map_or_else(|| vec![None], |first| vec![Some(first)]), problems)
}

/// The entries whose ids can be, each id once.
fn usable(composed: &Composed, entries: impl Iterator<Item = Variant>) -> (Vec<Variant>, Vec<Problem>) {
    let (mut usable, mut problems) = (Vec::new(), Vec::new());
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, id) in entries {
        let at = |place: usize| composed.places.find(&format!("/matrix/{place}/id"));
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if id.is_empty() || !id.chars().all(fits) {
            // That is told with the form of the entry.
            continue;
        }
        if let Some(first) = first.get(&id) {
            let message = format!("two entries of the matrix have the id `{id}`");
            let help = "give each its own: its run and report bear it".to_owned();
            let code = "playbook::variant".to_owned();
            let problem = Problem::error(code, message, help, at(place), "second time");
            problems.push(problem.beside(at(*first), "first time"));
        } else {
            first.insert(id.clone(), place);
            usable.push((place, id));
        }
    }
    (usable, problems)
}

fn no_variant(composed: &Composed, only: &str, all: &[Variant]) -> Problem {
    let ids: Vec<&str> = all.iter().map(|(_, id)| id.as_str()).collect();
    let help = match nearest(only, &ids) {
        _ if ids.is_empty() => "leave --only out: the playbook has no matrix".to_owned(),
        Some(near) => format!("did you mean `{near}`? there are: {}", ids.join(", ")),
        None => format!("there are: {}", ids.join(", ")),
    };
    Problem {
        code: "playbook::no_variant".to_owned(),
        message: format!("--only {only}: the playbook's matrix has no such entry"),
        help: Some(help),
        place: (!ids.is_empty()).then(|| composed.places.key("/matrix")),
        label: "these are the entries".to_owned(),
        ..Problem::default()
    }
}
