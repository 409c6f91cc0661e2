//! A trading bot that does nothing but stay safe: the stand-in for the bot of a real stack.
//!
//! Owns the order in which such a bot starts, what it says, and what it refuses. It is configured by its
//! environment, talks through the public `ibapi` client, and never trades, not even when it is told to
//! misbehave.

mod configuration;
mod error;
mod life;
mod misbehaviour;
mod safety;
mod session;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use configuration::{Configuration, ConfigurationError};
pub use error::BotError;
pub use misbehaviour::{FORMS, Form, Kind, Misbehaviour, MisbehaviourError};
pub use safety::Unsafe;

use super::log::Log;

/// How patient the bot is. Tests make it hasty.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two attempts to connect. A client id that was in use needs a second to come free.
    pub between_attempts: Duration,
    /// Between two requests for the gateway's clock; gateways do not answer more often than every 5 s.
    pub heartbeat: Duration,
    /// How long any single answer may take.
    pub answer: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            between_attempts: Duration::from_secs(2),
            heartbeat: Duration::from_secs(30),
            answer: Duration::from_secs(10),
        }
    }
}

/// Lives until `stop`, or until something forbids to go on.
///
/// # Errors
/// See [`BotError`]; a stop that was asked for is none.
pub async fn run(
    configuration: &Configuration,
    pace: Pace,
    log: &Log,
    stop: &CancellationToken,
) -> Result<(), BotError> {
    let lived = tokio::select! {
        biased;
        () = stop.cancelled() => Ok(()),
        lived = life::live(configuration, pace, log) => lived,
    };
    match &lived {
        Ok(()) => log.line("Stopped on request"),
        Err(error) => log.line(format_args!("Bot stopped: {error}")),
    }
    lived
}
