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

/// How gateways write a time.
const FORMAT: &str = "%Y%m%d %H:%M:%S";

/// The bars of a currency; `None` for anything else, and while another session has the data.
pub(super) fn of_currencies(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Option<Vec<u8>> {
    if asker.competing || kind_of_security(asker.version, request) != "CASH" {
        return None;
    }
    let now = clock::epoch_seconds() / LENGTH * LENGTH;
    let at = |bar: i64| clock::utc_of(now - (BARS - bar) * LENGTH, FORMAT);
    let bars: Vec<Bar> = (0..BARS).map(|bar| Bar { date: at(bar), price: PRICE }).collect();
    Some(historical_data(asker.version, id, &at(0), &at(BARS), &bars))
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
