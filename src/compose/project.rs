//! A project as Compose understands it: everything substituted, merged and in its long form.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use super::file::{Place, Position, Source};
use super::parts::{Build, Dependency, HealthCheck, Mount, NetworkUse, Port};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// The value, variables substituted.
    pub value: T,
    /// Where it was written.
    pub place: Place,
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// What the compose files say, read together.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its name: of `COMPOSE_PROJECT_NAME`, of `name:`, or of the directory.
    pub name: String,
    /// The directory of the compose file, absolute: relative paths start here.
    pub directory: PathBuf,
    /// The services in the order of the text, those of profiles that are off included.
    pub services: Vec<Service>,
    /// The networks, by key.
    pub networks: BTreeMap<String, Network>,
    /// The named volumes, by key.
    pub volumes: BTreeMap<String, Resource>,
    /// The secrets, by key.
    pub secrets: BTreeMap<String, Resource>,
    /// The configs, by key.
    pub configs: BTreeMap<String, Resource>,
    /// Variables that are not set and became nothing.
    pub unset: Vec<Unset>,
    /// Keys outside of services that this reader makes nothing of.
    pub unused: Vec<Unused>,
    /// The compose and env files that were read; the first is the one asked for.
    pub sources: Vec<Source>,
    /// Which of `sources` are env files: their text holds secrets.
    pub env_sources: Vec<usize>,
}

impl Project {
    /// The service of that name.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The services that Compose would start: those without a profile, or with one that is on.
    pub fn enabled(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.enabled)
    }

    /// File, line and column of a place.
    pub fn position(&self, place: &Place) -> Position {
        let nowhere = || Position { path: PathBuf::new(), line: 1, column: 1 };
        self.sources.get(place.source).map_or_else(nowhere, |source| source.position(place.span.start))
    }

    /// What is written at a place, before variables are substituted.
    pub fn written(&self, place: &Place) -> &str {
        self.sources
            .get(place.source)
            .and_then(|source| source.text.get(place.span.clone()))
            .unwrap_or_default()
    }
}

/// A service.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// Its key.
    pub name: String,
    /// Where its key stands.
    pub place: Place,
    /// It is in no profile, or in one that is on.
    pub enabled: bool,
    /// Image.
    pub image: Option<At<String>>,
    /// How its image is built.
    pub build: Option<Build>,
    /// Name of the container. Without it: `<project>-<service>-1`.
    pub container_name: Option<At<String>>,
    /// Overrides the image's command; an empty list leaves none.
    pub command: Option<At<Vec<String>>>,
    /// Overrides the image's entry point.
    pub entrypoint: Option<At<Vec<String>>>,
    /// `user[:group]`.
    pub user: Option<At<String>>,
    /// The environment of env files and of `environment`, by name in alphabetical order.
    pub environment: Vec<Variable>,
    /// Its env files, in order.
    pub env_file: Vec<EnvFile>,
    /// Published ports; ranges are told one by one.
    pub ports: Vec<Port>,
    /// Mounts.
    pub volumes: Vec<Mount>,
    /// Health check.
    pub healthcheck: Option<HealthCheck>,
    /// Time between SIGTERM and SIGKILL; Compose's own default is 10 s.
    pub stop_grace_period: Option<At<Duration>>,
    /// Restart policy as written: `no`, `always`, `unless-stopped`, `on-failure[:n]`.
    pub restart: Option<At<String>>,
    /// What it depends on.
    pub depends_on: Vec<Dependency>,
    /// Its profiles.
    pub profiles: Vec<At<String>>,
    /// The networks it joins; `default` when it says nothing.
    pub networks: Vec<NetworkUse>,
    /// `host`, `none`, `service:…`, `container:…`; then `networks` is empty.
    pub network_mode: Option<At<String>>,
    /// Labels by name.
    pub labels: Vec<(String, At<String>)>,
    /// Secrets it is given.
    pub secrets: Vec<Grant>,
    /// Configs it is given.
    pub configs: Vec<Grant>,
    /// Every other key: what this reader makes nothing of.
    pub unused: Vec<Unused>,
}

impl Service {
    /// The variable of that name, if it has one.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.environment.iter().find(|variable| variable.name == name)
    }

    /// The value of a variable, if it has one.
    pub fn env(&self, name: &str) -> Option<&str> {
        self.variable(name)?.value.as_deref()
    }
}

/// A variable of a container's environment. Its value may be a secret: never show one whose name says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; `None` for one that is passed through and set nowhere: the container does not get it.
    pub value: Option<String>,
    /// Where the value stands: in the compose file, or in the env file.
    pub place: Place,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where the value of a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Written in `environment`.
    Written,
    /// Written there with variables in it, so partly or wholly from `.env` or the process's environment.
    Substituted,
    /// Only named there: the value is that of `.env` or the process's environment.
    Passed,
    /// A line of an env file of the service.
    EnvFile,
}

/// An env file of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFile {
    /// Absolute path.
    pub path: PathBuf,
    /// Compose refuses to start without it.
    pub required: bool,
    /// `raw`: its lines are taken as they are.
    pub raw: bool,
    /// It is there.
    pub present: bool,
    /// Where it is named.
    pub place: Place,
}

/// A network of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name at the engine.
    pub name: String,
    /// It is made by somebody else.
    pub external: bool,
}

/// A volume, secret or config of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource {
    /// Its name at the engine.
    pub name: String,
    /// It is made by somebody else.
    pub external: bool,
    /// The file it comes from, absolute.
    pub file: Option<String>,
    /// The variable it comes from.
    pub environment: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// A secret or config that a service is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its key in the project.
    pub source: String,
    /// File name or path in the container.
    pub target: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// A variable that is not set and became nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset {
    /// Its name.
    pub name: String,
    /// The value it is used in.
    pub place: Place,
}

/// A key that is not made anything of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The key, with dots where it is nested.
    pub key: String,
    /// Where it stands.
    pub place: Place,
}
