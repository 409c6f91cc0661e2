//! Errors: which code and words each request that cannot be served gets.

use crate::sim::clock;
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;

/// The id of errors that are about no request.
pub(super) const SESSION: i64 = -1;

/// The id of errors about a request that carries none, as gateways validate it: the largest 32-bit number.
pub(super) const NO_REQUEST: i64 = i32::MAX as i64;

/// As gateways in read-only mode word it.
const READ_ONLY: &str =
    "Error validating request.-'bK' : cause - The API interface is currently in Read-Only mode.";

/// What another session of the same user does to market data.
const COMPETING: &str = "No market data during competing live session";

/// What it does to history.
const COMPETING_HISTORY: &str = "Historical Market Data Service error message:Trading TWS session is connected \
                                 from a different IP address";

/// What is said to requests for data that is not there.
///
/// Each needs a code that clients take for the end of the request: some only warn at 165, 202 and 321, and
/// go on waiting.
pub(super) fn of(request: u32, competing: bool) -> (i32, &'static str) {
    match request {
        request::MARKET_DATA | request::MARKET_DEPTH | request::REAL_TIME_BARS | request::TICK_BY_TICK
            if competing =>
        {
            (10197, COMPETING)
        }
        request::HISTORICAL_DATA | request::HEAD_TIMESTAMP | request::HISTORICAL_TICKS if competing => {
            (162, COMPETING_HISTORY)
        }
        request::MARKET_DATA | request::MARKET_DEPTH => (354, "Requested market data is not subscribed."),
        request::TICK_BY_TICK => {
            (10189, "Failed to request tick-by-tick data:No market data permissions in the simulator")
        }
        request::REAL_TIME_BARS => {
            (420, "Invalid Real-time Query:No market data permissions in the simulator")
        }
        request::CONTRACT_DETAILS | request::IMPLIED_VOLATILITY | request::OPTION_PRICE => {
            (200, "No security definition has been found for the request")
        }
        request::HISTORICAL_DATA | request::HEAD_TIMESTAMP | request::HISTORICAL_TICKS => {
            (162, "Historical Market Data Service error message:the simulator has no history")
        }
        request::FUNDAMENTAL_DATA => {
            (430, "We are sorry, but fundamentals data for the security specified is not available.")
        }
        request::NEWS_ARTICLE => (10172, "Failed to request news article:No data available"),
        request::WSH_META_DATA | request::WSH_EVENT_DATA => (10276, "News feed is not allowed."),
        _ => (322, "Error processing request: the simulator does not offer this"),
    }
}

/// The answer to orders, and in read-only mode to what would show orders.
pub(super) fn read_only(version: u32, request: &Request<'_>) -> Vec<u8> {
    error(version, request.request_id().unwrap_or(NO_REQUEST), 321, READ_ONLY)
}

/// The answer to a frame without a message id.
pub(in super::super) fn unreadable(version: u32) -> Vec<u8> {
    error(version, SESSION, 320, "Error reading request: it has no message id")
}

/// The answer to a request that comes before the session is open.
pub(in super::super) fn before_start(version: u32, request: &Request<'_>) -> Vec<u8> {
    let id = request.request_id().unwrap_or(SESSION);
    error(version, id, 322, "Error processing request: the session is not started")
}

/// An error that happens now.
pub(super) fn error(version: u32, id: i64, code: i32, text: &str) -> Vec<u8> {
    server::error(version, id, code, text, clock::epoch_millis())
}
