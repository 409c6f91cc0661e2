//! `openbell service`: a playbook as a service of the system, started at boot and kept running.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{EngineArgs, Reading};

pub(super) const STATUS_HELP: &str = "\
Exit codes: 0 the service is active and its last report is green, 1 it is not, 2 usage.";

pub(super) const INSTALL_HELP: &str = "\
What it starts is `openbell watch PLAYBOOK`. On Linux it is a systemd unit, /etc/systemd/system/openbell-NAME.service: it \
runs as root without root's capabilities, or as another user with --run-as; state and reports are in \
/var/lib/openbell/NAME. On Windows it is a task of the Task Scheduler, on macOS a job of launchd.

Exit codes: 0 installed, 1 the system refused, 2 usage, 3 playbook invalid, 4 live and not armed.";

/// `openbell service`.
#[derive(Debug, Args)]
pub struct ServiceArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ServiceCommand,
}

/// What can be done with a service.
#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Install the service, have it started at boot, and start it. Once more: brings it up to date, or changes nothing.
    #[command(after_help = INSTALL_HELP)]
    Install(Install),
    /// Stop the service and remove it. State and reports stay; the containers are left as they are.
    Uninstall(Uninstall),
    /// Say how the service does, and how its last run went.
    #[command(after_help = STATUS_HELP)]
    Status(ServiceStatus),
    /// Print the text of the service, for this system or another one. Nothing is changed.
    Print(Print),
}

/// What the service is.
#[derive(Debug, Args)]
pub struct Definition {
    /// The playbook.
    pub playbook: PathBuf,
    /// The program that it starts. Default: this one, where it lies now.
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
    /// Where the secret is that the playbook writes as `{credential: NAME}`; systemd reads it and hands it over. A path
    /// that ends in `.cred` is encrypted (systemd-creds). Once for each.
    #[arg(long = "credential", value_name = "NAME=PATH", value_parser = credential)]
    pub credentials: Vec<(String, PathBuf)>,
    /// What arms a live playbook: root's own file, with lines `account: …` and one `expires: …`.
    #[arg(long, value_name = "FILE")]
    pub arm_live_file: Option<PathBuf>,
    /// The user that a service of the machine runs as, in the group docker. Default: root, without its capabilities.
    #[arg(long, value_name = "USER", value_parser = user)]
    pub run_as: Option<String>,
    /// When it starts, on Windows. Docker Desktop runs in a user's session: before somebody logs on there is no engine.
    #[arg(long, value_enum, default_value_t)]
    pub at: At,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// `openbell service install`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Install {
    /// What the service is.
    #[command(flatten)]
    pub definition: Definition,
    /// A service of yours instead of the machine's; for a rootless engine.
    #[arg(long, conflicts_with = "run_as")]
    pub user: bool,
    /// Do not start it now.
    #[arg(long)]
    pub no_start: bool,
    /// Write over a text that was changed by hand, or that is for another playbook of the same name.
    #[arg(long)]
    pub force: bool,
    /// Print the text, say what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `openbell service uninstall`.
#[derive(Debug, Args)]
pub struct Uninstall {
    /// Which service.
    #[command(flatten)]
    pub which: Which,
    /// Remove its state and its reports as well.
    #[arg(long)]
    pub purge: bool,
    /// Say what would be done, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `openbell service status`.
#[derive(Debug, Args)]
pub struct ServiceStatus {
    /// Which service.
    #[command(flatten)]
    pub which: Which,
    /// Print it as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which service is meant.
#[derive(Debug, Args)]
pub struct Which {
    /// The playbook.
    #[arg(required_unless_present = "name")]
    pub playbook: Option<PathBuf>,
    /// The playbook's name, where the playbook is gone.
    #[arg(long, conflicts_with = "playbook")]
    pub name: Option<String>,
    /// The service of yours instead of the machine's.
    #[arg(long)]
    pub user: bool,
}

/// `openbell service print`.
#[derive(Debug, Args)]
pub struct Print {
    /// What the service is.
    #[command(flatten)]
    pub definition: Definition,
    /// For which system. Default: this one.
    #[arg(long = "for", value_enum, value_name = "SYSTEM")]
    pub system: Option<For>,
}

/// What there are texts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum For {
    /// A systemd unit for the whole machine.
    Systemd,
    /// A systemd unit of one user.
    SystemdUser,
    /// A task of the Windows Task Scheduler, as `schtasks /Create /XML` reads it.
    Windows,
    /// A launchd job for the whole machine.
    Launchd,
    /// A launchd job of one user.
    LaunchdAgent,
}

/// When a Windows task starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum At {
    /// When you log on.
    #[default]
    LogOn,
    /// When the machine starts.
    StartUp,
    /// Whichever comes first.
    Both,
}

fn credential(text: &str) -> Result<(String, PathBuf), String> {
    let fits = |name: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        !name.is_empty() && !name.starts_with('.') && name.chars().all(allowed)
    };
    match text.split_once('=') {
        Some((name, path)) if fits(name) && !path.is_empty() => Ok((name.to_owned(), path.into())),
        Some(_) | None => {
            Err("write NAME=PATH, such as --credential tws_password=/etc/openbell/tws_password".to_owned())
        }
    }
}

fn user(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_alphanumeric() || "_.-\\".contains(c);
    let fits = !text.is_empty() && !text.starts_with('-') && text.chars().all(allowed);
    if fits { Ok(text.to_owned()) } else { Err("this is no name of a user".to_owned()) }
}
