//! `openbell plan`: load, look, tell.

use std::io::{self, Write};

use tokio_util::sync::CancellationToken;

use super::reading::inputs;
use super::run::{arm, redactor};
use super::world::world;
use super::{Surroundings, exposure, say, stop, tell};
use crate::cli::PlanArgs;
use crate::diagnosis::Diagnosis;
use crate::engine;
use crate::event::{Preview, Prospect};
use crate::exit::Exit;
use crate::playbook::{self, Plan};
use crate::ports::World;
use crate::redact::Redactor;
use crate::report::PlanReport;

/// Texts of a plan that are words of openbell's own.
const WORDS: &[&str] =
    &["id", "kind", "list", "verdict", "result", "doing", "class", "code", "rung", "outcome"];

pub(super) async fn plan(arguments: PlanArgs, around: &Surroundings) -> Exit {
    let mut loaded = match playbook::load(&arguments.playbook, &inputs(&arguments.reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    if let Err(error) = arm(&arguments.arming, &mut loaded.plans, around) {
        say(&format!("`run` would refuse to begin with {}:", arguments.playbook.display()));
        tell(&error, around);
        if arguments.json {
            print(&PlanReport::refused(loaded.name, at(around), Diagnosis::of(&error)), true, around);
        }
        return Exit::Safety;
    }
    let binary = arguments.container_binary.clone().unwrap_or_else(|| around.own_binary.clone());
    let world = world(arguments.engine.docker_host.clone(), binary, around);
    exposure::warn(&arguments.playbook, &loaded.plans, &*world.files, around);
    let stop = stop::on_signal();
    let mut plans = Vec::new();
    // One after the other: a gateway that serves two variants is asked by one at a time.
    for plan in &loaded.plans {
        match look(plan, &world, &stop, around).await {
            Some(preview) => plans.push(preview),
            None => return Exit::Interrupted,
        }
    }
    let report = PlanReport::new(loaded.name, at(around), plans);
    print(&report, arguments.json, around);
    exit(report.outcome)
}

fn at(around: &Surroundings) -> String {
    format!("{:.3}", around.now)
}

fn print(report: &PlanReport, json: bool, around: &Surroundings) {
    let printed = if json {
        serde_json::to_string_pretty(report).map(|text| text + "\n").unwrap_or_default()
    } else {
        report.page(around.output_colours)
    };
    // A reader that went away does not change what was found.
    let _ = io::stdout().lock().write_all(printed.as_bytes());
}

/// What is found out about one plan, without secrets; nothing when somebody ended it.
async fn look(
    plan: &Plan,
    world: &World,
    stop: &CancellationToken,
    around: &Surroundings,
) -> Option<Preview> {
    let looking = |id: &str| {
        if around.terminal {
            // Over the line before: it is there for as long as it takes.
            let _ = write!(io::stderr().lock(), "\r\x1b[2K  … {id}");
        }
    };
    let preview = tokio::select! {
        biased;
        () = stop.cancelled() => None,
        preview = engine::preview(plan, world, &looking) => Some(preview),
    };
    if around.terminal {
        let _ = write!(io::stderr().lock(), "\r\x1b[2K");
    }
    if preview.is_none() {
        say("interrupted; nothing was changed");
    }
    Some(without_secrets(&preview?, &redactor(plan, world)))
}

/// What could not be told without its secrets is not told at all; its words are openbell's own, so all of it can.
fn without_secrets(preview: &Preview, redactor: &Redactor) -> Preview {
    let mut value = serde_json::to_value(preview).unwrap_or_default();
    redactor.json_but(&mut value, WORDS);
    serde_json::from_value(value).unwrap_or_else(|_| preview.untold())
}

fn exit(outcome: Prospect) -> Exit {
    match outcome {
        Prospect::NotSafe => Exit::Safety,
        Prospect::NoEngine => Exit::Engine,
        Prospect::Fails => Exit::Failed,
        Prospect::Pending => Exit::Pending,
        Prospect::Unchanged => Exit::Green,
    }
}
