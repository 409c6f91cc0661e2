//! Steps: ids, references, and an order that can work.

use std::collections::BTreeSet;

use super::Check;
use crate::document::escaped;
use crate::steps::Action;

/// Looking more often than this is a busy loop.
const LEAST_EVERY: std::time::Duration = std::time::Duration::from_millis(100);

impl Check<'_> {
    pub(super) fn steps(&mut self) {
        if self.playbook.steps.is_empty() {
            self.problem(
                "playbook::no_steps",
                "/steps",
                "there is no step".to_owned(),
                "begin with `- {id: engine, do: {engine: {}}}`",
            );
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut network = false;
        for (place, step) in self.playbook.steps.iter().enumerate() {
            let pointer = format!("/steps/{place}");
            if !seen.insert(&step.id) {
                let message = format!("two steps have the id `{}`", step.id);
                self.problem(
                    "playbook::duplicate_id",
                    &format!("{pointer}/id"),
                    message,
                    "give each its own: reports name steps by id",
                );
            }
            if step.within.is_some_and(|within| within.get().is_zero()) {
                self.problem(
                    "playbook::no_time",
                    &format!("{pointer}/within"),
                    "a step needs time".to_owned(),
                    "such as 60s",
                );
            }
            if let (Action::Stable(stable), Some(within)) = (&step.action, step.within)
                && within.get() <= stable.length.get()
            {
                let message =
                    format!("the step ends after {within}, before its window of {} is over", stable.length);
                self.problem(
                    "playbook::no_time",
                    &format!("{pointer}/within"),
                    message,
                    "leave `within` out, or make it longer",
                );
            }
            network |= matches!(step.action, Action::Network(_));
            if let Some(container) = step.action.container() {
                self.reference(&format!("{pointer}/do/{}/container", step.action.name()), container);
            }
            self.step(&pointer, &step.action, &seen, network);
        }
    }

    fn step(&mut self, pointer: &str, action: &Action, before: &BTreeSet<&str>, network: bool) {
        match action {
            Action::Start(start) => {
                if !network {
                    let message = format!("{} is started before the network is made", start.container);
                    let help = "put `- {id: network, do: {network: {}}}` before it";
                    self.problem("playbook::no_network", &format!("{pointer}/do/start"), message, help);
                }
                let held = self.playbook.containers.get(&start.container).map(|format| &format.hold_until);
                for (place, gate) in held.into_iter().flatten().enumerate() {
                    if gate != "safety" && !before.contains(gate.as_str()) {
                        let message =
                            format!("{} is held until `{gate}`, which is no earlier step", start.container);
                        let at = format!("/containers/{}/hold_until/{place}", escaped(&start.container));
                        self.problem(
                            "playbook::hold_until",
                            &at,
                            message,
                            "name the id of a step before its `start`, or `safety`",
                        );
                    }
                }
            }
            Action::StrategyCheck(_) if self.playbook.strategy.is_none() => {
                let message = "there is no `strategy` section to check against".to_owned();
                let help = "add `strategy: {default: C, evidence: {container: bot}}`";
                self.problem("playbook::no_strategy", &format!("{pointer}/do/strategy"), message, help);
            }
            Action::Stable(stable) if stable.every.get() < LEAST_EVERY || stable.length.get().is_zero() => {
                let message = "`for` and `every` are too short to watch anything".to_owned();
                let at = format!("{pointer}/do/stable");
                self.problem(
                    "playbook::no_time",
                    &at,
                    message,
                    "`every` is at least 100ms, `for` above it, such as 5m",
                );
            }
            Action::Exec(exec) if exec.limit.get().is_zero() => {
                let at = format!("{pointer}/do/exec/limit");
                self.problem("playbook::no_time", &at, "a command needs time".to_owned(), "such as 30s");
            }
            Action::Exec(exec) if exec.command.is_empty() => {
                let message = "there is no command".to_owned();
                self.problem(
                    "playbook::no_command",
                    &format!("{pointer}/do/exec/command"),
                    message,
                    "such as [\"/openbell\", \"--version\"]",
                );
            }
            Action::Env(env)
                if env.expect.is_none() && !self.playbook.safety.env.contains_key(&env.container) =>
            {
                let message = format!("nothing is expected of the environment of {}", env.container);
                let help = "add `expect`, or name the container under `safety.env`";
                self.problem("playbook::no_expectation", &format!("{pointer}/do/env"), message, help);
            }
            _ => {}
        }
    }
}
