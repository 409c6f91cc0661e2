//! What a session showed: its version, accounts, connection to IBKR, clock, and whether it takes orders.

use super::case::Case;
use crate::evidence::causes::SessionCause;
use crate::evidence::{Asked, Certainty};
use crate::ports::broker::{AccountId, AccountPattern, BrokerError, Notice, Seen};

/// Clocks may differ by that many seconds.
const SKEW: i64 = 5;

/// Everything about the session that is wrong or worth knowing.
pub(super) fn look(case: &mut Case<'_>) {
    if let Asked::Failed(failure) = &case.evidence.data {
        case.failure(failure, Certainty::Certain);
    }
    let Some(seen) = case.seen() else { return };
    version(case, seen);
    accounts(case, seen);
    read_only(case, seen);
    connectivity(case, seen);
    clock(case, seen);
}

fn version(case: &mut Case<'_>, seen: &Seen) {
    let (Some(found), Some(needed)) = (seen.server_version, case.evidence.expected.least_server_version)
    else {
        return;
    };
    if found < needed {
        let number = |version: u32| i32::try_from(version).unwrap_or(i32::MAX);
        let (found, needed) = (number(found), number(needed));
        case.certain(&BrokerError::ServerTooOld { address: case.address(), found, needed });
    }
}

fn accounts(case: &mut Case<'_>, seen: &Seen) {
    let expected = &case.evidence.expected.accounts;
    if expected.is_empty() {
        return;
    }
    let patterns = expected.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let fits = |account: &AccountId, pattern: &AccountPattern| pattern.matches(account);
    let strangers =
        seen.accounts.iter().filter(|account| !expected.iter().any(|pattern| fits(account, pattern)));
    for account in strangers {
        let (address, account, patterns) = (case.address(), account.clone(), patterns.clone());
        if account.is_paper() {
            case.certain(&SessionCause::PaperAccount { address, account, expected: patterns });
        } else {
            case.certain(&SessionCause::LiveAccount { address, account, allowed: patterns });
        }
    }
}

/// The wire knows best, then the settings, then what the container was given.
fn read_only(case: &mut Case<'_>, seen: &Seen) {
    let settings = case.evidence.settings.is().and_then(Option::as_ref);
    let given = case.env("READ_ONLY_API").map(|value| value.eq_ignore_ascii_case("yes"));
    let known = [
        (seen.read_only, "the wire: error 321"),
        (settings.and_then(|settings| settings.read_only), "the gateway's API settings"),
        (given, "READ_ONLY_API of its container"),
    ];
    let Some((true, by)) = known.into_iter().find_map(|(known, by)| Some((known?, by))) else { return };
    let reason = SessionCause::ReadOnly { address: case.address(), by: by.to_owned() };
    match case.evidence.expected.read_only {
        Some(false) => case.certain(&reason),
        Some(true) => {}
        None => case.notice(&reason),
    }
}

/// A connection to IBKR that was lost and came back.
fn connectivity(case: &mut Case<'_>, seen: &Seen) {
    let told = |notice: &&Notice| matches!(notice.code, 1100 | 2110 | 1101 | 1102);
    let mut codes = seen.notices.iter().filter(told).map(|notice| notice.code).rev();
    let last = codes.next();
    if let Some(code @ (1101 | 1102)) = last
        && codes.any(|code| matches!(code, 1100 | 2110))
    {
        case.notice(&SessionCause::ConnectivityRestored { address: case.address(), code });
    }
}

fn clock(case: &mut Case<'_>, seen: &Seen) {
    let Some((gateway, after)) = seen.gateway_time else { return };
    let Ok(after) = i64::try_from(after.as_secs()) else { return };
    let ahead = gateway.saturating_sub(case.evidence.now.as_second().saturating_add(after));
    if ahead.saturating_abs() > SKEW {
        case.notice(&SessionCause::ClockSkew { address: case.address(), ahead });
    }
}
