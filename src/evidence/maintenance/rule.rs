//! A window that comes again, by the clocks of a place, and each time that it comes.
//!
//! The clocks are followed, whatever they do: on the night of a change a window is longer or shorter by what the clocks
//! are changed. Where they leave its beginning out, it begins when they jump; where they leave its end out, it ends as
//! long after the jump as it would have without one. Of a time that they show twice the first begins a window and the
//! second ends it: a log-in that is barred for longer does less harm than one in the middle of maintenance. A window of
//! which they leave out everything begins when they jump, and lasts as long as on every other day.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::zone::{days, first, last, zone};

/// Days on which a window may have begun that is open: a week, and one for what a change of the clocks can add.
const LONGEST: i16 = 8;

/// A window that comes again, in the civil time of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name in messages.
    pub name: Cow<'static, str>,
    /// The place, by its name in the time zone database. One that is not known has no windows: ask [`zone`] before.
    pub zone: Cow<'static, str>,
    /// The days of the week on which it begins; empty for every day.
    pub days: Cow<'static, [Weekday]>,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Until,
}

/// The end of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The next time that the clocks show this: on the same day when it is later than the beginning, else on the next.
    At(Time),
    /// The next time that it is this day and the clocks show this; after a week at most.
    On(Weekday, Time),
}

/// One occurrence of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its name.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

impl Window {
    /// Whether it is open at that moment.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

impl Rule {
    /// The window that begins on that day of the place; `None` when none does.
    pub fn on(&self, day: Date) -> Option<Window> {
        self.in_zone(&zone(&self.zone).ok()?, day)
    }

    /// The window that is open at that moment, and of several the one that ends last.
    pub(super) fn at(&self, at: Timestamp) -> Option<Window> {
        let open = self.begun((at, -LONGEST), (at, 0)).filter(|window| window.holds(at));
        open.max_by_key(|window| (window.until, std::cmp::Reverse(window.from)))
    }

    /// The next window that begins after that moment.
    pub(super) fn after(&self, at: Timestamp) -> Option<Window> {
        let next = self.begun((at, -1), (at, LONGEST)).filter(|window| window.from > at);
        next.min_by_key(|window| window.from)
    }

    /// The windows of which a part lies from `from` on and before `to`.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Window> {
        self.begun((from, -LONGEST), (to, 0)).filter(move |window| window.from < to && from < window.until)
    }

    /// The windows that begin on the days between two, each so many days after the day of a moment.
    fn begun(
        &self,
        (first, before): (Timestamp, i16),
        (last, after): (Timestamp, i16),
    ) -> impl Iterator<Item = Window> {
        zone(&self.zone).ok().into_iter().flat_map(move |zone| {
            let day = |at: Timestamp, away: i16| {
                at.to_zoned(zone.clone()).date().saturating_add(Span::new().days(away))
            };
            let (begin, end) = (day(first, before), day(last, after));
            let count = (end - begin).get_days().saturating_add(1);
            days(begin, count).filter_map(move |day| self.in_zone(&zone, day))
        })
    }

    fn in_zone(&self, zone: &TimeZone, day: Date) -> Option<Window> {
        if !self.days.is_empty() && !self.days.contains(&day.weekday()) {
            return None;
        }
        let (midnights, until) = self.end(day.weekday());
        let begins = day.to_datetime(self.from);
        let ends = day.checked_add(midnights.days()).ok()?.to_datetime(until);
        let (from, until) = (first(zone, begins)?, last(zone, ends)?);
        let whole = || from.checked_add(ends.duration_since(begins)).ok();
        let until = if until > from { until } else { whole()? };
        Some(Window { name: self.name.clone().into_owned(), from, until })
    }

    /// How many midnights it spans when it begins on that day, and when it ends.
    fn end(&self, begins: Weekday) -> (i8, Time) {
        match self.until {
            Until::At(time) => (i8::from(time <= self.from), time),
            Until::On(day, time) => match begins.until(day) {
                0 if time <= self.from => (7, time),
                days => (days, time),
            },
        }
    }
}
