//! The TWS API as openbell uses it: a session through the client bots use, a staged probe that says how far it got, and
//! the gateway's API settings.
//!
//! Nothing here can place, change or cancel an order: there is no such call.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;

mod account;
mod climb;
mod error;
mod holding;
mod meaning;
mod settings;

pub use crate::ladder::Rung;
pub use account::{AccountId, AccountPattern};
pub use climb::{Climb, Notice, ProbeAsk, Question, Seen};
pub use error::BrokerError;
pub use holding::{OpenOrder, Position};
pub use settings::{ApiSettings, SettingsChange};

/// The TWS API through the client library that bots use.
#[async_trait]
pub trait Broker: Send + Sync {
    /// One session from connect to clean disconnect: version, accounts, next order id and a current-time round trip.
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError>;
    /// Opens a session and keeps it, to see whether it stays.
    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError>;
    /// Asks for half a minute of historical bars of EUR.USD, as the watchdog of `ib_insync` does, and disconnects. Never
    /// a snapshot: those cost money. Returns how many bars came.
    async fn data(&self, connect: &Connect) -> Result<usize, BrokerError>;
    /// The gateway's API settings (server version 219 and newer); `None` where the server is older or does not
    /// tell.
    async fn settings(&self, connect: &Connect) -> Result<Option<ApiSettings>, BrokerError>;
    /// Changes API settings of the gateway (server version 221 and newer); the names of what changed. Warnings
    /// of the gateway are accepted.
    async fn change_settings(
        &self,
        connect: &Connect,
        change: &SettingsChange,
    ) -> Result<Vec<String>, BrokerError>;
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
    /// Returns when the gateway reports that its own connection is back, after `lost` said that it is lost.
    ///
    /// # Errors
    /// When the session ends before that.
    async fn restored(&mut self) -> Result<(), BrokerError>;
    /// Disconnects cleanly.
    async fn close(self: Box<Self>);
}

/// The TWS API stage by stage, on the wire.
#[async_trait]
pub trait Probe: Send + Sync {
    /// One handshake, closed cleanly, that tells each rung through `reached` the moment it is reached. What was seen on
    /// the way is kept whatever the end.
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb;
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
