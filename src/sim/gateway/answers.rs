//! The answer to each request: what it asks for, or an error with its id, never silence without reason.

use super::figures;
use crate::sim::clock;
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;

/// The id of errors that are about no request.
const SESSION: i64 = -1;

/// The frames that answer a request; none where a real gateway is silent too.
pub(super) fn to(version: u32, request: &Request<'_>, accounts: &[String]) -> Vec<u8> {
    let id = request.request_id().unwrap_or(SESSION);
    match request.id {
        request::MANAGED_ACCOUNTS => server::managed_accounts(version, &accounts.join(",")),
        request::IDS => server::next_valid_id(version, 1),
        request::CURRENT_TIME => server::current_time(version, clock::epoch_seconds()),
        request::CURRENT_TIME_IN_MILLIS => server::current_time_in_millis(version, clock::epoch_millis()),
        request::OPEN_ORDERS | request::ALL_OPEN_ORDERS => server::open_orders_end(version),
        request::COMPLETED_ORDERS => server::completed_orders_end(version),
        request::EXECUTIONS => server::executions_end(version, id),
        request::POSITIONS => server::positions_end(version),
        request::POSITIONS_MULTI => server::positions_multi_end(version, id),
        request::ACCOUNT_UPDATES => account_updates(version, request, accounts),
        request::ACCOUNT_UPDATES_MULTI => account_updates_multi(version, request, id, accounts),
        request::ACCOUNT_SUMMARY => account_summary(version, request, id, accounts),
        // Settings of the session and ends of subscriptions have no answer on the wire.
        request::START_API
        | request::AUTO_OPEN_ORDERS
        | request::SERVER_LOG_LEVEL
        | request::MARKET_DATA_TYPE
        | request::CANCEL_NEWS_BULLETINS
        | request::CANCEL_ACCOUNT_SUMMARY
        | request::CANCEL_POSITIONS
        | request::CANCEL_POSITIONS_MULTI
        | request::CANCEL_ACCOUNT_UPDATES_MULTI => Vec::new(),
        request::PLACE_ORDER | request::CANCEL_ORDER | request::EXERCISE_OPTIONS | request::GLOBAL_CANCEL => {
            error(version, id, 321, READ_ONLY)
        }
        other => {
            let (code, text) = refusal(other);
            error(version, id, code, text)
        }
    }
}

/// What is said to requests for data that is not there. Each needs a code that clients take for the end of
/// the request: some only warn at 321 and go on waiting.
fn refusal(request: u32) -> (i32, &'static str) {
    match request {
        1 => (354, "Requested market data is not subscribed."),
        9 => (200, "No security definition has been found for the request"),
        20 | 87 | 96 => (162, "Historical Market Data Service error message:the simulator has no history"),
        _ => (322, "Error processing request: the simulator does not offer this"),
    }
}

/// As gateways in read-only mode word it.
const READ_ONLY: &str =
    "Error validating request:-'bh' : cause - The API interface is currently in Read-Only mode.";

/// The answer to a frame without a message id.
pub(super) fn unreadable(version: u32) -> Vec<u8> {
    error(version, SESSION, 320, "Error reading request: it has no message id")
}

/// The answer to a request that comes before the session is open.
pub(super) fn before_start(version: u32, request: &Request<'_>) -> Vec<u8> {
    let id = request.request_id().unwrap_or(SESSION);
    error(version, id, 322, "Error processing request: the session is not started")
}

fn error(version: u32, id: i64, code: i32, text: &str) -> Vec<u8> {
    server::error(version, id, code, text, clock::epoch_millis())
}

/// The subscription of one account: its figures once, then nothing, for they never change.
fn account_updates(version: u32, request: &Request<'_>, accounts: &[String]) -> Vec<u8> {
    let subscribes = request.number(1, 1) == Some(1);
    let wanted = request.string(2, 2);
    let account = accounts.iter().find(|account| **account == wanted).or(accounts.first());
    let (true, Some(account)) = (subscribes, account) else { return Vec::new() };
    let mut frames = Vec::new();
    for figure in figures::UPDATES {
        frames.extend(server::account_value(version, account, figure));
    }
    frames.extend(server::account_update_time(version, &clock::utc("%H:%M")));
    frames.extend(server::account_download_end(version, account));
    frames
}

fn account_updates_multi(version: u32, request: &Request<'_>, id: i64, accounts: &[String]) -> Vec<u8> {
    let wanted = request.string(2, 2);
    let everyone = !accounts.contains(&wanted);
    let mut frames = Vec::new();
    for account in named(accounts).filter(|account| everyone || **account == wanted) {
        for figure in figures::MULTI {
            frames.extend(server::account_update_multi(version, id, account, figure));
        }
    }
    frames.extend(server::account_update_multi_end(version, id));
    frames
}

fn account_summary(version: u32, request: &Request<'_>, id: i64, accounts: &[String]) -> Vec<u8> {
    let tags = request.string(3, 3);
    let mut frames = Vec::new();
    for account in named(accounts) {
        for figure in figures::SUMMARY {
            if tags.split(',').any(|tag| tag.trim() == figure.key) {
                frames.extend(server::account_summary(version, id, account, figure));
            }
        }
    }
    frames.extend(server::account_summary_end(version, id));
    frames
}

/// Without the empty name that stands for a comma at the end of the list.
fn named(accounts: &[String]) -> impl Iterator<Item = &String> {
    accounts.iter().filter(|account| !account.is_empty())
}
