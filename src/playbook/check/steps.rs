//! Steps: ids, references, and what each kind has to be told. Their order is `needs`' and `gates`'.

use std::collections::HashSet;

use super::{Check, List};
use crate::playbook::order::Order;
use crate::steps::Action;

impl<'a> Check<'a> {
    pub(super) fn steps(&mut self) {
        if self.playbook.steps.is_empty() {
            self.problem(
                "playbook::no_steps",
                "/steps",
                "there is no step".to_owned(),
                "begin with `- {id: engine, do: {engine: {}}}`",
            );
        }
        let mut seen: HashSet<&str> = HashSet::new();
        for list in self.lists() {
            self.list(list, &mut seen);
            self.needs(list);
            let order = Order::of(list.steps);
            // In a loop nothing is before anything.
            if let Some(sorted) = self.loops(list, &order) {
                self.conditions(list, &order);
                self.starts(list, &order, &sorted);
                self.fights(list, &order, &sorted);
            }
        }
    }

    fn list(&mut self, list: List<'a>, seen: &mut HashSet<&'a str>) {
        for (place, step) in list.steps.iter().enumerate() {
            let pointer = format!("/{}/{place}", list.key);
            if !seen.insert(&step.id) {
                let message = format!("two steps have the id `{}`", step.id);
                self.problem(
                    "playbook::duplicate_id",
                    &format!("{pointer}/id"),
                    message,
                    "give each its own: reports name steps by id",
                );
            }
            self.time(list, &pointer, step);
            self.spans(&pointer, &step.action);
            if let Some(container) = step.action.container() {
                self.reference(&format!("{pointer}/do/{}/container", step.action.name()), container);
            }
            self.action(&pointer, &step.action);
        }
    }

    fn action(&mut self, pointer: &str, action: &Action) {
        if let Action::Exec(exec) = action {
            self.arguments(&exec.command, &format!("{pointer}/do/exec/command"));
        }
        match action {
            Action::StrategyCheck(_) if self.playbook.strategy.is_none() => {
                let message = "there is no `strategy` section to check against".to_owned();
                let help = "add `strategy: {default: C, evidence: {container: bot}}`";
                self.problem("playbook::no_strategy", &format!("{pointer}/do/strategy"), message, help);
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
