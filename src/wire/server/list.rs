//! Answers about things that are looked up: for a gateway that offers none of them, mostly empty lists.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};

/// A list without a request id, empty.
fn nothing(server_version: u32, id: u32, protobuf_since: u32) -> Vec<u8> {
    Dialect::of_message(server_version, protobuf_since).message(
        id,
        |text| {
            text.add(0);
        },
        |_| {},
    )
}

/// A list for one request, empty.
fn nothing_for(server_version: u32, id: u32, protobuf_since: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, protobuf_since).message(
        id,
        |text| {
            text.add(request).add(0);
        },
        |message| {
            message.number(1, request);
        },
    )
}

/// No family codes: the accounts belong to no family.
pub fn no_family_codes(server_version: u32) -> Vec<u8> {
    nothing(server_version, answer::FAMILY_CODES, since::REFERENCE)
}

/// No subscribed providers of news.
pub fn no_news_providers(server_version: u32) -> Vec<u8> {
    nothing(server_version, answer::NEWS_PROVIDERS, since::NEWS)
}

/// No exchanges that offer market depth.
pub fn no_market_depth_exchanges(server_version: u32) -> Vec<u8> {
    nothing(server_version, answer::MARKET_DEPTH_EXCHANGES, since::SESSION)
}

/// No soft dollar tiers.
pub fn no_soft_dollar_tiers(server_version: u32, request: i64) -> Vec<u8> {
    nothing_for(server_version, answer::SOFT_DOLLAR_TIERS, since::REFERENCE, request)
}

/// No symbols that match.
pub fn no_matching_symbols(server_version: u32, request: i64) -> Vec<u8> {
    nothing_for(server_version, answer::MATCHING_SYMBOLS, since::REFERENCE, request)
}

/// No components of the SMART exchange.
pub fn no_smart_components(server_version: u32, request: i64) -> Vec<u8> {
    nothing_for(server_version, answer::SMART_COMPONENTS, since::REFERENCE, request)
}

/// A histogram without bars.
pub fn no_histogram(server_version: u32, request: i64) -> Vec<u8> {
    nothing_for(server_version, answer::HISTOGRAM, since::HISTORY, request)
}

/// A scan that finds nothing.
pub fn no_scanner_data(server_version: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SCANNERS).message(
        answer::SCANNER_DATA,
        |text| {
            text.add(3).add(request).add(0);
        },
        |message| {
            message.number(1, request);
        },
    )
}

/// What scanners can be asked for, as XML.
pub fn scanner_parameters(server_version: u32, xml: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::SCANNERS).message(
        answer::SCANNER_PARAMETERS,
        |text| {
            text.add(1).add(xml);
        },
        |message| {
            message.string(1, xml);
        },
    )
}

/// No more parts of that option chain.
pub fn option_chain_end(server_version: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::REFERENCE).message(
        answer::OPTION_CHAIN_END,
        |text| {
            text.add(request);
        },
        |message| {
            message.number(1, request);
        },
    )
}

/// No more old headlines, and none that were left out.
pub fn historical_news_end(server_version: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::NEWS).message(
        answer::HISTORICAL_NEWS_END,
        |text| {
            text.add(request).add(0);
        },
        |message| {
            message.number(1, request).flag(2, false);
        },
    )
}

/// The steps that prices move in under that rule: `increment` at any price, in the currency of the price.
pub fn market_rule(server_version: u32, rule: i64, increment: f64) -> Vec<u8> {
    Dialect::of_message(server_version, since::REFERENCE).message(
        answer::MARKET_RULE,
        |text| {
            text.add(rule).add(1).add(0).add(increment);
        },
        |message| {
            let mut step = crate::wire::protobuf::Message::default();
            step.double(1, 0.0).double(2, increment);
            message.number(1, rule).bytes(2, &step.into_bytes());
        },
    )
}
