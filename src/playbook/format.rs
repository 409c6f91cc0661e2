//! The playbook as written, version 1. These types are the format: the JSON Schema is generated from them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container::ContainerFormat;
use super::evidence::EvidenceFormat;
use super::holdings::{OpenOrdersText, PositionsText};
use super::journal::JournalFormat;
use super::maintenance::MaintenanceFormat;
use super::notify::NotifyFormat;
use super::watch::WatchFormat;
use crate::document::Version;
use crate::period::Period;
use crate::ports::broker::AccountPattern;
use crate::steps::Action;

/// A start-up sequence for an Interactive Brokers trading stack, read top to bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Playbook {
    /// Version of this format.
    pub version: Version,
    /// Short name: lower-case letters, digits, `-` and `_`. Becomes the Compose project and the network's name.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9_-]*$"))]
    pub name: String,
    /// What the stack is when the run is green, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Deadline of the whole run. Default: 30m.
    #[serde(default = "run_deadline")]
    pub within: Period,
    /// Partial playbooks, relative to this file: their sections join this one's, and their steps come before its own, in
    /// this order. What two files declare is an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<PathBuf>,
    /// Variables and what they are unless `--var`, the environment or an env file says otherwise. Used as `${NAME}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, String>,
    /// Files of `NAME=value` lines, relative to this file, read literally: no quotes, no `$`. A later file goes before an
    /// earlier one; the environment goes before both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env_file: Vec<PathBuf>,
    /// The same playbook for several gateways or accounts: one run and one report for each entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<VariantFormat>,
    /// TWS API connect parameters, used by every step that talks to the gateway.
    pub connection: ConnectionFormat,
    /// The ledger of client ids: who owns which. Two owners of one id are an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub client_ids: BTreeMap<String, i32>,
    /// The strategy the bot must say it runs when nobody gave it a plan. Default: none is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<StrategyFormat>,
    /// What holds before the bot starts and is checked on the running objects. What cannot be checked counts as broken.
    #[serde(default)]
    pub safety: SafetyFormat,
    /// How the stack is supervised after its start-up (`openbell watch`). Default: with the default of every field.
    #[serde(default, skip_serializing_if = "is_default")]
    pub watch: WatchFormat,
    /// When maintenance is expected: windows in which a gateway may lose its servers or refuse a log-in, and in which
    /// nothing is restarted. Default: IBKR's windows of the region `us`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<MaintenanceFormat>,
    /// The containers of the stack by the name under which they reach each other.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub containers: BTreeMap<String, ContainerFormat>,
    /// How long the journal of runs and supervision is kept. Default: 90 days, and no more than 32 MB.
    #[serde(default)]
    pub journal: JournalFormat,
    /// Who is told what becomes of the stack, by `openbell watch`. Default: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "NotifyFormat")]
    pub notify: Option<NotifyFormat>,
    /// The steps, carried out in this order; those with `needs` as soon as these are done.
    #[schemars(length(min = 1))]
    pub steps: Vec<Step>,
    /// Steps that follow, in order, when the run is not green. Not after Ctrl-C, which leaves containers as they are. They
    /// change neither the verdict nor the exit code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<Step>,
    /// Steps that follow at the very end, however the run went. One that fails makes a green run fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finally: Vec<Step>,
}

impl Playbook {
    /// Whether a container is held: every one is, but the gateway (which publishes the port of `connection.address`;
    /// without it there is no account to look at) and those that say `held: false`.
    pub(super) fn holds(&self, key: &str) -> bool {
        let Some(container) = self.containers.get(key) else { return false };
        let port = self.connection.address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let gateway = container.ports.iter().any(|published| Some(published.get().host_port) == port);
        !container.hold_until.is_empty() || (container.held.unwrap_or(true) && !gateway)
    }
}

fn is_default(watch: &WatchFormat) -> bool {
    *watch == WatchFormat::default()
}

fn run_deadline() -> Period {
    Duration::from_mins(30).into()
}

/// TWS API connect parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionFormat {
    /// `host:port` of the gateway as this machine reaches it, such as `127.0.0.1:4002`.
    #[schemars(regex(pattern = r"^[^\s:]+:[0-9]{1,5}$|^\[[0-9a-fA-F:]+\]:[0-9]{1,5}$"))]
    pub address: String,
    /// Client ids, tried in this order when one is in use. 0 is refused (it sees every order), 9000 to 9099 are
    /// openbell's own.
    #[schemars(length(min = 1), inner(range(min = 1)))]
    pub client_id: Vec<i32>,
    /// How long connecting may take. Default: 60s.
    #[serde(default = "connect_timeout")]
    pub timeout: Period,
    /// `host:port` of IBC's command port as this machine reaches it (IBC's own default is 7462, and off): with it,
    /// `diagnose --fix all` can restart the gateway without a new log-in. Default: not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[^\s:]+:[0-9]{1,5}$|^\[[0-9a-fA-F:]+\]:[0-9]{1,5}$"))]
    pub ibc: Option<String>,
}

fn connect_timeout() -> Period {
    Duration::from_mins(1).into()
}

/// The declared default strategy and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyFormat {
    /// Its name, such as `C`.
    pub default: String,
    /// What proves that the bot runs it.
    pub evidence: EvidenceFormat,
}

/// The safe state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SafetyFormat {
    /// Trading mode. `live` is one of two keys: the run has to be armed as well, see `run --arm-live`. Default: paper.
    #[serde(default)]
    pub mode: Mode,
    /// Account ids or beginnings of them that a session may show. Default: `DU*` and `DF*`, all paper accounts.
    #[serde(default = "paper_accounts")]
    #[schemars(length(min = 1))]
    pub accounts: Vec<AccountPattern>,
    /// Whether the gateway's API refuses orders. `true` is proven before a held container runs, and whenever the accounts
    /// are; `false` says that it is meant to take them, and `diagnose` tells when it does not. Default: nobody cares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// `none` where no order may be open, of whichever client id and of every account. Proven whenever the accounts are. A
    /// gateway whose API is read-only does not tell: not with `read_only: true`. Default: nobody cares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_orders: Option<OpenOrdersText>,
    /// `none`, or a list of the symbols that alone may be held in any account. Proven whenever the accounts are. Default:
    /// nobody cares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<PositionsText>,
    /// Environment that containers must have, by container: variable and exact value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, BTreeMap<String, String>>,
    /// Paths that must not exist: in containers, volumes included, or on the machine that openbell runs on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<AbsentFormat>,
}

impl Default for SafetyFormat {
    fn default() -> Self {
        Self {
            mode: Mode::Paper,
            accounts: paper_accounts(),
            read_only: None,
            open_orders: None,
            positions: None,
            env: BTreeMap::new(),
            absent: Vec::new(),
        }
    }
}

fn paper_accounts() -> Vec<AccountPattern> {
    ["DU*", "DF*"]
        .map(|pattern| AccountPattern::try_from(pattern.to_owned()).expect("a constant pattern is valid"))
        .to_vec()
}

/// A path that must not exist: `container` and `path`, or `host`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsentFormat {
    /// The container, as named under `containers`. Default: none, with `host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Absolute path in the container. Default: none, with `host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Path on the machine that openbell runs on, relative to the playbook's directory. A link counts as present wherever
    /// it leads. Default: none, with `container` and `path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<PathBuf>,
}

/// One of the playbooks that a matrix makes of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantFormat {
    /// Its name, which is appended to the playbook's: lower-case letters, digits, `-` and `_`.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9_-]*$"))]
    pub id: String,
    /// Its variables. They go before everything but `--var`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, String>,
}

/// Trading mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Paper trading: only accounts that begin with DU or DF.
    #[default]
    Paper,
    /// Live trading, with the live accounts that `safety.accounts` names.
    Live,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique name of the step.
    #[schemars(regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    pub id: String,
    /// Ids of the steps after which it starts at once, beside others; `[]` for none. Default: every step before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Vec<String>>,
    /// Expression without which it is skipped, such as `steps.gateway.changed` or `vars.region == "eu"`.
    /// Default: never skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Deadline of the step, such as `90s`. Default: that of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Period>,
    /// What it does: exactly one kind of step.
    #[serde(rename = "do")]
    pub action: Action,
}
