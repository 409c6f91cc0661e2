//! IBKR's windows by region: the times that `IBAutomater` and `ibg-controller` work with.

use std::borrow::Cow;

use jiff::civil::{Time, Weekday, time};

use super::rule::{Rule, Until};

/// Where the account's servers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// North America.
    #[default]
    Us,
    /// Europe.
    Europe,
    /// Asia.
    Asia,
}

/// Friday 23:00 to Sunday 02:00 in New York, wherever the account is.
const WEEKLY: Rule = Rule {
    name: Cow::Borrowed("weekly maintenance"),
    zone: Cow::Borrowed("America/New_York"),
    days: Cow::Borrowed(&[Weekday::Friday]),
    from: time(23, 0, 0, 0),
    until: Until::On(Weekday::Sunday, time(2, 0, 0, 0)),
};
/// 23:45 to 00:45 in New York, a quarter of an hour wider on both sides.
const US: Rule = daily("nightly maintenance (US)", "America/New_York", time(23, 30, 0, 0), time(1, 0, 0, 0));
/// 05:45 to 06:45 Central European time, summer time included.
const EUROPE: Rule =
    daily("nightly maintenance (Europe)", "Europe/Zurich", time(5, 45, 0, 0), time(6, 45, 0, 0));
/// 16:30 to 17:00 in New York.
const ASIA_FIRST: Rule =
    daily("daily maintenance (Asia, first)", "America/New_York", time(16, 30, 0, 0), time(17, 0, 0, 0));
/// 20:15 to 21:00 in Hong Kong.
const ASIA_SECOND: Rule =
    daily("daily maintenance (Asia, second)", "Asia/Hong_Kong", time(20, 15, 0, 0), time(21, 0, 0, 0));

const fn daily(name: &'static str, zone: &'static str, from: Time, until: Time) -> Rule {
    let (name, zone) = (Cow::Borrowed(name), Cow::Borrowed(zone));
    Rule { name, zone, days: Cow::Borrowed(&[]), from, until: Until::At(until) }
}

impl Region {
    /// Every region.
    pub const ALL: [Self; 3] = [Self::Us, Self::Europe, Self::Asia];

    /// Its name in a playbook.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Europe => "europe",
            Self::Asia => "asia",
        }
    }

    /// The windows that concern it.
    pub fn rules(self) -> Vec<Rule> {
        match self {
            Self::Us => vec![US, WEEKLY],
            Self::Europe => vec![EUROPE, WEEKLY],
            Self::Asia => vec![ASIA_FIRST, ASIA_SECOND, WEEKLY],
        }
    }
}
