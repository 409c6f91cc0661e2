//! `openbell run`: load, carry out, tell, report.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use secrecy::ExposeSecret;
use tokio::sync::mpsc::UnboundedReceiver;

use super::world::world;
use super::{Surroundings, say, stop, tell};
use crate::cli::Run;
use crate::engine;
use crate::event::{Event, RunStarted, Sender, Verdict};
use crate::exit::Exit;
use crate::playbook::{self, Plan};
use crate::ports::World;
use crate::redact::Redactor;
use crate::report::{self, Console, Report, ReportError, Reporter, Summary, Tone};

pub(super) async fn run(arguments: Run, around: &Surroundings) -> Exit {
    let mut plan = match playbook::load(&arguments.playbook) {
        Ok(plan) => plan,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    if let Some(within) = arguments.within {
        plan.within = within.get();
    }
    // A run that cannot be reported is not begun.
    let previous = report::find_previous(&arguments.reports, &plan.name);
    let events_file = match prepare(&arguments) {
        Ok(file) => file,
        Err(error) => {
            tell(&error, around);
            return Exit::Report;
        }
    };
    let binary = arguments.container_binary.clone().unwrap_or_else(|| around.own_binary.clone());
    let world = world(arguments.engine.docker_host.clone(), binary);
    let (verdict, report) = carry_out(&plan, &world, &arguments, events_file, around).await;
    let Some(mut report) = report else { return exit(verdict) };
    if let Some(previous) = previous {
        report.compare(&previous);
    }
    finish(&report, verdict, &arguments, around)
}

/// Runs the plan while the reporters listen.
async fn carry_out(
    plan: &Plan,
    world: &World,
    arguments: &Run,
    events_file: Option<BufWriter<File>>,
    around: &Surroundings,
) -> (Verdict, Option<Report>) {
    let (sender, events) = Sender::new(redactor(plan, world));
    let tone = match (arguments.quiet, around.terminal) {
        (true, _) => Tone::Quiet,
        (false, true) => Tone::Live,
        (false, false) => Tone::Plain,
    };
    let console = Console::new(tone, around.colours);
    let telling = tokio::spawn(listen(events, console, events_file));
    let stop = stop::on_signal();
    let verdict = engine::run(plan, world, begin(plan, around), &sender, &stop).await;
    // The end of the events ends the listeners.
    drop(sender);
    (verdict, telling.await.ok().flatten())
}

fn begin(plan: &Plan, around: &Surroundings) -> RunStarted {
    let unique = uuid::Uuid::now_v7().simple().to_string();
    RunStarted {
        run: format!("{}-{}", around.now.strftime("%Y%m%dT%H%M%SZ"), &unique[unique.len() - 6..]),
        at: format!("{:.3}", around.now),
        playbook: plan.name.clone(),
        description: plan.description.clone(),
        openbell: env!("CARGO_PKG_VERSION").to_owned(),
        within_ms: plan.within.as_millis().try_into().unwrap_or(u64::MAX),
        steps: plan.steps.iter().map(|step| step.id.clone()).collect(),
    }
}

/// Tells every reporter until the events end.
async fn listen(
    mut events: UnboundedReceiver<Event>,
    mut console: Console,
    mut file: Option<BufWriter<File>>,
) -> Option<Report> {
    let mut summary = Summary::default();
    while let Some(event) = events.recv().await {
        console.event(&event);
        summary.event(&event);
        if let (Some(file), Ok(line)) = (&mut file, serde_json::to_string(&event)) {
            // A full disk must not end a run; the report's own failure is told.
            let _ = writeln!(file, "{line}").and_then(|()| file.flush());
        }
    }
    summary.finish()
}

/// Knows every secret the plan reads. A file that cannot be read is told by the step that needs it.
fn redactor(plan: &Plan, world: &World) -> Redactor {
    let secrets = plan.secret_files().filter_map(|file| world.files.secret(file).ok());
    Redactor::new(secrets.map(|secret| secret.expose_secret().to_owned()))
}

/// The place for the report and the file for the events.
fn prepare(arguments: &Run) -> Result<Option<BufWriter<File>>, ReportError> {
    let wrong = |place: &Path| {
        let directory = place.to_owned();
        move |source| ReportError::NoPlace { directory, source }
    };
    std::fs::create_dir_all(&arguments.reports).map_err(wrong(&arguments.reports))?;
    tempfile::tempfile_in(&arguments.reports).map_err(wrong(&arguments.reports))?;
    let Some(events) = &arguments.events else { return Ok(None) };
    let file = File::create(events).map_err(wrong(events))?;
    Ok(Some(BufWriter::new(file)))
}

fn finish(report: &Report, verdict: Verdict, arguments: &Run, around: &Surroundings) -> Exit {
    let written = report::write(report, &arguments.reports);
    if arguments.json
        && let Ok(text) = serde_json::to_string_pretty(report)
    {
        // A reader that went away does not change how the run went.
        let _ = writeln!(io::stdout().lock(), "{text}");
    }
    match written {
        Ok(directory) => {
            for drift in &report.drift {
                if !arguments.quiet {
                    say(&format!(
                        "since the last run: {} of {}: {} → {}",
                        drift.fact, drift.step, drift.before, drift.now
                    ));
                }
            }
            if !arguments.json {
                // For machines: where the report is.
                let _ = writeln!(io::stdout().lock(), "{}", directory.join("report.json").display());
            }
            exit(verdict)
        }
        Err(error) => {
            tell(&error, around);
            // How the run went matters more than that it could not be written down.
            if verdict == Verdict::Green { Exit::Report } else { exit(verdict) }
        }
    }
}

fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Green => Exit::Green,
        Verdict::Failed => Exit::Failed,
        Verdict::Safety => Exit::Safety,
        Verdict::Engine => Exit::Engine,
        Verdict::Deadline => Exit::Deadline,
        Verdict::Interrupted => Exit::Interrupted,
    }
}
