//! `get`, `set`, `unset`, `edit`, `undo` and `audit`: playbooks that are changed from the command line.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Reading;

/// `openbell get`.
#[derive(Debug, Args)]
pub struct Get {
    /// The playbook.
    pub playbook: PathBuf,
    /// What to print, such as `connection.timeout`, `steps.api.within` or `/connection/client_id/0`.
    pub path: String,
    /// Print it as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What every command that writes a playbook takes.
#[derive(Debug, Args)]
pub struct Writing {
    /// Show the change and write nothing; exit code 0.
    #[arg(long)]
    pub dry_run: bool,
    /// Who approves of a change that touches safety or the strategy, and why.
    #[arg(long, value_name = "WHO: WHY")]
    pub approve: Option<String>,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}

/// `openbell set`.
#[derive(Debug, Args)]
pub struct Set {
    /// The playbook.
    pub playbook: PathBuf,
    /// `path value`, or one or more `path=value`: all of them or none.
    #[arg(required = true, value_name = "PATH=VALUE")]
    pub changes: Vec<String>,
    /// How to write.
    #[command(flatten)]
    pub writing: Writing,
}

/// `openbell unset`.
#[derive(Debug, Args)]
pub struct Unset {
    /// The playbook.
    pub playbook: PathBuf,
    /// What to remove: all of it or nothing.
    #[arg(required = true)]
    pub paths: Vec<String>,
    /// How to write.
    #[command(flatten)]
    pub writing: Writing,
}

/// `openbell edit`.
#[derive(Debug, Args)]
pub struct Edit {
    /// The playbook.
    pub playbook: PathBuf,
    /// The editor's command. Default: `$VISUAL`, else `$EDITOR`.
    #[arg(long, value_name = "COMMAND")]
    pub editor: Option<String>,
    /// How to write.
    #[command(flatten)]
    pub writing: Writing,
}

/// `openbell undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// The playbook.
    pub playbook: PathBuf,
    /// How to write.
    #[command(flatten)]
    pub writing: Writing,
}

/// `openbell audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// What to do with it.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What can be done with the record of approved changes.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Check that the record is whole, and that it ends with the safety of the playbook as it is, with the files it
    /// includes, its env files and its compose files.
    Verify {
        /// The playbook.
        playbook: PathBuf,
    },
    /// Have somebody answer for the playbook as it is, after it was changed outside openbell: it is recorded as found.
    Accept(Accept),
    /// Print the record.
    Show {
        /// The playbook.
        playbook: PathBuf,
    },
}

/// `openbell audit accept`.
#[derive(Debug, Args)]
pub struct Accept {
    /// The playbook.
    pub playbook: PathBuf,
    /// Who answers for it, and why.
    #[arg(long, value_name = "WHO: WHY")]
    pub approve: String,
    /// What the playbook is read with.
    #[command(flatten)]
    pub reading: Reading,
}
