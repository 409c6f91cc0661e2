//! `openbell run`: load, carry out, tell, report. The runs of a matrix are carried out side by side.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;
use secrecy::ExposeSecret;
use tokio::sync::broadcast;
use tokio::sync::mpsc::UnboundedReceiver;

use super::reading::inputs;
use super::records::{self, EventFile};
use super::remembered::{self, Remembered};
use super::watch::Service;
use super::world::world;
use super::{Surroundings, exposure, matrix, say, stop, tell};
use crate::arming::{Arming, ArmingError};
use crate::cli::{ArmingArgs, Run};
use crate::diagnosis::Diagnosis;
use crate::engine::{self, Shared};
use crate::event::{EntryKind, Event, RunStarted, Sender, Verdict};
use crate::exit::Exit;
use crate::playbook::{self, Plan, PlannedStep};
use crate::ports::World;
use crate::redact::Redactor;
use crate::report::{self, Console, Report, Reporter, Screen, Summary, Tone};

/// How one run went, once it is written down.
pub(super) struct Told {
    pub(super) exit: Exit,
    /// None when there are no events of it to make a report of. A bug.
    pub(super) report: Option<Report>,
    /// The report is on the disk.
    pub(super) written: bool,
}

/// Who listens slower than this misses events.
const MOST_HEARD: usize = 256;

/// What the runs of one command line are carried out with.
pub(super) struct Occasion<'a> {
    arguments: &'a Run,
    pub(super) around: &'a Surroundings,
    pub(super) world: World,
    pub(super) shared: Shared,
    events_file: Option<EventFile>,
    service: Option<Arc<Service>>,
    /// Who else hears what happens in runs.
    heard: Option<broadcast::Sender<Event>>,
    /// Why none of them is begun.
    refused: Option<Diagnosis>,
    screen: Screen,
    /// How wide the names of variants are; none where there is one run.
    names: Option<usize>,
}

pub(super) async fn run(arguments: Run, around: &Surroundings) -> Exit {
    let mut loaded = match playbook::load(&arguments.playbook, &inputs(&arguments.reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    if let Some(within) = &arguments.within {
        loaded.plans.iter_mut().for_each(|plan| plan.within = within.get());
    }
    // What is refused leaves a report too: somebody will ask why nothing was started.
    let refused = arm(&arguments.arming, &mut loaded.plans, around).err();
    let refused = refused.map(|error| Diagnosis::of(&error));
    // A run that cannot be reported is not begun.
    let events_file = match records::prepare(&arguments) {
        Ok(file) => file,
        Err(error) => {
            tell(&error, around);
            if let Some(why) = &refused {
                say(&format!("{} ({})", why.message, why.code));
            }
            return refused.map_or(Exit::Report, |_| Exit::Safety);
        }
    };
    let whose = (arguments.playbook.as_path(), "run");
    let beside = Some(arguments.reports.as_path());
    let remembered = match remembered::take(&loaded.plans, whose, &arguments.state, beside, around) {
        Ok(remembered) => remembered,
        Err(exit) => return exit,
    };
    let occasion = Occasion { refused, ..Occasion::new(&arguments, around, events_file, &loaded.plans) };
    exposure::warn(&arguments.playbook, &loaded.plans, &*occasion.world.files, around);
    let began = tokio::time::Instant::now();
    let told =
        join_all(loaded.plans.iter().zip(&remembered).map(|(plan, own)| occasion.one(plan, own))).await;
    if occasion.names.is_none() {
        return Exit::gravest(told.iter().map(|told| told.exit));
    }
    let run = new_run(around);
    matrix::roll_up(run, &loaded.name, began.elapsed(), &told, &arguments, around)
}

impl<'a> Occasion<'a> {
    pub(super) fn new(
        arguments: &'a Run,
        around: &'a Surroundings,
        events_file: Option<EventFile>,
        plans: &[Plan],
    ) -> Self {
        let tone = match (arguments.quiet, around.terminal) {
            (true, _) => Tone::Quiet,
            (false, true) => Tone::Live,
            (false, false) => Tone::Plain,
        };
        let binary = arguments.container_binary.clone().unwrap_or_else(|| around.own_binary.clone());
        let (stop, stop_all) = stop::on_signals();
        let names = plans.iter().filter_map(|plan| plan.variant.as_ref()).map(|name| name.chars().count());
        Self {
            arguments,
            around,
            world: world(arguments.engine.docker_host.clone(), binary, around),
            shared: Shared { stop, stop_all, ..Shared::default() },
            events_file,
            service: None,
            heard: None,
            refused: None,
            screen: Screen::new(tone),
            names: names.max().filter(|_| plans.len() > 1),
        }
    }

    /// The file that armed it.
    pub(super) fn arming_file(&self) -> Option<PathBuf> {
        self.arguments.arming.arm_live_file.clone()
    }

    /// The same, with the service manager among those who are told.
    pub(super) fn told_to(self, service: &Arc<Service>) -> Self {
        let (heard, _) = broadcast::channel(MOST_HEARD);
        Self { service: Some(Arc::clone(service)), heard: Some(heard), ..self }
    }

    /// What happens in runs from now on.
    pub(super) fn events(&self) -> Option<broadcast::Receiver<Event>> {
        Some(self.heard.as_ref()?.subscribe())
    }

    /// Runs one plan, and writes down how it went.
    pub(super) async fn one(&self, plan: &Plan, remembered: &Remembered) -> Told {
        let previous = report::find_previous(&self.arguments.reports, &plan.name);
        let begin = begin(plan, self.around);
        let entry = EntryKind::RunBegan { run: begin.run.clone(), pid: std::process::id() };
        remembered.add(begin.at.clone(), entry, self.around);
        let (verdict, report) = self.carry_out(plan, begin).await;
        let Some(mut report) = report else {
            return Told { exit: exit(verdict), report: None, written: false };
        };
        if let Some(previous) = previous {
            report.compare(&previous);
        }
        let directory = self.finish(&report);
        let absolute = directory.map(|directory| dunce::canonicalize(&directory).unwrap_or(directory));
        let (ended, written) = (report.ended_at(), absolute.is_some());
        remembered.add(ended, report.ended(absolute.as_deref()), self.around);
        // How the run went matters more than that it could not be written down.
        let exit = if verdict == Verdict::Green && !written { Exit::Report } else { exit(verdict) };
        Told { exit, report: Some(report), written }
    }

    /// Runs the plan while the reporters listen.
    async fn carry_out(&self, plan: &Plan, begin: RunStarted) -> (Verdict, Option<Report>) {
        let (sender, events) = Sender::new(redactor(plan, &self.world));
        let sender = sender.of_variant(plan.variant.clone());
        let mut console = Console::new(self.screen.clone(), self.around.colours);
        if let (Some(width), Some(variant)) = (self.names, &plan.variant) {
            console = console.among(variant, width);
        }
        let telling = tokio::spawn(listen(
            events,
            console,
            self.events_file.clone(),
            (self.service.clone(), self.heard.clone()),
        ));
        let verdict = match &self.refused {
            Some(why) => engine::refuse(plan, begin, &sender, why.clone()),
            None => engine::run(plan, &self.world, begin, &sender, &self.shared).await,
        };
        // The end of the events ends the listeners.
        drop(sender);
        (verdict, telling.await.ok().flatten())
    }

    /// Writes the report and says where it is; none when it is not on the disk.
    fn finish(&self, report: &Report) -> Option<PathBuf> {
        let written = report::write(report, &self.arguments.reports);
        if self.arguments.json
            && self.names.is_none()
            && let Ok(text) = serde_json::to_string_pretty(report)
        {
            // A reader that went away does not change how the run went.
            let _ = writeln!(io::stdout().lock(), "{text}");
        }
        let directory = match &written {
            Ok(directory) => directory,
            Err(error) => {
                tell(error, self.around);
                return None;
            }
        };
        for drift in report.drift.iter().filter(|_| !self.arguments.quiet) {
            say(&format!(
                "since the last run: {} of {}: {} → {}",
                drift.fact, drift.step, drift.before, drift.now
            ));
        }
        if !self.arguments.json {
            // For machines: where the report is.
            let _ = writeln!(io::stdout().lock(), "{}", directory.join("report.json").display());
        }
        written.ok()
    }
}

/// Turns the keys of live trading, before anything is started.
pub(super) fn arm(arming: &ArmingArgs, plans: &mut [Plan], around: &Surroundings) -> Result<(), ArmingError> {
    let armed = Arming::of(&arming.arm_live, arming.arm_live_file.as_deref(), around.now)?;
    armed.arm(plans, around.now)
}

/// The name of a new run.
fn new_run(around: &Surroundings) -> String {
    let unique = uuid::Uuid::now_v7().simple().to_string();
    format!("{}-{}", (around.clock)().strftime("%Y%m%dT%H%M%SZ"), &unique[unique.len() - 6..])
}

fn begin(plan: &Plan, around: &Surroundings) -> RunStarted {
    let ids = |steps: &[PlannedStep]| steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
    let (on_failure, finally) = (ids(&plan.on_failure), ids(&plan.finally));
    RunStarted {
        run: new_run(around),
        at: format!("{:.3}", (around.clock)()),
        playbook: plan.name.clone(),
        description: plan.description.clone(),
        openbell: env!("CARGO_PKG_VERSION").to_owned(),
        within_ms: plan.within.as_millis().try_into().unwrap_or(u64::MAX),
        steps: [ids(&plan.steps), on_failure.clone(), finally.clone()].concat(),
        on_failure,
        finally,
    }
}

/// Tells every reporter until the events end.
async fn listen(
    mut events: UnboundedReceiver<Event>,
    mut console: Console,
    file: Option<EventFile>,
    (service, heard): (Option<Arc<Service>>, Option<broadcast::Sender<Event>>),
) -> Option<Report> {
    let mut summary = Summary::default();
    while let Some(event) = events.recv().await {
        console.event(&event);
        summary.event(&event);
        if let Some(file) = &file {
            file.event(&event);
        }
        if let Some(service) = &service {
            service.event(&event);
        }
        if let Some(heard) = &heard {
            // Nobody may listen.
            let _ = heard.send(event);
        }
    }
    summary.finish()
}

/// Knows every secret the plan reads. A file that cannot be read is told by the step that needs it.
pub(super) fn redactor(plan: &Plan, world: &World) -> Redactor {
    let secrets = plan.secrets().filter_map(|from| world.files.secret(&from).ok());
    let composed = plan.composed_secrets().map(str::to_owned);
    Redactor::new(secrets.map(|secret| secret.expose_secret().to_owned()).chain(composed))
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

/// The gravest of several verdicts, by their exit codes.
pub(super) fn gravest(verdicts: &[Verdict]) -> Verdict {
    let gravest = Exit::gravest(verdicts.iter().map(|verdict| exit(*verdict)));
    verdicts.iter().copied().find(|verdict| exit(*verdict) == gravest).unwrap_or(Verdict::Green)
}
