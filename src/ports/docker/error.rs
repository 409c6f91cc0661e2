//! Why an engine did not do what it was asked, by meaning.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Class, Explain, Pace};
use crate::ladder::Rung;

/// What a failed request to an engine means. Codes are stable.
#[derive(Debug, Error, Diagnostic)]
pub enum DockerError {
    /// Nobody answers at the engine's address.
    #[error("no Docker engine answers at {host}")]
    #[diagnostic(
        code(docker::unreachable),
        help(
            "start it (`systemctl start docker`, or Docker Desktop), or set DOCKER_HOST to where it listens"
        )
    )]
    Unreachable {
        /// Where it was looked for.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The socket is there, but this user may not use it.
    #[error("this user may not talk to the Docker engine at {host}")]
    #[diagnostic(
        code(docker::no_permission),
        help(
            "add the user to the group `docker` and log in again, or run openbell as the user of the boot service"
        )
    )]
    NoPermission {
        /// The engine's address.
        host: String,
    },
    /// The address has a form that is not understood.
    #[error("`{host}` is not an address of a Docker engine that openbell can use")]
    #[diagnostic(
        code(docker::bad_host),
        help(
            "DOCKER_HOST takes tcp://host:port and unix:///path, on Windows npipe:////./pipe/docker_engine instead of the latter"
        )
    )]
    BadHost {
        /// The address as given.
        host: String,
    },
    /// Something else answers there.
    #[error("what answers at {host} is not a Docker engine")]
    #[diagnostic(code(docker::not_an_engine), help("check DOCKER_HOST: it leads to another service"))]
    NotAnEngine {
        /// The engine's address.
        host: String,
        /// What was answered.
        reason: String,
    },
    /// The engine speaks only versions that are too old.
    #[error("the Docker engine at {host} is too old: API {found}, openbell needs {needed} or newer")]
    #[diagnostic(code(docker::too_old), help("install Docker engine 20.10 or newer"))]
    TooOld {
        /// The engine's address.
        host: String,
        /// The newest API version it speaks.
        found: String,
        /// The oldest one openbell speaks.
        needed: String,
    },
    /// The engine no longer speaks any version openbell knows.
    #[error(
        "the Docker engine at {host} is too new: it wants API {minimum} or newer, openbell speaks up to {ours}"
    )]
    #[diagnostic(
        code(docker::too_new),
        help("install a newer openbell, or set `min-api-version` of the engine lower")
    )]
    TooNew {
        /// The engine's address.
        host: String,
        /// The oldest API version it speaks.
        minimum: String,
        /// The newest one openbell speaks.
        ours: String,
    },
    /// The engine did not answer in time.
    #[error("the Docker engine at {host} did not answer within {seconds} s while openbell tried to {doing}")]
    #[diagnostic(
        code(docker::timeout),
        help("the engine is overloaded or stuck: try `docker ps`, then restart it")
    )]
    Timeout {
        /// The engine's address.
        host: String,
        /// How long was allowed.
        seconds: u64,
        /// What was being done.
        doing: String,
    },
    /// The image is not on this machine.
    #[error("the image {image} is not on this machine")]
    #[diagnostic(code(docker::no_image), help("`docker pull {image}`, or give the container a `build`"))]
    NoImage {
        /// The image's name.
        image: String,
    },
    /// An image could not be built.
    #[error("the image {image} could not be built")]
    #[diagnostic(
        code(docker::build_failed),
        help("the last lines of the build are below; mend the Dockerfile or its context")
    )]
    BuildFailed {
        /// The image's name.
        image: String,
        /// The end of the build's output.
        output: Vec<String>,
    },
    /// There is no such container.
    #[error("there is no container named {container}")]
    #[diagnostic(
        code(docker::no_container),
        help("start it in an earlier step; `docker ps -a` lists what there is")
    )]
    NoContainer {
        /// Its name.
        container: String,
    },
    /// There is no regular file at the path.
    #[error("there is no file {path} in the container {container}")]
    #[diagnostic(
        code(docker::no_file),
        help("check the path: `docker exec {container} ls -l {path}` shows what is there")
    )]
    NoFile {
        /// The container.
        container: String,
        /// The path in it.
        path: String,
    },
    /// The container does not run.
    #[error("the container {container} is not running")]
    #[diagnostic(code(docker::not_running), help("`docker logs {container}` shows how it ended"))]
    NotRunning {
        /// Its name.
        container: String,
    },
    /// There is no such network.
    #[error("there is no network named {network}")]
    #[diagnostic(code(docker::no_network), help("make it in an earlier step: `do: {{ network: {{}} }}`"))]
    NoNetwork {
        /// Its name.
        network: String,
    },
    /// The name is taken by a container made meanwhile.
    #[error("the name {container} is taken by another container")]
    #[diagnostic(code(docker::name_taken), help("`docker ps -a --filter name={container}` shows it"))]
    NameTaken {
        /// The name.
        container: String,
    },
    /// Containers are attached to the network.
    #[error("the network {network} is in use by containers that this playbook did not make")]
    #[diagnostic(
        code(docker::network_in_use),
        help("`docker network inspect {network}` names them; stop or disconnect them first")
    )]
    NetworkInUse {
        /// Its name.
        network: String,
    },
    /// A file or directory to be mounted does not exist.
    #[error("{path}, which {container} mounts, does not exist on this machine")]
    #[diagnostic(
        code(docker::no_mount_source),
        help("make it first; `volumes` that begin with `.` are relative to the playbook")
    )]
    NoMountSource {
        /// The container.
        container: String,
        /// The path on the host.
        path: String,
    },
    /// A port of the host is in use.
    #[error("{address}, which {container} publishes, is already taken on this machine")]
    #[diagnostic(
        code(docker::port_taken),
        help("find who has it (`ss -ltnp`, `docker ps`), stop that, or publish another port")
    )]
    PortTaken {
        /// The container that could not be started.
        container: String,
        /// Address and port on the host.
        address: String,
    },
    /// The engine refused for a reason of its own.
    #[error("the Docker engine refused to {doing}")]
    #[diagnostic(
        code(docker::refused),
        help("the engine's own words, shown as evidence, say why; mend what they name in the playbook")
    )]
    Refused {
        /// What was being done.
        doing: String,
        /// HTTP status.
        status: u16,
        /// The engine's own words.
        reason: String,
    },
}

impl Explain for DockerError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::NoContainer { .. }
            | Self::NotRunning { .. }
            | Self::NameTaken { .. } => Some(Pace::Brisk),
            // Overloaded or restarting. A plain 500 is how engines say that something cannot be done at all.
            Self::Refused { status, .. } if *status > 500 => Some(Pace::Brisk),
            Self::NoPermission { .. }
            | Self::BadHost { .. }
            | Self::NotAnEngine { .. }
            | Self::TooOld { .. }
            | Self::TooNew { .. }
            | Self::NoImage { .. }
            | Self::NoFile { .. }
            | Self::BuildFailed { .. }
            | Self::NoNetwork { .. }
            | Self::NoMountSource { .. }
            | Self::NetworkInUse { .. }
            | Self::PortTaken { .. }
            | Self::Refused { .. } => None,
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::BuildFailed { output, .. } => output.clone(),
            Self::Refused { status, reason, .. } => refusal(*status, reason.trim()),
            Self::Unreachable { reason, .. } | Self::NotAnEngine { reason, .. } => vec![reason.clone()],
            _ => Vec::new(),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Unreachable { .. }
            | Self::NoPermission { .. }
            | Self::BadHost { .. }
            | Self::NotAnEngine { .. }
            | Self::TooOld { .. }
            | Self::TooNew { .. } => Class::Engine,
            _ => Class::Step,
        }
    }

    fn rung(&self) -> Option<Rung> {
        match self {
            Self::NotRunning { .. } | Self::PortTaken { .. } => Some(Rung::Process),
            Self::NoImage { .. } | Self::BuildFailed { .. } | Self::NoContainer { .. } => {
                Some(Rung::Container)
            }
            _ => (self.class() == Class::Engine).then_some(Rung::Engine),
        }
    }
}

/// What came with a refusal. A proxy before the engine refuses without a word, or with a page.
fn refusal(status: u16, reason: &str) -> Vec<String> {
    let mut told = vec![match reason {
        "" => format!("HTTP {status}, and not a word of why"),
        reason => format!("HTTP {status}: {reason}"),
    }];
    if matches!(status, 401 | 403) {
        let what = "something between openbell and the engine forbids this call, such as a proxy for reading alone; \
                    the calls of each command are in docs/socket.md";
        told.push(what.to_owned());
    }
    told
}
