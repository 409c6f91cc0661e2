//! `openbell watch`: the plans of a playbook under supervision, side by side, until they are ended.

use std::sync::Arc;

use futures_util::future::join_all;

use super::reading::inputs;
use super::remembered::{self, Remembered};
use super::run::{Occasion, Told, arm, redactor};
use super::{Surroundings, exposure, records, tell};
use crate::adapters::service_socket::ServiceSocket;
use crate::cli::{ArmingArgs, Run, Watch};
use crate::engine::{Ran, Supervision};
use crate::event::{EntryKind, Verdict};
use crate::exit::Exit;
use crate::playbook::{self, Plan};
use crate::ports::docker::DockerError;

mod edited;
mod kept;
mod messages;
mod service;

use edited::Edited;
use kept::Kept;
pub(super) use service::Service;

pub(super) async fn watch(arguments: Watch, around: &Surroundings) -> Exit {
    let arguments = as_run(arguments);
    let edited = Edited::of(&arguments.playbook);
    let mut loaded = match playbook::load(&arguments.playbook, &inputs(&arguments.reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    if let Err(error) = arm(&arguments.arming, &mut loaded.plans, around) {
        tell(&error, around);
        return Exit::Safety;
    }
    let world = super::world::world(arguments.engine.docker_host.clone(), around.own_binary.clone(), around);
    // An address that is none is no engine that is late.
    if let Err(error @ DockerError::BadHost { .. }) = world.docker.engine().await {
        tell(&error, around);
        return Exit::Engine;
    }
    // What cannot be reported is not begun.
    if let Err(error) = records::prepare(&arguments) {
        tell(&error, around);
        return Exit::Report;
    }
    let (whose, beside) = ((arguments.playbook.as_path(), "watch"), Some(arguments.reports.as_path()));
    let remembered = match remembered::take(&loaded.plans, whose, &arguments.state, beside, around) {
        Ok(remembered) => remembered,
        Err(exit) => return exit,
    };
    let service = Service::new(ServiceSocket::of(around.environment), loaded.plans.len());
    let occasion = Occasion::new(&arguments, around, None, &loaded.plans).told_to(&service);
    exposure::warn(&arguments.playbook, &loaded.plans, &*occasion.world.files, around);
    let plans = loaded.plans.iter().zip(&remembered);
    let watched = plans.map(|(plan, own)| one((plan, own), &occasion, &service, &edited));
    tokio::select! {
        _ = join_all(watched) => {}
        () = service.keep_alive() => {}
    }
    service.stopping();
    Exit::Green
}

/// What a run of the same playbook is given.
fn as_run(watch: Watch) -> Run {
    Run {
        playbook: watch.playbook,
        reports: watch.reports,
        within: None,
        quiet: watch.quiet,
        json: false,
        events: None,
        container_binary: watch.container_binary,
        arming: ArmingArgs { arm_live: Vec::new(), arm_live_file: watch.arm_live_file },
        state: watch.state,
        reading: watch.reading,
        engine: watch.engine,
    }
}

/// Supervises one plan until it is ended.
async fn one(
    (plan, remembered): (&Plan, &Remembered),
    occasion: &Occasion<'_>,
    service: &Arc<Service>,
    edited: &Edited,
) {
    let redactor = redactor(plan, &occasion.world);
    let kept = Kept::new(plan, remembered, (occasion, service), redactor);
    kept.begins();
    let run = async |plan: &Plan| {
        let told = occasion.one(plan, remembered).await;
        kept.ran(&told);
        as_ran(told)
    };
    let supervision = Supervision::new(plan, (&occasion.world, &occasion.shared), &kept, run);
    tokio::select! {
        () = supervision.carry_on() => {}
        // These never end by themselves.
        () = kept.deliver() => {}
        () = kept.rests() => {}
        () = kept.hears_runs(occasion.events(), plan, &occasion.world) => {}
        () = edited.tell(&kept, plan.watch.prove.get()) => {}
    }
    kept.ends();
}

/// A run as supervision sees it.
fn as_ran(told: Told) -> Ran {
    let Some(report) = told.report else {
        return Ran { verdict: Verdict::Failed, step: None, why: None };
    };
    let EntryKind::RunEnded { verdict, step, why, .. } = report.ended(None) else {
        return Ran { verdict: report.verdict, step: None, why: report.why };
    };
    Ran { verdict, step, why }
}
