//! The agenda for programs.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Agenda, ClockChange, Now};
use crate::evidence::maintenance::Window;

/// What `calendar --json` prints. Times are RFC 3339 with the offset of `zone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AgendaReport {
    /// Version of this format.
    pub calendar: u32,
    /// Whose it is: a playbook's name, or a region.
    pub about: String,
    /// The zone in which days begin and times are written.
    pub zone: String,
    /// The first moment of the first day.
    pub from: Option<String>,
    /// The first moment after the last day.
    pub until: Option<String>,
    /// How it stands now; none for days that were asked for by their date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<NowReport>,
    /// The windows of which a part lies in these days and is not over, whole, in the order in which they begin.
    pub windows: Vec<WindowReport>,
    /// When the weekly tokens end: the first start of a gateway after it is a full log-in.
    pub reauthentications: Vec<String>,
    /// Where clocks are changed in these days.
    pub clock_changes: Vec<ChangeReport>,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NowReport {
    /// The moment.
    pub at: String,
    /// The window that is open; of several the one that ends last.
    pub open: Option<WindowReport>,
    /// Seconds until that window ends.
    pub ends_in_s: Option<i64>,
    /// The next window that begins.
    pub next: Option<WindowReport>,
    /// When the weekly tokens end next.
    pub reauthentication: Option<String>,
}

/// A window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WindowReport {
    /// Its name.
    pub name: String,
    /// Its first moment.
    pub from: String,
    /// The first moment after it.
    pub until: String,
}

/// A change of the clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeReport {
    /// When.
    pub at: String,
    /// In which zones of those that matter here.
    pub zones: Vec<String>,
    /// Seconds by which they are put forward; negative for back.
    pub by_s: i64,
}

impl From<&Agenda> for AgendaReport {
    fn from(agenda: &Agenda) -> Self {
        let written = |at: Timestamp| agenda.local(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        let window = |window: &Window| WindowReport {
            name: window.name.clone(),
            from: written(window.from),
            until: written(window.until),
        };
        let now = |now: &Now| NowReport {
            at: written(now.at),
            open: now.open.as_ref().map(window),
            ends_in_s: now.open.as_ref().map(|open| open.until.duration_since(now.at).as_secs()),
            next: now.next.as_ref().map(window),
            reauthentication: now.reauthentication.map(written),
        };
        let change = |change: &ClockChange| ChangeReport {
            at: written(change.at),
            zones: change.zones.clone(),
            by_s: change.by.as_secs(),
        };
        let days = || agenda.days.iter();
        Self {
            calendar: 1,
            about: agenda.about.clone(),
            zone: agenda.zone_name(),
            from: days().next().map(|day| written(day.from)),
            until: days().next_back().map(|day| written(day.until)),
            now: agenda.now.as_ref().map(now),
            windows: agenda.windows.iter().map(window).collect(),
            reauthentications: days().flat_map(|day| &day.reauthentications).copied().map(written).collect(),
            clock_changes: days().flat_map(|day| &day.changes).map(change).collect(),
        }
    }
}
