//! Budgets: how often something may be done, from when it was done before. Pure: the uses come from the disk, so that a
//! reboot or a power flap does not begin them anew.

use std::time::Duration;

use jiff::Timestamp;

use crate::playbook::{LogInsFormat, RestartFormat};

/// What budgets are kept of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Used {
    /// The gateway's container was started: it logged in.
    LogIn,
    /// IBC was told to restart the gateway.
    SoftRestart,
    /// The container of that key was restarted because of an outage. Each has a budget of its own: a bot that crashes
    /// over and over must not use up what the gateway may need.
    Restart(String),
    /// A run was green: the log-ins before it led to something.
    Green,
}

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// At most so many within `per`.
    pub(super) at_most: u32,
    /// The span that counts.
    pub(super) per: Duration,
    /// The n-th use within `per` comes at least n−1 times this after the one before.
    pub(super) apart: Duration,
}

impl From<&RestartFormat> for Budget {
    fn from(format: &RestartFormat) -> Self {
        Self { at_most: format.at_most, per: format.per.get(), apart: format.apart.get() }
    }
}

impl From<&LogInsFormat> for Budget {
    fn from(format: &LogInsFormat) -> Self {
        Self { at_most: format.at_most, per: format.per.get(), apart: Duration::ZERO }
    }
}

/// Whether something may be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    /// It may.
    Now,
    /// Not before then: the one before was too short a time ago.
    From(Timestamp),
    /// The budget is used up until then.
    UsedUp(Timestamp),
}

impl Budget {
    /// Whether another use is allowed, after these. A use in the future was noted before the clock was set back: it counts
    /// as one of now, so that it neither frees the budget nor blocks it for ever.
    pub(super) fn allows(&self, uses: &[Timestamp], now: Timestamp) -> Allowed {
        let later = |at: Timestamp, span: Duration| at.checked_add(span).unwrap_or(Timestamp::MAX);
        let mut recent: Vec<Timestamp> = uses.iter().map(|at| (*at).min(now)).collect();
        recent.retain(|at| later(*at, self.per) > now);
        recent.sort();
        let count = u32::try_from(recent.len()).unwrap_or(u32::MAX);
        if count >= self.at_most {
            // Free again once so many have passed that one less than the most is left.
            let oldest = recent.len().saturating_sub(usize::try_from(self.at_most).unwrap_or(usize::MAX));
            return recent.get(oldest).map_or(Allowed::Now, |at| Allowed::UsedUp(later(*at, self.per)));
        }
        match recent.last().map(|last| later(*last, self.apart.saturating_mul(count))) {
            Some(from) if from > now => Allowed::From(from),
            Some(_) | None => Allowed::Now,
        }
    }
}

/// The log-ins that led to nothing: before the next one no run was green. Those that did lock no account.
pub(super) fn in_vain(log_ins: &[Timestamp], greens: &[Timestamp]) -> Vec<Timestamp> {
    let mut sorted = log_ins.to_vec();
    sorted.sort();
    let next = |place: usize| sorted.get(place + 1).copied().unwrap_or(Timestamp::MAX);
    let led = |from: Timestamp, to: Timestamp| greens.iter().any(|green| *green > from && *green <= to);
    sorted.iter().enumerate().filter(|(place, at)| !led(**at, next(*place))).map(|(_, at)| *at).collect()
}

/// Whether the gateway may log in once more.
pub(super) fn log_in(
    limits: &LogInsFormat,
    log_ins: &[Timestamp],
    greens: &[Timestamp],
    now: Timestamp,
) -> Allowed {
    let last_green = greens.iter().max().copied().unwrap_or(Timestamp::MIN);
    let in_a_row: Vec<Timestamp> = log_ins.iter().copied().filter(|at| *at > last_green).collect();
    let row = Budget { at_most: limits.in_a_row, ..Budget::from(limits) };
    match (Budget::from(limits).allows(&in_vain(log_ins, greens), now), row.allows(&in_a_row, now)) {
        (Allowed::UsedUp(one), Allowed::UsedUp(other)) => Allowed::UsedUp(one.max(other)),
        (Allowed::Now, row) => row,
        (all, _) => all,
    }
}
