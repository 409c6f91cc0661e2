//! The calendar against a scan that knows nothing of offsets: minute by minute, what the clocks of the place show.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::{DateTime, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use openbell::evidence::maintenance::{Calendar, Region, Rule, Until, zone};
use proptest::prelude::*;
use proptest::sample::select;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// Minutes that are scanned before and after the moment in question. A window lasts a week at most.
const BEFORE: i64 = 9 * 24 * 60;
const AFTER: i64 = 60;

/// What the clocks showed each minute around a moment.
struct Scan {
    shown: Vec<(Timestamp, DateTime)>,
}

impl Scan {
    fn around(at: Timestamp, zone: &TimeZone) -> Self {
        let minutes = (-BEFORE..=BEFORE).map(|minute| at + SignedDuration::from_mins(minute));
        Self { shown: minutes.map(|at| (at, zone.to_datetime(at))).collect() }
    }

    /// The first minute at which the clocks show that time, or later for the first time.
    fn begins(&self, time: DateTime) -> Option<Timestamp> {
        self.shown.iter().find(|(_, shown)| *shown >= time).map(|(at, _)| *at)
    }

    /// The minute after the last at which they show less. Where they jump over it, it ends as long after the jump.
    fn ends(&self, time: DateTime) -> Option<Timestamp> {
        let (last, shown) = self.shown.iter().rfind(|(_, shown)| *shown < time)?;
        let jumped = !self.shown.iter().any(|(_, shown)| *shown == time);
        let more = if jumped { time.duration_since(*shown) - MINUTE } else { SignedDuration::ZERO };
        Some(*last + MINUTE + more)
    }
}

/// Whether a window is open, by the scan alone; and when it ends.
fn open_by_scan(rule: &Rule, at: Timestamp) -> Option<Timestamp> {
    let scan = Scan::around(at, &zone(&rule.zone).unwrap());
    let today = scan.shown[usize::try_from(BEFORE).unwrap()].1.date();
    (-8..=1)
        .filter_map(|away| {
            let day = today.checked_add(away.days()).unwrap();
            if !rule.days.is_empty() && !rule.days.contains(&day.weekday()) {
                return None;
            }
            let begins = day.to_datetime(rule.from);
            let mut ends = begins;
            let (wanted, weekday) = match rule.until {
                Until::At(time) => (time, None),
                Until::On(weekday, time) => (time, Some(weekday)),
            };
            // The next minute of the calendar that is called so.
            while ends == begins || ends.time() != wanted || weekday.is_some_and(|day| day != ends.weekday())
            {
                ends = ends.checked_add(1.minute()).unwrap();
            }
            let from = scan.begins(begins)?;
            let until = scan.ends(ends)?;
            let until = if until > from { until } else { from + ends.duration_since(begins) };
            (from <= at && at < until).then_some(until)
        })
        .max()
}

fn clock() -> impl Strategy<Value = Time> {
    // Most of them at night, where clocks change.
    (prop_oneof![4 => 0..5_i8, 1 => 0..24_i8, 1 => 22..24_i8], select(vec![0_i8, 1, 15, 30, 45, 59]))
        .prop_map(|(hours, minutes)| time(hours, minutes, 0, 0))
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (0..7_i8).prop_map(|day| Weekday::from_monday_zero_offset(day).unwrap())
}

fn rule() -> impl Strategy<Value = Rule> {
    let zone = select(vec![
        "America/New_York",
        "Europe/Zurich",
        "Asia/Hong_Kong",
        "UTC",
        // Half an hour only; a change at midnight; the other half of the world.
        "Australia/Lord_Howe",
        "America/Santiago",
        "Pacific/Auckland",
    ]);
    let days = prop_oneof![Just(Vec::new()), prop::collection::vec(weekday(), 1..3)];
    (zone, days, clock(), clock(), prop::option::of(weekday())).prop_map(|(zone, days, from, until, day)| {
        let until = match day {
            Some(day) if !days.is_empty() => Until::On(day, until),
            _ => Until::At(until),
        };
        Rule { name: Cow::Borrowed("window"), zone: Cow::Borrowed(zone), days: Cow::Owned(days), from, until }
    })
}

/// A minute of some years; half of them within two days of a change of the clocks of that zone.
fn moment(zone: &'static str) -> impl Strategy<Value = Timestamp> {
    let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
    let any = (0..5 * 366 * 24 * 60_i64).prop_map(move |minute| start + SignedDuration::from_mins(minute));
    let zone = openbell::evidence::maintenance::zone(zone).unwrap();
    let mut changes: Vec<Timestamp> =
        zone.following(start).take(10).map(|change| change.timestamp()).collect();
    changes.push(start);
    let near = (select(changes), -2880..2880_i64)
        .prop_map(|(change, minute)| change + SignedDuration::from_mins(minute));
    prop_oneof![any, near]
}

fn case() -> impl Strategy<Value = (Rule, Timestamp)> {
    rule().prop_flat_map(|rule| {
        let name: &'static str = match &rule.zone {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "UTC",
        };
        (Just(rule), moment(name))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_window_is_open_when_the_clocks_say_so((rule, at) in case()) {
        let open = Calendar::new(vec![rule.clone()]).open_at(at);
        prop_assert_eq!(open.map(|window| window.until), open_by_scan(&rule, at));
    }

    #[test]
    fn the_region_is_open_when_the_clocks_say_so(region in select(Region::ALL.to_vec()), at in moment("America/New_York")) {
        let scanned = Region::rules(region).iter().filter_map(|rule| open_by_scan(rule, at)).max();
        prop_assert_eq!(Calendar::of(region).open_at(at).map(|window| window.until), scanned);
    }

    #[test]
    fn what_comes_next_and_what_lies_between_agree_with_what_is_open(
        (first, at) in case(), second in rule(), minutes in 0..AFTER * 24 * 9,
    ) {
        let calendar = Calendar::new(vec![first, second]);
        let to = at + SignedDuration::from_mins(minutes);
        let between = calendar.between(at, to);
        prop_assert!(between.is_sorted_by_key(|window| window.from));
        prop_assert!(between.iter().all(|window| window.from < window.until && window.from < to && at < window.until));
        // What begins in the span is what `next_after` leads to, one after the other.
        let mut next = calendar.next_after(at);
        let mut begun = BTreeMap::new();
        while let Some(window) = next.filter(|window| window.from < to) {
            next = calendar.next_after(window.from);
            begun.insert(window.from, window.until);
        }
        let mut listed = BTreeMap::new();
        for window in between.iter().filter(|window| window.from > at) {
            let until = listed.entry(window.from).or_insert(window.until);
            *until = window.until.max(*until);
        }
        prop_assert_eq!(begun, listed);
        let open = calendar.open_at(at).map(|window| window.until);
        let listed = between.iter().filter(|window| window.holds(at)).map(|window| window.until).max();
        prop_assert!(minutes == 0 || open == listed, "{:?} {:?}", open, listed);
    }
}
