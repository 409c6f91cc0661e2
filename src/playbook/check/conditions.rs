//! `when`: an expression, over variables that exist and steps that are over by then.

use std::collections::HashMap;
use std::ops::Range;

use miette::Diagnostic;

use super::{Check, List, Step};
use crate::playbook::condition::{Condition, Named, Reference};
use crate::playbook::order::Order;

/// The steps of a list by their ids, and by the names that conditions can call them.
struct Names<'a> {
    ids: HashMap<&'a str, usize>,
    names: HashMap<String, usize>,
}

impl<'a> Names<'a> {
    fn of(steps: &'a [Step]) -> Self {
        let mut found = Self { ids: HashMap::new(), names: HashMap::new() };
        for (place, step) in steps.iter().enumerate() {
            found.ids.entry(&step.id).or_insert(place);
            found.names.entry(Reference::name_of(&step.id)).or_insert(place);
        }
        found
    }

    fn find(&self, reference: &Reference) -> Option<usize> {
        let name = reference.name.as_str();
        self.ids.get(name).or_else(|| self.names.get(name)).copied()
    }
}

impl Check<'_> {
    /// The conditions of a list of steps.
    pub(super) fn conditions(&mut self, list: List<'_>, order: &Order<'_>) {
        let own = Names::of(list.steps);
        let main = (list.key != "steps").then(|| Names::of(&self.playbook.steps));
        for (place, step) in list.steps.iter().enumerate() {
            let Some(text) = &step.when else { continue };
            let pointer = format!("/{}/{place}/when", list.key);
            match Condition::new(text) {
                Ok(condition) => {
                    for reference in condition.references() {
                        let at = self.within_text(&pointer, text, Some(reference.at.clone()));
                        match reference.of {
                            Named::Variable => self.known_variable(reference, at),
                            // The main steps are over when the others begin.
                            Named::Step
                                if main.as_ref().is_some_and(|main| main.find(reference).is_some()) => {}
                            Named::Step => {
                                let asked = own.find(reference);
                                self.known_step(reference, asked, list, place, order, at);
                            }
                        }
                    }
                }
                Err(error) => {
                    let at = self.within_text(&pointer, text, error.at());
                    let told = |told: Option<Box<dyn std::fmt::Display + '_>>| {
                        told.map_or_else(String::new, |told| told.to_string())
                    };
                    let (code, help) = (told(error.code()), told(error.help()));
                    self.problem_in(&code, at, error.to_string(), &help);
                }
            }
        }
    }

    /// The place of a part of a text, where the text stands in the file as it is; else of the whole.
    fn within_text(&self, pointer: &str, text: &str, part: Option<Range<usize>>) -> Range<usize> {
        let whole = self.places.find(pointer);
        // Plain, or in quotes without anything escaped.
        let offset = match whole.len().checked_sub(text.len()) {
            Some(0) => 0,
            Some(2) => 1,
            Some(_) | None => return whole,
        };
        part.map_or(whole.clone(), |part| whole.start + offset + part.start..whole.start + offset + part.end)
    }

    fn known_variable(&mut self, reference: &Reference, at: Range<usize>) {
        let variables = &self.playbook.vars;
        if variables.contains_key(&reference.name) {
            return;
        }
        let known: Vec<&str> = variables.keys().map(String::as_str).collect();
        let help = self.meant(&reference.name, &known, "declare it under `vars`, with what it is by default");
        let message = format!("there is no variable `{}`", reference.name);
        self.problem_in("playbook::no_variable", at, message, &help);
    }

    fn known_step(
        &mut self,
        reference: &Reference,
        asked: Option<usize>,
        list: List<'_>,
        here: usize,
        order: &Order<'_>,
        at: Range<usize>,
    ) {
        let name = &reference.name;
        let id = &list.steps[here].id;
        match asked {
            Some(place) if place == here => {
                let message = format!("the condition of `{id}` asks about the step itself");
                let help = "it is asked before the step starts; ask about a step before it";
                self.problem_in("playbook::when_step", at, message, help);
            }
            Some(place) if !order.is_before(place, here) => {
                let asked = &list.steps[place].id;
                let message = format!("`{id}` asks about `{asked}`, which it does not wait for");
                let help = if list.steps[here].needs.is_some() {
                    format!("add {asked} to its `needs`")
                } else {
                    "ask about a step above it".to_owned()
                };
                self.problem_in("playbook::when_step", at, message, &help);
            }
            Some(_) => {}
            None => {
                let known: Vec<&str> = list.steps.iter().map(|step| step.id.as_str()).collect();
                let help = self.meant(name, &known, "name the id of a step before it");
                let message = format!("there is no step `{name}`");
                self.problem_in("playbook::no_step", at, message, &help);
            }
        }
    }
}
