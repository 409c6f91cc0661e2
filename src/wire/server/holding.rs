//! What is in an account: an open order, a position. Of shares: a contract has no more here than its symbol and a currency.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};
use crate::wire::protobuf::Message;
use crate::wire::text::Fields;

/// Until here an open order begins with the version of the message, the last of which was this.
const ORDER_VERSION: (u32, u32) = (145, 34);

/// What stands between the permanent id of an order and its status in the text form: for servers of these versions,
/// these fields, `0` for a number and `-` for nothing. As the official Python client reads them.
const BEFORE_STATUS: &[(std::ops::Range<u32>, &str)] = &[
    // Outside hours, hidden, discretionary amount, good after, shares.
    (0..u32::MAX, "000--"),
    // Group, method and percentage of an advisor.
    (0..u32::MAX, "---"),
    // Profile of an advisor.
    (0..177, "-"),
    // Model.
    (103..u32::MAX, "-"),
    // Good till, rule 80A, offset, firm, short sale (3), auction.
    (0..u32::MAX, "----0-00"),
    // Box (3), peg (2), display size, block, sweep, all or none, least quantity.
    (0..u32::MAX, "------000-"),
    // OCA type, two that are dropped, price cap, parent, trigger.
    (0..u32::MAX, "000-00"),
    // Volatility and its type, delta neutral (2), update, reference.
    (0..u32::MAX, "-0--00"),
    // Trail (2), basis points (2), combo legs (3).
    (0..u32::MAX, "-----00"),
    // Combo routing, scale (3).
    (0..u32::MAX, "0---"),
    // Hedge, smart routing, clearing (2), held, delta neutral, algo, solicited.
    (0..u32::MAX, "-0--00-0"),
    // What if.
    (0..u32::MAX, "0"),
];

/// What follows the status, likewise.
const AFTER_STATUS: &[(std::ops::Range<u32>, &str)] = &[
    // Margins before and their changes.
    (142..u32::MAX, "------"),
    // Margins after, commissions and their currency.
    (0..u32::MAX, "-------"),
    // Margins outside hours, size, reason, allocations.
    (195..u32::MAX, "------------0"),
    // Warning, random size and price.
    (0..u32::MAX, "-00"),
    // Conditions, adjusted order.
    (102..u32::MAX, "0-------0"),
    // Soft dollar tier.
    (106..u32::MAX, "---"),
    // Cash quantity.
    (111..u32::MAX, "-"),
    // Price for hedge.
    (141..u32::MAX, "0"),
    // OMS container.
    (145..u32::MAX, "0"),
    // Discretionary up to limit.
    (148..u32::MAX, "0"),
    // Price management.
    (151..u32::MAX, "0"),
    // Duration.
    (158..u32::MAX, "-"),
    // Post to ATS.
    (160..u32::MAX, "-"),
    // Cancelled with parent.
    (162..u32::MAX, "0"),
    // Offsets of pegs.
    (170..u32::MAX, "-----"),
    // Customer account.
    (183..u32::MAX, "-"),
    // Professional customer.
    (184..u32::MAX, "0"),
    // Accrued interest.
    (185..u32::MAX, "-"),
    // Overnight.
    (189..u32::MAX, "0"),
    // CME tags.
    (193..u32::MAX, "--"),
    // Submitter.
    (198..u32::MAX, "-"),
    // Imbalance only.
    (199..u32::MAX, "0"),
];

/// An open order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<'a> {
    /// Its number.
    pub id: i64,
    /// The client id that placed it; 0 for one that was entered by hand.
    pub client_id: i32,
    /// The account it is for.
    pub account: &'a str,
    /// What is traded.
    pub symbol: &'a str,
    /// `BUY` or `SELL`.
    pub action: &'a str,
    /// How many.
    pub quantity: i64,
}

/// A position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position<'a> {
    /// The account that holds it.
    pub account: &'a str,
    /// What is held.
    pub symbol: &'a str,
    /// How many; below 0 where it is short.
    pub quantity: i64,
}

/// One open order, and nothing of its status that a client would need.
pub fn open_order(server_version: u32, order: &Order<'_>) -> Vec<u8> {
    Dialect::of_message(server_version, since::ORDERS).message(
        answer::OPEN_ORDER,
        |text| {
            if server_version < ORDER_VERSION.0 {
                text.add(ORDER_VERSION.1);
            }
            text.add(order.id);
            shares(text, order.symbol);
            text.add(order.action).add(order.quantity).add("MKT").add(0).add(0).add("DAY").add("");
            // No open or close, entered by a customer, no reference.
            text.add(order.account).add("").add(0).add("").add(order.client_id).add(order.id);
            fill(text, server_version, BEFORE_STATUS);
            text.add("Submitted");
            fill(text, server_version, AFTER_STATUS);
        },
        |message| {
            let mut fields = Message::default();
            fields.number(1, i64::from(order.client_id)).number(2, order.id).number(3, order.id);
            fields.string(5, order.action).string(6, &order.quantity.to_string()).string(8, "MKT");
            fields.string(11, "DAY").string(12, order.account);
            let mut state = Message::default();
            state.string(1, "Submitted");
            message.number(1, order.id).bytes(2, &contract(order.symbol));
            message.bytes(3, &fields.into_bytes()).bytes(4, &state.into_bytes());
        },
    )
}

/// One position, at a price of 1.
pub fn position(server_version: u32, position: &Position<'_>) -> Vec<u8> {
    Dialect::of_message(server_version, since::ACCOUNTS).message(
        answer::POSITION,
        |text| {
            text.add(3).add(position.account);
            shares(text, position.symbol);
            text.add(position.quantity).add(1);
        },
        |message| {
            message.string(1, position.account).bytes(2, &contract(position.symbol));
            message.string(3, &position.quantity.to_string()).double(4, 1.0);
        },
    )
}

/// A contract in the text form: eleven fields.
fn shares(text: &mut Fields, symbol: &str) {
    text.add(0).add(symbol).add("STK").add("").add(0).add("").add("");
    text.add("SMART").add("USD").add(symbol).add(symbol);
}

fn contract(symbol: &str) -> Vec<u8> {
    let mut contract = Message::default();
    contract.string(2, symbol).string(3, "STK").string(8, "SMART").string(10, "USD");
    contract.string(11, symbol).string(12, symbol);
    contract.into_bytes()
}

fn fill(text: &mut Fields, server_version: u32, table: &[(std::ops::Range<u32>, &str)]) {
    for (_, fields) in table.iter().filter(|(versions, _)| versions.contains(&server_version)) {
        for field in fields.chars() {
            text.add(if field == '0' { "0" } else { "" });
        }
    }
}
