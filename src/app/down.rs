//! `openbell down`: removes what a playbook made, by its label, and nothing else. Volumes stay: they are data.

use miette::Diagnostic;

use super::reading::inputs;
use super::world::world;
use super::{Surroundings, remembered, say, tell};
use crate::cli::Down;
use crate::diagnosis::{Class, Explain};
use crate::exit::Exit;
use crate::playbook::{self, Plan};
use crate::ports::World;
use crate::ports::docker::{Container, DockerError};
use crate::steps::differences::SPEC_LABEL;
use crate::steps::image::BUILT_FOR_LABEL;

/// The label every object of a playbook carries.
const LABEL: &str = "openbell.playbook";

pub(super) async fn down(arguments: Down, around: &Surroundings) -> Exit {
    let loaded = match playbook::load(&arguments.playbook, &inputs(&arguments.reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    let whose = (arguments.playbook.as_path(), "down");
    let _taken = match remembered::take(&loaded.plans, whose, &arguments.state, None, around) {
        Ok(taken) => taken,
        Err(exit) => return exit,
    };
    let world = world(arguments.engine.docker_host, around.own_binary.clone(), around);
    let mut exits = Vec::new();
    // What is in the way of one variant of a matrix is in the way of no other.
    for plan in &loaded.plans {
        exits.push(one(plan, &world, around).await);
    }
    Exit::gravest(exits)
}

/// Removes what one plan made.
async fn one(plan: &Plan, world: &World, around: &Surroundings) -> Exit {
    match remove(plan, world).await {
        Ok(0) => {
            say(&format!("{}: nothing to remove", plan.name));
            Exit::Green
        }
        Ok(_) => Exit::Green,
        Err(error) => {
            tell(&error as &dyn Diagnostic, around);
            for line in error.evidence() {
                say(&format!("    {line}"));
            }
            if error.class() == Class::Engine { Exit::Engine } else { Exit::Failed }
        }
    }
}

/// The number of objects removed.
async fn remove(plan: &Plan, world: &World) -> Result<usize, DockerError> {
    let docker = &world.docker;
    let mut removed = 0;
    let mut containers = docker.containers_labelled(LABEL, &plan.name).await?;
    // Last started, first stopped: the bot before its gateway.
    containers.sort_by(|one, other| other.started_at.cmp(&one.started_at));
    for container in containers {
        // A container that somebody else made from an image of ours can have the label, but not the declaration.
        if !container.labels.contains_key(SPEC_LABEL) {
            continue;
        }
        docker.stop(&container.id, grace(plan, &container)).await?;
        docker.remove(&container.id).await?;
        say(&format!("container {} removed", container.name));
        removed += 1;
    }
    // What is in the way of one network is in the way of nothing else.
    let mut in_the_way = None;
    for network in docker.networks_labelled(LABEL, &plan.name).await? {
        match docker.remove_network(&network.name).await {
            Ok(()) => {
                say(&format!("network {} removed", network.name));
                removed += 1;
            }
            Err(error) => in_the_way = Some(error),
        }
    }
    let built: Vec<&str> = plan
        .stack
        .containers
        .values()
        .filter(|item| item.build.is_some())
        .map(|item| item.spec.image.as_str())
        .collect();
    for image in docker.images_labelled(BUILT_FOR_LABEL, &plan.name).await? {
        // Images made from ours have the label as well, under names that others gave them.
        let nameless = image.starts_with("sha256:");
        if !nameless && !built.contains(&image.as_str()) {
            continue;
        }
        docker.remove_image(&image).await?;
        say(&format!("image {image} removed"));
        removed += 1;
    }
    in_the_way.map_or(Ok(removed), Err)
}

fn grace(plan: &Plan, container: &Container) -> std::time::Duration {
    let declared = plan.stack.containers.values().find(|item| item.spec.name == container.name);
    declared.map_or(std::time::Duration::from_secs(30), |item| item.spec.stop_grace)
}
