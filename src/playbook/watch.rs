//! `watch`: how a stack is supervised after its start-up, and what may be done when something is lost.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::period::Period;

/// Supervision. Everything has a default: a playbook without this section is supervised as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WatchFormat {
    /// How a session that says nothing is known to be dead.
    pub heartbeat: HeartbeatFormat,
    /// Time between two proofs of the safe state, and between two looks at containers and the bot. Default: 30s.
    pub prove: Period,
    /// How long the Docker engine may take to answer after a boot until that is told; it is waited for all the same.
    /// Default: 10m.
    pub engine: Period,
    /// What is done about an outage, one rung after the other until it is over; when the last one did not help, nothing
    /// more is tried and somebody is told. Default: reconnect within 5m, wait for maintenance, a soft restart (where
    /// `connection.ibc` is declared), a restart.
    pub recovery: Vec<RungFormat>,
    /// How often a gateway may log in, whoever starts it.
    pub log_ins: LogInsFormat,
}

impl Default for WatchFormat {
    fn default() -> Self {
        Self {
            heartbeat: HeartbeatFormat::default(),
            prove: Duration::from_secs(30).into(),
            engine: Duration::from_mins(10).into(),
            recovery: vec![
                RungFormat::Reconnect(ReconnectFormat::default()),
                RungFormat::Wait(WaitFormat::default()),
                RungFormat::SoftRestart(RestartFormat::soft()),
                RungFormat::Restart(RestartFormat::default()),
            ],
            log_ins: LogInsFormat::default(),
        }
    }
}

/// The heartbeat: a question for the time on a session that is kept open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HeartbeatFormat {
    /// Time between two questions, at least 5s: asked sooner, gateways do not answer. Default: 30s.
    pub every: Period,
    /// How long the answer may take, at most 10s. Default: 10s.
    pub timeout: Period,
    /// So many unanswered questions in a row mean that the session is lost; after the first one the next is asked at once.
    /// Default: 2.
    #[schemars(range(min = 1, max = 10))]
    pub misses: u32,
}

impl Default for HeartbeatFormat {
    fn default() -> Self {
        Self { every: Duration::from_secs(30).into(), timeout: Duration::from_secs(10).into(), misses: 2 }
    }
}

/// One rung of the recovery ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RungFormat {
    /// Changes nothing: what comes back by itself may take so long. Left out for a container that nobody restarts.
    Reconnect(ReconnectFormat),
    /// While IBKR does maintenance: waits for its end.
    Wait(WaitFormat),
    /// IBC restarts the gateway inside its container (`connection.ibc`): no new log-in.
    SoftRestart(RestartFormat),
    /// What is lost is restarted: the gateway's container, which logs in anew, or another one. Containers that are held come
    /// back through their gate.
    Restart(RestartFormat),
}

/// Coming back by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReconnectFormat {
    /// How long it may take. Default: 5m: a gateway that restarts every night is back by then.
    pub within: Period,
}

impl Default for ReconnectFormat {
    fn default() -> Self {
        Self { within: Duration::from_mins(5).into() }
    }
}

/// Waiting for the end of maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WaitFormat {
    /// How long after its end a gateway may still take. Default: 8m (`IBAutomater` waits 480 s before it logs in).
    pub after: Period,
}

impl Default for WaitFormat {
    fn default() -> Self {
        Self { after: Duration::from_mins(8).into() }
    }
}

/// A restart, and its budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RestartFormat {
    /// How long it may take until everything is whole again. Default: 5m for a soft restart, 15m for the other (a second
    /// factor may have to be given).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Period>,
    /// At most so many in `per`, in all outages. Default: 3.
    #[schemars(range(min = 1))]
    pub at_most: u32,
    /// See `at_most`. Default: 1h.
    pub per: Period,
    /// The second one in `per` follows the first after at least so long, the third the second after twice that, and so on.
    /// Default: 5m.
    pub apart: Period,
}

impl Default for RestartFormat {
    fn default() -> Self {
        Self {
            within: None,
            at_most: 3,
            per: Duration::from_hours(1).into(),
            apart: Duration::from_mins(5).into(),
        }
    }
}

impl RestartFormat {
    fn soft() -> Self {
        Self { at_most: 2, ..Self::default() }
    }
}

/// How often a gateway may log in. Every start of its container counts, whoever caused it, and is remembered on the disk:
/// a log-in too many can lock an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LogInsFormat {
    /// At most so many, one after the other, none of which led to a green run. Default: 3.
    #[schemars(range(min = 1))]
    pub in_a_row: u32,
    /// At most so many in `per`. Default: 5.
    #[schemars(range(min = 1))]
    pub at_most: u32,
    /// See `at_most`. Default: 24h.
    pub per: Period,
}

impl Default for LogInsFormat {
    fn default() -> Self {
        Self { in_a_row: 3, at_most: 5, per: Duration::from_hours(24).into() }
    }
}
