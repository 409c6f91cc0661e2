//! The order in which services start.

use super::super::finding::Hit;
use super::super::ground::{Ground, hit, named};
use super::image::gateway;

pub(super) fn order(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for project in &ground.projects {
        for service in &project.services {
            for dependency in &service.depends_on {
                let waits = dependency.condition == "service_healthy";
                if !waits && project.service(&dependency.service).and_then(gateway).is_some() {
                    let (service, gateway) = (named(service), &dependency.service);
                    let message = format!("{service} starts as soon as the container of {gateway} does");
                    let help = "write `condition: service_healthy`, and give the gateway a health check that speaks to its API";
                    hits.extend(hit(project, &dependency.place, message, help));
                }
            }
        }
    }
    hits
}
