//! From a file to a checked plan, or to everything that is wrong with it.

use std::path::Path;

use super::check::check;
use super::{Plan, Playbook};
use crate::document::{self, Choice, Kind, Problems};
use crate::steps::Action;

/// What a playbook is among the files that people write.
const PLAYBOOK: Kind = Kind {
    name: "playbook",
    begins: "`version: 1` and `name:`",
    example: "playbooks/rehearsal.yaml",
    choice: Some(Choice {
        what: "kind of step",
        exactly_one: "a step does exactly one thing",
        names: Action::NAMES,
    }),
    schema: super::schema,
};

/// Reads a playbook and checks it.
///
/// # Errors
/// Every problem found, each with its place: with the form (see [`document::open`]), and with the meaning.
pub fn load(file: &Path) -> Result<Plan, Problems> {
    let read = document::open::<Playbook>(&PLAYBOOK, file)?;
    let problems = check(&read.value, &read.places);
    let playbook = read.checked(&PLAYBOOK, file, problems)?;
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    Ok(Plan::of(&playbook, &absolute))
}
