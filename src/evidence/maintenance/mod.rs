//! When IBKR does maintenance, and a gateway may lose its servers or refuse a log-in through no fault of the stack; and
//! when its weekly tokens end.
//!
//! Owns the calendar, as data, and what it says of a moment. What to do inside a window is left to those who ask.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Weekday, time};
use jiff::tz::TimeZone;

mod region;
mod rule;
mod zone;

pub use region::Region;
pub use rule::{Rule, Until, Window};
pub use zone::{ZoneError, zone};

/// The place by whose clock tokens end.
const NEW_YORK: &str = "America/New_York";

/// Every window that concerns a stack. The default is that of the default region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    rules: Vec<Rule>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::of(Region::default())
    }
}

impl Calendar {
    /// The windows of a region.
    pub fn of(region: Region) -> Self {
        Self::new(region.rules())
    }

    /// These windows and no others.
    pub const fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// What comes again, in the order in which it was declared.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The time zones by whose clocks anything in it is, each once.
    pub fn zones(&self) -> impl Iterator<Item = TimeZone> {
        let names: BTreeSet<&str> = self.rules.iter().map(|rule| &*rule.zone).chain([NEW_YORK]).collect();
        names.into_iter().filter_map(|name| zone(name).ok())
    }

    /// The window that is open at that moment: of several the one that ends last, and of those the one that began first.
    pub fn open_at(&self, at: Timestamp) -> Option<Window> {
        let open = self.rules.iter().filter_map(|rule| rule.at(at));
        open.max_by_key(|window| (window.until, Reverse(window.from)))
    }

    /// The next window that begins after that moment: of several that begin at once the longest. `None` when none ever
    /// does.
    pub fn next_after(&self, at: Timestamp) -> Option<Window> {
        let next = self.rules.iter().filter_map(|rule| rule.after(at));
        next.min_by_key(|window| (window.from, Reverse(window.until)))
    }

    /// The windows of which at least a part lies from `from` on and before `to`, whole, in the order in which they begin.
    /// Windows that overlap are not merged: each has its own name.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Vec<Window> {
        // In no time at all lies nothing, also in the middle of a window.
        let rules = self.rules.iter().filter(|_| from < to);
        let mut found: Vec<Window> = rules.flat_map(|rule| rule.between(from, to)).collect();
        found.sort_by_key(|window| (window.from, Reverse(window.until)));
        found
    }

    /// When the tokens next end after that moment: every Sunday at 01:00 in New York, for every account. The first start or
    /// restart of a gateway after it is a full log-in, with the second factor where the account has one. `None` at the end of time.
    ///
    /// Source: IBKR's guide to the gateway's automatic restart.
    pub fn reauthentication_after(&self, at: Timestamp) -> Option<Timestamp> {
        let new_york = zone(NEW_YORK).ok()?;
        let today = at.to_zoned(new_york.clone()).date();
        let sundays = zone::days(today, 8).filter(|day| day.weekday() == Weekday::Sunday);
        let mut ends = sundays.filter_map(|day| zone::first(&new_york, day.to_datetime(time(1, 0, 0, 0))));
        ends.find(|end| *end > at)
    }

    /// Every end of the tokens from `from` on and before `to`.
    pub fn reauthentications(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let before = from.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap_or(from);
        std::iter::successors(self.reauthentication_after(before), |at| self.reauthentication_after(*at))
            .take_while(|at| *at < to)
            .collect()
    }
}
