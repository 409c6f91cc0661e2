//! Answers about the person at the desk: the user, bulletins, display groups, advisor data, profit and loss.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};

/// From here on profit and loss has its unrealized part.
const UNREALIZED: u32 = 129;
/// From here on it has its realized part too.
const REALIZED: u32 = 135;

/// Whose brand the user sees; empty for IBKR itself. Asked from server version 167 on.
pub fn user_info(server_version: u32, request: i64, white_branding: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::REFERENCE).message(
        answer::USER_INFO,
        |text| {
            text.add(request).add(white_branding);
        },
        |message| {
            message.number(1, request).string(2, white_branding);
        },
    )
}

/// A bulletin of the usual kind (1), from no exchange.
pub fn news_bulletin(server_version: u32, id: i64, headline: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::NEWS).message(
        answer::NEWS_BULLETIN,
        |text| {
            text.add(1).add(id).add(1).add(headline).add("");
        },
        |message| {
            message.number(1, id).number(2, 1).string(3, headline).string(4, "");
        },
    )
}

/// The display groups by number, separated by `|`; a gateway without windows has none.
pub fn display_groups(server_version: u32, request: i64, groups: &str) -> Vec<u8> {
    of_group(server_version, answer::DISPLAY_GROUPS, request, groups)
}

/// What a display group shows now: `none`, or a contract id and an exchange (`8314@SMART`).
pub fn display_group_updated(server_version: u32, request: i64, contract: &str) -> Vec<u8> {
    of_group(server_version, answer::DISPLAY_GROUP_UPDATED, request, contract)
}

fn of_group(server_version: u32, id: u32, request: i64, value: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::SESSION).message(
        id,
        |text| {
            text.add(1).add(request).add(value);
        },
        |message| {
            message.number(1, request).string(2, value);
        },
    )
}

/// What an advisor has set up: its groups (kind 1), profiles (2) or aliases (3), as XML.
pub fn advisor_data(server_version: u32, kind: i64, xml: &str) -> Vec<u8> {
    Dialect::of_message(server_version, since::ADVISORS).message(
        answer::ADVISOR_DATA,
        |text| {
            text.add(1).add(kind).add(xml);
        },
        |message| {
            message.number(1, kind).string(2, xml);
        },
    )
}

/// The profit and loss of an account that holds nothing: zeros.
pub fn no_pnl(server_version: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SCANNERS).message(
        answer::PNL,
        |text| {
            text.add(request).add("0.0");
            for gate in [UNREALIZED, REALIZED] {
                if server_version >= gate {
                    text.add("0.0");
                }
            }
        },
        |message| {
            message.number(1, request).double(2, 0.0).double(3, 0.0).double(4, 0.0);
        },
    )
}

/// The profit and loss of a position of nothing: zeros.
pub fn no_pnl_single(server_version: u32, request: i64) -> Vec<u8> {
    Dialect::of_message(server_version, since::SCANNERS).message(
        answer::PNL_SINGLE,
        |text| {
            text.add(request).add(0).add("0.0");
            for gate in [UNREALIZED, REALIZED] {
                if server_version >= gate {
                    text.add("0.0");
                }
            }
            text.add("0.0");
        },
        |message| {
            message.number(1, request).string(2, "0");
            for field in 3..=6 {
                message.double(field, 0.0);
            }
        },
    )
}
