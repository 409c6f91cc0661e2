//! What a playbook means: references that lead nowhere, ids that clash, safety that contradicts itself.
//!
//! Collects every problem; each carries the pointer of the value to blame.

use std::collections::HashMap;
use std::ops::Range;

mod clients;
mod conditions;
mod containers;
mod drills;
mod env;
mod evidence;
mod gates;
mod ids;
mod journal;
mod live;
mod maintenance;
mod needs;
mod notify;
mod reach;
mod safety;
mod steps;
mod time;
mod variants;
mod watch;

pub use clients::is_client_id;
pub use variants::{Clash, variants};

use super::{Playbook, Step};
use crate::document::{MOST_TOLD, Places, Problem, nearest};

/// Every problem with the meaning of a playbook.
pub(super) fn check(playbook: &Playbook, places: &Places) -> Vec<Problem> {
    let mut check = Check { playbook, places, problems: Vec::new(), counts: HashMap::new() };
    check.name();
    check.variables();
    check.connection();
    check.ledger();
    check.clients();
    check.strategy();
    check.safety();
    check.maintenance();
    check.containers();
    check.live_ports();
    check.published_elsewhere();
    check.watch();
    check.journal();
    check.steps();
    check.notify();
    check.problems
}

struct Check<'a> {
    playbook: &'a Playbook,
    places: &'a Places,
    problems: Vec<Problem>,
    /// How many there are of each code.
    counts: HashMap<String, usize>,
}

/// One of the lists of steps.
#[derive(Clone, Copy)]
struct List<'a> {
    /// Its key in the playbook.
    key: &'static str,
    steps: &'a [Step],
}

impl<'a> Check<'a> {
    /// The lists of steps, in the order in which they are carried out.
    fn lists(&self) -> [List<'a>; 3] {
        let playbook = self.playbook;
        [
            List { key: "steps", steps: &playbook.steps },
            List { key: "on_failure", steps: &playbook.on_failure },
            List { key: "finally", steps: &playbook.finally },
        ]
    }

    /// Whether more problems of a kind than are told were found.
    fn enough(&self, code: &str) -> bool {
        self.counts.get(code).is_some_and(|count| *count > MOST_TOLD)
    }

    fn problem(&mut self, code: &str, pointer: &str, message: String, help: &str) {
        if self.enough(code) {
            return;
        }
        let place = self.places.find(pointer);
        self.problem_in(code, place, message, help);
        self.seen_from(pointer);
    }

    fn problem_in(&mut self, code: &str, place: Range<usize>, message: String, help: &str) {
        if self.enough(code) {
            return;
        }
        *self.counts.entry(code.to_owned()).or_default() += 1;
        self.problems.push(Problem {
            code: code.to_owned(),
            message,
            help: Some(help.to_owned()),
            place: Some(place),
            label: "here".to_owned(),
            ..Problem::default()
        });
    }

    /// The last problem is met through aliases and merges as well, on the way to the pointer.
    fn seen_from(&mut self, pointer: &str) {
        let also = self.places.also(pointer);
        if let Some(last) = self.problems.last_mut() {
            last.also = also;
        }
    }

    /// A problem with a key itself.
    fn key_problem(&mut self, code: &str, pointer: &str, message: String, help: &str) {
        if self.enough(code) {
            return;
        }
        let place = self.places.key(pointer);
        self.problem_in(code, place, message, help);
        self.seen_from(pointer);
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

    /// What was probably meant, as advice; else something more general.
    fn meant(&self, word: &str, known: &[&str], otherwise: &str) -> String {
        let near = if self.problems.len() < MOST_TOLD { nearest(word, known) } else { None };
        near.map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
    }
}
