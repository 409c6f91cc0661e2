//! `plan`, `init`, `lint` and `migrate`: what would be done, and playbooks from what there is.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ArmingArgs, EngineArgs, Reading};

pub(super) const PLAN_HELP: &str = "\
Every step is looked at once, as it stands now. What takes a command in a container, or a session with a declared client \
id, is not done and said to be so. A check of what `run` would change first cannot be known yet, and is no failure.

Exit codes: 0 nothing to change, and nothing that can be looked at fails; 10 changes pending; 1 something fails now that no \
change before it could mend (also what `run` would wait for: the text says so), or `run` would refuse to go on; 2 usage; \
3 playbook invalid; 4 a held container runs against its safe state, the state is certainly not safe, or the mode is live \
and not armed; 5 Docker engine \
unreachable; 130 interrupted. Of several, the gravest: 4, 5, 1, 10, 0.";

/// `openbell plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The playbook.
    pub playbook: PathBuf,
    /// Print the plan as JSON.
    #[arg(long)]
    pub json: bool,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// What would be armed: without it, a plan of a live playbook says that `run` would refuse.
    #[command(flatten)]
    pub arming: ArmingArgs,
    /// Static Linux build of openbell for images with `own_binary`. Default: this program itself.
    #[arg(long, env = "OPENBELL_CONTAINER_BINARY", value_name = "FILE")]
    pub container_binary: Option<PathBuf>,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// `openbell init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write the playbook; `-` for stdout.
    #[arg(default_value = "playbook.yaml")]
    pub playbook: PathBuf,
    /// From the services of this compose file.
    #[arg(long, value_name = "FILE", conflicts_with = "from_running")]
    pub from_compose: Option<PathBuf>,
    /// From the containers of this Compose project that run now.
    #[arg(long, value_name = "PROJECT")]
    pub from_running: Option<String>,
    /// The playbook's name.
    #[arg(long)]
    pub name: Option<String>,
    /// The service that is the gateway, where it cannot be told.
    #[arg(long, value_name = "SERVICE")]
    pub gateway: Option<String>,
    /// The service that is the bot, where it cannot be told.
    #[arg(long, value_name = "SERVICE")]
    pub bot: Option<String>,
    /// `host:port` of the TWS API as this machine reaches it.
    #[arg(long, value_name = "HOST:PORT")]
    pub address: Option<String>,
    /// The bot's client id.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<i32>,
    /// The gateway's image, for a playbook from nothing.
    #[arg(long, value_name = "IMAGE")]
    pub gateway_image: Option<String>,
    /// The bot's image, for a playbook from nothing.
    #[arg(long, value_name = "IMAGE")]
    pub bot_image: Option<String>,
    /// Name of the bot's container, for a playbook from nothing.
    #[arg(long, value_name = "NAME")]
    pub bot_container: Option<String>,
    /// Directory of the secret files, relative to the playbook, for a playbook from nothing.
    #[arg(long, value_name = "DIRECTORY")]
    pub secrets: Option<String>,
    /// Compose profiles that count.
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// Name the compose file's services instead of copying them.
    #[arg(long, requires = "from_compose")]
    pub by_reference: bool,
    /// Ask nothing, even on a terminal.
    #[arg(long)]
    pub no_input: bool,
    /// Write over a file that is there.
    #[arg(long)]
    pub force: bool,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// `openbell lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Playbooks, compose files, `.env` and `jts.ini` files, or directories that hold them.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// How findings are told.
    #[arg(long, value_enum, default_value_t)]
    pub format: ProblemFormat,
    /// Exit with 1 on warnings too, not only on errors.
    #[arg(long)]
    pub strict: bool,
}

/// `openbell migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The playbook.
    pub playbook: PathBuf,
    /// Show the change and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// How problems are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProblemFormat {
    /// For people, on stderr.
    #[default]
    Text,
    /// A JSON object on stdout.
    Json,
    /// SARIF 2.1.0 on stdout, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions on stdout.
    Github,
}
