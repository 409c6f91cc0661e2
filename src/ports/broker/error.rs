//! Why there is no usable TWS API, by meaning. See the table in the interactive documentation of each variant.

use miette::Diagnostic;
use thiserror::Error;

use super::Rung;
use crate::diagnosis::{Explain, Pace};

/// What a failed attempt at the TWS API means. Codes are stable.
#[derive(Debug, Error, Diagnostic)]
pub enum BrokerError {
    /// Nothing listens.
    #[error("nothing listens on {address}")]
    #[diagnostic(
        code(broker::refused),
        help("is the gateway's container running, and its API port published?")
    )]
    Refused {
        /// The gateway's address.
        address: String,
    },
    /// The host cannot be reached at all.
    #[error("no connection to {address}")]
    #[diagnostic(code(broker::unreachable), help("check the host name and the route to it"))]
    Unreachable {
        /// The gateway's address.
        address: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The connection was accepted and closed before the version frame.
    #[error("{address} accepts connections and closes them: no gateway behind the port yet")]
    #[diagnostic(
        code(broker::nothing_behind),
        help(
            "docker-proxy and socat accept before the gateway listens; if it lasts, check that the published port leads to \
             the port the gateway's forwarder listens on (4004 for paper in the usual image, not 4002)"
        )
    )]
    NothingBehind {
        /// The gateway's address.
        address: String,
        /// How it ended.
        how: String,
    },
    /// The connection is accepted, the handshake not answered.
    #[error("{address} accepts but stays mute: no {missing} yet", missing = missing(*.reached))]
    #[diagnostic(
        code(broker::mute),
        help(
            "the gateway is up but not logged in: log-in, second factor or a dialog is pending; look at its log or its \
             screen. If `Login has completed` is long past, it is wedged and needs a restart"
        )
    )]
    Mute {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// How long silence was borne.
        waited_ms: u128,
    },
    /// The connection was closed after the version frame.
    #[error("{address} closed the connection after the {} rung, {after_ms} ms after the start of the API", reached.name())]
    #[diagnostic(
        code(broker::not_accepted),
        help(
            "the gateway does not accept this API client: its address is not among the trusted IPs, or the API is not \
             enabled; check TrustedIPs in jts.ini and `Enable ActiveX and Socket Clients`"
        )
    )]
    NotAccepted {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// How long after `START_API`.
        after_ms: u128,
    },
    /// Error 326.
    #[error("client id {client_id} is in use at {address}")]
    #[diagnostic(
        code(broker::client_id_in_use),
        help(
            "stop the client that holds it, wait until the gateway notices that it is gone, or declare another id; ids \
             from 9000 on are openbell's own: if those are in use as well, the gateway refuses every client"
        )
    )]
    ClientIdInUse {
        /// The gateway's address.
        address: String,
        /// The id.
        client_id: i32,
    },
    /// All declared client ids are taken.
    #[error("every declared client id is in use at {address}: {client_ids}")]
    #[diagnostic(
        code(broker::client_ids_in_use),
        help("stop the clients that hold them, or declare another id in `connection.client_id`")
    )]
    ClientIdsInUse {
        /// The gateway's address.
        address: String,
        /// The ids, separated by commas.
        client_ids: String,
    },
    /// The server is older than the client library's floor.
    #[error("the gateway at {address} speaks server version {found}; the API client needs {needed} or newer")]
    #[diagnostic(
        code(broker::server_too_old),
        help(
            "use a gateway image of build 10.40 or newer, or let the step be content with the raw probe: \
             `ready: {{ client: probe }}`"
        )
    )]
    ServerTooOld {
        /// The gateway's address.
        address: String,
        /// Its server version.
        found: i32,
        /// The floor.
        needed: i32,
    },
    /// What answers is not a gateway.
    #[error("what answers at {address} is not a TWS API")]
    #[diagnostic(
        code(broker::not_tws),
        help("the port belongs to something else; the gateway's API listens on 4002 (paper) or 4001 (live)")
    )]
    NotTws {
        /// The gateway's address.
        address: String,
        /// The first bytes, readable.
        seen: String,
    },
    /// The session has no accounts.
    #[error("the session at {address} shows no account")]
    #[diagnostic(
        code(broker::no_accounts),
        help("the log-in is not complete; if it lasts, restart the gateway")
    )]
    NoAccounts {
        /// The gateway's address.
        address: String,
    },
    /// The session has no usable next order id.
    #[error("the session at {address} shows no next valid order id")]
    #[diagnostic(
        code(broker::no_next_id),
        help("the log-in is not complete; if it lasts, restart the gateway")
    )]
    NoNextId {
        /// The gateway's address.
        address: String,
    },
    /// Connected, but a request has no answer.
    #[error(
        "the session at {address} is open, but a current-time request had no answer within {waited_ms} ms"
    )]
    #[diagnostic(
        code(broker::half_open),
        help("the gateway's own connection is stuck; if it lasts, restart the gateway")
    )]
    HalfOpen {
        /// The gateway's address.
        address: String,
        /// How long was waited.
        waited_ms: u128,
    },
    /// The gateway lost its own connection to IBKR (1100).
    #[error("the gateway at {address} lost its connection to IBKR (message {code})")]
    #[diagnostic(
        code(broker::connectivity_lost),
        help("it comes back by itself as a rule: messages 1101 or 1102")
    )]
    ConnectivityLost {
        /// The gateway's address.
        address: String,
        /// The message code.
        code: i32,
    },
    /// An open session ended.
    #[error("the session at {address} dropped")]
    #[diagnostic(code(broker::dropped), help("the gateway restarted or closed the session: look at its log"))]
    Dropped {
        /// The gateway's address.
        address: String,
        /// How it ended.
        how: String,
    },
}

/// What is awaited after a rung.
fn missing(reached: Rung) -> &'static str {
    match reached {
        Rung::Tcp => "version frame",
        Rung::Version => "managed accounts",
        Rung::Accounts => "next valid id",
        Rung::NextId | Rung::Request => "answer to a request",
    }
}

impl Explain for BrokerError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::ServerTooOld { .. } | Self::NotTws { .. } => None,
            Self::ClientIdInUse { .. } | Self::ClientIdsInUse { .. } | Self::NotAccepted { .. } => {
                Some(Pace::Slow)
            }
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::NothingBehind { .. }
            | Self::Mute { .. }
            | Self::NoAccounts { .. }
            | Self::NoNextId { .. }
            | Self::HalfOpen { .. }
            | Self::ConnectivityLost { .. }
            | Self::Dropped { .. } => Some(Pace::Gentle),
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::NothingBehind { how, .. } | Self::Dropped { how, .. } => vec![how.clone()],
            Self::NotTws { seen, .. } => vec![format!("first bytes: {seen}")],
            Self::Mute { reached, waited_ms, .. } => {
                vec![format!(
                    "last rung reached: {}; silent for {waited_ms} ms on this connection",
                    reached.name()
                )]
            }
            _ => Vec::new(),
        }
    }
}
