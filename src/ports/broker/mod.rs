//! The TWS API as openbell uses it: a session through the client bots use, and a staged probe that says how far it got.
//!
//! Nothing here can place, change or cancel an order: there is no such call.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;

mod account;
mod error;

pub use account::{AccountId, AccountPattern};
pub use error::BrokerError;

/// The TWS API through the client library that bots use.
#[async_trait]
pub trait Broker: Send + Sync {
    /// One session from connect to clean disconnect: version, accounts, next order id and a current-time round trip.
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError>;
    /// Opens a session and keeps it, to see whether it stays.
    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError>;
}

/// A session that is kept open.
#[async_trait]
pub trait HeldSession: Send + Sync {
    /// What the session showed when it was opened.
    fn session(&self) -> &Session;
    /// One current-time round trip: the only proof that the link lives.
    async fn beat(&mut self) -> Result<(), BrokerError>;
    /// Returns when the gateway ends the session or reports that it lost its own connection.
    async fn lost(&mut self) -> BrokerError;
    /// Disconnects cleanly.
    async fn close(self: Box<Self>);
}

/// The TWS API stage by stage, on the wire.
#[async_trait]
pub trait Probe: Send + Sync {
    /// One handshake, closed cleanly, that tells each rung through `reached` the moment it is reached.
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Result<Probed, BrokerError>;
}

/// The parameters of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// `host:port` of the gateway.
    pub address: String,
    /// The client id, never 0.
    pub client_id: i32,
    /// How long connecting may take; also the longest wait for one answer.
    pub timeout: Duration,
}

/// What a session showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The server version agreed on.
    pub server_version: i32,
    /// The managed accounts, never empty.
    pub accounts: Vec<AccountId>,
    /// The next valid order id, above 0.
    pub next_order_id: i32,
    /// The gateway's clock, seconds since 1970.
    pub gateway_time: i64,
    /// The client id in use.
    pub client_id: i32,
}

/// The client ids openbell uses when it looks: 9000 to 9099, taken in turn, so that an id the gateway has not released
/// yet is not asked for again at once, and no bot's id is ever used up.
#[derive(Debug, Default)]
pub struct ProbeIds(AtomicU32);

impl ProbeIds {
    /// Ids that begin at `9000 + start % 100`.
    pub fn starting_at(start: u32) -> Self {
        Self(AtomicU32::new(start % 100))
    }

    /// The next id.
    pub fn next(&self) -> i32 {
        let turn = self.0.fetch_add(1, Ordering::Relaxed) % 100;
        9000 + i32::try_from(turn).unwrap_or_default()
    }
}

/// What a probe is to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeAsk {
    /// `host:port` of the gateway.
    pub address: String,
    /// The client id, from [`ProbeIds`].
    pub client_id: i32,
    /// The rung at which to stop.
    pub until: Rung,
    /// How long silence is borne on the one connection before it is closed.
    pub patience: Duration,
    /// Ask for the current time at the last rung. Gateways leave a second such request within about four seconds
    /// unanswered (observed by ibkr-go at server version 225), so when a session follows at once the probe asks for
    /// the next valid id instead.
    pub current_time: bool,
}

/// How far a probe got, and what it saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    /// The server version agreed on.
    pub server_version: Option<u32>,
    /// The gateway's own connection time, as it wrote it.
    pub connection_time: Option<String>,
    /// The managed accounts.
    pub accounts: Vec<AccountId>,
    /// The next valid order id.
    pub next_order_id: Option<i64>,
}

/// The rungs of readiness, lowest first. Each proves the ones before it and nothing beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rung {
    /// Something accepts TCP: docker-proxy and socat do before there is a gateway.
    Tcp,
    /// The gateway answered with its version.
    Version,
    /// The managed accounts arrived, not empty.
    Accounts,
    /// The next valid id arrived, above 0.
    NextId,
    /// A request was answered.
    Request,
}

impl Rung {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Version => "version",
            Self::Accounts => "accounts",
            Self::NextId => "next_id",
            Self::Request => "request",
        }
    }
}
