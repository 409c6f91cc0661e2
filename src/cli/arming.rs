//! The second key of live trading.

use std::path::PathBuf;

use clap::Args;

/// What is armed for live trading, for this one command.
#[derive(Debug, Args)]
pub struct ArmingArgs {
    /// Arm this live account, typed whole, once for each: the second key beside `safety.mode: live`.
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "arm_live_file")]
    pub arm_live: Vec<String>,
    /// Arm what this file says: root's own, with lines `account: …` and one `expires: …`. Not on Windows.
    #[arg(long, value_name = "FILE")]
    pub arm_live_file: Option<PathBuf>,
}
