//! A stretch of time in which a gateway behaves in one way, and what happens when it begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::treatment::Treatment;
use crate::period::Period;

/// A stretch of time in which the gateway behaves in one way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// What it is called, in the log and in rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long, such as `20s`; `0s` for something that only happens. The last phase may leave it out: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Period>,
    /// What the port does. Default: open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Port>,
    /// How clients are treated in this phase.
    #[serde(default, skip_serializing_if = "Treatment::is_empty")]
    pub clients: Treatment,
    /// Drops all connections when the phase begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop: Option<Drop>,
    /// The gateway's process is another one from here on: all connections are dropped, order ids roll back to the first
    /// ones, every client id is free, and nothing is wedged. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restart: bool,
    /// The accounts of the log-in from here on; a session that is open has seen others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), inner(regex(pattern = r"^[A-Za-z0-9]+$")))]
    pub accounts: Option<Vec<String>>,
    /// The next order id of every client from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub next_order_id: Option<i64>,
    /// Where the log-in stands: writes the lines that IBC writes then. By themselves come `authenticating`, when
    /// handshakes are mute, and `completed`, when they are answered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// The connection to IBKR's servers changes: everybody is told, and while it is lost every new session too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connectivity: Option<Connectivity>,
    /// The data farms change: everybody is told, and every new session from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub farms: Option<Farms>,
    /// Messages to every open session when the phase begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Lines for the log when the phase begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// The simulator ends with this exit code when the phase begins. IBC's 1111 (second factor timed out) is seen as 87.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
}

/// What a port does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Port {
    /// Connections are accepted.
    #[default]
    Open,
    /// Nothing listens.
    Closed,
    /// The system accepts connections into its backlog, the gateway never takes them. They are served when the phase
    /// ends.
    Stuck,
    /// The backlog is full: a client's connection is never even made, where the system drops what it cannot queue.
    Full,
}

/// How connections are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drop {
    /// In order: FIN.
    Close,
    /// At once: RST.
    Reset,
}

/// Where a log-in stands. The lines are those of IBC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// The password is being checked.
    Authenticating,
    /// The second factor is waited for.
    TwoFactor,
    /// It was waited for too long; IBC exits with 1111.
    TwoFactorTimeout,
    /// The user name or password is wrong.
    Failed,
    /// There were too many failures.
    Locked,
    /// IBKR's servers are not there for log-ins.
    Unavailable,
    /// Another session of the same user is to be ended, or not.
    ExistingSession,
    /// It is done, and a dialog on the screen asks whether a client may connect.
    AcceptDialog,
    /// A gateway restarts itself once a day without a new second factor.
    AutoRestart,
    /// It is done.
    Completed,
}

/// The connection between the gateway and IBKR's servers
/// (<https://interactivebrokers.github.io/tws-api/message_codes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connectivity {
    /// Error 1100.
    Lost,
    /// Error 2110: broken, and being restored by the gateway.
    Broken,
    /// Error 1101: restored, subscriptions are lost.
    RestoredDataLost,
    /// Error 1102: restored, subscriptions are maintained.
    Restored,
}

impl Connectivity {
    /// Whether IBKR's servers cannot be reached.
    pub fn is_away(self) -> bool {
        matches!(self, Self::Lost | Self::Broken)
    }
}

/// The data farms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Farms {
    /// 2104, 2106, 2158.
    #[default]
    Ok,
    /// 2103, 2105, 2157.
    Broken,
    /// 2107, 2108.
    Inactive,
    /// 2119.
    Connecting,
}

/// A message to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its code.
    #[schemars(range(min = i32::MIN, max = i32::MAX))]
    pub code: i32,
    /// Its text.
    pub message: String,
    /// The request it is about. Default: -1, the whole session.
    #[serde(default = "session")]
    pub id: i64,
}

fn session() -> i64 {
    -1
}
