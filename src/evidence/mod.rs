//! What was seen of a stack, and what it means: from the wire, the engine, the containers' logs, sockets and settings to
//! causes with a code, the evidence for each, and what would decide between two that fit.
//!
//! Owns the reading of evidence: pure functions over plain data. Gathering it is left to those who call, steps and
//! `diagnose`; nothing here asks the world.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::{Class, Diagnosis, Failure};
use crate::ports::broker::{AccountPattern, ApiSettings, BrokerError, Climb};
use crate::ports::docker::{Container, Engine, LogLine};

pub mod causes;
pub mod classify;
pub mod jts;
pub mod maintenance;
pub mod markers;
pub mod sockets;

pub use classify::{findings, is_held_by_its_owner, log_in_cause};

/// Everything that was seen, at one time.
#[derive(Debug)]
pub struct Evidence {
    /// The time of day when the look began.
    pub now: Timestamp,
    /// `host:port` of the gateway as this machine reaches it.
    pub address: String,
    /// What ought to be.
    pub expected: Expected,
    /// The Docker engine.
    pub engine: Asked<Engine>,
    /// The gateway's container: the one that the playbook declares, else the one that publishes the address's port.
    pub gateway: Option<ContainerEvidence>,
    /// The other containers of the stack: bots, monitors.
    pub others: Vec<ContainerEvidence>,
    /// Every container on the engine that publishes the address's port, whoever made it, running or not.
    pub publishers: Vec<Container>,
    /// How the staged probe went; `None` when it was not made.
    pub climb: Option<Climb>,
    /// How the probe before that one was closed soon after `START_API`; `None` when that did not happen.
    pub first_close: Option<BrokerError>,
    /// How connecting with each of the declared client ids went, in order; not tried ones are left out.
    pub trials: Vec<Trial>,
    /// How many bars a request for data brought.
    pub data: Asked<usize>,
    /// The gateway's API settings as it tells them; `Is(None)` where the server is too old to be asked.
    pub settings: Asked<Option<ApiSettings>>,
    /// The gateway's `jts.ini`, as text.
    pub jts_ini: Asked<Option<String>>,
}

/// What ought to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Patterns of the accounts a session may show; empty when nobody said.
    pub accounts: Vec<AccountPattern>,
    /// The declared client ids, in order.
    pub client_ids: Vec<i32>,
    /// The ledger: who owns which id.
    pub owners: Vec<(String, i32)>,
    /// The lowest server version the stack's API client speaks; `None` when the raw probe is enough.
    pub least_server_version: Option<u32>,
    /// The gateway is declared to run in a container.
    pub in_a_container: bool,
    /// The API is declared to be read-only, or not; `None` when nobody said.
    pub read_only: Option<bool>,
    /// When maintenance is expected.
    pub maintenance: maintenance::Calendar,
}

/// An answer that may not have been asked for.
#[derive(Clone, Debug)]
pub enum Asked<T> {
    /// It was not asked for, and why.
    Not(String),
    /// It was, and could not be had.
    Failed(Failure),
    /// It is this.
    Is(T),
}

impl<T> Asked<T> {
    /// The answer, if there is one.
    pub fn is(&self) -> Option<&T> {
        match self {
            Self::Is(answer) => Some(answer),
            Self::Not(_) | Self::Failed(_) => None,
        }
    }
}

/// What was seen of one container.
#[derive(Clone, Debug)]
pub struct ContainerEvidence {
    /// Its key in the playbook, or its name where there is no playbook.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The image it is declared with, and whether that is on this machine; `None` without a playbook.
    pub image: Option<(String, bool)>,
    /// The container as the engine shows it; `Is(None)` when there is none of that name.
    pub container: Asked<Option<Container>>,
    /// What it logged since its start.
    pub log: Asked<Vec<LogLine>>,
    /// Its `/proc/net/tcp` and `/proc/net/tcp6`, as text.
    pub sockets: Asked<String>,
}

/// One attempt to connect with a declared client id.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The id.
    pub client_id: i32,
    /// Why it did not work; `None` when it did.
    pub why: Option<Diagnosis>,
}

/// A cause that fits the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The cause, its evidence and the next step.
    pub why: Diagnosis,
    /// How sure it is.
    pub certainty: Certainty,
    /// What it means for a run: the account of a live session is a matter of safety.
    pub class: Class,
    /// What would decide, when other causes fit as well.
    pub decided_by: Option<String>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The evidence fits nothing else that is known.
    Certain,
    /// Other causes fit as well: they are told too.
    Possible,
    /// It does not stop anything, but somebody should know.
    Notice,
}
