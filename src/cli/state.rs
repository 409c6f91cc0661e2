//! What is remembered between runs: where, and a pause.

use std::path::PathBuf;

use clap::Args;

use super::Reading;
use crate::period::Period;

/// Where what is remembered is kept.
#[derive(Clone, Debug, Default, Args)]
pub struct StateArgs {
    /// Where the lock, the journal and a pause of each playbook are kept. Default: where this system keeps state, such as
    /// ~/.local/state/openbell.
    #[arg(long, env = "OPENBELL_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `openbell pause`.
#[derive(Debug, Args)]
pub struct Pause {
    /// The playbook.
    pub playbook: PathBuf,
    /// For how long, such as 30m; no longer than 168h, seven days.
    #[arg(value_name = "SPAN", allow_hyphen_values = true)]
    pub length: Period,
    /// Why: `watch`, the service's status and `report list` tell it.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Where it is remembered.
    #[command(flatten)]
    pub state: StateArgs,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}

/// `openbell resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// The playbook.
    pub playbook: PathBuf,
    /// Where it is remembered.
    #[command(flatten)]
    pub state: StateArgs,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}
