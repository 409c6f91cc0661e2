//! What is not safe, in words.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Class, Diagnosis, Explain, Failure, Pace};
use crate::ports::broker::{AccountId, OpenOrder, Position};
use crate::ports::files::Standing;

/// What is not safe. Every one of these keeps the bot from running.
#[derive(Debug, Error, Diagnostic)]
pub enum SafetyError {
    /// The session shows an account that is not allowed.
    #[error("the session shows the account {account}, which is not among the allowed {allowed}{}", if *.live { ": it is a LIVE account" } else { "" })]
    #[diagnostic(
        code(safety::account),
        help(
            "the gateway is logged in to the wrong account: log it in to the paper account, then run again"
        )
    )]
    Account {
        /// The account, masked.
        account: AccountId,
        /// What is allowed.
        allowed: String,
        /// Not a paper account.
        live: bool,
    },
    /// The live accounts of the session are not those that were armed.
    #[error("the live accounts of the session are {shown}, and armed are {armed}")]
    #[diagnostic(
        code(safety::armed_account_differs),
        help("arm exactly the live accounts that the gateway is logged in to, each with `--arm-live`")
    )]
    ArmedDiffers {
        /// The session's live accounts, masked.
        shown: String,
        /// The armed ones, masked.
        armed: String,
    },
    /// The gateway's address leads to a port of the other mode.
    #[error("port {port} leads to port {inside} in the container {container}: that is {} trading", if *.live { "live" } else { "paper" })]
    #[diagnostic(
        code(safety::gateway_port),
        help("publish the port of the declared `safety.mode`, and have the container recreated")
    )]
    Port {
        /// The container.
        container: String,
        /// The port of the address.
        port: u16,
        /// The port in the container.
        inside: u16,
        /// It is that of live trading.
        live: bool,
    },
    /// A bot runs that the playbook does not know.
    #[error(
        "the container {container} runs the image of a held container, and the playbook does not declare it"
    )]
    #[diagnostic(
        code(safety::second_bot),
        help("stop it (`docker stop {container}`), or declare it in the playbook so that it is held too")
    )]
    SecondBot {
        /// The container.
        container: String,
        /// Its image.
        image: String,
        /// The networks it is on.
        networks: String,
    },
    /// Somebody of the stack would be the gateway's master client.
    #[error("client id {client_id} ({owner}) is the master client id of the gateway")]
    #[diagnostic(
        code(safety::client_id_master),
        help("a master client sees the orders of all others: use another id, or clear the gateway's")
    )]
    MasterClient {
        /// Who uses it.
        owner: String,
        /// The id.
        client_id: i32,
    },
    /// The API takes orders.
    #[error("the gateway's API {}, and the playbook says that it is read-only", if *.unseen { "does not say whether it takes orders" } else { "takes orders" })]
    #[diagnostic(
        code(safety::takes_orders),
        help(
            "set READ_ONLY_API=yes in the gateway's environment (or `Read-Only API` in its settings), and restart it"
        )
    )]
    TakesOrders {
        /// The question for open orders had no answer.
        unseen: bool,
    },
    /// An order is open.
    #[error("an order is open: {order}; expected none")]
    #[diagnostic(
        code(safety::open_order),
        help("cancel it where it was placed, or wait until it has ended: openbell cancels nothing")
    )]
    OpenOrder {
        /// The first.
        order: OpenOrder,
        /// The others.
        others: Vec<String>,
    },
    /// An account holds what is not expected.
    #[error("an unexpected position: {position}; expected {expected}")]
    #[diagnostic(
        code(safety::position),
        help(
            "close it where it belongs to, or name its symbol in `safety.positions`: openbell closes nothing"
        )
    )]
    Position {
        /// The first.
        position: Position,
        /// The allowed symbols.
        expected: String,
        /// The others.
        others: Vec<String>,
    },
    /// A variable of a container differs.
    #[error("{name} is {} in the container {container}, expected {expected}", quoted(seen.as_ref()))]
    #[diagnostic(
        code(safety::env),
        help(
            "the container was made with another environment than declared: mend where it is set, and recreate it"
        )
    )]
    Env {
        /// The container.
        container: String,
        /// The variable.
        name: String,
        /// What it should be.
        expected: String,
        /// What it is; nothing when it is not set.
        seen: Option<String>,
        /// Where it was seen.
        by: &'static str,
    },
    /// A path exists that must not.
    #[error("{path} exists in the container {container}")]
    #[diagnostic(
        code(safety::present),
        help("remove the file from the image, the volume or the mounted directory it is in")
    )]
    Present {
        /// The container.
        container: String,
        /// The path.
        path: String,
        /// Its size in bytes; nothing when only the container's programs see it.
        size: Option<i64>,
    },
    /// A path exists on the machine that openbell runs on, and must not.
    #[error("{} exists on this machine", path.display())]
    #[diagnostic(code(safety::present_on_host), help("move the file away, and run again"))]
    PresentOnHost {
        /// The path, absolute.
        path: PathBuf,
        /// What stands there.
        standing: Standing,
    },
    /// The bot says it runs another strategy.
    #[error("the container {container} says it runs strategy {seen}, expected {expected}")]
    #[diagnostic(
        code(safety::strategy),
        help("find out why it left the default: a gameplan file, a command line, an image")
    )]
    Strategy {
        /// The container.
        container: String,
        /// The declared default.
        expected: String,
        /// What it says.
        seen: String,
        /// The line, and where it stands.
        line: String,
    },
    /// The bot has not said which strategy it runs.
    #[error("the container {container} has not said since its start that it runs strategy {expected}")]
    #[diagnostic(
        code(safety::strategy_unproven),
        help("does the bot say it where `strategy.evidence` looks: in its log, at an endpoint, in a file?")
    )]
    StrategyUnproven {
        /// The container.
        container: String,
        /// The declared default.
        expected: String,
        /// What is there instead.
        tail: Vec<String>,
    },
    /// An assertion could not be checked.
    #[error("the safe state cannot be proven: {what} could not be checked")]
    #[diagnostic(
        code(safety::unproven),
        help("the reason is below; what cannot be checked counts as broken")
    )]
    Unproven {
        /// What could not be checked.
        what: String,
        /// Why not.
        why: Box<Failure>,
    },
}

/// A path the engine cannot look at.
#[derive(Debug, Error, Diagnostic)]
#[error("{path} lies on a file system in memory of {container}, which the engine does not show")]
#[diagnostic(code(safety::hidden), help("make the container without that tmpfs"))]
pub struct HiddenError {
    /// The container.
    pub container: String,
    /// The path.
    pub path: String,
}

impl Explain for HiddenError {
    fn again(&self) -> Option<Pace> {
        None
    }
}

fn quoted(seen: Option<&String>) -> String {
    seen.map_or_else(|| "not set".to_owned(), |seen| format!("`{seen}`"))
}

impl Explain for SafetyError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::StrategyUnproven { .. } => Some(Pace::Brisk),
            Self::Unproven { why, .. } => why.again,
            Self::Account { .. }
            | Self::ArmedDiffers { .. }
            | Self::TakesOrders { .. }
            | Self::OpenOrder { .. }
            | Self::Position { .. }
            | Self::MasterClient { .. }
            | Self::Port { .. }
            | Self::SecondBot { .. }
            | Self::Env { .. }
            | Self::Present { .. }
            | Self::PresentOnHost { .. }
            | Self::Strategy { .. } => None,
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::Account { .. }
            | Self::ArmedDiffers { .. }
            | Self::TakesOrders { .. }
            | Self::MasterClient { .. }
            | Self::Port { .. } => Vec::new(),
            Self::OpenOrder { others, .. } | Self::Position { others, .. } => {
                others.iter().map(|other| format!("also: {other}")).collect()
            }
            Self::Env { by, .. } => vec![format!("seen by {by}")],
            Self::Present { size: Some(size), .. } => vec![format!("{size} bytes")],
            Self::Present { size: None, .. } => {
                vec!["seen from the inside of the container; the engine does not show it".to_owned()]
            }
            Self::PresentOnHost { standing, .. } => vec![match standing {
                Standing::File(size) => format!("{size} bytes"),
                Standing::Directory => "a directory".to_owned(),
                Standing::Link => "a symbolic link; it counts wherever it leads".to_owned(),
                Standing::Other => "no regular file".to_owned(),
            }],
            Self::SecondBot { image, networks, .. } => {
                vec![format!("image: {image}"), format!("networks: {networks}")]
            }
            Self::Strategy { line, .. } => vec![line.clone()],
            Self::StrategyUnproven { tail, .. } => tail.clone(),
            Self::Unproven { why, .. } => {
                let Diagnosis { code, message, causes, evidence, .. } = &why.why;
                let mut lines = vec![format!("{code}: {message}")];
                lines.extend(causes.iter().chain(evidence).cloned());
                lines
            }
        }
    }

    fn class(&self) -> Class {
        Class::Safety
    }
}
