//! A file that is made to be included, by itself: its form can be checked, what it means only where it is included.

use std::path::Path;

use serde_json::{Value, json};

use super::Playbook;
use super::check::check;
use super::holes::placeholder;
use super::include::{WHOLE, compose};
use super::load::PLAYBOOK;
use crate::document::{self, Problem, Problems, Sources, escaped};

/// What is wrong whatever the rest of the playbook is: nothing that another file says could make it right.
const ALONE: &[&str] = &[
    "safety::inline_secret",
    "safety::live_account",
    "safety::no_accounts",
    "safety::not_safe",
    "safety::contradiction",
    "safety::restart",
    "safety::client_id_zero",
    "playbook::client_id",
    "playbook::client_id_clash",
    "playbook::port_clash",
    "playbook::env_name",
    "playbook::journal",
    "playbook::path",
    "playbook::pattern",
    "playbook::variable_name",
    "playbook::volume",
    "playbook::window",
    "playbook::zone",
];

/// Checks the form of a text that is made to be included, and what of its meaning does not depend on the rest. Variables
/// may come from the playbook that includes it, and so may all that it refers to.
///
/// # Errors
/// Every problem found.
pub fn check_part(file: &Path, text: &str) -> Result<(), Problems> {
    let (mut sources, mut problems) = (Sources::default(), Vec::new());
    if let Some(composed) = compose(file, text, &mut sources, &mut problems) {
        let places = &composed.places;
        for section in WHOLE.iter().filter(|section| composed.value.get(section).is_some()) {
            let message = format!("`{section}` cannot stand in a file that is included");
            let help = "move it to the playbook that includes this file; one that is whole has a `name`";
            let code = "playbook::include_section".to_owned();
            let place = places.key(&format!("/{section}"));
            problems.push(Problem::error(code, message, help.to_owned(), place, "here"));
        }
        let mut value = composed.value;
        let mut unknown = Vec::new();
        with_variables(&value, "", &mut unknown);
        completed(&mut value);
        let read = document::repaired::<Playbook>(&PLAYBOOK, value, places, placeholder, &unknown);
        let mut meant = read.value.as_ref().map(|value| check(value, places)).unwrap_or_default();
        meant.retain(|problem| ALONE.contains(&problem.code.as_str()));
        problems.extend(document::united(read.arising(places, meant), read.problems));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems::in_sources(file, &PLAYBOOK, &sources, problems)) }
}

/// Puts in what only the whole has to have.
fn completed(value: &mut Value) {
    let Value::Object(sections) = value else { return };
    for section in WHOLE {
        sections.shift_remove(*section);
    }
    let rest = [
        ("name", json!("part")),
        ("connection", json!({ "address": "127.0.0.1:4002", "client_id": [8899] })),
        ("steps", json!([{ "id": "part", "do": { "network": {} } }])),
    ];
    for (section, value) in rest {
        sections.entry(section).or_insert(value);
    }
}

/// The pointers to everything that a variable stands for.
fn with_variables(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("${") => found.push(at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| {
                with_variables(item, &format!("{at}/{index}"), found);
            });
        }
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| with_variables(item, &format!("{at}/{}", escaped(key)), found));
        }
        _ => {}
    }
}
