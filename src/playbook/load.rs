//! From a file to a checked plan, or to everything that is wrong with it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::check::check;
use super::holes::placeholder;
use super::include::{Composed, compose};
use super::matrix::{Variant, variants};
use super::variables::Scope;
use super::{Clash, Inputs, Plan, Playbook, from_compose};
use crate::document::{self, Choice, Kind, Problem, Problems, Sources};
use crate::steps::Action;

/// What a playbook is among the files that people write.
pub(super) const PLAYBOOK: Kind = Kind {
    name: "playbook",
    begins: "`version: 1` and `name:`",
    example: "playbooks/rehearsal.yaml",
    choice: Some(Choice {
        what: "kind of step",
        exactly_one: "a step does exactly one thing",
        names: Action::NAMES,
    }),
    schema: super::schema::strict,
};

/// The plans of a playbook: one, or one for each entry of its matrix.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The playbook's own name.
    pub name: String,
    /// In the order of the matrix. Never empty.
    pub plans: Vec<Plan>,
}

/// A playbook with its includes and the values of its variables, checked.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    /// As if it were written in one file without variables; its name has the entry's appended.
    playbook: Playbook,
    /// The variables by name.
    variables: BTreeMap<String, String>,
    /// The id of the matrix's entry it is for.
    variant: Option<String>,
}

/// Reads a playbook and checks it.
///
/// # Errors
/// Every problem found, each with its place, in whichever file: with the form and with the meaning.
pub fn load(file: &Path, inputs: &Inputs) -> Result<Loaded, Problems> {
    let text = document::text(&PLAYBOOK, file)?;
    load_text(file, &text, inputs)
}

/// Reads a text as the playbook that `file` is or is going to be: what it includes is looked up from there.
///
/// # Errors
/// Every problem found.
pub fn load_text(file: &Path, text: &str, inputs: &Inputs) -> Result<Loaded, Problems> {
    let (mut sources, mut problems) = (Sources::default(), Vec::new());
    let Some(mut composed) = compose(file, text, &mut sources, &mut problems) else {
        return Err(Problems::in_sources(file, &PLAYBOOK, &sources, problems));
    };
    let outside = Scope::outside(inputs, &composed, &mut sources, &mut problems);
    let (variants, wrong) = variants(&composed, inputs.only.as_deref());
    problems.extend(wrong);
    let (mut readings, mut found) = (Vec::new(), Vec::new());
    for (place, variant) in variants.iter().enumerate() {
        let mut wrong = Vec::new();
        let scope = outside.of(variant.as_ref().map(|(place, _)| *place), &composed, &sources, &mut wrong);
        let last = place + 1 == variants.len();
        let value = if last { composed.value.take() } else { composed.value.clone() };
        readings.extend(reading(
            (file, inputs),
            (&scope, value),
            &composed,
            variant.as_ref(),
            &sources,
            &mut wrong,
        ));
        found.push((variant.as_ref(), wrong));
    }
    problems.extend(named(found));
    if problems.is_empty() && readings.len() == variants.len() {
        let loaded = loaded(file, readings);
        problems.extend(clashes(&loaded.plans, &composed));
        if problems.is_empty() {
            return Ok(loaded);
        }
    }
    Err(Problems::in_sources(file, &PLAYBOOK, &sources, problems))
}

/// What is wrong with every variant is told once, and of the rest with which.
fn named(found: Vec<(Option<&Variant>, Vec<Problem>)>) -> Vec<Problem> {
    let variants = found.len();
    let key = |problem: &Problem| (problem.place.clone(), problem.message.clone());
    let mut counts: HashMap<_, usize> = HashMap::new();
    for (_, wrong) in &found {
        let each: HashSet<_> = wrong.iter().map(key).collect();
        for key in each {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut told = HashSet::new();
    let mut problems = Vec::new();
    for (variant, wrong) in found {
        for mut problem in wrong {
            let key = key(&problem);
            let everywhere = counts.get(&key).is_some_and(|count| *count == variants);
            if everywhere && !told.insert(key) {
                continue;
            }
            if let Some((_, id)) = variant.filter(|_| !everywhere) {
                problem.message = format!("{} (in the variant `{id}`)", problem.message);
            }
            problems.push(problem);
        }
    }
    problems
}

fn loaded(file: &Path, readings: Vec<Reading>) -> Loaded {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let name = readings.first().map(|reading| {
        let suffix = reading.variant.as_ref().map(|id| format!("-{id}")).unwrap_or_default();
        let name = &reading.playbook.name;
        name.strip_suffix(&suffix).unwrap_or(name).to_owned()
    });
    let plan = |Reading { playbook, variables, variant }: Reading| Plan {
        variables,
        variant,
        ..Plan::of(&playbook, &absolute)
    };
    Loaded { name: name.unwrap_or_default(), plans: readings.into_iter().map(plan).collect() }
}

/// What the entries of a matrix take from each other.
fn clashes(plans: &[Plan], composed: &Composed) -> Vec<Problem> {
    let told = |clash: Clash| Problem {
        code: clash.code.to_owned(),
        message: clash.message,
        help: Some(clash.help),
        place: Some(composed.places.find(&clash.pointer)),
        label: "this entry".to_owned(),
        ..Problem::default()
    };
    super::variants(plans).into_iter().map(told).collect()
}

fn reading(
    (file, inputs): (&Path, &Inputs),
    (scope, mut value): (&Scope<'_>, Value),
    composed: &Composed,
    variant: Option<&Variant>,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Option<Reading> {
    let places = &composed.places;
    let wrong = scope.fill(&mut value, places, sources, problems);
    if let (Some((_, id)), Some(Value::String(name))) = (variant, value.get_mut("name")) {
        *name = format!("{name}-{id}");
    }
    let mut read = document::repaired::<Playbook>(&PLAYBOOK, value, places, placeholder, &wrong);
    let joined = match &mut read.value {
        Some(playbook) => from_compose::join(playbook, places, file, inputs.environment),
        None => Vec::new(),
    };
    let meant = match &read.value {
        // What the compose file does not say, nothing can be held against.
        Some(_) if !joined.is_empty() => joined,
        // What a reference leads to may be in the file that could not be read.
        Some(playbook) if composed.whole => {
            let mut meant = read.arising(places, check(playbook, places));
            meant.retain(|problem| !(read.lacks("/containers") && problem.code == "playbook::no_container"));
            meant
        }
        Some(_) | None => Vec::new(),
    };
    problems.extend(document::united(meant, read.problems));
    hide(problems, &scope.secrets());
    let variables = scope.all();
    let reading = |mut playbook: Playbook| {
        playbook.vars.extend(playbook.vars.clone().into_keys().filter_map(|name| {
            let value = variables.get(&name)?.clone();
            Some((name, value))
        }));
        Reading { playbook, variables, variant: variant.map(|(_, id)| id.clone()) }
    };
    read.value.map(reading)
}

/// Takes the values of secret variables out of what is told.
fn hide(problems: &mut [Problem], secrets: &[String]) {
    for problem in problems {
        for secret in secrets {
            let texts = [Some(&mut problem.message), problem.help.as_mut(), Some(&mut problem.label)];
            for text in texts.into_iter().flatten().filter(|text| text.contains(secret)) {
                *text = text.replace(secret, "***");
            }
        }
    }
}
