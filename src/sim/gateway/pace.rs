//! How fast a client may ask: a number of messages in a second, and the current time once in a while.

use std::time::Duration;

use tokio::time::Instant;

/// The span over which messages are counted.
const SECOND: Duration = Duration::from_secs(1);

/// Violations after which the gateway closes. Documented is only that it "eventually" does.
const PATIENCE: u32 = 3;

/// How fast one client has asked.
#[derive(Debug, Default)]
pub(super) struct Pace {
    second: Option<Instant>,
    received: u32,
    violations: u32,
    time_told: Option<Instant>,
    time_asked: Option<Instant>,
}

/// What the gateway says to one more message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// That the limit is near.
    Near,
    /// That it was passed, for the so-manieth time.
    Passed { received: u32, times: u32 },
    /// That it was passed for the last time.
    PassedTooOften { received: u32, times: u32 },
    /// Nothing: it reads on when the second is over.
    Wait(Instant),
}

impl Pace {
    /// One more message. A client that is paced is slowed down, others are told.
    pub(super) fn message(&mut self, most: u32, paced: bool) -> Verdict {
        let now = Instant::now();
        let since = *self.second.get_or_insert(now);
        if now - since >= SECOND {
            self.second = Some(now);
            self.received = 0;
        }
        self.received += 1;
        let (received, near) = (self.received, most - most / 20);
        if most == 0 || received < near {
            return Verdict::Fine;
        }
        if paced {
            let end = self.second.unwrap_or(now) + SECOND;
            return if received >= most { Verdict::Wait(end) } else { Verdict::Fine };
        }
        if received == near && most > near {
            return Verdict::Near;
        }
        // One violation for each second, not for each message of a burst.
        if received == most + 1 {
            self.violations += 1;
            let times = self.violations;
            return if times < PATIENCE {
                Verdict::Passed { received, times }
            } else {
                Verdict::PassedTooOften { received, times }
            };
        }
        Verdict::Fine
    }

    /// One more request for the current time: how long after the one before, and whether it is answered.
    pub(super) fn current_time(&mut self, every: Duration) -> (Option<Duration>, bool) {
        let now = Instant::now();
        let gap = self.time_asked.replace(now).map(|before| now - before);
        let answered = every.is_zero() || self.time_told.is_none_or(|told| now - told >= every);
        if answered {
            self.time_told = Some(now);
        }
        (gap, answered)
    }
}
