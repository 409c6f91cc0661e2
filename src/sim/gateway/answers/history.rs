//! History, of which there is just enough: the last half minute of currencies, at a price that does not move.
//!
//! Idle clients ask for it to see whether the gateway is alive: the watchdog of `ib_insync` takes one that has no bars of
//! EURUSD for dead, and restarts it. Of anything else there is no history, and that is said.

use super::Asker;
use crate::sim::clock;
use crate::wire::protobuf::{self, Value};
use crate::wire::request::Request;
use crate::wire::server::{Bar, historical_data};

/// Bars, and the seconds that each of them lasts.
const BARS: i64 = 6;
const LENGTH: i64 = 5;

/// About what a euro has cost in dollars.
const PRICE: f64 = 1.1;

/// How gateways write the time of a bar.
const FORMAT: &str = "%Y%m%d %H:%M:%S";

/// How they write the ends of what was asked for: with a zone.
const ENDS: &str = "%Y%m%d %H:%M:%S UTC";

/// The format of dates that asks for seconds since 1970.
const IN_SECONDS: i64 = 2;

/// The bars of a currency; `None` for anything else, and while another session has the data.
pub(super) fn of_currencies(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Option<Vec<u8>> {
    if asker.competing || kind_of_security(asker.version, request) != "CASH" {
        return None;
    }
    let now = clock::epoch_seconds() / LENGTH * LENGTH;
    let at = |bar: i64| now - (BARS - bar) * LENGTH;
    let date = |bar: i64| match format_of_dates(asker.version, request) {
        Some(IN_SECONDS) => at(bar).to_string(),
        _ => clock::utc_of(at(bar), FORMAT),
    };
    let bars: Vec<Bar> = (0..BARS).map(|bar| Bar { date: date(bar), price: PRICE }).collect();
    let ends = [at(0), at(BARS)].map(|end| clock::utc_of(end, ENDS));
    Some(historical_data(asker.version, id, &ends[0], &ends[1], &bars))
}

/// How the client wants the times of bars: 1 for dates, 2 for seconds since 1970.
fn format_of_dates(version: u32, request: &Request<'_>) -> Option<i64> {
    // Older clients send the version of the message before the id.
    request.number(if version < 124 { 20 } else { 19 }, 8)
}

/// `STK`, `CASH` and so on: the third field of the contract.
fn kind_of_security(version: u32, request: &Request<'_>) -> String {
    let Some(message) = request.protobuf() else {
        // Older clients send the version of the message before the id.
        return request.string(if version < 124 { 4 } else { 3 }, 0);
    };
    let Ok(Some(Value::Bytes(contract))) = protobuf::find(message, 2) else { return String::new() };
    match protobuf::find(contract, 3) {
        Ok(Some(Value::Bytes(kind))) => String::from_utf8_lossy(kind).into_owned(),
        _ => String::new(),
    }
}
