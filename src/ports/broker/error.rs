//! Why there is no usable TWS API, by meaning. See the table in the interactive documentation of each variant.

use miette::Diagnostic;
use thiserror::Error;

use super::Rung;
use super::meaning;

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
    /// The name has no address.
    #[error("the name in {address} does not resolve")]
    #[diagnostic(
        code(broker::unresolved),
        help(
            "check the spelling; a Compose service's name is known inside its network only, from the machine itself it \
             is 127.0.0.1"
        )
    )]
    Unresolved {
        /// The gateway's address.
        address: String,
        /// What the resolver said.
        #[source]
        source: std::io::Error,
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
    #[error("{address} accepts connections and closes them without a word: no gateway behind the port yet")]
    #[diagnostic(code(broker::nothing_behind), help("{}", meaning::HELP_NOTHING_BEHIND))]
    NothingBehind {
        /// The gateway's address.
        address: String,
        /// How it ended.
        how: String,
    },
    /// The connection is accepted, the handshake not answered.
    #[error("{address} {}", meaning::silence(*.reached, *.unfinished))]
    #[diagnostic(code(broker::mute), help("{}", meaning::advice(*reached)))]
    Mute {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// How long silence was borne.
        waited_ms: u128,
        /// Bytes of a message that came and was not finished.
        unfinished: usize,
    },
    /// The connection was closed after the version frame.
    #[error("{address} closed the connection after the {} rung, {after_ms} ms after the start of the API", reached.name())]
    #[diagnostic(code(broker::not_accepted), help("{}", meaning::HELP_NOT_ACCEPTED))]
    NotAccepted {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// How long after `START_API`.
        after_ms: u128,
        /// How it ended.
        how: String,
    },
    /// Error 326.
    #[error("client id {client_id} is in use at {address}")]
    #[diagnostic(code(broker::client_id_in_use), help("{}", meaning::HELP_IN_USE))]
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
    /// A message after the version frame cannot be read.
    #[error("a message of the gateway at {address} could not be read")]
    #[diagnostic(code(broker::garbled), help("{}", meaning::HELP_GARBLED))]
    Garbled {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// The first bytes, readable.
        seen: String,
    },
    /// What answers speaks TLS.
    #[error("what answers at {address} speaks TLS, which the TWS API does not")]
    #[diagnostic(
        code(broker::tls),
        help(
            "the port belongs to an HTTPS server or a TLS tunnel; the gateway's API listens on 4002 (paper) or 4001 (live)"
        )
    )]
    Tls {
        /// The gateway's address.
        address: String,
        /// The first bytes, readable.
        seen: String,
    },
    /// Messages upon messages, and no session among them.
    #[error("{address} sent {messages} messages, but neither accounts nor a next valid id")]
    #[diagnostic(
        code(broker::flooded),
        help(
            "the gateway is busy telling its notices: wait, then restart it. API clients give up without a word after \
             about a hundred messages and show a session without accounts"
        )
    )]
    Flooded {
        /// The gateway's address.
        address: String,
        /// The last rung reached.
        reached: Rung,
        /// How many messages came.
        messages: usize,
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
    #[error("the session at {address} is open, but a request had no answer within {waited_ms} ms")]
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
    /// A data farm is broken, as the gateway says.
    #[error("the gateway at {address} has lost data farms: {farms}")]
    #[diagnostic(
        code(broker::farms_broken),
        help(
            "farms come back by themselves as a rule, nightly above all; nothing is to be restarted for them alone"
        )
    )]
    FarmsBroken {
        /// The gateway's address.
        address: String,
        /// The farms and their message codes.
        farms: String,
    },
    /// The gateway has not said a word about its data farms.
    #[error("the gateway at {address} has not said that its data farms are connected")]
    #[diagnostic(
        code(broker::farms_unknown),
        help(
            "it says so (2104, 2106, 2158) shortly after the log-in; requests before that may have no answer"
        )
    )]
    FarmsUnknown {
        /// The gateway's address.
        address: String,
        /// How long was waited.
        waited_ms: u128,
    },
    /// A request for data had no answer.
    #[error("the gateway at {address} answered no bars to a request for data within {waited_ms} ms")]
    #[diagnostic(
        code(broker::no_data),
        help(
            "the farm of historical data is not there yet, or another session of the user has the data (10197)"
        )
    )]
    NoData {
        /// The gateway's address.
        address: String,
        /// How long was waited.
        waited_ms: u128,
        /// The gateway's own words, if there were any.
        words: Option<String>,
    },
    /// The gateway does not change its settings.
    #[error("the gateway at {address} did not change its API settings")]
    #[diagnostic(
        code(broker::change_refused),
        help("its own words say why; the same settings are in its configuration dialog")
    )]
    ChangeRefused {
        /// The gateway's address.
        address: String,
        /// Why not.
        words: String,
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
