//! When digest and reminder are due, and when IBKR ends the weekly session.

use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// In IBKR's own time; the name is in every time zone database, and one is compiled in.
const NEW_YORK: &str = "America/New_York";
/// When the tokens of the week die: a log-in after it needs the second factor again.
const TOKENS_DIE: (Weekday, Time) = (Weekday::Sunday, time(1, 0, 0, 0));

/// The latest moment at or before `now` that is this time of day, on this day of the week where there is one.
pub(super) fn latest(now: Timestamp, zone: &TimeZone, day: Option<Weekday>, at: Time) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let past = (0..=8).filter_map(|back| on(today.checked_sub(Span::new().days(back)).ok()?, zone, day, at));
    past.filter(|moment| *moment <= now).max()
}

/// The first such moment after `now`.
pub(super) fn next(now: Timestamp, zone: &TimeZone, day: Option<Weekday>, at: Time) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let coming =
        (0..=8).filter_map(|ahead| on(today.checked_add(Span::new().days(ahead)).ok()?, zone, day, at));
    coming.filter(|moment| *moment > now).min()
}

/// A time that the clocks leave out is the one after the gap; of one they show twice the first counts.
fn on(date: jiff::civil::Date, zone: &TimeZone, day: Option<Weekday>, at: Time) -> Option<Timestamp> {
    if day.is_some_and(|day| day != date.weekday()) {
        return None;
    }
    date.to_datetime(at).to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// When IBKR's tokens die the next time after `now`.
pub(super) fn tokens_die(now: Timestamp) -> Option<Timestamp> {
    next(now, &TimeZone::get(NEW_YORK).ok()?, Some(TOKENS_DIE.0), TOKENS_DIE.1)
}
