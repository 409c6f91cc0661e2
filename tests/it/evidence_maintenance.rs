//! IBKR's maintenance windows, on both sides of both changes of the clocks.

use jiff::Timestamp;
use openbell::evidence::maintenance::{Calendar, Region};

fn inside(at: &str, region: Region) -> Option<(String, String)> {
    let at: Timestamp = at.parse().unwrap();
    Calendar::of(region).open_at(at).map(|window| {
        assert!(window.from <= at && at < window.until);
        (window.name, window.until.to_string())
    })
}

fn until(at: &str, region: Region) -> Option<String> {
    inside(at, region).map(|(_, until)| until)
}

#[test]
fn the_nightly_window_of_new_york_is_a_quarter_of_an_hour_wider() {
    // Tuesday, summer: New York is four hours behind UTC.
    assert_eq!(inside("2026-06-10T03:29:59Z", Region::Us), None);
    let nightly = Some(("nightly maintenance (US)".to_owned(), "2026-06-10T05:00:00Z".to_owned()));
    assert_eq!(inside("2026-06-10T03:30:00Z", Region::Us), nightly);
    assert_eq!(inside("2026-06-10T04:59:59Z", Region::Us), nightly);
    assert_eq!(inside("2026-06-10T05:00:00Z", Region::Us), None);
    // Winter: five hours.
    assert_eq!(inside("2026-01-14T04:29:59Z", Region::Us), None);
    assert_eq!(until("2026-01-14T04:30:00Z", Region::Us).as_deref(), Some("2026-01-14T06:00:00Z"));
}

#[test]
fn the_weekend_is_one_window_across_both_changes_of_the_clocks() {
    // Friday 23:00 to Sunday 02:00; in the spring there is no 02:00 on that Sunday, the clocks show 03:00.
    assert_eq!(inside("2026-03-07T03:59:59Z", Region::Us), None);
    let spring = Some(("weekly maintenance".to_owned(), "2026-03-08T07:00:00Z".to_owned()));
    for at in ["2026-03-07T04:00:00Z", "2026-03-07T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-08T06:59:59Z"]
    {
        assert_eq!(inside(at, Region::Us), spring, "{at}");
    }
    assert_eq!(inside("2026-03-08T07:00:00Z", Region::Us), None);
    // In the autumn the hour before 02:00 comes twice: the window is an hour longer.
    let autumn = Some(("weekly maintenance".to_owned(), "2026-11-01T07:00:00Z".to_owned()));
    for at in ["2026-10-31T03:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"] {
        assert_eq!(inside(at, Region::Us), autumn, "{at}");
    }
    assert_eq!(inside("2026-10-31T02:59:59Z", Region::Europe), None);
    assert_eq!(inside("2026-10-31T03:00:00Z", Region::Europe), autumn);
    assert_eq!(inside("2026-11-01T07:00:00Z", Region::Us), None);
}

#[test]
fn the_nightly_window_follows_the_clocks() {
    // The nights before and after the change of 8 March.
    assert_eq!(until("2026-03-06T04:30:00Z", Region::Us).as_deref(), Some("2026-03-06T06:00:00Z"));
    assert_eq!(until("2026-03-09T03:30:00Z", Region::Us).as_deref(), Some("2026-03-09T05:00:00Z"));
}

#[test]
fn europe_and_asia_have_windows_of_their_own() {
    // 05:45 to 06:45: an hour ahead of UTC in winter, two in summer; the clocks change on 29 March.
    assert_eq!(until("2026-03-27T04:45:00Z", Region::Europe).as_deref(), Some("2026-03-27T05:45:00Z"));
    assert_eq!(until("2026-03-30T03:45:00Z", Region::Europe).as_deref(), Some("2026-03-30T04:45:00Z"));
    assert_eq!(inside("2026-03-30T04:45:00Z", Region::Europe), None);
    // 16:30 to 17:00 in New York, 20:15 to 21:00 in Hong Kong, which has no summer time.
    assert_eq!(until("2026-06-10T20:30:00Z", Region::Asia).as_deref(), Some("2026-06-10T21:00:00Z"));
    assert_eq!(until("2026-01-14T21:30:00Z", Region::Asia).as_deref(), Some("2026-01-14T22:00:00Z"));
    for day in ["2026-06-10", "2026-01-14"] {
        assert_eq!(until(&format!("{day}T12:15:00Z"), Region::Asia), Some(format!("{day}T13:00:00Z")));
        assert_eq!(inside(&format!("{day}T13:00:00Z"), Region::Asia), None);
    }
    assert_eq!(inside("2026-06-10T04:00:00Z", Region::Asia), None);
}

#[test]
fn every_rule_has_a_zone_that_is_known() {
    for region in Region::ALL {
        for rule in region.rules() {
            let days = (1..=7).filter(|day| rule.on(jiff::civil::date(2026, 6, *day)).is_some()).count();
            assert_eq!(days, if rule.days.is_empty() { 7 } else { 1 }, "{}", rule.name);
        }
    }
}
