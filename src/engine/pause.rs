//! How long to rest between two attempts.
//!
//! Sources: testcontainers polls every 100 ms, Compose every 500 ms, wait4x every second; the gateway's numbers are
//! those of the readiness defaults: every 250 ms for 10 s, then 1 s, at most 2 s; a client id is released after half a
//! second at best, after the gateway notices a dead socket at worst.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::diagnosis::Pace;

/// The rests of one wait: those between looks at a gateway vary by a fifth, so that several watchers of one gateway do
/// not keep step.
#[derive(Default)]
pub(super) struct Pauses(RandomState);

impl Pauses {
    /// The rest after the `failures`-th failure in a row for one reason.
    pub(super) fn after(&self, pace: Pace, failures: u32) -> Duration {
        let pause = pause(pace, failures);
        if pace == Pace::Brisk {
            return pause;
        }
        let percent = 80 + self.0.hash_one(failures) % 41;
        pause * u32::try_from(percent).unwrap_or(100) / 100
    }
}

fn pause(pace: Pace, failures: u32) -> Duration {
    let ms = match pace {
        Pace::Brisk => match failures {
            0..=5 => 25,
            6..=20 => 100,
            21..=50 => 250,
            _ => 1000,
        },
        Pace::Gentle => match failures {
            0..=2 => 50,
            3..=4 => 125,
            5..=43 => 250,
            44..=53 => 1000,
            _ => 2000,
        },
        Pace::Steady => 1000,
        Pace::Slow => match failures {
            0..=1 => 2000,
            2 => 4000,
            3 => 8000,
            4 => 16_000,
            _ => 30_000,
        },
    };
    Duration::from_millis(ms)
}
