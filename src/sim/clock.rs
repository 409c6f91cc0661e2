//! The time of day and waiting, for both stand-ins.
#![expect(
    clippy::disallowed_methods,
    reason = "a stand-in is a program of its own: nobody above it could hand it the time"
)]

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::Instant;

/// Milliseconds since 1970.
pub(super) fn epoch_millis() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Microseconds since 1970.
pub(super) fn epoch_micros() -> i64 {
    Timestamp::now().as_microsecond()
}

/// Seconds since 1970.
pub(super) fn epoch_seconds() -> i64 {
    Timestamp::now().as_second()
}

/// The time in UTC, in a format of [`jiff::fmt::strtime`].
pub(super) fn utc(format: &str) -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// The time so many seconds ahead in the zone of that name, or in UTC where there is no such zone.
pub(super) fn in_zone(zone: &str, ahead: i64, format: &str) -> String {
    // The usual one is not looked up: reading the system's list of zones costs memory for good.
    let zone = if zone == "UTC" { TimeZone::UTC } else { TimeZone::get(zone).unwrap_or(TimeZone::UTC) };
    let now = Timestamp::now();
    let time = now.checked_add(jiff::SignedDuration::from_secs(ahead)).unwrap_or(now);
    time.to_zoned(zone).strftime(format).to_string()
}

/// A time in seconds since 1970 in UTC; the start of 1970 for one that no calendar has.
pub(super) fn utc_of(epoch_seconds: i64, format: &str) -> String {
    let time = Timestamp::from_second(epoch_seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// Waits that long.
pub(super) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// A wait of that long, to be polled.
pub(super) fn after(time: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(time)
}

/// Waits for that moment; for ever when there is none.
pub(super) async fn pause_until(end: Option<Instant>) {
    match end {
        Some(end) => tokio::time::sleep_until(end).await,
        None => std::future::pending().await,
    }
}
