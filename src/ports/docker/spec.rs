//! What a playbook wants to exist, resolved: no relative path, no default left open.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use serde::Serialize;

use crate::ports::files::BuildContext;
use crate::ports::secrets::SecretSource;

/// A network to be made.
#[derive(Clone, Debug)]
pub struct NetworkSpec {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// An image to be built.
#[derive(Clone, Debug)]
pub struct ImageBuild {
    /// Its name and tag.
    pub name: String,
    /// The files.
    pub context: BuildContext,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A container to be made. Its serialised form, which has no secret and no label in it, is what the digest on a
/// container is taken from.
#[derive(Clone, Debug, Serialize)]
pub struct ContainerSpec {
    /// The container's name.
    pub name: String,
    /// Name under which the other containers of the network reach it.
    pub alias: String,
    /// The image's name.
    pub image: String,
    /// Overrides the image's entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Overrides the image's command.
    pub command: Option<Vec<String>>,
    /// `user[:group]` to run as.
    pub user: Option<String>,
    /// Environment variables.
    pub env: BTreeMap<String, EnvValue>,
    /// Ports published on the host.
    pub ports: Vec<PublishedPort>,
    /// Files and directories of the host, and named volumes.
    pub mounts: Vec<Mount>,
    /// The network it joins.
    pub network: String,
    /// What the engine does when it exits.
    pub restart: RestartPolicy,
    /// Time between SIGTERM and SIGKILL.
    pub stop_grace: Duration,
    /// The engine's own health check.
    pub healthcheck: Option<HealthCheck>,
    /// Labels, set by openbell.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

/// The value of an environment variable.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvValue {
    /// Written in the playbook.
    Plain(String),
    /// Kept elsewhere; the value takes no part in digests, messages or reports.
    Secret {
        /// Where.
        #[serde(flatten)]
        from: SecretSource,
        /// The value, once it has been read.
        #[serde(skip)]
        value: Option<SecretString>,
    },
}

/// A port published on the host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PublishedPort {
    /// Host address; 127.0.0.1 unless written otherwise.
    pub host: String,
    /// Port on the host.
    pub host_port: u16,
    /// Port in the container.
    pub container_port: u16,
}

impl std::fmt::Display for PublishedPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.host, self.host_port, self.container_port)
    }
}

/// Whether the source of a mount is a path and no name of a volume: relative to the playbook, absolute on this machine, or
/// absolute on an engine's that is a virtual Linux machine, such as Docker Desktop's.
pub fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/']) || std::path::Path::new(source).is_absolute()
}

/// A file or directory of the host, or a named volume, seen in the container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mount {
    /// Absolute path on the host, or the name of a volume.
    pub source: String,
    /// Absolute path in the container.
    pub target: String,
    /// Not writable from the container.
    pub read_only: bool,
}

impl std::fmt::Display for Mount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}{}", self.source, self.target, if self.read_only { ":ro" } else { "" })
    }
}

/// What the engine does when a container exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Nothing: order and gates belong to openbell, and the engine knows neither.
    No,
    /// Starts it again after an exit code other than 0.
    OnFailure,
    /// Starts it again unless it was stopped by hand.
    UnlessStopped,
    /// Always starts it again.
    Always,
}

/// A health check the engine runs in the container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthCheck {
    /// The program and its arguments; no shell.
    pub test: Vec<String>,
    /// Time between two checks.
    pub interval: Duration,
    /// Longest time for one check.
    pub timeout: Duration,
    /// Failures in a row until unhealthy.
    pub retries: u32,
    /// Time after the start in which failures do not count.
    pub start_period: Duration,
}
