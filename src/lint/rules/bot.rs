//! The bot: its safe state.

use super::super::finding::Hit;
use super::super::ground::{Ground, hit, named};

pub(super) fn not_dry_run(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for project in &ground.projects {
        for service in &project.services {
            let Some(variable) = service.variable("DRY_RUN") else { continue };
            let value = variable.value.as_deref().unwrap_or_default();
            if value != "true" {
                let message = match value {
                    "" => format!("DRY_RUN of {} is blank", named(service)),
                    _ => format!("DRY_RUN of {} is `{value}`", named(service)),
                };
                hits.extend(hit(project, &variable.place, message, "write DRY_RUN: \"true\""));
            }
        }
    }
    hits
}
