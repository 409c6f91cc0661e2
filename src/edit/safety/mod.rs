//! What of a playbook decides whether a stack is safe, and which changes of it a person has to approve.
//!
//! Judged by what a playbook means before and after, never by the path that was typed: an editor or a batch goes the same
//! way. The list, and why:
//! - `safety` and `strategy`, whole: they are the rule itself.
//! - `include` and `env_file`: other files that could bring any of the rest.
//! - Variables that anything of this list is made of, or a condition of it asks for, the matrix's too, also where an
//!   included file uses them; a live port that an address is made of.
//! - Of each container: whether it is held in effect; everything but its name, ports, health check and stop grace
//!   (another bot, or a gameplan put in its way); variables whose names speak of mode, orders, accounts, credentials,
//!   plans or the gateway's host; every variable and published port that names a live port; and every port that is
//!   published to more than this machine.
//! - Every step that checks something, runs something or is a gate, with its condition and the checks it comes after:
//!   all but those that only wait or make ready. A step that is added and only checks needs no approval.
//! - A gateway's address with a live port: another gateway is another account. Other connection parameters are nobody's
//!   safety.
//!
//! It is looked for in the file and in all it includes.
//!
//! Of a file that is made to be included nobody knows who uses it and how: there every variable, every published port and
//! every step but the first ones of a start-up counts.
//!
//! `DRY_RUN` that becomes true, `TRADING_MODE` that becomes paper, a container that becomes held, and a live port that
//! goes need no approval either: but they are recorded, as every change of this list is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

mod containers;
mod steps;
mod variables;

use steps::{CHECKS, LISTS, PLAIN_STEPS};
use variables::Scope;

pub(super) use variables::ADDRESS;

/// What decides about safety, by its path.
pub(super) type Relevant = BTreeMap<String, Value>;

/// One change of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Changed {
    /// Where.
    pub(super) path: String,
    /// What was there.
    pub(super) before: Option<Value>,
    /// What is there now.
    pub(super) after: Option<Value>,
    /// Whether it makes things no less safe.
    pub(super) harmless: bool,
}

/// What of a playbook's meaning decides about safety. `whole` is what the file and all it includes say; `given` are the
/// variables of its env files, which decide only what the rest amounts to: their values do not appear.
pub(super) fn relevant(whole: &Value, given: &BTreeMap<String, String>) -> Relevant {
    let part = is_part(whole);
    let scopes = variables::scopes(whole, given);
    let mut found = listed(whole, &scopes, part);
    let mut names = used(&found);
    if part {
        names.extend(entries(whole.get("vars")).map(|(name, _)| name.clone()));
    }
    variables::find(whole, names, &mut found);
    variables::of_address(whole, &scopes, &mut found);
    found
}

/// The variables that anything of it is made of.
pub(super) fn used(relevant: &Relevant) -> Vec<String> {
    variables::used(relevant.values())
}

/// Whether a file is made to be included: only the whole has a name.
pub(super) fn is_part(playbook: &Value) -> bool {
    playbook.is_object() && playbook.get("name").is_none()
}

fn listed(whole: &Value, scopes: &[Scope], part: bool) -> Relevant {
    let mut found = Relevant::new();
    for section in ["safety", "strategy", "include", "env_file"] {
        leaves(section, whole.get(section), &mut found);
    }
    for (name, container) in entries(whole.get("containers")) {
        let address = whole.pointer("/connection/address").and_then(Value::as_str);
        let path = format!("containers.{name}");
        containers::find(&path, container, scopes, address, part, &mut found);
    }
    for list in LISTS {
        steps::find(list, whole, part, &mut found);
    }
    found
}

fn entries(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn leaves(path: &str, value: Option<&Value>, found: &mut Relevant) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| leaves(&format!("{path}.{key}"), Some(value), found));
        }
        Some(value) => drop(found.insert(path.to_owned(), value.clone())),
    }
}

/// What of it changed.
pub(super) fn changes(before: &Relevant, after: &Relevant) -> Vec<Changed> {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |path: &String| {
        let (was, is) = (before.get(path).cloned(), after.get(path).cloned());
        let harmless = harmless(path, was.as_ref(), is.as_ref());
        (was != is).then(|| Changed { path: path.clone(), before: was, after: is, harmless })
    };
    paths.into_iter().filter_map(change).collect()
}

fn harmless(path: &str, was: Option<&Value>, is: Option<&Value>) -> bool {
    let name = path.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
    if path.ends_with(containers::HELD) {
        return is != Some(&json!(false));
    }
    if path.starts_with("containers.") && path.contains(".env.") {
        return match name.as_str() {
            "DRY_RUN" => is == Some(&json!("true")),
            "TRADING_MODE" => is == Some(&json!("paper")),
            _ => is.is_none() && was.is_some_and(variables::live) && !containers::telling(&name),
        };
    }
    if path.contains(".ports[") || path.starts_with(variables::ADDRESS) {
        return is.is_none();
    }
    if !LISTS.iter().any(|list| path.starts_with(&format!("{list}."))) {
        return false;
    }
    if path.ends_with(steps::AFTER) {
        // A step that comes or goes is a change of its own.
        return items(was).all(|check| is.is_none() || items(is).any(|there| there == check));
    }
    let kind = is.map_or("", |step| steps::kind(step));
    was.is_none() && (CHECKS.contains(&kind) || PLAIN_STEPS.contains(&kind))
}
