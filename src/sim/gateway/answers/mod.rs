//! The answer to each request: what it asks for, or an error with its id, never silence without reason.

mod accounts;
mod configuration;
mod desk;
mod history;
mod holdings;
mod refusal;

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::api_settings::ApiSettings;
use crate::sim::clock;
use crate::sim::script::Traits;
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;
use refusal::error;

pub(super) use refusal::{before_start, unreadable};

/// Who asks, and how the gateway is while it answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    /// The server version that both sides agreed on.
    pub(super) version: u32,
    /// The client id of the session.
    pub(super) client_id: i32,
    /// The accounts of the log-in, as they are sent: with commas between them, and perhaps one at the end.
    pub(super) accounts: &'a str,
    /// The next order id of this client id.
    pub(super) next_order_id: i64,
    /// Whether the API is in read-only mode: then the open orders are refused too. Orders always are.
    pub(super) read_only: bool,
    /// Whether another session of the same user gets the market data.
    pub(super) competing: bool,
    /// The API settings, shared by all clients of the gateway.
    pub(super) api: &'a Mutex<ApiSettings>,
    /// What the gateway is: its clock, and what its accounts hold.
    pub(super) traits: &'a Traits,
}

impl Asker<'_> {
    /// The API settings. A client's task that panicked has not left them half changed.
    fn api(&self) -> MutexGuard<'_, ApiSettings> {
        self.api.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_read_only(&self) -> bool {
        self.read_only || self.api().read_only()
    }

    /// The accounts without the empty name that stands for a comma at the end of the list.
    fn named(&self) -> impl Iterator<Item = &str> {
        self.accounts.split(',').filter(|account| !account.is_empty())
    }
}

/// The frames that answer a request; none where a real gateway is silent too.
pub(super) fn to(asker: &Asker<'_>, request: &Request<'_>) -> Vec<u8> {
    let version = asker.version;
    let id = request.request_id().unwrap_or(refusal::SESSION);
    match request.id {
        request::MANAGED_ACCOUNTS => server::managed_accounts(version, asker.accounts),
        request::IDS => server::next_valid_id(version, asker.next_order_id),
        request::CURRENT_TIME => server::current_time(version, clock::epoch_seconds() + asker.traits.ahead()),
        request::CURRENT_TIME_IN_MILLIS => {
            server::current_time_in_millis(version, clock::epoch_millis() + asker.traits.ahead() * 1000)
        }
        request::OPEN_ORDERS | request::ALL_OPEN_ORDERS if asker.is_read_only() => {
            refusal::read_only(version, request)
        }
        request::OPEN_ORDERS | request::ALL_OPEN_ORDERS => holdings::open_orders(asker, request),
        request::AUTO_OPEN_ORDERS => auto_open_orders(asker, request),
        request::COMPLETED_ORDERS => server::completed_orders_end(version),
        request::EXECUTIONS => server::executions_end(version, id),
        request::POSITIONS => holdings::positions(asker),
        request::POSITIONS_MULTI => server::positions_multi_end(version, id),
        request::ACCOUNT_UPDATES => accounts::updates(asker, request),
        request::ACCOUNT_UPDATES_MULTI => accounts::updates_multi(asker, request, id),
        request::ACCOUNT_SUMMARY => accounts::summary(asker, request, id),
        request::CONFIG => configuration::read(asker, id),
        request::UPDATE_CONFIG => configuration::update(asker, request, id),
        request::PLACE_ORDER
        | request::CANCEL_ORDER
        | request::EXERCISE_OPTIONS
        | request::GLOBAL_CANCEL
        | request::REPLACE_ADVISOR_DATA => refusal::read_only(version, request),
        request::CANCEL_MARKET_DATA => {
            // None was ever begun.
            error(version, id, 300, &format!("Can't find EId with tickerId:{id}"))
        }
        other if is_unanswered(other) => Vec::new(),
        other => history_or_desk(asker, request, id).unwrap_or_else(|| {
            let (code, text) = refusal::of(other, asker.competing);
            error(version, id, code, text)
        }),
    }
}

fn history_or_desk(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Option<Vec<u8>> {
    match request.id {
        request::HISTORICAL_DATA => history::of_currencies(asker, request, id),
        _ => desk::answer(asker, request, id),
    }
}

/// Settings of the session and ends of subscriptions, which have no answer on the wire.
fn is_unanswered(request: u32) -> bool {
    matches!(
        request,
        request::START_API
            | request::SERVER_LOG_LEVEL
            | request::MARKET_DATA_TYPE
            | request::CANCEL_MARKET_DEPTH
            | request::CANCEL_NEWS_BULLETINS
            | request::CANCEL_SCANNER_SUBSCRIPTION
            | request::CANCEL_HISTORICAL_DATA
            | request::CANCEL_REAL_TIME_BARS
            | request::CANCEL_FUNDAMENTAL_DATA
            | request::CANCEL_IMPLIED_VOLATILITY
            | request::CANCEL_OPTION_PRICE
            | request::CANCEL_ACCOUNT_SUMMARY
            | request::CANCEL_POSITIONS
            | request::CANCEL_GROUP_EVENTS
            | request::CANCEL_POSITIONS_MULTI
            | request::CANCEL_ACCOUNT_UPDATES_MULTI
            | request::CANCEL_HISTOGRAM
            | request::CANCEL_HEAD_TIMESTAMP
            | request::CANCEL_PNL
            | request::CANCEL_PNL_SINGLE
            | request::CANCEL_TICK_BY_TICK
            | request::CANCEL_WSH_META_DATA
            | request::CANCEL_WSH_EVENT_DATA
            | request::CANCEL_CONTRACT_DETAILS
            | request::CANCEL_HISTORICAL_TICKS
    )
}

/// Orders entered by hand go to client 0 alone, as real gateways say; there are none, so it hears nothing.
fn auto_open_orders(asker: &Asker<'_>, request: &Request<'_>) -> Vec<u8> {
    if asker.client_id == 0 || request.number(1, 1) != Some(1) {
        return Vec::new();
    }
    let text =
        "Error validating request.-'bY' : cause - Only the default client (i.e 0) can auto bind orders.";
    error(asker.version, refusal::NO_REQUEST, 321, text)
}
