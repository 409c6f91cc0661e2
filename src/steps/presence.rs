//! Whether everything is still there once a run is over: containers, the bot, and the bot's own connection to the gateway.
//! One look each; how often, and what a loss leads to, is the engine's.

use std::collections::BTreeSet;

use miette::Diagnostic;
use thiserror::Error;

use super::container_sockets::sockets;
use super::holders::API_PORTS;
use super::ready::bot;
use super::ready::{Ready, Stage};
use super::stable::StableError;
use super::{Attempt, Scope, container_state};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::evidence::sockets::Sockets;
use crate::ladder::Rung;
use crate::ports::docker::HealthStatus;

/// Why a bot that runs is not at work.
#[derive(Debug, Error, Diagnostic)]
#[error("the bot's container {container} runs, and has no connection to the TWS API any more")]
#[diagnostic(
    code(bot::not_connected),
    help("its log tells why it does not connect again; `openbell diagnose` looks at the gateway's side")
)]
pub struct NotConnected {
    /// The bot's container.
    pub container: String,
}

impl Explain for NotConnected {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Steady)
    }

    fn rung(&self) -> Option<Rung> {
        Some(Rung::Bot)
    }
}

/// The container of that key runs, and its health check does not fail. One that has just been started may still be
/// `starting`.
pub async fn container(scope: &Scope<'_>, key: &str) -> Result<(), Failure> {
    let container = container_state::running(scope, container_state::declared(scope, key)?).await?;
    match container.health {
        Some(health) if health.status == HealthStatus::Unhealthy => {
            Err(StableError::Unhealthy { container: container.name, output: health.last_output }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// The TWS API answers up to the rung that the playbook waits for.
pub async fn api(scope: &Scope<'_>) -> Result<(), Failure> {
    let stage = match scope.stack.ready.stage() {
        Stage::Bot => Stage::Request,
        other => other,
    };
    Ready { stage: Some(stage), ..scope.stack.ready.clone() }.attempt(scope).await.map(drop)
}

/// The bot says what it should.
pub async fn bot(scope: &Scope<'_>) -> Result<(), Failure> {
    bot::up(scope).await.map(drop)
}

/// Whether the bot has a connection to a port of the TWS API; `None` where its sockets cannot be seen.
pub async fn connected(scope: &Scope<'_>) -> Result<Option<bool>, Failure> {
    let Some(item) = scope.stack.bot() else { return Ok(None) };
    let container = container_state::running(scope, item).await?;
    let Some(seen) = sockets(scope.world, &container).await.ok().and_then(|text| Sockets::parse(&text))
    else {
        return Ok(None);
    };
    let mut ports: BTreeSet<u16> = API_PORTS.into();
    let published = scope.stack.gateway().into_iter().flat_map(|gateway| &gateway.spec.ports);
    ports.extend(published.flat_map(|published| [published.container_port, published.host_port]));
    Ok(Some(seen.established.iter().any(|connection| ports.contains(&connection.remote_port))))
}
