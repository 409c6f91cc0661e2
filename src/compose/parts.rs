//! What services are made of: ports, mounts, health checks and the like.

use std::time::Duration;

use super::file::Place;
use super::project::{At, Unused};

/// How an image is built.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// Absolute path, or an address.
    pub context: String,
    /// Dockerfile, relative to the context.
    pub dockerfile: Option<At<String>>,
    /// Stage.
    pub target: Option<At<String>>,
    /// Arguments in order; no value where it is set nowhere.
    pub args: Vec<(String, Option<String>)>,
    /// Other keys.
    pub unused: Vec<Unused>,
    /// Where it stands.
    pub place: Place,
}

/// A published port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Address on the host; `None` means all of them.
    pub host_ip: Option<String>,
    /// Port on the host, or a range to choose from; `None` for any free one.
    pub published: Option<String>,
    /// Port in the container.
    pub target: u16,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
    /// Where it stands.
    pub place: Place,
}

impl Port {
    /// The one port on the host.
    pub fn host_port(&self) -> Option<u16> {
        self.published.as_ref()?.parse().ok()
    }

    /// Whether every address of the host answers.
    pub fn everywhere(&self) -> bool {
        matches!(self.host_ip.as_deref(), None | Some("" | "0.0.0.0" | "::"))
    }
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs`, …
    pub kind: String,
    /// Absolute path on the host, or the key of a volume; `None` for an anonymous one.
    pub source: Option<String>,
    /// Path in the container.
    pub target: String,
    /// Not writable from the container.
    pub read_only: bool,
    /// Other options.
    pub unused: Vec<Unused>,
    /// Where it stands.
    pub place: Place,
}

/// A health check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthCheck {
    /// What is run; `None` for what the image says.
    pub test: Option<Test>,
    /// Time between two checks.
    pub interval: Option<Duration>,
    /// Longest time for one.
    pub timeout: Option<Duration>,
    /// Failures in a row until unhealthy.
    pub retries: Option<u64>,
    /// Time after the start in which failures do not count.
    pub start_period: Option<Duration>,
    /// Time between two checks in the start period.
    pub start_interval: Option<Duration>,
    /// Where it stands.
    pub place: Place,
    /// Where the test stands.
    pub test_place: Place,
}

/// What a health check runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// None, not even the image's own: `NONE`, or `disable: true`.
    Disabled,
    /// A program and its arguments.
    Command(Vec<String>),
    /// A line for the image's shell.
    Shell(String),
}

/// A service that another depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub service: String,
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    pub condition: String,
    /// Compose refuses without it.
    pub required: bool,
    /// Where it stands.
    pub place: Place,
}

/// A network that a service joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkUse {
    /// Its key.
    pub key: String,
    /// Further names of the service on it.
    pub aliases: Vec<String>,
    /// Where it stands.
    pub place: Place,
}
