//! How fast a client may ask: a number of messages in a second, and the current time once in a while.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The span over which messages are counted.
const SECOND: Duration = Duration::from_secs(1);

/// Violations after which the gateway closes. Documented is only that it "eventually" does.
const PATIENCE: u32 = 3;

/// How fast one client has asked.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the messages of the last second came, as many as matter.
    received: VecDeque<Instant>,
    /// When it was told last that the limit is near.
    warned: Option<Instant>,
    /// When it was told last that the limit was passed, and how often so far.
    violated: Option<Instant>,
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
    Passed { received: usize, times: u32 },
    /// That it was passed for the last time.
    PassedTooOften { received: usize, times: u32 },
    /// Nothing: it reads on when the second is over.
    Wait(Instant),
}

impl Pace {
    /// One more message. A client that is paced is slowed down, others are told.
    pub(super) fn message(&mut self, most: u32, paced: bool) -> Verdict {
        if most == 0 {
            return Verdict::Fine;
        }
        let now = Instant::now();
        let most = most as usize;
        while self.received.front().is_some_and(|first| now - *first >= SECOND) || self.received.len() > most
        {
            self.received.pop_front();
        }
        self.received.push_back(now);
        let received = self.received.len();
        if paced {
            let first = self.received.front().filter(|_| received >= most);
            return first.map_or(Verdict::Fine, |first| Verdict::Wait(*first + SECOND));
        }
        let news = |told: Option<Instant>| told.is_none_or(|told| now - told >= SECOND);
        if received > most && news(self.violated) {
            // One violation in a second, not for each message of a burst.
            self.violated = Some(now);
            self.violations += 1;
            let times = self.violations;
            return if times < PATIENCE {
                Verdict::Passed { received, times }
            } else {
                Verdict::PassedTooOften { received, times }
            };
        }
        if received == most - most / 20 && most / 20 > 0 && news(self.warned) {
            self.warned = Some(now);
            return Verdict::Near;
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
