//! IBC's command port: a text protocol, one command a line, `OK …` or `ERROR …` back (IBC's `CommandDispatcher`).

use async_trait::async_trait;
use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};

/// Commands to IBC, the program that logs a gateway in.
#[async_trait]
pub trait Ibc: Send + Sync {
    /// Restarts the gateway without a new log-in (IBC's `RESTART`): no second factor is asked for. `address` is
    /// `host:port`, 7462 in IBC's own configuration. Returns IBC's words.
    async fn restart(&self, address: &str) -> Result<String, IbcError>;
}

/// Why IBC did not do what it was told.
#[derive(Debug, Error, Diagnostic)]
pub enum IbcError {
    /// Nobody listens, or the connection is closed at once: IBC closes it for addresses it does not allow.
    #[error("IBC takes no commands at {address}")]
    #[diagnostic(
        code(ibc::refused),
        help(
            "set CommandServerPort (7462), BindAddress and ControlFrom in IBC's config.ini, and publish the port to 127.0.0.1 only"
        )
    )]
    Refused {
        /// Where it was looked for.
        address: String,
        /// What happened.
        how: String,
    },
    /// It accepted the command and said nothing.
    #[error("IBC at {address} did not answer the command within {seconds} s")]
    #[diagnostic(
        code(ibc::no_answer),
        help("look at the gateway's log for `CommandServer received command`")
    )]
    NoAnswer {
        /// Where it listens.
        address: String,
        /// How long was waited.
        seconds: u64,
    },
    /// It refused the command.
    #[error("IBC at {address} refused the command: {words}")]
    #[diagnostic(
        code(ibc::rejected),
        help("IBC's own words say why; an older IBC may not know RESTART (3.9.0 does)")
    )]
    Rejected {
        /// Where it listens.
        address: String,
        /// Its words.
        words: String,
    },
}

impl Explain for IbcError {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Refused { how, .. } => vec![how.clone()],
            Self::NoAnswer { .. } | Self::Rejected { .. } => Vec::new(),
        }
    }
}
