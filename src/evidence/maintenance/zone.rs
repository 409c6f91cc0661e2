//! Places by their names in the time zone database, and the moments that their clocks mean.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase, db};
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

/// What people write for a place, and a place. The database has some of them, without the summer time that is meant.
const SHORT: &[(&str, &str)] = &[
    ("BST", "Europe/London"),
    ("CDT", "America/Chicago"),
    ("CEST", "Europe/Zurich"),
    ("CST", "America/Chicago"),
    ("EDT", "America/New_York"),
    ("EST", "America/New_York"),
    ("ET", "America/New_York"),
    ("HKT", "Asia/Hong_Kong"),
    ("JST", "Asia/Tokyo"),
    ("MDT", "America/Denver"),
    ("MST", "America/Denver"),
    ("PDT", "America/Los_Angeles"),
    ("PST", "America/Los_Angeles"),
    ("PT", "America/Los_Angeles"),
    ("SGT", "Asia/Singapore"),
];

/// A name that is that of no place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// An abbreviation: it says an offset and not whose clocks are followed.
    #[error("`{name}` is no place: nobody knows whose summer time it has")]
    Short {
        /// What was written.
        name: String,
        /// A place where people write so.
        place: &'static str,
    },
    /// The database has no such name.
    #[error("`{name}` is not in the time zone database")]
    Unknown {
        /// What was written.
        name: String,
    },
}

/// The time zone of that name, in any case of letters: from the system's database, else from the program's own.
///
/// # Errors
/// When there is none, or the name is an abbreviation such as `EST`.
pub fn zone(name: &str) -> Result<TimeZone, ZoneError> {
    if let Some((_, place)) = SHORT.iter().find(|(short, _)| short.eq_ignore_ascii_case(name)) {
        return Err(ZoneError::Short { name: name.to_owned(), place });
    }
    // A system may have a part of the database only.
    let found = TimeZone::get(name).or_else(|_| TimeZoneDatabase::bundled().get(name)).ok();
    let known = found.filter(|zone| !zone.is_unknown());
    known.ok_or_else(|| ZoneError::Unknown { name: name.to_owned() })
}

impl ZoneError {
    /// What to write instead. `nearest` finds the word that was probably meant.
    pub fn help(&self, nearest: impl Fn(&str, &[&str]) -> Option<String>) -> String {
        let name = match self {
            Self::Short { place, .. } => return format!("name a place, such as {place}"),
            Self::Unknown { name } => name.replace(' ', "_"),
        };
        let bundled = TimeZoneDatabase::bundled();
        let known: Vec<String> =
            db().available().chain(bundled.available()).map(|known| known.as_str().to_owned()).collect();
        let city =
            |known: &&String| known.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&name));
        let city = known.iter().find(city).cloned();
        let near = || nearest(&name, &known.iter().map(String::as_str).collect::<Vec<_>>());
        city.or_else(near).map_or_else(
            || {
                "name a place as the time zone database does, such as America/New_York or Europe/Zurich"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        )
    }
}

/// So many days, from that one on.
pub(super) fn days(from: Date, count: i32) -> impl Iterator<Item = Date> {
    from.series(1.day()).take(usize::try_from(count).unwrap_or_default())
}

/// The first moment that the clocks may mean: the jump, where they leave the time out.
pub(super) fn first(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    let gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
    let earlier = ambiguous.earlier().ok()?;
    if gap { zone.following(earlier).next().map(|jump| jump.timestamp()) } else { Some(earlier) }
}

/// The last moment that the clocks may mean: as long after the jump as it would be without it, where they leave it out.
pub(super) fn last(zone: &TimeZone, at: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(at).later().ok()
}
