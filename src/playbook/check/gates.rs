//! What has to be over before a container is started: the network, its gates, and another step that has to do with it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, List};
use crate::document::escaped;
use crate::playbook::Step;
use crate::playbook::order::Order;
use crate::steps::Action;

impl Check<'_> {
    /// Every `start` of a list whose steps stand in an order that works.
    pub(super) fn starts(&mut self, list: List<'_>, order: &Order<'_>, sorted: &[usize]) {
        let mut network = vec![list.key != "steps" && self.makes_network(); list.steps.len()];
        for place in sorted {
            let before = |earlier: &usize| {
                network[*earlier] || matches!(list.steps[*earlier].action, Action::Network(_))
            };
            network[*place] |= order.waits_for(*place).iter().any(before);
        }
        let mut conditional = BTreeSet::new();
        for (place, step) in list.steps.iter().enumerate() {
            let Action::Start(start) = &step.action else { continue };
            let pointer = format!("/{}/{place}/do/start", list.key);
            if !network[place] {
                self.no_network(&start.container, step, &pointer);
            }
            if list.key != "steps" {
                self.late_start(&start.container, list, &pointer);
                continue;
            }
            let gates = self.playbook.containers.get(&start.container).map(|format| &format.hold_until);
            for (at, gate) in gates.into_iter().flatten().enumerate().filter(|(_, gate)| *gate != "safety") {
                let pointer = format!("/containers/{}/hold_until/{at}", escaped(&start.container));
                match list.steps.iter().position(|step| step.id == *gate) {
                    Some(found) if order.is_before(found, place) => {
                        if list.steps[found].when.is_some() && conditional.insert(found) {
                            self.conditional_gate(&start.container, gate, found);
                        }
                    }
                    found => self.no_gate((&start.container, gate), step, found.is_some(), &pointer),
                }
            }
        }
    }

    fn makes_network(&self) -> bool {
        self.playbook.steps.iter().any(|step| matches!(step.action, Action::Network(_)))
    }

    fn no_network(&mut self, container: &str, step: &Step, pointer: &str) {
        let message = format!("{container} is started before the network is made");
        let made = self.playbook.steps.iter().find(|other| matches!(other.action, Action::Network(_)));
        let help = match made {
            Some(network) if step.needs.is_some() => format!("add {} to its `needs`", network.id),
            _ => "put `- {id: network, do: {network: {}}}` before it".to_owned(),
        };
        self.problem("playbook::no_network", pointer, message, &help);
    }

    /// At the end of a run nobody proves the safe state any more.
    fn late_start(&mut self, container: &str, list: List<'_>, pointer: &str) {
        if self.playbook.holds(container) {
            let message = format!("{container} is held, and `{}` would start it", list.key);
            let help =
                "start it in `steps`, where its gates are; here it can be stopped: `stop: {container: …}`";
            self.problem("safety::late_start", pointer, message, help);
        }
    }

    fn conditional_gate(&mut self, container: &str, gate: &str, place: usize) {
        let message = format!(
            "{container} is held until `{gate}`, which this condition can skip: the gate would stand open"
        );
        let help = "take `when` out of a step that is a gate, or name another step under `hold_until`";
        self.problem("safety::conditional_gate", &format!("/steps/{place}/when"), message, help);
    }

    fn no_gate(&mut self, (container, gate): (&str, &str), step: &Step, exists: bool, pointer: &str) {
        let (message, help) = if exists && step.needs.is_some() {
            (
                format!(
                    "{container} is held until `{gate}`, and `{}`, which starts it, does not wait for that",
                    step.id
                ),
                format!("add {gate} to the `needs` of `{}`", step.id),
            )
        } else {
            let known: Vec<&str> = self.playbook.steps.iter().map(|step| step.id.as_str()).collect();
            let help = "name the id of a step before its `start`, or `safety`";
            let help = if exists { help.to_owned() } else { self.meant(gate, &known, help) };
            (format!("{container} is held until `{gate}`, which is no earlier step"), help)
        };
        self.problem("playbook::hold_until", pointer, message, &help);
    }

    /// Two steps that start or stop one container at the same time.
    pub(super) fn fights(&mut self, list: List<'_>, order: &Order<'_>, sorted: &[usize]) {
        let mut by_container: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for place in sorted {
            if let Action::Start(_) | Action::Stop(_) = &list.steps[*place].action
                && let Some(container) = list.steps[*place].action.container()
            {
                by_container.entry(container).or_default().push(*place);
            }
        }
        for (container, places) in by_container {
            // If every one waits for the one before it, they all stand in a row.
            for pair in places.windows(2).filter(|pair| !order.is_before(pair[0], pair[1])) {
                let (first, second) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                let (one, other) = (&list.steps[first], &list.steps[second]);
                let message = format!(
                    "`{}` and `{}` have to do with the container {container} at the same time",
                    one.id, other.id
                );
                let help =
                    format!("let one wait for the other: add {} to the `needs` of `{}`", one.id, other.id);
                let pointer = format!("/{}/{second}/do/{}", list.key, other.action.name());
                self.problem("playbook::container_fight", &pointer, message, &help);
            }
        }
    }
}
