//! The command line: clap types and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::period::Period;

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
    /// Check playbooks without touching anything.
    Validate(Validate),
    /// Print a JSON Schema.
    Schema(Schema),
    /// Remove what a playbook made: its containers, network and built images. Volumes stay.
    Down(Down),
    /// The stand-ins for rehearsals and tests.
    Sim(crate::sim::cli::SimArguments),
}

const EXIT_CODES: &str = "Exit codes: 0 green, 1 a step failed, 2 usage, 3 playbook invalid, 4 safety violation, \
5 Docker engine unreachable, 6 report not written, 124 deadline, 130 interrupted.";

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
    /// Print the report as JSON on stdout.
    #[arg(long)]
    pub json: bool,
    /// Write every event as a line of JSON to this file.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Static Linux build of openbell for images with `own_binary`. Default: this program itself.
    #[arg(long, env = "OPENBELL_CONTAINER_BINARY", value_name = "FILE")]
    pub container_binary: Option<PathBuf>,
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
    /// A script of the simulated gateway.
    Script,
    /// A line of `run --events`.
    Event,
}

/// `openbell down`.
#[derive(Debug, Args)]
pub struct Down {
    /// The playbook.
    pub playbook: PathBuf,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}
