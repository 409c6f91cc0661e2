//! `openbell diagnose` and `openbell explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::probe::{address, some_time};
use super::{EngineArgs, Reading, StateArgs};
use crate::period::Period;

pub(super) const HELP: &str = "Exit codes: 0 ready, 1 a cause was found, 2 usage, 3 playbook invalid, \
4 a live account where paper is expected, 5 Docker engine unreachable, 7 another \
instance has the playbook (with --fix), 130 interrupted.";
/// `openbell diagnose`.
#[derive(Debug, Args)]
pub struct Diagnose {
    /// The playbook; or name an address.
    #[arg(required_unless_present = "address")]
    pub playbook: Option<PathBuf>,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// `host:port` of the gateway, for those who have no playbook.
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "playbook", allow_hyphen_values = true,
          value_parser = address)]
    pub address: Option<String>,
    /// Name of the gateway's container. Default: the one that publishes the port.
    #[arg(long, value_name = "NAME")]
    pub container: Option<String>,
    /// A client id the bot uses; may be given several times, in the order in which they are tried.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub client_id: Vec<i32>,
    /// What the session ought to show. Default: the playbook's `safety.accounts`; without one, anything.
    #[arg(long, value_name = "MODE")]
    pub expect: Option<Expect>,
    /// Lowest server version the bot's API client speaks.
    #[arg(long, value_name = "N")]
    pub server_version: Option<u32>,
    /// The gateway's log, for a gateway that runs in no container.
    #[arg(long, value_name = "FILE")]
    pub gateway_log: Option<PathBuf>,
    /// Path of `jts.ini` in the gateway's container. Default: the usual places.
    #[arg(long, value_name = "PATH")]
    pub jts_ini: Option<String>,
    /// How long silence is borne on a connection.
    #[arg(long, value_name = "SPAN", default_value = "10s", allow_hyphen_values = true,
          value_parser = some_time)]
    pub timeout: Period,
    /// Ask for half a minute of historical bars as well; never a snapshot, those cost money.
    #[arg(long)]
    pub data: bool,
    /// Try remedies, each once, until one works: `safe` ones change nothing in the world; `all` may change the API settings
    /// and restart the gateway, and says what that costs.
    #[arg(long, value_name = "CONSENT")]
    pub fix: Option<Fix>,
    /// How long a gateway that was restarted has to come back.
    #[arg(long, value_name = "SPAN", default_value = "5m", allow_hyphen_values = true,
          value_parser = some_time, requires = "fix")]
    pub within: Period,
    /// `host:port` of IBC's command port. Default: the playbook's `connection.ibc`.
    #[arg(long, value_name = "HOST:PORT", allow_hyphen_values = true, value_parser = address)]
    pub ibc: Option<String>,
    /// What is remembered: with --fix, nobody else may act on the playbook.
    #[command(flatten)]
    pub state: StateArgs,
    /// Print the examination as JSON.
    #[arg(long)]
    pub json: bool,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// What may be done to a gateway.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Fix {
    /// Longer timeouts and other declared client ids.
    Safe,
    /// These, API settings, and restarts.
    All,
}

/// What a session ought to show.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Expect {
    /// Paper accounts only: DU… and DF….
    Paper,
    /// Live accounts only: U…, F…, I….
    Live,
}

/// `openbell explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The codes, such as `broker::mute`. Words in capitals in what is printed stand for your own names.
    #[arg(value_name = "CODE", required_unless_present_any = ["list", "markdown"])]
    pub codes: Vec<String>,
    /// List all codes, a line each.
    #[arg(long, conflicts_with_all = ["codes", "markdown"])]
    pub list: bool,
    /// Print the page of all codes, as Markdown.
    #[arg(long, conflicts_with_all = ["codes", "json"])]
    pub markdown: bool,
    /// Print JSON: of one code an object, of several and of --list an array.
    #[arg(long)]
    pub json: bool,
}
