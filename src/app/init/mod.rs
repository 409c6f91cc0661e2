//! `openbell init`: a playbook from nothing, from a compose file, or from a running project. What is not valid is not
//! written.

mod ask;
mod write;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::world::world;
use super::{Surroundings, say, tell};
use crate::cli::Init;
use crate::compose::{self, Environment, Project};
use crate::exit::Exit;
use crate::ports::docker::DockerError;
use crate::scaffold::{self, Draft, InitError, Wishes};

pub(super) async fn init(arguments: Init, around: &Surroundings) -> Exit {
    let destination = write::Destination::of(&arguments.playbook);
    if let Err(error) = destination.check(arguments.force) {
        tell(&error, around);
        return Exit::Usage;
    }
    let drafted = match (&arguments.from_compose, &arguments.from_running) {
        (Some(file), _) => from_compose(&arguments, file, &destination, around),
        (None, Some(name)) => from_running(&arguments, name, &destination, around).await,
        (None, None) => ask::answers(&arguments, around)
            .map(|answers| scaffold::from_nothing(&answers))
            .ok_or_else(|| {
                say("nothing was written");
                Exit::Interrupted
            }),
    };
    let draft = match drafted {
        Ok(draft) => draft,
        Err(exit) => return exit,
    };
    for left in &draft.left_out {
        say(&format!("not carried over: {left}"));
    }
    if !draft.unsafe_state.is_empty() {
        tell(&InitError::NotSafe { reasons: draft.unsafe_state }, around);
        return Exit::Safety;
    }
    if !draft.secret_arguments.is_empty() {
        tell(&InitError::SecretArguments { reasons: draft.secret_arguments }, around);
        return Exit::Safety;
    }
    if !draft.client_ids.is_empty() {
        tell(&InitError::ClientIds { reasons: draft.client_ids }, around);
        return Exit::Invalid;
    }
    match destination.write(&draft.text, arguments.force, around) {
        Ok(()) => {
            next_steps(&destination, &draft);
            Exit::Green
        }
        Err(exit) => exit,
    }
}

/// What the one who asks wants of a project with this compose file.
fn wishes(arguments: &Init, destination: &write::Destination, compose_file: String) -> Wishes {
    Wishes {
        name: arguments.name.clone(),
        gateway: arguments.gateway.clone(),
        bot: arguments.bot.clone(),
        address: arguments.address.clone(),
        client_id: arguments.client_id,
        by_reference: arguments.by_reference,
        as_it_runs: arguments.from_running.is_some(),
        compose_file,
        directory: destination.directory.clone(),
    }
}

fn from_compose(
    arguments: &Init,
    file: &Path,
    destination: &write::Destination,
    around: &Surroundings,
) -> Result<Draft, Exit> {
    let environment = Environment { variable: around.environment, profiles: arguments.profiles.clone() };
    let refused = |problems| {
        tell(&problems, around);
        Exit::Invalid
    };
    let project = compose::read(file, &environment).map_err(refused)?;
    project.check().map_err(refused)?;
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let shown = absolute.strip_prefix(&destination.directory).unwrap_or(&absolute);
    let shown = shown.display().to_string().replace('\\', "/");
    drafted(arguments, &project, &wishes(arguments, destination, shown), around)
}

async fn from_running(
    arguments: &Init,
    name: &str,
    destination: &write::Destination,
    around: &Surroundings,
) -> Result<Draft, Exit> {
    let world = world(arguments.engine.docker_host.clone(), around.own_binary.clone(), around);
    let engine = |error: DockerError| {
        tell(&error, around);
        Exit::Engine
    };
    let docker = &world.docker;
    let mut found = Vec::new();
    for container in docker.containers_labelled("com.docker.compose.project", name).await.map_err(engine)? {
        if container.labels.get("com.docker.compose.oneoff").is_some_and(|once| once == "True") {
            continue;
        }
        // An image that is gone leaves the container as it is, with everything in it said.
        let image = docker.image(&container.image_id).await.map_err(engine)?.unwrap_or_default();
        found.push((container, image));
    }
    if found.is_empty() {
        tell(&InitError::NoProject { project: name.to_owned() }, around);
        return Err(Exit::Failed);
    }
    found.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let project = scaffold::project_of(name, PathBuf::new(), &found);
    drafted(arguments, &project, &wishes(arguments, destination, String::new()), around)
}

fn drafted(
    arguments: &Init,
    project: &Project,
    wishes: &Wishes,
    around: &Surroundings,
) -> Result<Draft, Exit> {
    for service in [&arguments.gateway, &arguments.bot].into_iter().flatten() {
        let known: Vec<String> = project.enabled().map(|service| service.name.clone()).collect();
        if !known.contains(service) {
            tell(&InitError::NoService { service: service.clone(), known }, around);
            return Err(Exit::Usage);
        }
    }
    let roles = scaffold::roles(project, wishes.gateway.as_deref(), wishes.bot.as_deref());
    Ok(scaffold::from_services(project, &roles, wishes))
}

fn next_steps(destination: &write::Destination, draft: &Draft) {
    let Some(file) = &destination.file else {
        // A reader that went away has read enough.
        let _ = io::stdout().lock().write_all(draft.text.as_bytes());
        return;
    };
    let shown = file.display();
    say(&format!("{shown} written, and {} beside it for editors", scaffold::SCHEMA_FILE));
    if !draft.secrets.is_empty() {
        say("make the secret files first: the commands stand at the top of it");
        for (secret, _) in &draft.secrets {
            if !destination.directory.join(secret).is_file() {
                say(&format!("  {secret} is missing"));
            }
        }
    }
    if !draft.images.is_empty() {
        say(&format!(
            "these images have to be on this machine, pulled or built: {}",
            draft.images.join(", ")
        ));
    }
    say("next:");
    for command in ["validate", "plan", "run"] {
        say(&format!("  openbell {command} {shown}"));
    }
}
