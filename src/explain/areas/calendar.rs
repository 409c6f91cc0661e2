//! The calendar of maintenance.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Calendar", about: ABOUT, entries: ENTRIES };

const ABOUT: &str =
    "What `openbell calendar` cannot tell. Nothing was looked at and nothing was changed (exit code 2).";

const ENTRIES: &[Entry] = &[Entry {
    code: "calendar::zone",
    meaning: "The zone of `--zone` is not known, or is an abbreviation such as `EST`. An abbreviation says an offset, \
        and not whose summer time counts.",
    told_by: "The name is neither in the system's time zone database nor in that of the program. What was probably \
        meant is named.",
    remedy: &[
        Step::run("Name a place.", "openbell calendar --zone America/New_York"),
        Step::run("See what there is, on Linux with systemd:", "timedatectl list-timezones"),
        Step::run("Or leave it out: then it is this machine's zone.", "openbell calendar"),
    ],
    links: &["https://en.wikipedia.org/wiki/List_of_tz_database_time_zones"],
}];
