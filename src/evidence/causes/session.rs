//! What is wrong with a session that could be opened, or with the ids and accounts it would have.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Class, Explain, Pace};
use crate::ladder::Rung;
use crate::ports::broker::AccountId;

/// What is wrong with a session. Codes are stable.
#[derive(Debug, Error, Diagnostic)]
pub enum SessionCause {
    /// The clocks differ.
    #[error("the clock of the gateway at {address} is {} s {} this machine's", .ahead.abs(), if *.ahead > 0 { "ahead of" } else { "behind" })]
    #[diagnostic(
        code(broker::clock_skew),
        help(
            "synchronise this machine's clock (NTP); after a sleep of the machine, Docker Desktop's virtual machine may \
             lag: restart it"
        )
    )]
    ClockSkew {
        /// The gateway's address.
        address: String,
        /// Seconds by which the gateway's clock is ahead.
        ahead: i64,
    },
    /// A live account where none may be.
    #[error("the session at {address} shows the live account {account}; allowed: {allowed}")]
    #[diagnostic(
        code(broker::live_account),
        help(
            "stop the gateway and every bot; log in with the paper user and TRADING_MODE=paper, then look again before \
             anything is started"
        )
    )]
    LiveAccount {
        /// The gateway's address.
        address: String,
        /// The account.
        account: AccountId,
        /// The patterns of what may be there.
        allowed: String,
    },
    /// A paper account that is not expected.
    #[error("the session at {address} shows the paper account {account}; expected: {expected}")]
    #[diagnostic(
        code(broker::paper_account),
        help("check the user name and TRADING_MODE of the gateway, and the accounts in the playbook")
    )]
    PaperAccount {
        /// The gateway's address.
        address: String,
        /// The account.
        account: AccountId,
        /// The patterns of what ought to be there.
        expected: String,
    },
    /// The connection to IBKR came back.
    #[error("the gateway at {address} lost its connection to IBKR and has it back (message {code})")]
    #[diagnostic(
        code(broker::connectivity_restored),
        help("after 1101 clients must subscribe to their data again; after 1102 nothing is lost")
    )]
    ConnectivityRestored {
        /// The gateway's address.
        address: String,
        /// 1101 or 1102.
        code: i32,
    },
    /// Somebody uses client id 0.
    #[error("{owner} uses client id 0")]
    #[diagnostic(
        code(broker::client_id_zero),
        help("give it an id of its own above 0: a client with id 0 also takes over the orders made by hand")
    )]
    ClientIdZero {
        /// Who.
        owner: String,
    },
    /// Somebody uses the master client id.
    #[error("{owner} uses client id {client_id}, the master client id of the gateway at {address}")]
    #[diagnostic(
        code(broker::master_client_id),
        help(
            "a master client sees the orders of all others: give it another id, or clear the master client id in the \
             gateway's API settings"
        )
    )]
    MasterClientId {
        /// The gateway's address.
        address: String,
        /// Who.
        owner: String,
        /// The id.
        client_id: i32,
    },
    /// Somebody is connected who is not of this stack.
    #[error("{who} is connected to the API of the gateway at {address} and is not of this stack")]
    #[diagnostic(
        code(broker::foreign_client),
        help("find out what it is and which client id it uses; stop it, or enter it in `client_ids`")
    )]
    ForeignClient {
        /// The gateway's address.
        address: String,
        /// Who: a container's name, or an address.
        who: String,
    },
    /// The API refuses orders.
    #[error("the API of the gateway at {address} is read-only")]
    #[diagnostic(
        code(broker::read_only),
        help(
            "that is the safe state; where orders are wanted, clear `Read-Only API` in the gateway's API settings \
             (READ_ONLY_API=no in the usual image) and restart the gateway"
        )
    )]
    ReadOnly {
        /// The gateway's address.
        address: String,
        /// By what that is known.
        by: String,
    },
}

impl Explain for SessionCause {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::ReadOnly { by, .. } => vec![format!("known by {by}")],
            _ => Vec::new(),
        }
    }

    fn rung(&self) -> Option<Rung> {
        Some(match self {
            Self::ClockSkew { .. } | Self::ReadOnly { .. } => Rung::Request,
            Self::ConnectivityRestored { .. } => Rung::Farms,
            Self::ClientIdZero { .. } => Rung::Bot,
            Self::LiveAccount { .. }
            | Self::PaperAccount { .. }
            | Self::MasterClientId { .. }
            | Self::ForeignClient { .. } => Rung::Accounts,
        })
    }

    fn class(&self) -> Class {
        match self {
            Self::LiveAccount { .. } => Class::Safety,
            _ => Class::Step,
        }
    }
}
