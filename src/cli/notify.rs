//! `openbell notify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Reading;

pub(super) const HELP: &str = "\
Past the queue: each channel is asked once, with 10 s to answer. The dead man's switch is not asked: that would say that all \
is well.

Exit codes: 0 every message was delivered; 1 one was not, or the playbook declares no channel; 2 usage; 3 playbook invalid.";

/// `openbell notify`.
#[derive(Debug, Args)]
pub struct Notify {
    /// What to do.
    #[command(subcommand)]
    pub command: NotifyCommand,
}

/// What can be done with notifications by hand.
#[derive(Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send a test message through each channel of a playbook, and say what came of it.
    #[command(after_help = HELP)]
    Test(NotifyTest),
}

/// `openbell notify test`.
#[derive(Debug, Args)]
pub struct NotifyTest {
    /// The playbook.
    pub playbook: PathBuf,
    /// Only through this channel.
    #[arg(long, value_name = "NAME")]
    pub channel: Option<String>,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}
