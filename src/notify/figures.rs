//! The figures of a digest: how long a stack worked and what was done for it, since the last one.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened in a span of time. Times are in milliseconds; only what was watched is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// When the span began, RFC 3339, UTC.
    pub from: String,
    /// How long it worked.
    pub up_ms: u64,
    /// How long it did not, IBKR's maintenance aside.
    pub down_ms: u64,
    /// How long it did not inside IBKR's maintenance.
    pub maintenance_ms: u64,
    /// How many outages there were that no maintenance explains.
    pub outages: u32,
    /// The longest of them.
    pub longest_ms: u64,
    /// How many ended inside IBKR's maintenance.
    pub outages_in_maintenance: u32,
    /// Restarts of the gateway inside its container: no new log-in.
    pub soft_restarts: u32,
    /// Restarts of its container, each of which is a new log-in.
    pub logins: u32,
    /// How often only a person could go on.
    pub needed_person: u32,
    /// How often the safe state did not hold.
    pub not_safe: u32,
    /// What was worth knowing, and nothing was lost.
    pub notices: u32,
}

impl Figures {
    /// The share of the time in which it worked, in thousandths, IBKR's maintenance aside; none when nothing was watched.
    pub fn uptime(&self) -> Option<u64> {
        let all = self.up_ms.checked_add(self.down_ms).filter(|all| *all > 0)?;
        u64::try_from(u128::from(self.up_ms) * 1000 / u128::from(all)).ok()
    }
}

/// How it is now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nobody watches, or it is being started.
    #[default]
    Unknown,
    /// Everything is green.
    Up,
    /// Something is lost.
    Down,
    /// Something is lost inside IBKR's maintenance.
    Maintenance,
}

/// Counts as time goes on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) figures: Figures,
    pub(super) state: State,
    /// Up to when it was counted.
    counted: Option<Timestamp>,
}

impl Tally {
    /// Counts the time since it was last counted for what was so far.
    pub(super) fn until(&mut self, now: Timestamp) {
        if self.figures.from.is_empty() {
            self.figures.from = now.to_string();
        }
        let passed = self.counted.map_or(0, |before| milliseconds(before, now));
        let kept = match self.state {
            State::Unknown => None,
            State::Up => Some(&mut self.figures.up_ms),
            State::Down => Some(&mut self.figures.down_ms),
            State::Maintenance => Some(&mut self.figures.maintenance_ms),
        };
        if let Some(kept) = kept {
            *kept = kept.saturating_add(passed);
        }
        self.counted = Some(now);
    }

    /// From now on it is like this.
    pub(super) fn becomes(&mut self, state: State, now: Timestamp) {
        self.until(now);
        self.state = state;
    }

    /// What passed since it was last counted was not watched.
    pub(super) fn skip(&mut self, now: Timestamp) {
        self.counted = Some(now);
    }

    /// An outage is over.
    pub(super) fn outage(&mut self, length_ms: u64, in_maintenance: bool) {
        if in_maintenance {
            self.figures.outages_in_maintenance += 1;
        } else {
            self.figures.outages += 1;
            self.figures.longest_ms = self.figures.longest_ms.max(length_ms);
        }
    }

    /// The figures so far; from now on they are counted anew.
    pub(super) fn close(&mut self, now: Timestamp) -> Figures {
        self.until(now);
        std::mem::replace(&mut self.figures, Figures { from: now.to_string(), ..Figures::default() })
    }
}

/// Whole milliseconds from one moment to another; none when the clock was set back in between.
pub(super) fn milliseconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or(0)
}
