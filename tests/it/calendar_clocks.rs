//! Windows on the nights on which clocks change, by rules of every kind.

use std::borrow::Cow;

use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::{SignedDuration, Timestamp};
use openbell::evidence::maintenance::{Calendar, Region, Rule, Until, Window, zone};

const NEW_YORK: &str = "America/New_York";
const ZURICH: &str = "Europe/Zurich";
const HONG_KONG: &str = "Asia/Hong_Kong";

fn at(hours: i8, minutes: i8) -> Time {
    time(hours, minutes, 0, 0)
}

fn daily(zone: &'static str, from: Time, until: Time) -> Rule {
    let (name, zone) = (Cow::Borrowed("window"), Cow::Borrowed(zone));
    Rule { name, zone, days: Cow::Borrowed(&[]), from, until: Until::At(until) }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When the window of that day begins and ends by the clocks of its place, with their offset, and its real minutes.
fn seen(rule: &Rule, day: Date) -> (String, String, i64) {
    let Window { from, until, .. } = rule.on(day).unwrap();
    let shown = |at: Timestamp| at.to_zoned(zone(&rule.zone).unwrap()).strftime("%a %H:%M %:z").to_string();
    (shown(from), shown(until), until.duration_since(from).as_mins())
}

fn is(rule: &Rule, day: Date, from: &str, until: &str, minutes: i64) {
    assert_eq!(seen(rule, day), (from.to_owned(), until.to_owned(), minutes), "{day}");
}

/// Sunday 8 March 2026: New York's 02:00 is 03:00. Sunday 1 November: its 02:00 is 01:00.
const SPRING: Date = date(2026, 3, 8);
const AUTUMN: Date = date(2026, 11, 1);
/// Sundays 29 March and 25 October: Zurich's 02:00 is 03:00, and its 03:00 is 02:00.
const SPRING_ZURICH: Date = date(2026, 3, 29);
const AUTUMN_ZURICH: Date = date(2026, 10, 25);

#[test]
fn a_nightly_window_across_the_change_is_an_hour_shorter_or_longer() {
    let night = daily(NEW_YORK, at(1, 30), at(3, 30));
    is(&night, date(2026, 3, 7), "Sat 01:30 -05:00", "Sat 03:30 -05:00", 120);
    is(&night, SPRING, "Sun 01:30 -05:00", "Sun 03:30 -04:00", 60);
    is(&night, AUTUMN, "Sun 01:30 -04:00", "Sun 03:30 -05:00", 180);
    let night = daily(ZURICH, at(23, 0), at(4, 0));
    is(&night, date(2026, 3, 27), "Fri 23:00 +01:00", "Sat 04:00 +01:00", 300);
    is(&night, date(2026, 3, 28), "Sat 23:00 +01:00", "Sun 04:00 +02:00", 240);
    is(&night, date(2026, 10, 24), "Sat 23:00 +02:00", "Sun 04:00 +01:00", 360);
}

#[test]
fn what_would_begin_in_the_gap_begins_when_the_clocks_jump() {
    is(&daily(NEW_YORK, at(2, 15), at(3, 45)), SPRING, "Sun 03:00 -04:00", "Sun 03:45 -04:00", 45);
    is(&daily(NEW_YORK, at(2, 15), at(3, 10)), SPRING, "Sun 03:00 -04:00", "Sun 03:10 -04:00", 10);
    is(&daily(ZURICH, at(2, 59), at(5, 0)), SPRING_ZURICH, "Sun 03:00 +02:00", "Sun 05:00 +02:00", 120);
}

#[test]
fn what_would_end_in_the_gap_ends_as_long_after_the_jump() {
    is(
        &daily(NEW_YORK, at(23, 30), at(2, 30)),
        date(2026, 3, 7),
        "Sat 23:30 -05:00",
        "Sun 03:30 -04:00",
        180,
    );
    is(&daily(ZURICH, at(1, 0), at(2, 0)), SPRING_ZURICH, "Sun 01:00 +01:00", "Sun 03:00 +02:00", 60);
}

#[test]
fn what_the_gap_would_swallow_comes_all_the_same() {
    is(&daily(NEW_YORK, at(2, 0), at(3, 0)), SPRING, "Sun 03:00 -04:00", "Sun 04:00 -04:00", 60);
    is(&daily(NEW_YORK, at(2, 15), at(2, 45)), SPRING, "Sun 03:00 -04:00", "Sun 03:45 -04:00", 45);
    is(&daily(ZURICH, at(2, 30), at(3, 0)), SPRING_ZURICH, "Sun 03:00 +02:00", "Sun 03:30 +02:00", 30);
}

#[test]
fn of_a_time_that_comes_twice_the_first_begins_and_the_second_ends() {
    is(&daily(NEW_YORK, at(1, 15), at(1, 45)), AUTUMN, "Sun 01:15 -04:00", "Sun 01:45 -05:00", 90);
    is(&daily(NEW_YORK, at(1, 15), at(2, 0)), AUTUMN, "Sun 01:15 -04:00", "Sun 02:00 -05:00", 105);
    is(&daily(NEW_YORK, at(0, 30), at(1, 0)), AUTUMN, "Sun 00:30 -04:00", "Sun 01:00 -05:00", 90);
    is(&daily(NEW_YORK, at(0, 30), at(0, 59)), AUTUMN, "Sun 00:30 -04:00", "Sun 00:59 -04:00", 29);
    is(&daily(ZURICH, at(2, 15), at(2, 45)), AUTUMN_ZURICH, "Sun 02:15 +02:00", "Sun 02:45 +01:00", 90);
    // Both times that the clocks show 01:30 it is open, and it is one window.
    let calendar = Calendar::new(vec![daily(NEW_YORK, at(1, 15), at(1, 45))]);
    let [first, second] =
        ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"].map(|at| calendar.open_at(instant(at)));
    assert!(first.is_some() && first == second, "{first:?} {second:?}");
}

#[test]
fn in_the_weeks_in_which_only_new_york_has_changed_the_others_see_it_an_hour_earlier() {
    let begin = |region: Region, after: &str, in_zone: &str| {
        let next = Calendar::of(region).next_after(instant(after)).unwrap();
        next.from.to_zoned(zone(in_zone).unwrap()).strftime("%H:%M").to_string()
    };
    // New York changes on 8 March, Zurich on the 29th; back again on 25 October and 1 November.
    for (after, shown) in [
        ("2026-03-03T12:00:00Z", "05:30"),
        ("2026-03-10T12:00:00Z", "04:30"),
        ("2026-03-31T12:00:00Z", "05:30"),
        ("2026-10-27T12:00:00Z", "04:30"),
        ("2026-11-03T12:00:00Z", "05:30"),
    ] {
        assert_eq!(begin(Region::Us, after, ZURICH), shown, "{after}");
        assert_eq!(begin(Region::Europe, after, ZURICH), "05:45", "{after}");
    }
}

#[test]
fn hong_kong_never_changes() {
    let evening = daily(HONG_KONG, at(20, 15), at(21, 0));
    for day in [SPRING, SPRING_ZURICH, AUTUMN_ZURICH, AUTUMN, date(2026, 6, 21)] {
        let Window { from, until, .. } = evening.on(day).unwrap();
        assert_eq!(from, day.at(12, 15, 0, 0).in_tz("UTC").unwrap().timestamp());
        assert_eq!(until.duration_since(from), SignedDuration::from_mins(45));
    }
}

#[test]
fn leap_day_and_year_end_are_days_like_any_other() {
    let night = daily(NEW_YORK, at(23, 30), at(1, 0));
    is(&night, date(2028, 2, 28), "Mon 23:30 -05:00", "Tue 01:00 -05:00", 90);
    is(&night, date(2028, 2, 29), "Tue 23:30 -05:00", "Wed 01:00 -05:00", 90);
    is(&night, date(2026, 2, 28), "Sat 23:30 -05:00", "Sun 01:00 -05:00", 90);
    is(&night, date(2026, 12, 31), "Thu 23:30 -05:00", "Fri 01:00 -05:00", 90);
    let calendar = Calendar::of(Region::Us);
    assert_eq!(
        calendar.open_at(instant("2027-01-01T05:30:00Z")).unwrap().until,
        instant("2027-01-01T06:00:00Z")
    );
}

#[test]
fn an_end_with_a_day_is_the_next_such_day() {
    let rule = |days: &'static [Weekday], from, until| Rule {
        days: Cow::Borrowed(days),
        until,
        ..daily(NEW_YORK, from, at(0, 0))
    };
    let weekend = rule(&[Weekday::Friday], at(23, 0), Until::On(Weekday::Sunday, at(2, 0)));
    is(&weekend, date(2026, 6, 12), "Fri 23:00 -04:00", "Sun 02:00 -04:00", 27 * 60);
    assert_eq!(weekend.on(date(2026, 6, 13)), None);
    let both = rule(&[Weekday::Friday, Weekday::Saturday], at(23, 0), Until::On(Weekday::Sunday, at(2, 0)));
    is(&both, date(2026, 6, 13), "Sat 23:00 -04:00", "Sun 02:00 -04:00", 180);
    let same_day = rule(&[Weekday::Friday], at(8, 0), Until::On(Weekday::Friday, at(9, 0)));
    is(&same_day, date(2026, 6, 12), "Fri 08:00 -04:00", "Fri 09:00 -04:00", 60);
    let nearly_a_week = rule(&[Weekday::Friday], at(9, 0), Until::On(Weekday::Friday, at(8, 0)));
    is(&nearly_a_week, date(2026, 6, 12), "Fri 09:00 -04:00", "Fri 08:00 -04:00", 7 * 24 * 60 - 60);
    // Of two that are open, the one that began first is told when they end together.
    let open = Calendar::new(vec![both]).open_at(instant("2026-06-14T05:00:00Z")).unwrap();
    assert_eq!(open.from, instant("2026-06-13T03:00:00Z"));
}

#[test]
fn of_several_windows_the_one_that_ends_last_is_open() {
    // Saturday 00:30 in New York: the nightly window ends in half an hour, the weekly one tomorrow.
    let open = Calendar::of(Region::Us).open_at(instant("2026-06-13T04:30:00Z")).unwrap();
    assert_eq!((open.name.as_str(), open.until), ("weekly maintenance", instant("2026-06-14T06:00:00Z")));
}

#[test]
fn between_tells_whole_windows_in_the_order_in_which_they_begin() {
    let calendar = Calendar::of(Region::Europe);
    let (from, to) = (instant("2026-06-13T00:00:00Z"), instant("2026-06-14T04:00:00Z"));
    let found = calendar.between(from, to);
    let told: Vec<_> = found.iter().map(|window| format!("{} {}", window.from, window.name)).collect();
    let weekly = "2026-06-13T03:00:00Z weekly maintenance";
    let nightly = |day| format!("2026-06-{day}T03:45:00Z nightly maintenance (Europe)");
    assert_eq!(told, [weekly.to_owned(), nightly(13), nightly(14)]);
    // What only touches the span is not in it.
    assert!(calendar.between(found[1].until, found[1].until).is_empty());
    assert_eq!(
        calendar.between(found[2].until, found[2].until + SignedDuration::from_mins(1)),
        [found[0].clone()]
    );
    assert!(calendar.between(to, from).is_empty());
}

#[test]
fn tokens_end_on_sunday_at_one_in_new_york() {
    let after = |at: &str| Calendar::default().reauthentication_after(instant(at)).unwrap().to_string();
    assert_eq!(after("2026-06-10T12:00:00Z"), "2026-06-14T05:00:00Z");
    assert_eq!(after("2026-06-14T04:59:59Z"), "2026-06-14T05:00:00Z");
    assert_eq!(after("2026-06-14T05:00:00Z"), "2026-06-21T05:00:00Z");
    // An hour before the clocks jump, and the first of the two times that they show 01:00.
    assert_eq!(after("2026-03-07T00:00:00Z"), "2026-03-08T06:00:00Z");
    assert_eq!(after("2026-10-31T00:00:00Z"), "2026-11-01T05:00:00Z");
    assert_eq!(after("2026-11-01T05:30:00Z"), "2026-11-08T06:00:00Z");
    let year = Calendar::default()
        .reauthentications(instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));
    assert_eq!(year.len(), 52);
}

#[test]
fn at_the_ends_of_time_there_is_an_answer() {
    for region in Region::ALL {
        let calendar = Calendar::of(region);
        for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            let _ = (calendar.open_at(at), calendar.next_after(at), calendar.reauthentication_after(at));
            assert!(calendar.between(at, at).is_empty());
        }
    }
    let none = Calendar::new(Vec::new());
    assert_eq!(none.next_after(Timestamp::UNIX_EPOCH), None);
    assert!(none.reauthentication_after(Timestamp::UNIX_EPOCH).is_some());
}
