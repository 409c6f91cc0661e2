//! The rungs of readiness, from the Docker engine to the bot. Each proves those below it and nothing beyond.
//!
//! Owns their order, names and words. Who climbs them, and when, is left to the probe and the steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One rung, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The Docker engine answers.
    Engine,
    /// The gateway's container exists.
    Container,
    /// Its main process runs.
    Process,
    /// Something accepts TCP: docker-proxy and socat do before there is a gateway.
    Tcp,
    /// The gateway answered with its version.
    Version,
    /// The managed accounts arrived, not empty.
    Accounts,
    /// The next valid id arrived, above 0.
    NextId,
    /// A request was answered.
    Request,
    /// The gateway's own connection stands, and no data farm it names is broken.
    Farms,
    /// Data arrived: half a minute of historical bars, never a snapshot.
    Data,
    /// The bot is up and says what it runs.
    Bot,
}

impl Rung {
    /// All of them, lowest first.
    pub const ALL: [Self; 11] = [
        Self::Engine,
        Self::Container,
        Self::Process,
        Self::Tcp,
        Self::Version,
        Self::Accounts,
        Self::NextId,
        Self::Request,
        Self::Farms,
        Self::Data,
        Self::Bot,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Container => "container",
            Self::Process => "process",
            Self::Tcp => "tcp",
            Self::Version => "version",
            Self::Accounts => "accounts",
            Self::NextId => "next_id",
            Self::Request => "request",
            Self::Farms => "farms",
            Self::Data => "data",
            Self::Bot => "bot",
        }
    }

    /// What is missing while it has not been reached.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Engine => "Docker engine",
            Self::Container => "container",
            Self::Process => "running process",
            Self::Tcp => "connection",
            Self::Version => "version frame",
            Self::Accounts => "managed accounts",
            Self::NextId => "next valid id",
            Self::Request => "answer to a request",
            Self::Farms => "word that the data farms are connected",
            Self::Data => "data",
            Self::Bot => "bot",
        }
    }

    /// The one above; `None` at the top.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| *rung > self)
    }
}

impl std::fmt::Display for Rung {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A rung that was reached, and when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// The rung.
    pub rung: Rung,
    /// Milliseconds since the step began, or since the look began where there is no step.
    pub after_ms: f64,
}
