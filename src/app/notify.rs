//! `openbell notify test`: does anybody hear it?

use std::io::{self, Write};

use miette::{Diagnostic, MietteDiagnostic, Severity};

use super::reading::inputs;
use super::run::redactor;
use super::world::world;
use super::{Surroundings, exposure, tell};
use crate::adapters::host;
use crate::cli::{NotifyTest, Reading};
use crate::diagnosis::Diagnosis;
use crate::exit::Exit;
use crate::notify::{self, About, Channel, Config, NotifyError, Tested};
use crate::playbook::{self, Plan};
use crate::ports::World;

pub(super) async fn test(arguments: &NotifyTest, around: &Surroundings) -> Exit {
    let reading: &Reading = &arguments.reading;
    let loaded = match playbook::load(&arguments.playbook, &inputs(reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    let world = world(None, around.own_binary.clone(), around);
    exposure::warn(&arguments.playbook, &loaded.plans, &*world.files, around);
    // The entries of a matrix mostly share their channels.
    let mut configs: Vec<(&Plan, &Config)> = Vec::new();
    for plan in &loaded.plans {
        if let Some(config) =
            plan.notify.as_ref().filter(|config| !configs.iter().any(|(_, one)| one == config))
        {
            configs.push((plan, config));
        }
    }
    let all =
        || configs.iter().flat_map(|(plan, config)| config.channels.iter().map(move |one| (*plan, one)));
    if all().next().is_none() {
        tell(&NotifyError::NoChannel { playbook: loaded.name.clone() }, around);
        return Exit::Failed;
    }
    let wanted = |one: &Channel| arguments.channel.as_ref().is_none_or(|name| *name == one.name);
    if let Some(channel) = arguments.channel.clone().filter(|_| !all().any(|(_, one)| wanted(one))) {
        let mut declared: Vec<&str> = all().map(|(_, one)| one.name.as_str()).collect();
        declared.dedup();
        tell(&NotifyError::UnknownChannel { channel, declared: declared.join(", ") }, around);
        return Exit::Usage;
    }
    let mut exit = Exit::Green;
    for (plan, channel) in all().filter(|(_, one)| wanted(one)) {
        if !delivered(plan, channel, &world, around).await {
            exit = Exit::Failed;
        }
    }
    exit
}

/// Sends a message through a channel and says what came of it; whether it arrived.
async fn delivered(plan: &Plan, channel: &Channel, world: &World, around: &Surroundings) -> bool {
    let redactor = redactor(plan, world);
    let about = About { playbook: plan.name.clone(), host: host::name(around.environment) };
    let Tested { result, took } =
        notify::test(channel, about, &redactor, &*world.files, &*world.http, around.now).await;
    let (name, kind, took) = (&channel.name, channel.kind.name(), took.as_millis());
    let line = match &result {
        Ok(status) => format!("{name} ({kind}): delivered, status {status}, {took} ms"),
        Err(why) => format!(
            "{name} ({kind}): not delivered, {took} ms: {} ({})",
            redactor.text(&why.message),
            why.code
        ),
    };
    // Without a reader on stdout there is nobody to tell that.
    let _ = writeln!(io::stdout().lock(), "{line}");
    if let Err(why) = &result {
        tell(&*told(why), around);
    }
    result.is_ok()
}

/// A diagnosis as it is told, with its causes.
fn told(why: &Diagnosis) -> Box<dyn Diagnostic> {
    let mut told =
        MietteDiagnostic::new(why.message.clone()).with_code(&why.code).with_severity(Severity::Error);
    let causes: Vec<String> =
        why.causes.iter().chain(&why.evidence).map(|cause| format!("because: {cause}")).collect();
    let help = causes.into_iter().chain(why.help.clone()).collect::<Vec<_>>().join("\n");
    if !help.is_empty() {
        told = told.with_help(help);
    }
    Box::new(told)
}
