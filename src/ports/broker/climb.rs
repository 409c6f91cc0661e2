//! What a probe is asked, and what it saw on its way up.

use std::time::Duration;

use super::{AccountId, BrokerError, OpenOrder, Position, Rung};

/// What a probe is to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeAsk {
    /// `host:port` of the gateway.
    pub address: String,
    /// The client id, from [`super::ProbeIds`].
    pub client_id: i32,
    /// The rung at which to stop: one from tcp to farms.
    pub until: Rung,
    /// How long silence is borne on the one connection before it is closed.
    pub patience: Duration,
    /// Longest wait for the answer to a request once the session is open; no longer than the patience.
    pub answer: Duration,
    /// What is asked at the request rung.
    pub question: Question,
    /// Ask also for the open orders: a gateway whose API is read-only refuses (error 321). This reads, it orders nothing.
    pub open_orders: bool,
    /// Ask, once the request was answered, for the open orders of every client id and those entered by hand.
    pub all_orders: bool,
    /// Ask likewise for the positions of every account.
    pub positions: bool,
}

/// The request that proves that the gateway answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The current time. Gateways leave a second one within about four seconds unanswered (observed by ibkr-go at server
    /// version 225).
    CurrentTime,
    /// The next valid id: for when a session that asks for the time follows at once.
    NextId,
}

/// How a probe went.
#[derive(Debug)]
pub struct Climb {
    /// What was seen.
    pub seen: Seen,
    /// Whether the rung asked for was reached.
    pub end: Result<(), BrokerError>,
}

/// What a probe saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The rungs, each with the time since the connect began.
    pub rungs: Vec<(Rung, Duration)>,
    /// The server version agreed on.
    pub server_version: Option<u32>,
    /// The gateway's own connection time, as it wrote it.
    pub connection_time: Option<String>,
    /// The managed accounts.
    pub accounts: Vec<AccountId>,
    /// The next valid order id.
    pub next_order_id: Option<i64>,
    /// The gateway's clock, seconds since 1970, and the time since the connect began when it arrived.
    pub gateway_time: Option<(i64, Duration)>,
    /// Errors and notices about the session as a whole, in order; the first hundred.
    pub notices: Vec<Notice>,
    /// How many there were in all.
    pub notices_in_all: usize,
    /// Whether the API refuses orders; `None` when that was not asked or not answered.
    pub read_only: Option<bool>,
    /// Every open order; `None` when that was not asked, or not told to the end.
    pub open_orders: Option<Vec<OpenOrder>>,
    /// The gateway's words when it refused to tell the open orders, as one with a read-only API does.
    pub orders_refused: Option<String>,
    /// Every position, those of 0 left out; `None` when that was not asked, or not told to the end.
    pub positions: Option<Vec<Position>>,
}

impl Seen {
    /// The highest rung reached.
    pub fn highest(&self) -> Option<Rung> {
        self.rungs.iter().map(|(rung, _)| *rung).max()
    }
}

/// An error or a notice of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// IB's message code, such as 2104.
    pub code: i32,
    /// Its text.
    pub text: String,
}
