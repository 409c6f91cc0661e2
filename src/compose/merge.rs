//! One tree onto another, by Compose's rules: mappings join, lists append, scalars replace; commands replace as a whole;
//! `!reset` takes out and `!override` stands alone.

use super::load::{Loader, reset};
use super::problem::ComposeProblems;
use super::tree::{Entry, Is, Rule, Value};

/// The tree of both; what stands in `over` goes before `base`.
pub(super) fn merge(
    loader: &Loader<'_>,
    base: Value,
    over: Value,
    path: &mut Vec<String>,
) -> Result<Value, ComposeProblems> {
    if over.rule == Rule::Replace || whole(path) {
        return Ok(over);
    }
    if over.is_null() {
        return Ok(base);
    }
    if base.is_null() {
        return Ok(over);
    }
    let Value { is, place, rule } = over;
    let is = match (base.is, is) {
        (Is::Map(base), Is::Map(over)) if !other_driver(path, &base, &over) => {
            Is::Map(entries(loader, base, over, path)?)
        }
        (Is::List(mut base), Is::List(over)) => {
            base.extend(over);
            Is::List(base)
        }
        (Is::Scalar(_), is) | (Is::Map(_), is @ Is::Map(_)) => is,
        (Is::Map(_) | Is::List(_), _) => {
            let message = format!("{} cannot be merged with what it overrides", path.join("."));
            return Err(loader.problem("compose::merge", message, "write both in the same form", &place));
        }
    };
    Ok(Value { is, place, rule })
}

fn entries(
    loader: &Loader<'_>,
    mut base: Vec<Entry>,
    over: Vec<Entry>,
    path: &mut Vec<String>,
) -> Result<Vec<Entry>, ComposeProblems> {
    for entry in over {
        let known = base.iter().position(|other| other.key == entry.key);
        match known {
            Some(at) if reset(&entry.value) => drop(base.remove(at)),
            Some(at) => {
                path.push(entry.key.clone());
                let below = std::mem::replace(&mut base[at].value, entry.value.clone());
                base[at].value = merge(loader, below, entry.value, path)?;
                base[at].place = entry.place;
                path.pop();
            }
            None => base.push(entry),
        }
    }
    Ok(base)
}

/// What is never joined with what was there.
fn whole(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["services", _, "command" | "entrypoint"] | ["services", _, "healthcheck", "test"]
    )
}

/// Options of another logging driver are not joined.
fn other_driver(path: &[String], base: &[Entry], over: &[Entry]) -> bool {
    let driver = |entries: &[Entry]| entries.iter().find(|entry| entry.key == "driver")?.value.text();
    path.len() == 3
        && path[2] == "logging"
        && matches!((driver(base), driver(over)), (Some(base), Some(over)) if base != over)
}

/// Takes out what is still marked to go when nothing is left to merge.
pub(super) fn settle(value: &mut Value) {
    match &mut value.is {
        Is::Scalar(_) => {}
        Is::List(items) => {
            items.retain(|item| !reset(item));
            items.iter_mut().for_each(settle);
        }
        Is::Map(entries) => {
            entries.retain(|entry| !reset(&entry.value));
            for entry in entries {
                settle(&mut entry.value);
            }
        }
    }
}
