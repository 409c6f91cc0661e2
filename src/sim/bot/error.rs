//! Why the bot ends before it is told to.

use super::safety::Unsafe;

/// Why the bot ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum BotError {
    /// Running would not be safe.
    #[error("refusing to run: {0}")]
    Refused(#[from] Unsafe),
    /// The gateway is too old for this client; no attempt can change that.
    #[error("the gateway is too old: {0}")]
    GatewayTooOld(String),
    /// No attempt to connect succeeded.
    #[error("no connection after {attempts} attempts")]
    GaveUp {
        /// How many there were.
        attempts: u32,
    },
    /// It was told to end.
    #[error("told to end, to try out who watches")]
    Misbehaved,
}
