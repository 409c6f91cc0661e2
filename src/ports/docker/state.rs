//! What an engine says exists.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{HealthCheck, Mount, PublishedPort, RestartPolicy};

/// The engine that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Its version, such as `20.10.24`.
    pub version: String,
    /// The API version agreed on, such as `1.41`.
    pub api: String,
    /// Where it was reached.
    pub host: String,
}

/// A network that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// An image that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Content digest of its configuration.
    pub id: String,
    /// `repository@sha256:…` if it came from a registry.
    pub repo_digests: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Environment it gives its containers, `NAME=value`.
    pub env: Vec<String>,
    /// Its entry point.
    pub entrypoint: Vec<String>,
    /// Its command.
    pub command: Vec<String>,
    /// The user its containers run as; empty for root.
    pub user: String,
}

impl Image {
    /// What identifies its content: the registry's digest where there is one, else its id.
    pub fn digest(&self) -> String {
        self.repo_digests.first().unwrap_or(&self.id).clone()
    }

    /// The build of what is in it, as images of gateways and most others say it: the OCI version label, or the
    /// `TWS_MAJOR_VRSN` that the usual gateway images set.
    pub fn build(&self) -> Option<String> {
        let named = |name: &str| self.env.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        self.labels
            .get("org.opencontainers.image.version")
            .map(String::as_str)
            .or_else(|| named("TWS_MAJOR_VRSN"))
            .or_else(|| named("IB_GATEWAY_VERSION"))
            .map(str::to_owned)
    }
}

/// A container that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Its name, without the leading slash.
    pub name: String,
    /// Name of its image, as given when it was made.
    pub image: String,
    /// Id of its image.
    pub image_id: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its environment, `NAME=value`, the image's included.
    pub env: Vec<String>,
    /// Its entry point, the image's if not overridden.
    pub entrypoint: Vec<String>,
    /// Its command, the image's if not overridden.
    pub command: Vec<String>,
    /// The user it runs as; empty for root.
    pub user: String,
    /// What the engine does when it exits.
    pub restart: RestartPolicy,
    /// Time between SIGTERM and SIGKILL, where it was given one.
    pub stop_grace: Option<Duration>,
    /// Its own health check or the image's, if it has one that runs a command.
    pub check: Option<HealthCheck>,
    /// Ports published on the host.
    pub ports: Vec<PublishedPort>,
    /// Bind mounts and named volumes, as they were asked for.
    pub mounts: Vec<Mount>,
    /// Paths on which it has a file system in memory: what is there the engine cannot show.
    pub tmpfs: Vec<String>,
    /// Networks it is attached to.
    pub networks: Vec<String>,
    /// Its addresses on them, while it runs.
    pub addresses: Vec<Address>,
    /// It shares the host's network: published ports mean nothing then.
    pub host_network: bool,
    /// The container whose network it shares instead of having one of its own, by id or name: `--network container:…`.
    pub network_of: Option<String>,
    /// Ports that its image or its definition names, published or not.
    pub exposed: Vec<u16>,
    /// Process id of its main process on the engine's machine, while it runs.
    pub pid: Option<u32>,
    /// Running or not.
    pub status: Status,
    /// When it was last started, RFC 3339 as the engine wrote it.
    pub started_at: String,
    /// When its previous run ended, RFC 3339 as the engine wrote it; year 1 when there was none.
    pub finished_at: String,
    /// Exit code of its last run.
    pub exit_code: i64,
    /// It was killed because it used too much memory.
    pub oom_killed: bool,
    /// What the engine says went wrong at its start.
    pub error: String,
    /// How often the engine restarted it.
    pub restarts: i64,
    /// State of its health check, if it has one.
    pub health: Option<Health>,
    /// Its output is a terminal's: one stream, not two.
    pub tty: bool,
}

impl Container {
    /// Whether its main process runs.
    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    /// Whether the engine, or whoever made another container, means this one: by its name, or by its id, also the short
    /// form of it.
    pub fn is_called(&self, reference: &str) -> bool {
        const SHORT: usize = 12;
        self.name == reference || reference.len() >= SHORT && self.id.starts_with(reference)
    }

    /// Whether it does something, or is about to.
    pub fn is_active(&self) -> bool {
        matches!(self.status, Status::Running | Status::Paused | Status::Restarting)
    }
}

/// Where a container is on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The network.
    pub network: String,
    /// The container's address on it.
    pub ip: std::net::IpAddr,
}

/// What a container does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Made, never started.
    Created,
    /// Its main process runs.
    Running,
    /// Frozen.
    Paused,
    /// Exited, and the engine is about to start it again.
    Restarting,
    /// Exited.
    Exited,
    /// Being removed, or half removed.
    Dead,
}

/// The state of a health check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// What the engine concludes.
    pub status: HealthStatus,
    /// Failures in a row.
    pub failing_streak: i64,
    /// Output of the last check.
    pub last_output: String,
    /// The checks the engine remembers (five, as a rule), oldest first: exit code and output.
    pub log: Vec<(i64, String)>,
}

/// What an engine concludes from health checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HealthStatus {
    /// In its start period.
    Starting,
    /// The last check passed.
    Healthy,
    /// Too many checks in a row failed.
    Unhealthy,
}

/// Most lines of a log that are read; the latest are kept.
pub const MOST_LOG_LINES: usize = 20_000;

/// A line of a container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When the engine received it, RFC 3339.
    pub at: String,
    /// The line, without its end.
    pub text: String,
}

/// Most bytes that are kept of what a command in a container prints.
pub const MOST_OUTPUT: usize = 256 * 1024;
/// A word that a log has, and the first line that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogWord {
    /// The word.
    pub word: String,
    /// The line.
    pub line: LogLine,
}

/// Finds the words of a line that are looked for.
pub type WordsOfLine = dyn Fn(&str) -> Vec<String> + Send + Sync;

/// What a command in a container gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecOutput {
    /// Its exit code.
    pub exit_code: i64,
    /// stdout and stderr, in the order received.
    pub output: String,
}

/// What stands at a path in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathInContainer {
    /// Nothing.
    Absent,
    /// A file, a directory or a link; size in bytes.
    Present {
        /// Its size in bytes.
        size: i64,
        /// When it was written last, RFC 3339; empty where the engine does not tell.
        modified: String,
    },
}
