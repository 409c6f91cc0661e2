//! Why no playbook is made.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use super::LeftOut;

/// Why `openbell init` writes nothing.
#[derive(Debug, Error, Diagnostic)]
pub enum InitError {
    /// There is a file already.
    #[error("{} is there already", .file.display())]
    #[diagnostic(code(init::exists), help("name another file, or give --force to write over it"))]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// Changes of the file are on record.
    #[error("{} has a record of approved changes, and what is written over it would not be approved", .file.display())]
    #[diagnostic(
        code(init::recorded),
        help(
            "write another file and compare; take it over with `openbell edit {} --approve \"who: why\"`, or put the \
             record aside",
            .file.display()
        )
    )]
    Recorded {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written", .file.display())]
    #[diagnostic(
        code(init::unwritable),
        help("name a file in a directory that is there and may be written to")
    )]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A service was named that is not there, or is in a profile that is off.
    #[error("there is no service `{service}`")]
    #[diagnostic(code(init::no_service), help("the services are: {}", .known.join(", ")))]
    NoService {
        /// What was named.
        service: String,
        /// What there is.
        known: Vec<String>,
    },
    /// No container of that Compose project exists.
    #[error("there is no container of a Compose project named {project}")]
    #[diagnostic(code(init::no_project), help("`docker compose ls --all` lists the projects"))]
    NoProject {
        /// Its name.
        project: String,
    },
    /// The stack is not in its safe state.
    #[error("the stack is not in its safe state: {}", told(.reasons))]
    #[diagnostic(
        code(init::not_safe),
        help(
            "nothing was written: this version brings a stack up in its safe state only, paper and dry run"
        )
    )]
    NotSafe {
        /// Each variable that is not safe.
        reasons: Vec<LeftOut>,
    },
    /// Arguments of programs in the stack hold secrets.
    #[error("a secret cannot be written into a playbook: {}", told(.reasons))]
    #[diagnostic(
        code(init::secret_in_arguments),
        help(
            "nothing was written: with `--by-reference` the service stays in its compose file, secret and all"
        )
    )]
    SecretArguments {
        /// Each command, entry point and health check with one.
        reasons: Vec<LeftOut>,
    },
    /// Client ids in the stack cannot all be used.
    #[error("client ids cannot stay as they are: {}", told(.reasons))]
    #[diagnostic(
        code(init::client_ids),
        help(
            "nothing was written: give each that talks to the gateway an id of its own there, and ask again"
        )
    )]
    ClientIds {
        /// Each id.
        reasons: Vec<LeftOut>,
    },
}

fn told(reasons: &[LeftOut]) -> String {
    reasons.iter().map(LeftOut::to_string).collect::<Vec<_>>().join("; ")
}
