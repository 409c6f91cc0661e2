//! What a gateway does wrong, and when: a timeline of phases, and one conduct towards every client.
//!
//! Owns the model and the named [presets](PRESETS) that give one. Carrying it out is left to
//! [`super::gateway`].

mod draft;
mod error;
mod parse;
mod preset;
pub(super) mod time;

use std::collections::BTreeSet;
use std::time::Duration;

pub use error::PresetError;
pub use preset::{PRESETS, Preset};

/// Everything that is scripted about one gateway. The default is a healthy one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// What happens one after the other, counted from the start; the last phase never ends.
    pub phases: Vec<Phase>,
    /// How clients are treated once they have a version reply.
    pub conduct: Conduct,
    /// Whether a handshake that its client gave up stops the gateway from accepting anybody any more.
    pub wedges: bool,
    /// The accounts of the log-in, where the script cares.
    pub accounts: Option<Vec<String>>,
    /// The gateway's own maximum version, where the script cares.
    pub server_version: Option<u32>,
}

/// A stretch of time in which the gateway behaves in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// How long; `None` for ever.
    pub lasts: Option<Duration>,
    /// What a client meets at the port.
    pub door: Door,
    /// What becomes of requests in sessions that are open.
    pub requests: Requests,
    /// Whether all connections are dropped when the phase begins.
    pub drops: bool,
}

impl Phase {
    /// A phase of the given door, with nothing else unusual.
    pub const fn of(door: Door, lasts: Option<Duration>) -> Self {
        Self { lasts, door, requests: Requests::Answered, drops: false }
    }
}

/// What a client meets at the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Handshakes are answered.
    Open,
    /// Nothing listens.
    Closed,
    /// Connections are accepted and closed at once, as docker-proxy and socat do without a backend.
    Refuse,
    /// Connections are accepted; no handshake is answered, as before log-in and second factor.
    Mute(Pending),
    /// Somebody else answers: an HTTP server.
    Http,
    /// Somebody else answers: bytes that are no protocol at all.
    Garbage,
}

/// What becomes of the handshakes that wait when a mute phase ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// They are answered at that moment.
    Answered,
    /// Their connections are closed.
    Dropped,
    /// They are never answered; new ones are.
    Ignored,
}

/// What becomes of requests in open sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requests {
    /// Each gets its answer.
    Answered,
    /// Silence, on a connection that stays up.
    Mute,
}

/// How clients are treated once they have a version reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// What `START_API` leads to.
    pub start: Start,
    /// Which client ids somebody else holds already.
    pub in_use: InUse,
    /// What a session is greeted with.
    pub greeting: Greeting,
}

/// What `START_API` leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A session.
    Accepted,
    /// Silence.
    Mute,
    /// A close without a word after half a second: the API, or the client's address, is not accepted.
    NotAccepted,
}

/// Which client ids somebody else holds already; error 326 and a close for those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InUse {
    /// These; an id that a client of this gateway holds is in use in any case.
    Ids(BTreeSet<i32>),
    /// All.
    All,
}

/// What a session is greeted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Greeting {
    /// The list of accounts.
    pub accounts: Accounts,
    /// The next valid order id.
    pub order_id: bool,
    /// The notices that the farms are connected.
    pub notices: bool,
}

/// What a greeting says about accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// All of them.
    Listed,
    /// An empty list.
    Empty,
    /// Nothing.
    Withheld,
}

impl Greeting {
    /// What a healthy gateway sends.
    pub const WHOLE: Self = Self { accounts: Accounts::Listed, order_id: true, notices: true };
}

impl Default for Script {
    fn default() -> Self {
        Self {
            phases: vec![Phase::of(Door::Open, None)],
            conduct: Conduct {
                start: Start::Accepted,
                in_use: InUse::Ids(BTreeSet::new()),
                greeting: Greeting::WHOLE,
            },
            wedges: false,
            accounts: None,
            server_version: None,
        }
    }
}

impl Conduct {
    /// Whether any client at all can get a whole session.
    pub fn lets_somebody_in(&self) -> bool {
        self.start == Start::Accepted && self.in_use != InUse::All && self.greeting == Greeting::WHOLE
    }
}
