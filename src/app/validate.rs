//! `openbell validate`.

use super::{Surroundings, say, tell};
use crate::cli::Validate;
use crate::exit::Exit;
use crate::playbook;

pub(super) fn validate(arguments: &Validate, around: &Surroundings) -> Exit {
    let mut exit = Exit::Green;
    for file in &arguments.playbooks {
        match playbook::load(file) {
            Ok(plan) => say(&format!("{}: valid, {} steps", file.display(), plan.steps.len())),
            Err(problems) => {
                tell(&problems, around);
                exit = Exit::Invalid;
            }
        }
    }
    exit
}
