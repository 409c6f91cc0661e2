//! A container as written in a playbook.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EnvText;
use super::definition::Definition;
use super::from_compose::ComposeReference;
use crate::period::Period;
use crate::ports::docker::PublishedPort;

/// A container of the stack. The other containers reach it by its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerFormat {
    /// The service of a compose file that it is: everything but `hold_until`, `held` and `stop_grace` stands there. What
    /// Compose made of it is adopted when it matches, and never recreated. Default: none, everything stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose: Option<ComposeReference>,
    /// What its service says, once the compose file has been read.
    #[serde(skip)]
    pub(super) definition: Option<Box<Definition>>,
    /// Name and tag of its image. Default with `build`: `openbell/<playbook>-<key>:latest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// How its image is built. Default: not at all, the image has to be present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// Name of the container. Default: `<playbook>-<key>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$"))]
    pub container_name: Option<String>,
    /// Overrides the image's entry point: program and arguments, no shell. Default: the image's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Overrides the image's command: program and arguments, no shell. Default: the image's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// `user[:group]` to run as. Default: the image's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Environment variables: a text in quotes, or where a secret is kept, such as `{file: path}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, EnvText>,
    /// Published ports: `[host address:]host port:container port`. The host address is 127.0.0.1 unless written:
    /// the TWS API knows no password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<PortText>,
    /// Bind mounts and named volumes: `source:target[:ro]`; a source that begins with `.` is relative to the playbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<VolumeText>,
    /// What the engine does when the container exits. Default: no, because the engine knows neither order nor gates.
    #[serde(default)]
    pub restart: RestartText,
    /// Time between SIGTERM and SIGKILL. Default: 30s. A gateway needs 90s to log out.
    #[serde(default = "stop_grace")]
    pub stop_grace: Period,
    /// Health check the engine runs in the container. Default: the image's, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheckFormat>,
    /// Whether the container may run only while the safe state is proven. Default: true, but for the gateway (the
    /// container that publishes the port of `connection.address`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// What has to be so before the container may run: ids of earlier steps, and `safety` for the whole section.
    /// Makes a container held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hold_until: Vec<String>,
}

pub(super) fn stop_grace() -> Period {
    Duration::from_secs(30).into()
}

/// How an image is built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Directory with the Dockerfile, relative to the playbook.
    pub context: PathBuf,
    /// Put openbell's own static binary into the context, as `openbell`. Default: false.
    #[serde(default)]
    pub own_binary: bool,
}

/// A health check of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthCheckFormat {
    /// The program and its arguments, run in the container; no shell.
    #[schemars(length(min = 1))]
    pub test: Vec<String>,
    /// Time between two checks. Default: 30s.
    #[serde(default = "health_interval")]
    pub interval: Period,
    /// Longest time for one check. Default: 10s.
    #[serde(default = "health_timeout")]
    pub timeout: Period,
    /// Failures in a row until unhealthy. Default: 3.
    #[serde(default = "health_retries")]
    pub retries: u32,
    /// Time after the start in which failures do not count. Default: 180s.
    #[serde(default = "health_start_period")]
    pub start_period: Period,
}

fn health_interval() -> Period {
    Duration::from_secs(30).into()
}

fn health_timeout() -> Period {
    Duration::from_secs(10).into()
}

fn health_retries() -> u32 {
    3
}

fn health_start_period() -> Period {
    Duration::from_mins(3).into()
}

/// What the engine does when a container exits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RestartText {
    /// Nothing.
    #[default]
    No,
    /// Starts it again after an exit code other than 0.
    OnFailure,
    /// Starts it again unless it was stopped by hand.
    UnlessStopped,
    /// Always starts it again.
    Always,
}

/// A published port as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
// Each octet and each port within its bounds.
#[schemars(extend("pattern" = concat!(
    r"^(?:(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}",
    r"|\[[0-9a-fA-F:]+\]):)?",
    r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])",
    r":(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"
)))]
pub struct PortText(PublishedPort);

impl PortText {
    /// The port it means.
    pub fn get(&self) -> &PublishedPort {
        &self.0
    }
}

impl TryFrom<String> for PortText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let advice = || {
            format!("`{text}` is not `[host address:]host port:container port`, such as 127.0.0.1:4002:4004")
        };
        let (rest, container) = text.rsplit_once(':').ok_or_else(advice)?;
        let (host, host_port) = rest.rsplit_once(':').unwrap_or(("127.0.0.1", rest));
        let port = |digits: &str| digits.parse::<u16>().ok().filter(|port| *port != 0).ok_or_else(advice);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.parse::<std::net::IpAddr>().map_err(|_| advice())?;
        let (host_port, container_port) = (port(host_port)?, port(container)?);
        Ok(Self(PublishedPort { host: host.to_owned(), host_port, container_port }))
    }
}

impl From<PortText> for String {
    fn from(port: PortText) -> Self {
        port.0.to_string()
    }
}

/// A mount as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^.+:/"))]
pub struct VolumeText(String);

impl VolumeText {
    /// Source, target and whether it is read-only. The target begins at the last `:/`: a Windows source has a colon.
    pub fn parts(&self) -> (&str, &str, bool) {
        let (body, read_only) = match self.0.strip_suffix(":ro") {
            Some(body) => (body, true),
            None => (self.0.strip_suffix(":rw").unwrap_or(&self.0), false),
        };
        let colon = body.rfind(":/").unwrap_or(0);
        (&body[..colon], &body[colon + 1..], read_only)
    }
}

impl TryFrom<String> for VolumeText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.rfind(":/") {
            Some(colon) if colon > 0 => Ok(Self(text)),
            Some(_) | None => Err(format!(
                "`{text}` is not `source:target[:ro]` with an absolute target, such as ./data:/data:ro"
            )),
        }
    }
}

impl From<VolumeText> for String {
    fn from(volume: VolumeText) -> Self {
        volume.0
    }
}
