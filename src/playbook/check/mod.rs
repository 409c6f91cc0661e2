//! What a playbook means: references that lead nowhere, ids that clash, safety that contradicts itself.
//!
//! Collects every problem; each carries the pointer of the value to blame.

mod containers;
mod ids;
mod safety;
mod steps;

use super::Playbook;
use crate::document::{Places, Problem};

/// Every problem with the meaning of a playbook.
pub(super) fn check(playbook: &Playbook, places: &Places) -> Vec<Problem> {
    let mut check = Check { playbook, places, problems: Vec::new() };
    check.name();
    check.connection();
    check.ledger();
    check.strategy();
    check.safety();
    check.containers();
    check.steps();
    check.problems
}

struct Check<'a> {
    playbook: &'a Playbook,
    places: &'a Places,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn problem(&mut self, code: &'static str, pointer: &str, message: String, help: &str) {
        self.problems.push(Problem {
            code: code.to_owned(),
            message,
            help: Some(help.to_owned()),
            place: Some(self.places.find(pointer)),
            label: "here".to_owned(),
        });
    }

    fn name(&mut self) {
        let name = &self.playbook.name;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        if name.is_empty() || !name.chars().all(fits) || name.starts_with(['-', '_']) {
            let message = format!("`{name}` cannot be the name of a playbook");
            self.problem(
                "playbook::name",
                "/name",
                message,
                "use lower-case letters, digits, - and _, such as paper",
            );
        }
        if self.playbook.within.get().is_zero() {
            self.problem("playbook::no_time", "/within", "a run needs time".to_owned(), "such as 30m");
        }
    }

    fn reference(&mut self, pointer: &str, container: &str) {
        if !self.playbook.containers.contains_key(container) {
            let declared: Vec<&str> = self.playbook.containers.keys().map(String::as_str).collect();
            let help = if declared.is_empty() {
                "declare it under `containers`".to_owned()
            } else {
                format!("declared are: {}", declared.join(", "))
            };
            let message = format!("there is no container `{container}`");
            self.problem("playbook::no_container", pointer, message, &help);
        }
    }
}
