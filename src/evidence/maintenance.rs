//! When IBKR does maintenance, and a gateway may lose its servers or refuse a log-in through no fault of the stack.
//!
//! Owns the calendar, as data. The times are those that `IBAutomater` and `ibg-controller` work with; what to do inside a
//! window is left to those who ask.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

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

/// A window that comes again, in the civil time of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in messages.
    pub name: &'static str,
    /// The place, by its name in the time zone database.
    pub zone: &'static str,
    /// The day of the week on which it begins; `None` for every day.
    pub begins: Option<Weekday>,
    /// When it begins.
    pub from: Time,
    /// How many midnights it spans.
    pub midnights: i8,
    /// When it ends.
    pub until: Time,
}

/// One occurrence of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its name.
    pub name: &'static str,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// Friday 23:00 to Sunday 02:00 in New York, wherever the account is.
const WEEKLY: Rule = Rule {
    name: "weekly maintenance",
    zone: "America/New_York",
    begins: Some(Weekday::Friday),
    from: time(23, 0, 0, 0),
    midnights: 2,
    until: time(2, 0, 0, 0),
};
/// 23:45 to 00:45 in New York, a quarter of an hour wider on both sides.
const US: Rule = Rule {
    name: "nightly maintenance (US)",
    zone: "America/New_York",
    begins: None,
    from: time(23, 30, 0, 0),
    midnights: 1,
    until: time(1, 0, 0, 0),
};
/// 05:45 to 06:45 Central European time, summer time included.
const EUROPE: Rule = Rule {
    name: "nightly maintenance (Europe)",
    zone: "Europe/Zurich",
    begins: None,
    from: time(5, 45, 0, 0),
    midnights: 0,
    until: time(6, 45, 0, 0),
};
/// 16:30 to 17:00 in New York.
const ASIA_FIRST: Rule = Rule {
    name: "daily maintenance (Asia, first)",
    zone: "America/New_York",
    begins: None,
    from: time(16, 30, 0, 0),
    midnights: 0,
    until: time(17, 0, 0, 0),
};
/// 20:15 to 21:00 in Hong Kong.
const ASIA_SECOND: Rule = Rule {
    name: "daily maintenance (Asia, second)",
    zone: "Asia/Hong_Kong",
    begins: None,
    from: time(20, 15, 0, 0),
    midnights: 0,
    until: time(21, 0, 0, 0),
};

impl Region {
    /// The windows that concern it.
    pub const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Us => &[US, WEEKLY],
            Self::Europe => &[EUROPE, WEEKLY],
            Self::Asia => &[ASIA_FIRST, ASIA_SECOND, WEEKLY],
        }
    }
}

impl Rule {
    /// The window that begins on that day; `None` when none does. A time that the clocks leave out is the one after the
    /// gap, of a time they show twice the first counts.
    pub fn on(&self, day: Date) -> Option<Window> {
        if self.begins.is_some_and(|weekday| weekday != day.weekday()) {
            return None;
        }
        let zone = TimeZone::get(self.zone).ok()?;
        let last = day.checked_add(Span::new().days(self.midnights)).ok()?;
        let from = day.to_datetime(self.from).to_zoned(zone.clone()).ok()?.timestamp();
        let until = last.to_datetime(self.until).to_zoned(zone).ok()?.timestamp();
        Some(Window { name: self.name, from, until })
    }

    /// The window that is open at that moment.
    pub fn at(&self, at: Timestamp) -> Option<Window> {
        let today = at.to_zoned(TimeZone::get(self.zone).ok()?).date();
        (0..=self.midnights).find_map(|back| {
            let window = self.on(today.checked_sub(Span::new().days(back)).ok()?)?;
            (window.from <= at && at < window.until).then_some(window)
        })
    }
}

/// The window that is open at that moment; of several the one that lasts longest.
pub fn now_inside(at: Timestamp, region: Region) -> Option<Window> {
    region.rules().iter().filter_map(|rule| rule.at(at)).max_by_key(|window| window.until)
}
