//! What is looked up rather than traded: lists that are empty here, and a few small things that are not.

use super::Asker;
use super::refusal::{NO_REQUEST, error};
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;

/// Enough for a client that parses it; there is nothing to scan.
const SCANNER_PARAMETERS: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ScanParameterResponse></ScanParameterResponse>";

/// The usual step of prices in USD.
const INCREMENT: f64 = 0.01;

/// The answer, where an empty one exists or a small one is plausible; `None` where only an error is.
pub(super) fn answer(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Option<Vec<u8>> {
    let version = asker.version;
    Some(match request.id {
        // A gateway without bulletins says nothing; this one would rather be heard.
        request::NEWS_BULLETINS => server::news_bulletin(version, 1, "The simulator has no news."),
        request::ADVISOR_DATA => advisor_data(asker, request),
        request::SCANNER_SUBSCRIPTION => server::no_scanner_data(version, id),
        request::SCANNER_PARAMETERS => server::scanner_parameters(version, SCANNER_PARAMETERS),
        request::DISPLAY_GROUPS => server::display_groups(version, id, ""),
        request::GROUP_EVENTS => server::display_group_updated(version, id, "none"),
        request::UPDATE_DISPLAY_GROUP => server::display_group_updated(version, id, &request.string(2, 2)),
        request::OPTION_CHAIN => server::option_chain_end(version, id),
        request::SOFT_DOLLAR_TIERS => server::no_soft_dollar_tiers(version, id),
        request::FAMILY_CODES => server::no_family_codes(version),
        request::MATCHING_SYMBOLS => server::no_matching_symbols(version, id),
        request::MARKET_DEPTH_EXCHANGES => server::no_market_depth_exchanges(version),
        request::SMART_COMPONENTS => server::no_smart_components(version, id),
        request::NEWS_PROVIDERS => server::no_news_providers(version),
        request::HISTORICAL_NEWS => server::historical_news_end(version, id),
        request::HISTOGRAM => server::no_histogram(version, id),
        request::MARKET_RULE => server::market_rule(version, request.number(0, 1).unwrap_or(0), INCREMENT),
        request::PNL => server::no_pnl(version, id),
        request::PNL_SINGLE => server::no_pnl_single(version, id),
        request::USER_INFO => server::user_info(version, id, ""),
        _ => return None,
    })
}

/// The empty list of groups, profiles or aliases of an advisor. Other customers are told that they are none.
fn advisor_data(asker: &Asker<'_>, request: &Request<'_>) -> Vec<u8> {
    // F123 is the master account of an advisor, DF123 one for paper trading.
    if !asker.named().any(|account| account.trim_start_matches('D').starts_with('F')) {
        let text =
            "Error validating request.-'bN' : cause - FA data operations ignored for non FA customers.";
        return error(asker.version, NO_REQUEST, 321, text);
    }
    let (kind, list) = match request.number(1, 1) {
        Some(2) => (2, "ListOfAllocationProfiles"),
        Some(3) => (3, "ListOfAccountAliases"),
        _ => (1, "ListOfGroups"),
    };
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><{list}></{list}>");
    server::advisor_data(asker.version, kind, &xml)
}
