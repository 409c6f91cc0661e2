//! `openbell watch`: bring a stack up, and keep it so.

use std::path::PathBuf;

use clap::Args;

use super::{EngineArgs, Reading, StateArgs};

pub(super) const HELP: &str = "\
Waits for the Docker engine, carries the playbook out, and watches: containers, the API session, the bot, the safe state. \
What is lost is brought back by the rungs of `watch.recovery`; what is not safe any more is stopped. Ends on Ctrl-C or \
SIGTERM, and leaves the containers as they are. `openbell pause` lets recovery rest; `openbell resume` asks for another try.

Exit codes: 0 ended by hand, 2 usage, 3 playbook invalid, 4 live and not armed, 5 no address of a Docker engine, 6 nothing can be written, 7 another openbell \
has the playbook.";

/// `openbell watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// The playbook.
    pub playbook: PathBuf,
    /// Where reports go: one directory for each run.
    #[arg(long, env = "OPENBELL_REPORTS", default_value = "reports", value_name = "DIR")]
    pub reports: PathBuf,
    /// Tell only what matters: failures, losses, recoveries.
    #[arg(long, short)]
    pub quiet: bool,
    /// What arms a live playbook: root's own file, with lines `account: …` and one `expires: …`. When it expires, what is held
    /// is stopped.
    #[arg(long, value_name = "FILE")]
    pub arm_live_file: Option<PathBuf>,
    /// Static Linux build of openbell for images with `own_binary`. Default: this program itself.
    #[arg(long, env = "OPENBELL_CONTAINER_BINARY", value_name = "FILE")]
    pub container_binary: Option<PathBuf>,
    /// What is remembered.
    #[command(flatten)]
    pub state: StateArgs,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
    /// The Docker engine.
    #[command(flatten)]
    pub engine: EngineArgs,
}
