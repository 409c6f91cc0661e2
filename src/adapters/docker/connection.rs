//! Finding the engine and agreeing on an API version with it.

use std::time::Duration;

use tokio::sync::Mutex;

use super::meaning::{self, Doing};
use crate::ports::docker::{DockerError, Engine};

/// Where this system's engine usually listens.
#[cfg(unix)]
const USUAL_HOST: &str = "unix:///var/run/docker.sock";
/// Where this system's engine usually listens.
#[cfg(windows)]
const USUAL_HOST: &str = "npipe:////./pipe/docker_engine";

/// Oldest API version openbell works with: engine 20.10.
const OLDEST: Api = Api(1, 41);
/// Longest wait for the engine to say which one it is.
const VERSION: Duration = Duration::from_secs(10);
/// Upper bound inside bollard; every request has a shorter deadline of ours.
const BOLLARD: Duration = Duration::from_hours(1);

/// An API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Api(u32, u32);

impl Api {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl std::fmt::Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The way to one engine.
pub(super) struct Connection {
    host: String,
    client: Mutex<Option<bollard::Docker>>,
}

impl Connection {
    pub(super) fn new(host: Option<String>) -> Self {
        let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| USUAL_HOST.to_owned());
        Self { host, client: Mutex::new(None) }
    }

    /// A client that speaks a version the engine knows.
    pub(super) async fn client(&self) -> Result<bollard::Docker, DockerError> {
        let mut client = self.client.lock().await;
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let fresh = self.connect().await?.0;
        Ok(client.insert(fresh).clone())
    }

    /// Which engine answers, asked anew.
    pub(super) async fn engine(&self) -> Result<Engine, DockerError> {
        let (client, engine) = self.connect().await?;
        *self.client.lock().await = Some(client);
        Ok(engine)
    }

    async fn connect(&self) -> Result<(bollard::Docker, Engine), DockerError> {
        let host = self.host.clone();
        let mut client = match bollard::Docker::connect_with_host(&host) {
            Ok(client) => client,
            Err(error) => return Err(meaning::of(&host, Doing::Connect, error)),
        };
        client.set_timeout(BOLLARD);
        let ours = client.client_version();
        let ours = Api(
            u32::try_from(ours.major_version).unwrap_or(1),
            u32::try_from(ours.minor_version).unwrap_or(0),
        );
        let answer = match tokio::time::timeout(VERSION, client.version()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(bollard::errors::Error::DockerResponseServerError { status_code, .. })) => {
                let reason = format!("HTTP {status_code} to the question for its version");
                return Err(DockerError::NotAnEngine { host, reason });
            }
            Ok(Err(error)) => return Err(meaning::of(&host, Doing::Connect, error)),
            Err(_) => return Err(self.silent()),
        };
        let theirs = answer.api_version.as_deref().and_then(Api::parse);
        let Some(theirs) = theirs else {
            return Err(DockerError::NotAnEngine {
                host,
                reason: "its answer names no API version".to_owned(),
            });
        };
        if theirs < OLDEST {
            return Err(DockerError::TooOld { host, found: theirs.to_string(), needed: OLDEST.to_string() });
        }
        let minimum = answer.min_api_version.as_deref().and_then(Api::parse).unwrap_or(Api(1, 12));
        if minimum > ours {
            return Err(DockerError::TooNew { host, minimum: minimum.to_string(), ours: ours.to_string() });
        }
        let version = answer.version.unwrap_or_else(|| "unknown".to_owned());
        let client = match tokio::time::timeout(VERSION, client.negotiate_version()).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(meaning::of(&host, Doing::Connect, error)),
            Err(_) => return Err(self.silent()),
        };
        Ok((client, Engine { version, api: theirs.min(ours).to_string(), host }))
    }

    /// An engine that accepts and says nothing is as good as none.
    fn silent(&self) -> DockerError {
        let reason = format!("it accepts connections but gave no answer within {} s", VERSION.as_secs());
        DockerError::Unreachable { host: self.host.clone(), reason }
    }

    /// What an error means. An engine that went away is looked for anew at the next request.
    pub(super) async fn meaning(&self, doing: Doing<'_>, error: bollard::errors::Error) -> DockerError {
        let meaning = meaning::of(&self.host, doing, error);
        if matches!(meaning, DockerError::Unreachable { .. }) {
            *self.client.lock().await = None;
        }
        meaning
    }

    pub(super) fn timeout(&self, doing: Doing<'_>, limit: Duration) -> DockerError {
        DockerError::Timeout { host: self.host.clone(), seconds: limit.as_secs(), doing: doing.to_string() }
    }
}
