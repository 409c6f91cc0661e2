//! The coming days as a trader plans them: maintenance windows, ends of the weekly tokens and changes of the clocks, day by
//! day in one zone.
//!
//! Owns what is told of a calendar, and how. When maintenance is, is [`crate::evidence::maintenance`]'s.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use crate::evidence::maintenance::{Calendar, Window};

mod error;
mod page;
mod report;

pub use error::CalendarError;
pub use page::page;
pub use report::{AgendaReport, ChangeReport, NowReport, WindowReport};

/// The days asked for.
#[derive(Clone, Debug)]
pub struct Span {
    /// The zone in which days begin and times are told.
    pub zone: TimeZone,
    /// The first day.
    pub first: Date,
    /// How many days.
    pub days: u16,
    /// The time of day, where it is told how it stands: what is over then is left out.
    pub now: Option<Timestamp>,
}

/// What comes in some days.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// Whose it is: a playbook's name, or a region.
    pub about: String,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// The days.
    pub days: Vec<Day>,
    /// The windows, each once, whole.
    pub windows: Vec<Window>,
    /// How it stands, where that was asked for.
    pub now: Option<Now>,
}

/// One day in the zone of the agenda.
#[derive(Clone, Debug)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// The windows that are open on a part of it.
    pub windows: Vec<Window>,
    /// The ends of the weekly tokens.
    pub reauthentications: Vec<Timestamp>,
    /// Where clocks are changed.
    pub changes: Vec<ClockChange>,
}

/// A change of the clocks, in every place that matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockChange {
    /// When.
    pub at: Timestamp,
    /// Where, by names of the time zone database.
    pub zones: Vec<String>,
    /// By how much they are put forward; negative for back.
    pub by: SignedDuration,
}

/// How it stands at a moment.
#[derive(Clone, Debug)]
pub struct Now {
    /// The moment.
    pub at: Timestamp,
    /// The window that is open and ends last.
    pub open: Option<Window>,
    /// The next that begins.
    pub next: Option<Window>,
    /// When the weekly tokens end next.
    pub reauthentication: Option<Timestamp>,
}

impl Agenda {
    /// What a calendar says of these days.
    pub fn of(about: &str, calendar: &Calendar, span: &Span) -> Self {
        let Span { zone, first, days, now } = span;
        let days: Vec<Day> = first
            .series(1.day())
            .take(usize::from(*days))
            .filter_map(|date| Day::of(calendar, zone, date, *now))
            .collect();
        let from = days.first().map_or(Timestamp::MIN, |day| now.unwrap_or(day.from).max(day.from));
        let until = days.last().map_or(Timestamp::MIN, |day| day.until);
        let now = now.map(|at| Now {
            at,
            open: calendar.open_at(at),
            next: calendar.next_after(at),
            reauthentication: calendar.reauthentication_after(at),
        });
        let windows = calendar.between(from, until);
        Self { about: about.to_owned(), zone: zone.clone(), days, windows, now }
    }

    /// A moment in its zone.
    pub fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// The zone's name, for people.
    pub fn zone_name(&self) -> String {
        match self.zone.iana_name() {
            _ if self.zone.is_unknown() => "UTC".to_owned(),
            Some(name) => name.to_owned(),
            None => "local time".to_owned(),
        }
    }
}

impl Day {
    fn of(calendar: &Calendar, zone: &TimeZone, date: Date, now: Option<Timestamp>) -> Option<Self> {
        let begin = |date: Date| date.to_zoned(zone.clone()).ok().map(|begin| begin.timestamp());
        let (from, until) = (begin(date)?, begin(date.tomorrow().ok()?)?);
        let left = now.map_or(from, |now| now.max(from));
        Some(Self {
            date,
            from,
            until,
            windows: calendar.between(left, until),
            reauthentications: calendar.reauthentications(left, until),
            changes: changes(calendar, zone, from, until),
        })
    }
}

/// The changes of the clocks of the agenda's own zone and of every zone that has windows.
fn changes(calendar: &Calendar, own: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<ClockChange> {
    let mut found: BTreeMap<(Timestamp, SignedDuration), Vec<String>> = BTreeMap::new();
    for zone in std::iter::once(own.clone()).chain(calendar.zones()) {
        let before = from.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(from);
        let jumps = zone.following(before).map(|jump| jump.timestamp()).take_while(|at| *at < until);
        for at in jumps {
            let earlier = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
            let by = zone.to_offset(at).seconds() - zone.to_offset(earlier).seconds();
            let name = zone.iana_name().unwrap_or("local time").to_owned();
            let zones = found.entry((at, SignedDuration::from_secs(by.into()))).or_default();
            // Zones change their names and rules, too, without a change of the clocks.
            if by != 0 && !zones.contains(&name) {
                zones.push(name);
            }
        }
    }
    let found = found.into_iter().filter(|(_, zones)| !zones.is_empty());
    found.map(|((at, by), zones)| ClockChange { at, zones, by }).collect()
}
