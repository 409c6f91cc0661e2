//! How clients are treated: what is written, layer over layer, and what follows from it for one client.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::period::Period;

/// One list for what may be written, what it means when nothing is, and how one layer lies over another.
macro_rules! treatment {
    ($($(#[$meta:meta])* $field:ident: $type:ty = $usual:expr $(, $schema:meta)?;)+) => {
        /// How clients are treated. What is left out is as the layer below has it: the script's `clients`, then the
        /// phase, then the rules in their order.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Treatment {
            $(
                $(#[$meta])*
                $(#[schemars($schema)])?
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }

        /// How one client is treated, all layers taken together.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Conduct {
            $($(#[$meta])* pub $field: $type,)+
        }

        impl Treatment {
            /// Whether nothing is written.
            pub fn is_empty(&self) -> bool {
                $(self.$field.is_none())&&+
            }
        }

        impl Conduct {
            /// With another layer over it.
            #[must_use]
            pub fn under(self, layer: &Treatment) -> Self {
                Self { $($field: layer.$field.unwrap_or(self.$field),)+ }
            }
        }

        impl std::default::Default for Conduct {
            fn default() -> Self {
                Self { $($field: $usual,)+ }
            }
        }
    };
}

treatment! {
    /// What a client meets behind the port. Default: open.
    door: Door = Door::Open;
    /// What becomes of the handshakes that wait when they are mute no more. Default: answered.
    pending: Pending = Pending::Answered;
    /// How long after the last thing it said the gateway closes, where it closes. Default: 0s; 500ms for
    /// `start: not_accepted`.
    close_after: Option<Period> = None;
    /// The pause before every byte that is sent, at most a minute. Default: none.
    slow: Period = Period::from(Duration::ZERO);
    /// What `START_API` leads to. Default: accepted.
    start: Start = Start::Accepted;
    /// What the greeting says about accounts. Default: listed.
    accounts: Accounts = Accounts::Listed;
    /// Whether the greeting has the next valid order id. Default: sent.
    order_id: Sent = Sent::Sent;
    /// Whether the greeting has the notices about data farms. Default: sent.
    notices: Sent = Sent::Sent;
    /// How many more notices come before anything else of the greeting, at most 10000. Default: 0.
    flood: u32 = 0, range(max = 10_000);
    /// What becomes of requests in a session. Default: answered.
    requests: Requests = Requests::Answered;
    /// What becomes of requests for market data. Default: `not_subscribed`.
    market_data: MarketData = MarketData::NotSubscribed;
    /// Whether requests for open orders are refused as well (error 321). Orders always are. Default: false.
    read_only: bool = false;
    /// The current time is told once in this long; sooner there is no answer. Some gateways: 4250ms. Default: 0s.
    current_time_every: Period = Period::from(Duration::ZERO);
    /// Messages in a second that are taken without a complaint; 0 for any number; at most 10000. Default: 50, as documented
    /// (<https://interactivebrokers.github.io/tws-api/rtd_fqa_errors.html>).
    messages_per_second: u32 = 50, range(max = 10_000);
}

/// What a client meets behind the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// Handshakes are answered.
    Open,
    /// The connection is closed at once, as docker-proxy and socat do without a gateway behind them.
    Refuse,
    /// The connection is reset at once.
    Reset,
    /// No handshake is answered, as before log-in and second factor.
    Mute,
    /// The version reply breaks off after a few bytes; the connection stays.
    Partial,
    /// The handshake is read; then the connection is closed.
    HangUp,
    /// The version is told; then the connection is closed.
    VersionOnly,
    /// An HTTP server answers.
    Http,
    /// A TLS server answers with an alert and closes.
    Tls,
    /// Bytes come that are no protocol.
    Garbage,
}

/// What becomes of the handshakes that wait when a mute phase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// They are answered at that moment.
    Answered,
    /// Their connections are closed.
    Dropped,
    /// They are never answered; new ones are.
    Ignored,
}

/// What `START_API` leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// A session.
    Accepted,
    /// Silence.
    Mute,
    /// A close without a word after half a second: the API, or the client's address, is not accepted.
    NotAccepted,
    /// Error 326 and a close: the client id is in use. One that a client of this gateway has is so in any case.
    InUse,
}

/// What a greeting says about accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Accounts {
    /// All of them.
    Listed,
    /// An empty list.
    Empty,
    /// Nothing.
    Withheld,
}

/// Whether something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// It is.
    Sent,
    /// It is not.
    Withheld,
}

/// What becomes of requests in open sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requests {
    /// Each gets its answer.
    Answered,
    /// Silence, on a connection that stays up.
    Mute,
}

/// What becomes of requests for market data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarketData {
    /// Error 354: there is no subscription.
    NotSubscribed,
    /// Error 10197: the same user is logged in elsewhere, and that session has the data.
    CompetingSession,
}

impl Conduct {
    /// Whether `START_API` gets all that it asks for, be the list of accounts empty.
    pub fn answers_start(&self) -> bool {
        self.accounts != Accounts::Withheld && self.order_id == Sent::Sent
    }

    /// Whether a client so treated gets a whole session.
    pub fn lets_in(&self) -> bool {
        self.door == Door::Open
            && self.start == Start::Accepted
            && self.accounts == Accounts::Listed
            && self.order_id == Sent::Sent
    }
}
