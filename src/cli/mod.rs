//! The command line: clap types and nothing else. The commands that ask a gateway have files of their own.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::period::Period;

mod arming;
mod calendar;
mod diagnose;
mod edit;
mod notify;
mod probe;
mod reading;
mod report;
mod service;
mod shell;
mod stack;
mod state;
mod watch;

pub use arming::ArmingArgs;
pub use calendar::{Calendar, RegionName};
pub use diagnose::{Diagnose, Expect, Explain, Fix};
pub use edit::{Accept, Audit, AuditCommand, Edit, Get, Set, Undo, Unset, Writing};
pub use notify::{Notify, NotifyCommand, NotifyTest};
pub use probe::{Probe, ProbeStage};
pub use reading::Reading;
pub use report::{
    Report, ReportBoot, ReportCommand, ReportDiff, ReportList, ReportShow, ReportVerify, ReportsArgs,
};
pub use service::{
    At, Definition, For, Install, Print, ServiceArgs, ServiceCommand, ServiceStatus, Uninstall, Which,
};
pub use shell::{Completions, Man, Shell};
pub use stack::{Init, Lint, Migrate, PlanArgs, ProblemFormat};
pub use state::{Pause, Resume, StateArgs};
pub use watch::Watch;

/// The opening bell rings only when every check is green.
#[derive(Debug, Parser)]
#[command(name = "openbell", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Detail of the developers' log on stderr, such as `debug` or `openbell=trace`.
    #[arg(long, global = true, env = "OPENBELL_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Carry a playbook out: live progress, a report, an exit code.
    #[command(after_help = EXIT_CODES)]
    Run(Run),
    /// Bring a stack up and keep it so: watch, recover, tell.
    #[command(after_help = watch::HELP)]
    Watch(Watch),
    /// Say what `run` would do now: checks that only read are made for real, and nothing is changed.
    #[command(after_help = stack::PLAN_HELP)]
    Plan(PlanArgs),
    /// Check playbooks without touching anything.
    Validate(Validate),
    /// Print a value of a playbook.
    Get(Get),
    /// Change values of a playbook: comments and order stay, and what is not valid is not written.
    Set(Set),
    /// Remove values of a playbook.
    Unset(Unset),
    /// Edit a playbook in an editor; what is not valid is not written.
    Edit(Edit),
    /// Take the last change of a playbook back.
    Undo(Undo),
    /// The record of approved changes.
    Audit(Audit),
    /// Write a commented playbook: from nothing, from a compose file, or from what runs.
    Init(Init),
    /// Look for what hurts in the files around a playbook.
    Lint(Lint),
    /// Rewrite a playbook of an older version.
    Migrate(Migrate),
    /// Is the TWS API ready? One line on stdout, exit code 0 or 1: made to be a container's health check.
    #[command(after_help = probe::HELP)]
    Probe(Probe),
    /// Print a JSON Schema.
    Schema(Schema),
    /// Say what a code means, by what evidence it is told, and what to do.
    Explain(Explain),
    /// Find out why a gateway is not ready: one look at everything, causes with evidence and a next step.
    #[command(after_help = diagnose::HELP)]
    Diagnose(Diagnose),
    /// Print the coming maintenance windows, the weekly re-authentication and changes of the clocks.
    Calendar(Calendar),
    /// A playbook as a service of this system: started at boot, kept running.
    Service(ServiceArgs),
    /// Notifications by hand: does anybody hear them?
    Notify(Notify),
    /// Remove what a playbook made: its containers, network and built images. Volumes stay.
    Down(Down),
    /// Reports of runs that are over: list, show, compare, check.
    Report(Report),
    /// Let recovery and messages rest for a while.
    Pause(Pause),
    /// End a pause.
    Resume(Resume),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print manual pages.
    Man(Man),
    /// The stand-ins for rehearsals and tests.
    Sim(crate::sim::cli::SimArguments),
}

const EXIT_CODES: &str = "Exit codes: 0 green, 1 a step failed, 2 usage, 3 playbook invalid, 4 safety violation, \
5 Docker engine unreachable, 6 report not written, 7 another instance has the playbook, 124 deadline, 130 interrupted.";

/// Where the Docker engine is.
#[derive(Debug, Args)]
pub struct EngineArgs {
    /// The Docker engine: `unix:///path`, `tcp://host:port`, `npipe:////./pipe/name`.
    #[arg(long, env = "DOCKER_HOST", value_name = "URL")]
    pub docker_host: Option<String>,
}

/// `openbell run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The playbook.
    pub playbook: PathBuf,
    /// Where reports go: one directory for each run.
    #[arg(long, env = "OPENBELL_REPORTS", default_value = "reports", value_name = "DIR")]
    pub reports: PathBuf,
    /// Deadline of the whole run, instead of the playbook's.
    #[arg(long, value_name = "SPAN")]
    pub within: Option<Period>,
    /// Tell failures and the verdict only.
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the report as JSON on stdout; of a matrix the roll-up, which names the reports.
    #[arg(long)]
    pub json: bool,
    /// Write every event as a line of JSON to this file.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Static Linux build of openbell for images with `own_binary`. Default: this program itself.
    #[arg(long, env = "OPENBELL_CONTAINER_BINARY", value_name = "FILE")]
    pub container_binary: Option<PathBuf>,
    /// What is armed.
    #[command(flatten)]
    pub arming: ArmingArgs,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// `openbell validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// The playbooks.
    #[arg(required = true)]
    pub playbooks: Vec<PathBuf>,
    /// How problems are told.
    #[arg(long, value_enum, default_value_t)]
    pub format: ProblemFormat,
    /// What the playbooks are read with.
    #[command(flatten)]
    pub reading: Reading,
}

/// `openbell schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Of what.
    pub of: SchemaOf,
}

/// What there are schemas of.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaOf {
    /// A playbook.
    Playbook,
    /// A report.
    Report,
    /// A roll-up of the runs of a matrix.
    Rollup,
    /// A script of the simulated gateway.
    Script,
    /// A line of `run --events`.
    Event,
    /// A line of the journal.
    Entry,
    /// What `calendar --json` prints.
    Calendar,
    /// What a webhook of `notify` is sent.
    Notification,
    /// What `diagnose --json` prints.
    Examination,
    /// What `plan --json` prints.
    Plan,
    /// What `probe --json` prints.
    Probe,
    /// What `report list --json` prints.
    Runs,
    /// What `report diff --json` prints.
    Comparison,
    /// What `report boot --json` prints.
    Boots,
    /// What `service status --json` prints.
    Status,
}

/// `openbell down`.
#[derive(Debug, Args)]
pub struct Down {
    /// The playbook.
    pub playbook: PathBuf,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}
