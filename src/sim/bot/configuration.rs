//! What the environment says, as plain values, and what goes wrong on purpose.

use std::path::PathBuf;
use std::time::Duration;

use super::misbehaviour::{Kind, Misbehaviour};

/// The settings of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// `GATEWAY_HOST`, by default `gateway`: the name of the gateway on the stack's network.
    pub host: String,
    /// `GATEWAY_PORT`, by default 4002.
    pub port: u16,
    /// `CLIENT_ID`, by default 100; never 0 from there, which would make this client own manual
    /// orders.
    pub client_id: i32,
    /// `CONNECT_TIMEOUT` in seconds, by default 60.
    pub connect_timeout: Duration,
    /// `DRY_RUN` as it was written; empty when it was not set.
    pub dry_run: String,
    /// `TRADING_MODE` as it was written; empty when it was not set.
    pub trading_mode: String,
    /// `GAMEPLAN`, by default `/data/gameplan.json`.
    pub gameplan: PathBuf,
    /// What it does wrong; nothing that the environment could ask for.
    pub misbehaviour: Option<Misbehaviour>,
}

/// Why the environment gives no settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A variable that must be a number is none, or out of range.
    #[error("{variable} is `{value}`; valid is a whole number from {least} to {most}")]
    NotInRange {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// The least valid value.
        least: u64,
        /// The greatest valid value.
        most: u64,
    },
}

impl Configuration {
    /// Reads the variables through `lookup`, which gives `None` for one that is not set.
    ///
    /// # Errors
    /// When a number is none or out of range.
    pub fn from_environment(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigurationError> {
        let text = |variable: &str, default: &str| lookup(variable).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            host: text("GATEWAY_HOST", "gateway"),
            port: number("GATEWAY_PORT", &lookup, 4002, 1, u64::from(u16::MAX))?,
            client_id: number("CLIENT_ID", &lookup, 100, 1, 0x7fff_ffff)?,
            connect_timeout: Duration::from_secs(number("CONNECT_TIMEOUT", &lookup, 60, 1, 3600)?),
            dry_run: text("DRY_RUN", ""),
            trading_mode: text("TRADING_MODE", ""),
            gameplan: text("GAMEPLAN", "/data/gameplan.json").into(),
            misbehaviour: None,
        })
    }

    /// The same settings for a bot that does something wrong, if that is wanted.
    #[must_use]
    pub fn misbehaving(mut self, misbehaviour: Option<Misbehaviour>) -> Self {
        self.misbehaviour = misbehaviour;
        if self.begins_with(Kind::ClientIdZero) {
            self.client_id = 0;
        }
        self
    }

    /// Whether that goes wrong from the start.
    pub(super) fn begins_with(&self, kind: Kind) -> bool {
        self.misbehaviour.is_some_and(|wrong| wrong.kind == kind && wrong.due().is_none())
    }
}

fn number<N: TryFrom<u64>>(
    variable: &'static str,
    lookup: impl Fn(&str) -> Option<String>,
    default: u64,
    least: u64,
    most: u64,
) -> Result<N, ConfigurationError> {
    let value = lookup(variable).unwrap_or_else(|| default.to_string());
    value
        .trim()
        .parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| N::try_from(number).ok())
        .ok_or(ConfigurationError::NotInRange { variable, value, least, most })
}
