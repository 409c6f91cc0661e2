//! `openbell report`: what is on the disk of runs that are over.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::StateArgs;

/// `openbell report`.
#[derive(Debug, Args)]
pub struct Report {
    /// What to do with them.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// What can be done with reports.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// List runs, the last one first: from the journals, and the directory of reports.
    List(ReportList),
    /// Print the report of one run.
    Show(ReportShow),
    /// Compare two reports: steps, times and facts.
    Diff(ReportDiff),
    /// Check that reports fit their schema and are whole. Exit code 1 when one is not.
    Verify(ReportVerify),
    /// How long the last boot took from power-on to operational, and whether anybody had to help.
    Boot(ReportBoot),
}

/// Where reports are.
#[derive(Debug, Args)]
pub struct ReportsArgs {
    /// Where reports are: one directory for each run.
    #[arg(long, env = "OPENBELL_REPORTS", default_value = "reports", value_name = "DIR")]
    pub reports: PathBuf,
}

/// `openbell report list`.
#[derive(Debug, Args)]
pub struct ReportList {
    /// Only of this playbook: its file, or its name.
    pub playbook: Option<PathBuf>,
    /// No more than this many.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub last: usize,
    /// Only those that are not green.
    #[arg(long)]
    pub failed: bool,
    /// Only those since this machine was started.
    #[arg(long)]
    pub boot: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Where reports are.
    #[command(flatten)]
    pub reports: ReportsArgs,
    /// Where journals are.
    #[command(flatten)]
    pub state: StateArgs,
}

/// `openbell report show`.
#[derive(Debug, Args)]
pub struct ReportShow {
    /// The run: its name or the end of it, its directory, or `last`.
    #[arg(default_value = "last", value_name = "RUN")]
    pub run: String,
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
    /// Where reports are.
    #[command(flatten)]
    pub reports: ReportsArgs,
}

/// `openbell report diff`.
#[derive(Debug, Args)]
pub struct ReportDiff {
    /// The earlier run. Default: the last green one of the same playbook before the later one.
    #[arg(value_name = "BEFORE")]
    pub before: Option<String>,
    /// The later run. Default: the last one.
    #[arg(value_name = "NOW")]
    pub now: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Where reports are.
    #[command(flatten)]
    pub reports: ReportsArgs,
}

/// `openbell report verify`.
#[derive(Debug, Args)]
pub struct ReportVerify {
    /// The runs: their names, their directories, or `last`. Default: every report there is.
    #[arg(value_name = "RUN")]
    pub runs: Vec<String>,
    /// Where reports are.
    #[command(flatten)]
    pub reports: ReportsArgs,
}

/// `openbell report boot`.
#[derive(Debug, Args)]
pub struct ReportBoot {
    /// Only of this playbook: its file, or its name.
    pub playbook: Option<PathBuf>,
    /// So many boots of each playbook, the last one first.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub last: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Where journals are.
    #[command(flatten)]
    pub state: StateArgs,
}
