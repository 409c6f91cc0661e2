//! What of the steps decides about safety.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Relevant, entries, items};

/// The lists of steps.
pub(super) const LISTS: [&str; 3] = ["steps", "on_failure", "finally"];
/// Steps that only wait or make ready.
pub(super) const PLAIN_STEPS: [&str; 7] =
    ["engine", "network", "image", "healthy", "port", "ready", "session"];
/// Of these, those that prove nothing about a gateway.
const FIRST_STEPS: [&str; 3] = ["engine", "network", "image"];
/// Steps that only check.
pub(super) const CHECKS: [&str; 6] = ["account", "env", "absent", "strategy", "stable", "log"];

/// Ends the path under which the checks stand that a step comes after.
pub(super) const AFTER: &str = ", after";

/// The kind of a step.
pub(super) fn kind(step: &Value) -> &str {
    entries(step.get("do")).next().map_or("", |(kind, _)| kind.as_str())
}

/// Finds the steps that check or run something, with the checks that each comes after.
pub(super) fn find(list: &str, whole: &Value, part: bool, found: &mut Relevant) {
    let gates = gates(whole);
    let order = Order::of(whole.get(list));
    let checks = items(whole.get(list)).filter(|step| CHECKS.contains(&kind(step))).filter_map(id);
    let checks: BTreeSet<&str> = checks.collect();
    for (index, step) in items(whole.get(list)).enumerate() {
        let (kind, name) = (kind(step), id(step).map_or(index.to_string(), str::to_owned));
        let gate = gates.contains(name.as_str()) || (part && !FIRST_STEPS.contains(&kind));
        if PLAIN_STEPS.contains(&kind) && !gate {
            continue;
        }
        let path = format!("{list}.{name}");
        let mut shown = json!({ "do": step.get("do") });
        for key in ["needs", "when"] {
            if let Some(value) = step.get(key) {
                shown[key] = value.clone();
            }
        }
        if !CHECKS.contains(&kind) {
            let after: Vec<&str> = order.before(&name).into_iter().filter(|id| checks.contains(id)).collect();
            found.insert(format!("{path}{AFTER}"), json!(after));
        }
        found.insert(path, shown);
    }
}

fn id(step: &Value) -> Option<&str> {
    step.get("id").and_then(Value::as_str)
}

/// The steps that containers wait for.
fn gates(whole: &Value) -> BTreeSet<&str> {
    let containers = entries(whole.get("containers")).map(|(_, container)| container);
    containers.flat_map(|container| items(container.get("hold_until"))).filter_map(Value::as_str).collect()
}

/// Which step waits for which.
struct Order<'a> {
    steps: Vec<&'a Value>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Order<'a> {
    fn of(steps: Option<&'a Value>) -> Self {
        let steps: Vec<&Value> = items(steps).collect();
        let places = steps.iter().enumerate().filter_map(|(place, step)| Some((id(step)?, place))).collect();
        Self { steps, places }
    }

    /// The ids of all steps that are done when this one starts.
    fn before(&self, id: &str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<usize> = self.places.get(id).copied().into_iter().collect();
        while let Some(place) = open.pop() {
            let fresh: Vec<usize> = match self.steps[place].get("needs") {
                Some(needs) => {
                    items(Some(needs)).filter_map(|need| self.places.get(need.as_str()?).copied()).collect()
                }
                None => (0..place).collect(),
            };
            open.extend(fresh.into_iter().filter(|place| seen.insert(*place)));
        }
        seen.into_iter().filter_map(|place| self::id(self.steps[place])).collect()
    }
}
