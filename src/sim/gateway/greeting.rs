//! What a session begins with: accounts, order id, farm notices, in the order of real gateways.

use crate::sim::clock;
use crate::sim::script::{Accounts, Greeting};
use crate::wire::server;

/// The first order id of a client. Orders are refused, so no client's sequence ever moves.
pub(super) const ORDER_ID: i64 = 1;

/// The farms of a usual log-in, as gateways name them right after the ids.
const NOTICES: [(i32, &str); 4] = [
    (2104, "Market data farm connection is OK:usfarm.nj"),
    (2104, "Market data farm connection is OK:usfarm"),
    (2106, "HMDS data farm connection is OK:ushmds"),
    (2158, "Sec-def data farm connection is OK:secdefil"),
];

/// All frames of the greeting.
pub(super) fn greet(version: u32, accounts: &[String], greeting: Greeting) -> Vec<u8> {
    let mut frames = match greeting.accounts {
        Accounts::Listed => server::managed_accounts(version, &accounts.join(",")),
        Accounts::Empty => server::managed_accounts(version, ""),
        Accounts::Withheld => Vec::new(),
    };
    if greeting.order_id {
        frames.extend(server::next_valid_id(version, ORDER_ID));
    }
    if greeting.notices {
        for (code, text) in NOTICES {
            frames.extend(server::error(version, -1, code, text, clock::epoch_millis()));
        }
    }
    frames
}
