//! The figures of the accounts: updates of one, updates of several, summaries.

use super::Asker;
use super::refusal::{NO_REQUEST, error};
use crate::sim::clock;
use crate::sim::gateway::figures::{LEDGER, LEDGERS, READY, VALUES, WORTH};
use crate::wire::request::Request;
use crate::wire::server::{self, Figure};

/// The subscription of one account: its figures once, then nothing, for they never change.
///
/// Its end, and a log-in without accounts, have no answer.
pub(super) fn updates(asker: &Asker<'_>, request: &Request<'_>) -> Vec<u8> {
    let version = asker.version;
    let wanted = request.string(2, 2);
    let Some(first) = asker.named().next().filter(|_| request.number(1, 1) == Some(1)) else {
        return Vec::new();
    };
    // Without a name it is the first account; `All` is what advisors ask for.
    let account = match wanted.as_str() {
        "" | "All" => Some(first),
        name => asker.named().find(|account| *account == name),
    };
    let Some(account) = account else {
        let text = format!("Error validating request.-'bU' : cause - Invalid account code '{wanted}'.");
        return error(version, NO_REQUEST, 321, &text);
    };
    let mut frames = server::account_value(version, account, READY);
    for figure in VALUES {
        frames.extend(server::account_value(version, account, figure));
    }
    frames.extend(server::account_value(version, account, text_figure("AccountCode", account)));
    for figure in LEDGERS.into_iter().flat_map(ledger) {
        frames.extend(server::account_value(version, account, figure));
    }
    frames.extend(server::account_update_time(version, &clock::utc("%H:%M")));
    frames.extend(server::account_download_end(version, account));
    frames
}

/// The figures of several accounts. Whatever names no account, `All` for example, means all of them: the
/// simulator knows no groups.
pub(super) fn updates_multi(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Vec<u8> {
    let version = asker.version;
    let ledger_and_worth_only = request.number(4, 4) == Some(1);
    let mut frames = Vec::new();
    for account in meant(asker, &request.string(2, 2)) {
        let mut send = |figure| frames.extend(server::account_update_multi(version, id, account, figure));
        send(WORTH);
        if !ledger_and_worth_only {
            VALUES.into_iter().filter(|figure| *figure != WORTH).for_each(&mut send);
        }
        LEDGERS.into_iter().flat_map(ledger).for_each(&mut send);
    }
    frames.extend(server::account_update_multi_end(version, id));
    frames
}

/// The figures that are asked for by their tags, of each account. Unknown tags have no figures.
pub(super) fn summary(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Vec<u8> {
    let version = asker.version;
    let tags = request.string(3, 3);
    let tags: Vec<&str> = tags.split(',').map(str::trim).collect();
    let mut frames = Vec::new();
    for account in meant(asker, &request.string(2, 2)) {
        let mut send = |figure| frames.extend(server::account_summary(version, id, account, figure));
        VALUES.into_iter().filter(|figure| tags.contains(&figure.key)).for_each(&mut send);
        for currency in LEDGERS.into_iter().filter(|currency| tags.iter().any(|tag| opens(tag, currency))) {
            ledger(currency).for_each(&mut send);
        }
    }
    frames.extend(server::account_summary_end(version, id));
    frames
}

/// Whether a tag of a summary asks for that ledger: `$LEDGER` is the base one, `$LEDGER:ALL` every one.
fn opens(tag: &str, currency: &str) -> bool {
    match tag.strip_prefix("$LEDGER") {
        Some("") => currency == "BASE",
        Some(":ALL") => true,
        Some(rest) => rest.strip_prefix(':') == Some(currency),
        None => false,
    }
}

fn ledger(currency: &'static str) -> impl Iterator<Item = Figure<'static>> {
    let name = Figure { key: "Currency", value: currency, currency };
    std::iter::once(name).chain(LEDGER.into_iter().map(move |(key, value)| Figure { key, value, currency }))
}

fn text_figure<'a>(key: &'a str, value: &'a str) -> Figure<'a> {
    Figure { key, value, currency: "" }
}

/// The account of that name; all accounts when none has it.
fn meant<'a>(asker: &'a Asker<'_>, name: &str) -> impl Iterator<Item = &'a str> {
    let everyone = !asker.named().any(|account| account == name);
    asker.named().filter(move |account| everyone || *account == name)
}
