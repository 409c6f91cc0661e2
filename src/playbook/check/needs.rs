//! `needs`: every name a step's of the same list, and no steps that wait for each other.

use std::collections::BTreeSet;

use super::{Check, List};
use crate::playbook::order::Order;

impl Check<'_> {
    /// The names under `needs` of a list.
    pub(super) fn needs(&mut self, list: List<'_>) {
        let ids: BTreeSet<&str> = list.steps.iter().map(|step| step.id.as_str()).collect();
        let known: Vec<&str> = ids.iter().copied().collect();
        for (place, step) in list.steps.iter().enumerate() {
            let mut named = BTreeSet::new();
            for (at, need) in step.needs.iter().flatten().enumerate() {
                let pointer = format!("/{}/{place}/needs/{at}", list.key);
                if *need == step.id {
                    let message = format!("the step `{need}` waits for itself");
                    let help = "leave it out; `needs: []` starts at once";
                    self.problem("playbook::needs_itself", &pointer, message, help);
                } else if !ids.contains(need.as_str()) {
                    self.unknown_need(need, list, &known, &pointer);
                } else if !named.insert(need) {
                    let message = format!("`{need}` is needed twice");
                    self.problem("playbook::needs_twice", &pointer, message, "once is enough");
                }
            }
        }
    }

    fn unknown_need(&mut self, need: &str, list: List<'_>, known: &[&str], pointer: &str) {
        let elsewhere = self.lists().into_iter().find(|other| other.steps.iter().any(|step| step.id == need));
        let (message, help) = match elsewhere {
            Some(other) => (
                format!("`{need}` is a step of `{}`, not of `{}`", other.key, list.key),
                format!("`needs` speaks of the steps of the same list; `{}` is a list of its own", other.key),
            ),
            None => (
                format!("there is no step `{need}`"),
                self.meant(need, known, "name the id of a step of the same list"),
            ),
        };
        self.problem("playbook::no_step", pointer, message, &help);
    }

    /// Steps that wait for each other: each loop once. The steps of the list in an order that works, if there is one.
    pub(super) fn loops(&mut self, list: List<'_>, order: &Order<'_>) -> Option<Vec<usize>> {
        let (sorted, loops) = order.sorted();
        for found in &loops {
            let ids: Vec<&str> = found.iter().map(|place| list.steps[*place].id.as_str()).collect();
            let drawn = format!("{} → {}", ids.join(" → "), ids[0]);
            // One of them says so itself; the others may wait by their place in the file.
            let next = |at: usize| found[(at + 1) % found.len()];
            let named = found.iter().enumerate().find_map(|(at, place)| {
                let id = &list.steps[next(at)].id;
                let needs = list.steps[*place].needs.as_ref()?;
                Some((*place, needs.iter().position(|need| need == id)?))
            });
            let pointer = named.map_or_else(
                || format!("/{}/{}", list.key, found[0]),
                |(place, at)| format!("/{}/{place}/needs/{at}", list.key),
            );
            let by_place = found.iter().find(|place| list.steps[**place].needs.is_none());
            let help = by_place.map_or_else(
                || "`a → b` reads: a waits for b. Take one of them out of a `needs`".to_owned(),
                |place| {
                    let id = &list.steps[*place].id;
                    format!("`a → b` reads: a waits for b. `{id}` has no `needs`, so it waits for every step above it")
                },
            );
            let message = format!("steps wait for each other: {drawn}");
            self.problem("playbook::needs_loop", &pointer, message, &help);
        }
        loops.is_empty().then_some(sorted)
    }
}
