//! Why something cannot be remembered, or what is remembered cannot be told.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::lock::Holder;

/// Why something cannot be remembered, or what is remembered cannot be told.
#[derive(Debug, Error, Diagnostic)]
pub enum StateError {
    /// The system names no place where programs keep what they remember.
    #[error("there is no place to remember anything: {missing} is not set")]
    #[diagnostic(code(state::no_place), help("name a directory: --state DIR, or OPENBELL_STATE"))]
    NoPlace {
        /// The variable that would say it.
        missing: &'static str,
    },
    /// Another instance has the playbook.
    #[error("{playbook} is in use by {}", who(holder.as_ref()))]
    #[diagnostic(
        code(state::held),
        help(
            "one at a time may change a stack: wait until that is done, or end it; `openbell plan` and `openbell \
             diagnose` look without changing anything"
        )
    )]
    Held {
        /// The playbook's name.
        playbook: String,
        /// Who it is; none where it is not known.
        holder: Option<Holder>,
    },
    /// Something else stands where openbell keeps what it remembers.
    #[error("{path} is in the way: openbell keeps what it remembers there, and this is not its own")]
    #[diagnostic(
        code(state::in_the_way),
        help("it was not touched: look at it, then move it or take it away")
    )]
    InTheWay {
        /// The file or directory.
        path: PathBuf,
    },
    /// The disk refused to take it.
    #[error("{path} cannot be written")]
    #[diagnostic(
        code(state::not_written),
        help(
            "is the disk full, or the directory read-only? another one is named with --state or OPENBELL_STATE"
        )
    )]
    NotWritten {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk refused to give it.
    #[error("{path} cannot be read")]
    #[diagnostic(
        code(state::unreadable),
        help(
            "it belongs to the user that openbell runs as, a service's to its user: do this as that user, or name another place with --state"
        )
    )]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The last line was not written to its end.
    #[error(
        "the last line of {path} was not written to its end: the machine or the program stopped meanwhile"
    )]
    #[diagnostic(
        code(state::torn_line),
        help("what came before it is whole; the line was marked, and is passed over from now on")
    )]
    TornLine {
        /// The file.
        path: PathBuf,
    },
    /// There is a breach of the safe state, and it cannot be made out.
    #[error("{path} says that the safe state did not hold, and not why: {why}")]
    #[diagnostic(
        code(state::latch),
        help("look at the stack; `openbell resume` takes it back and makes another try")
    )]
    Latch {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// There is a pause, and it cannot be made out.
    #[error("{path} does not say until when is paused: {why}")]
    #[diagnostic(
        code(state::pause),
        help(
            "so nothing is paused; write it anew with `openbell pause`, or take it away with `openbell resume`"
        )
    )]
    Pause {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

fn who(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "another process".to_owned(),
        |Holder { pid, command, since }| format!("`openbell {command}`, process {pid}, since {since}"),
    )
}

impl StateError {
    pub(super) fn not_written(path: &std::path::Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::NotWritten { path: path.to_owned(), source }
    }

    pub(super) fn unreadable(path: &std::path::Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Unreadable { path: path.to_owned(), source }
    }
}
