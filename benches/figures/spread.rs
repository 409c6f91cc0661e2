//! The times of several runs of the same thing.

use std::time::Duration;

use crate::figure::span;

/// Sorted times, never empty.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "a figure needs a run");
        times.sort_unstable();
        Self(times)
    }

    /// The time that this share of the runs does not exceed (nearest rank).
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0[rank.saturating_sub(1)]
    }

    pub(crate) fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// `median …, max …`
    pub(crate) fn median_and_max(&self) -> String {
        format!("median {}, max {}", span(self.median()), span(self.percentile(100)))
    }

    /// `p50 …, p95 …, p99 …`
    pub(crate) fn percentiles(&self) -> String {
        [50, 95, 99].map(|percent| format!("p{percent} {}", span(self.percentile(percent)))).join(", ")
    }
}
