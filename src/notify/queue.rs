//! The messages of one channel that are not delivered yet, in order. A state machine: given the time, it waits for
//! nothing.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::notification::Notification;

/// Most messages that are kept for a channel; the oldest go first.
pub(super) const MOST: usize = 100;
/// A message older than this is no news.
const OLDEST: SignedDuration = SignedDuration::from_hours(48);
/// The pause after the first failure; each one more doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause that no service asked for.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// A service that asks to be asked again at once is not.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that one can ask for: after a clock was set back, longer ones are none.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(1);

/// The messages of one channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Queue {
    messages: VecDeque<Kept>,
    /// Attempts since one succeeded.
    #[serde(default)]
    failures: u32,
    /// No attempt before.
    #[serde(default)]
    not_before: Option<Timestamp>,
}

/// A message and since when it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    since: Timestamp,
    message: Notification,
}

impl Queue {
    /// Keeps a message; how many older ones had to go for it.
    pub(super) fn push(&mut self, message: Notification, now: Timestamp) -> usize {
        self.messages.push_back(Kept { since: now, message });
        let over = self.messages.len().saturating_sub(MOST);
        self.messages.drain(..over);
        over
    }

    /// Lets go of what is too old; how many there were.
    pub(super) fn expire(&mut self, now: Timestamp) -> usize {
        let before = self.messages.len();
        self.messages.retain(|kept| now.duration_since(kept.since) < OLDEST);
        before - self.messages.len()
    }

    /// When the next attempt is due; none when nothing waits.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let first = self.messages.front()?;
        Some(self.not_before.unwrap_or(first.since))
    }

    /// The first message, if it is due.
    pub(super) fn due(&self, now: Timestamp) -> Option<&Notification> {
        let rests = |until| now < until && until.duration_since(now) <= LONGEST_ASKED;
        let rests = self.not_before.is_some_and(rests);
        self.messages.front().filter(|_| !rests).map(|first| &first.message)
    }

    /// The first message with this id is done with, delivered or not.
    pub(super) fn done(&mut self, id: &str) {
        if self.messages.front().is_some_and(|first| first.message.id == id) {
            self.messages.pop_front();
        }
        self.failures = 0;
        self.not_before = None;
    }

    /// It did not work: not again before this time has passed, or else a little longer than the last time.
    pub(super) fn later(&mut self, after: Option<Duration>, now: Timestamp) {
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures.min(16)));
        let pause = after.unwrap_or(doubled.min(LONGEST_PAUSE)).max(SHORTEST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.checked_add(SignedDuration::try_from(pause).unwrap_or_default()).ok();
    }

    /// Whether the last attempt failed.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }
}
