//! What the bot refuses: everything but a dry run on a paper account without a gameplan.

use std::io;
use std::path::PathBuf;

use super::configuration::Configuration;

/// Why it is not safe to run.
#[derive(Debug, thiserror::Error)]
pub enum Unsafe {
    /// `DRY_RUN` is not exactly `true`.
    #[error("DRY_RUN is `{0}`, not `true`")]
    NotADryRun(String),
    /// `TRADING_MODE` is not exactly `paper`.
    #[error("TRADING_MODE is `{0}`, not `paper`")]
    NotPaper(String),
    /// The gateway is logged in to an account that is not a paper account.
    #[error("account {0} is not a paper account")]
    LiveAccount(String),
    /// A gameplan exists, so another strategy than C would run.
    #[error("there is a gameplan at {}", .0.display())]
    Gameplan(PathBuf),
    /// Whether a gameplan exists cannot be found out.
    #[error("whether there is a gameplan at {} cannot be found out", path.display())]
    GameplanUnknown {
        /// Where it would be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Refuses what the environment must not say.
pub(super) fn check_environment(configuration: &Configuration) -> Result<(), Unsafe> {
    if configuration.dry_run != "true" {
        return Err(Unsafe::NotADryRun(configuration.dry_run.clone()));
    }
    if configuration.trading_mode != "paper" {
        return Err(Unsafe::NotPaper(configuration.trading_mode.clone()));
    }
    Ok(())
}

/// Refuses a gameplan. A dangling link is one too: whoever made it wanted one there.
pub(super) async fn check_gameplan(configuration: &Configuration) -> Result<(), Unsafe> {
    let path = configuration.gameplan.clone();
    match tokio::fs::symlink_metadata(&path).await {
        Ok(_) => Err(Unsafe::Gameplan(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Unsafe::GameplanUnknown { path, source }),
    }
}

/// Refuses any account that is not one of paper trading: those begin with `DU` or `DF`.
pub(super) fn check_accounts(accounts: &[String]) -> Result<(), Unsafe> {
    match accounts.iter().find(|account| !account.starts_with("DU") && !account.starts_with("DF")) {
        Some(live) => Err(Unsafe::LiveAccount(live.clone())),
        None => Ok(()),
    }
}
